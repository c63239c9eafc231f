// Wycheproof's JWS vectors, and the cookbook of RFC 7520, RFC 7797 and RFC 8037.
#include <gtest/gtest.h>

#include <map>

#include "redoubt/base64url.hpp"
#include "redoubt/json.hpp"
#include "redoubt/jws.hpp"
#include "support/corpora.hpp"
#include "support/files.hpp"

namespace redoubt {
namespace {

json::Document read_json(const std::filesystem::path& path) {
  auto document = json::parse(redoubt::testing::read_file(path));
  if (!document) throw std::runtime_error(path.string() + ": " + document.error().reason);
  return *std::move(document);
}

// Vectors whose expected answer is wrong, and the section that says so.
const std::map<std::int64_t, std::string_view> wrong_vectors = {
    // "invalid" for their padding, which the corpus has lost: both are byte for byte the token of vector 357, "valid".
    {367, "RFC 7515 section 2: base64url without padding, and here is none"},
    {370, "RFC 7515 section 2: base64url without padding, and here is none"},
    // "valid" although a "?" stands within the header, or the payload.
    {372, "RFC 7515 section 5.2, step 2: no line breaks, whitespace, or other additional characters"},
    {373, "RFC 7515 section 5.2, step 7: no line breaks, whitespace, or other additional characters"},
};

TEST(JoseCorpus, VerifiesAsWycheproofSays) {
  const auto folder = redoubt::testing::corpus("jose");
  if (!folder) GTEST_SKIP() << "corpus jose is not here (../shared/corpora/jose)";
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (!entry.path().filename().string().starts_with("wycheproof_jws")) continue;
    const json::Document document = read_json(entry.path());
    for (const json::Value group : document.root().find("testGroups")->elements()) {
      const auto public_key = group.find("public");
      const auto key = Jwk::from_json(public_key ? *public_key : *group.find("private"));
      for (const json::Value test : group.find("tests")->elements()) {
        const std::int64_t id = *test.find("tcId")->integer();
        const json::Value token = *test.find("jws");
        std::string text(token.is_string() ? token.string() : "");
        const bool accepted = key && verify_jws(text, {&*key, 1});
        const bool expected = test.find("result")->string() == "valid";
        EXPECT_EQ(accepted, expected != wrong_vectors.contains(id)) << id << " " << test.find("comment")->string();
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 70);
}

// Cookbook examples that are no compact JWS to accept, and the section that says why.
const std::map<std::string_view, std::string_view> not_for_us = {
    {"4_5.signature_with_detached_content.json", "RFC 7515 appendix F: the payload is left out, so it cannot verify"},
    {"4_6.protecting_specific_header_fields.json", "RFC 7520 section 4.6: unprotected header, JSON serialization only"},
    {"4_7.protecting_content_only.json", "RFC 7520 section 4.7: no protected header, JSON serialization only"},
    {"4_8.multiple_signatures.json", "RFC 7520 section 4.8: several signatures, JSON serialization only"},
    {"4.2.hmac-sha2_b64_false.json", "RFC 7797 section 5.2: a payload with a \".\" has no compact serialization"},
    {"hmac-sha2_b64_false.json", "RFC 7515 section 4.1.11: crit, which we understand no extension of, refuses it"},
    {"ecdh-es.json", "RFC 8037 section 3.2: key agreement, an encrypted token and no signature"},
};

TEST(JoseCorpus, VerifiesTheCookbooksSignatures) {
  const auto folder = redoubt::testing::corpus("jose");
  if (!folder) GTEST_SKIP() << "corpus jose is not here (../shared/corpora/jose)";
  int verified = 0;
  for (const char* part : {"jws", "rfc7797", "curve25519"}) {
    for (const auto& entry : std::filesystem::directory_iterator(*folder / "cookbook" / part)) {
      if (entry.path().extension() != ".json") continue;
      const std::string name = entry.path().filename();
      const json::Document document = read_json(entry.path());
      const json::Value root = document.root();
      const auto output = root.find("output");
      const auto compact = output ? output->find("compact") : std::nullopt;
      const json::Value key_json = *root.find("input")->find("key");
      if (not_for_us.contains(name)) {
        const auto key = key_json.is_object() ? Jwk::from_json(key_json) : std::unexpected(std::string());
        EXPECT_FALSE(compact && key && verify_jws(compact->string(), {&*key, 1})) << name;
        continue;
      }
      ASSERT_TRUE(compact) << name;
      const auto key = Jwk::from_json(key_json);
      ASSERT_TRUE(key) << name << ": " << key.error();
      const auto jws = verify_jws(compact->string(), {&*key, 1});
      ASSERT_TRUE(jws) << name << ": " << jws.error();
      EXPECT_EQ(jws->payload, root.find("input")->find("payload")->string()) << name;
      ++verified;
      // Deterministic signatures must come out the same (RFC 8032, RFC 2104).
      const auto algorithm = key->signing_algorithm();
      if (algorithm && root.find("reproducible")) {
        const std::string_view token = compact->string();
        const std::size_t dot = token.rfind('.');
        EXPECT_EQ(base64url_encode(key->sign(*algorithm, token.substr(0, dot))), token.substr(dot + 1)) << name;
      }
    }
  }
  EXPECT_GE(verified, 5);
}

TEST(JoseCorpus, ReadsTheCookbooksKeys) {
  const auto folder = redoubt::testing::corpus("jose");
  if (!folder) GTEST_SKIP() << "corpus jose is not here (../shared/corpora/jose)";
  for (const auto& entry : std::filesystem::directory_iterator(*folder / "cookbook" / "jwk")) {
    const std::string name = entry.path().filename();
    const auto key = Jwk::from_json(read_json(entry.path()).root());
    ASSERT_TRUE(key) << name << ": " << key.error();
    // RFC 7520 section 3.6 is a key for encryption.
    const bool for_signatures = name != "3_6.symmetric_key_encryption.json";
    EXPECT_EQ(std::ranges::any_of(signature_algorithms(), [&](auto algorithm) { return key->can_verify(algorithm); }),
              for_signatures)
        << name;
  }
}

}  // namespace
}  // namespace redoubt
