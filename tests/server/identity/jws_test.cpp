#include "redoubt/jws.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <filesystem>
#include <fstream>

#include "redoubt/base64url.hpp"
#include "server/identity/keys.hpp"
#include "support/outcome.hpp"

namespace redoubt {
namespace {

using enum SignatureAlgorithm;
using namespace redoubt::testing;

const std::string secret_text(64, 's');

Jwk hmac_key(SignatureAlgorithm algorithm = hs256, std::string kid = "hmac") {
  return Jwk::from_secret(secret_text, algorithm, std::move(kid));
}

// A token with that very header, signed by the key whatever the header says.
std::string token_with(std::string_view header, const Jwk& key, std::string_view payload = "foo") {
  const std::string input = base64url_encode(header) + '.' + base64url_encode(payload);
  return input + '.' + base64url_encode(key.sign(*key.signing_algorithm(), input));
}

using Verified = Outcome<Jws, std::string_view>;

Verified verify(std::string_view token, const Jwk& key, const JwsOptions& options = {}) {
  return verify_jws(token, {&key, 1}, options);
}

// Flips one bit of the signature's first byte.
std::string with_other_signature(std::string token) {
  char& c = token[token.rfind('.') + 1];
  c = c == 'A' ? 'B' : 'A';
  return token;
}

TEST(Jws, EverySigningKeyMakesTokensThatItsPublicHalfVerifies) {
  const Pkey p256 = make_ec("P-256"), p384 = make_ec("P-384"), p521 = make_ec("P-521");
  std::vector<std::pair<Jwk, Jwk>> pairs;
  pairs.emplace_back(hmac_key(hs256), hmac_key(hs256));
  pairs.emplace_back(hmac_key(hs384), hmac_key(hs384));
  pairs.emplace_back(hmac_key(hs512), hmac_key(hs512));
  for (const auto& [key, curve, size] : {std::tuple(&p256, "P-256", 32), {&p384, "P-384", 48}, {&p521, "P-521", 66}}) {
    pairs.emplace_back(*Jwk::parse(ec_jwk(*key, curve, size, true)), *Jwk::parse(ec_jwk(*key, curve, size, false)));
  }
  Jwk ed25519 = *Jwk::from_pem(pem_of(make_ed25519()));
  Jwk ed25519_public = std::move(parse_jwks(public_jwks({&ed25519, 1}))->front());
  pairs.emplace_back(std::move(ed25519), std::move(ed25519_public));

  for (const auto& [signing, verifying] : pairs) {
    const std::string token = sign_jws("payload", signing, "text");
    const auto jws = verify(token, verifying);
    ASSERT_TRUE(jws) << to_string(*signing.signing_algorithm()) << ": " << *jws.error();
    EXPECT_EQ(jws->payload, "payload");
    EXPECT_EQ(jws->algorithm, signing.signing_algorithm());
    EXPECT_EQ(jws->header.root().find("typ")->string(), "text");
    EXPECT_EQ(verify(with_other_signature(token), verifying).error(), "the token's signature is wrong");
    EXPECT_FALSE(verify(token.substr(0, token.size() - 2), verifying));
    EXPECT_FALSE(verify(token + "AA", verifying));
  }
}

TEST(Jws, VerifiesRsaSignaturesOfBothPaddings) {
  const Pkey pkey = make_rsa(2048);
  const Jwk key = *Jwk::parse(rsa_jwk(pkey));
  const std::tuple<const char*, const EVP_MD*, bool, int> cases[] = {
      {"RS256", EVP_sha256(), false, 0}, {"RS384", EVP_sha384(), false, 0}, {"RS512", EVP_sha512(), false, 0},
      {"PS256", EVP_sha256(), true, 32}, {"PS384", EVP_sha384(), true, 48}, {"PS512", EVP_sha512(), true, 64}};
  for (const auto& [name, digest, pss, salt] : cases) {
    const std::string input = base64url_encode(fmt::format(R"({{"alg":"{}"}})", name)) + ".Zm9v";
    const auto token = [&](std::string_view signature) { return input + '.' + base64url_encode(signature); };
    const std::string signature = rsa_sign(pkey, digest, pss, salt, input);
    EXPECT_TRUE(verify(token(signature), key)) << name;
    EXPECT_FALSE(verify(token(rsa_sign(pkey, digest, !pss, salt, input)), key)) << name << " with the other padding";
    EXPECT_FALSE(verify(token('\0' + signature), key)) << name << " with a zero before it";
    EXPECT_FALSE(verify(token(signature.substr(1)), key)) << name << " shortened";
    if (pss) EXPECT_FALSE(verify(token(rsa_sign(pkey, digest, true, 20, input)), key)) << name << " with another salt";
  }
}

TEST(Jws, RefusesAnRsaSignatureWithoutItsLeadingZero) {
  const Pkey pkey = make_rsa(2048);
  const Jwk key = *Jwk::parse(rsa_jwk(pkey));
  const std::string input = base64url_encode(R"({"alg":"PS256"})") + ".Zm9v";
  std::string signature;
  // Each has a salt of its own, so that one of 256 begins with a zero.
  for (int i = 0; i < 5000 && !signature.starts_with('\0'); ++i)
    signature = rsa_sign(pkey, EVP_sha256(), true, 32, input);
  ASSERT_TRUE(signature.starts_with('\0'));
  EXPECT_TRUE(verify(input + '.' + base64url_encode(signature), key));
  EXPECT_FALSE(verify(input + '.' + base64url_encode(signature.substr(1)), key));
}

TEST(Jws, RefusesWhatIsNotThreePartsOfBase64url) {
  const Jwk key = hmac_key();
  const std::string token = sign_jws("foo", key, "");
  ASSERT_TRUE(verify(token, key));
  for (const std::string& bad : {std::string(), std::string("."), std::string(".."), std::string("..."), token + ".",
                                 token + ".AAAA", "." + token, token + "=", token + "\n", " " + token, token + " ",
                                 token.substr(0, token.rfind('.')), "Bearer " + token}) {
    EXPECT_FALSE(verify(bad, key)) << bad;
  }
  std::string wide = token;
  wide.insert(wide.find('.'), "?");
  EXPECT_EQ(verify(wide, key).error(), "a part of the token is not base64url without padding");
}

TEST(Jws, RefusesATokenBeyondTheLimitUnread) {
  const Jwk key = hmac_key();
  const std::string token = sign_jws(std::string(7'000, 'x'), key, "");
  ASSERT_GT(token.size(), default_max_token_size);
  EXPECT_EQ(verify(token, key).error(), "the token is too long");
  EXPECT_TRUE(verify(token, key, {.max_size = token.size()}));
}

TEST(Jws, RefusesNoneHoweverItIsSpelled) {
  const Jwk key = hmac_key();
  const Jwk none_key =
      *Jwk::parse(fmt::format(R"({{"kty":"oct","k":"{}","alg":"none"}})", base64url_encode(secret_text)));
  for (const char* none : {"none", "None", "NONE", "nOnE", "", "none "}) {
    const std::string input = base64url_encode(fmt::format(R"({{"alg":"{}"}})", none)) + ".Zm9v.";
    EXPECT_EQ(verify(input, key).error(), "the token's algorithm is not accepted") << none;
    EXPECT_FALSE(verify(input, none_key)) << none;
    EXPECT_FALSE(verify(token_with(fmt::format(R"({{"alg":"{}"}})", none), key), key)) << none;
  }
}

TEST(Jws, RefusesHeadersThatAreNotStrictObjects) {
  const Jwk key = hmac_key();
  ASSERT_TRUE(verify(token_with(R"({"alg":"HS256"})", key), key));
  ASSERT_TRUE(verify(token_with(R"({ "x" : {"y": [1]}, "alg" : "HS256" })", key), key));
  for (const char* header :
       {"", "null", "[]", R"(["alg","HS256"])", R"("HS256")", "{}", R"({"alg":null})", R"({"alg":["HS256"]})",
        R"({"alg":"HS256","alg":"HS256"})", R"({"alg":"HS256","x":1,"\u0078":2})", R"({"alg":"HS256",})",
        R"({"alg":"HS256"}x)", R"({"alg":"hs256"})", R"({"alg":"HS256 "})", R"({"alg":"HS256\u0000"})",
        R"({"alg":"HS256","kid":7})", R"({"alg":"HS256","typ":7})", R"({"alg":"HS256","cty":[]})"}) {
    EXPECT_FALSE(verify(token_with(header, key), key)) << header;
  }
}

TEST(Jws, RefusesEveryExtension) {
  const Jwk key = hmac_key();
  for (const char* member : {R"("crit":["exp"])", R"("crit":[])", R"("crit":"b64")", R"("crit":null)", R"("b64":false)",
                             R"("b64":true)", R"("zip":"DEF")"}) {
    EXPECT_EQ(verify(token_with(fmt::format(R"({{"alg":"HS256",{}}})", member), key), key).error(),
              "the token's header asks for an extension (crit, b64 or zip)");
  }
}

TEST(Jws, NeverUsesAKeyThatTheTokenBringsAlong) {
  const Jwk trusted = *Jwk::from_pem(pem_of(make_ed25519()));
  const Jwk attacker = *Jwk::from_pem(pem_of(make_ed25519()));
  std::string jwk;
  json::Writer writer(jwk);
  attacker.write_public(writer);
  const std::string header = fmt::format(
      R"({{"alg":"EdDSA","jwk":{},"jku":"https://attacker.example/","x5u":"https://attacker.example/"}})", jwk);
  EXPECT_FALSE(verify(token_with(header, attacker), trusted));
  EXPECT_TRUE(verify(token_with(header, trusted), trusted));
}

TEST(Jws, APublicKeyIsNeverASharedSecret) {
  const Pkey rsa = make_rsa(2048);
  const Pkey p256 = make_ec("P-256");
  for (const std::string& jwk : {rsa_jwk(rsa), ec_jwk(p256, "P-256", 32, false)}) {
    const Jwk key = *Jwk::parse(jwk);
    const Jwk as_secret = Jwk::from_secret(jwk);
    EXPECT_EQ(verify(token_with(R"({"alg":"HS256"})", as_secret), key).error(),
              "no key serves the token's kid and algorithm");
  }
}

TEST(Jws, AKeyServesOnlyItsOwnAlgorithm) {
  const Jwk hs512_only = hmac_key(hs512, "");
  const Jwk hs256_only = hmac_key(hs256, "");
  EXPECT_FALSE(verify(token_with(R"({"alg":"HS256"})", hs256_only), hs512_only));
  EXPECT_FALSE(verify(token_with(R"({"alg":"HS512"})", hs256_only), hs256_only));
  const Jwk p256 = *Jwk::parse(ec_jwk(make_ec("P-256"), "P-256", 32, true));
  EXPECT_FALSE(verify(token_with(R"({"alg":"ES384"})", p256), p256));
  EXPECT_FALSE(verify(token_with(R"({"alg":"ES256K"})", p256), p256));
}

TEST(Jws, AcceptsOnlyTheAlgorithmsAskedFor) {
  const Jwk key = hmac_key();
  const std::string token = sign_jws("foo", key, "");
  const std::vector<SignatureAlgorithm> others = {es256, hs384};
  const std::vector<SignatureAlgorithm> own = {es256, hs256};
  EXPECT_FALSE(verify(token, key, {.algorithms = others}));
  EXPECT_TRUE(verify(token, key, {.algorithms = own}));
}

TEST(Jws, ChoosesAmongKeysByKid) {
  std::vector<Jwk> keys;
  keys.push_back(Jwk::from_secret(std::string(32, '1'), hs256, "one"));
  keys.push_back(Jwk::from_secret(std::string(32, '2'), hs256, "two"));
  EXPECT_TRUE(verify_jws(token_with(R"({"alg":"HS256","kid":"two"})", keys[1]), keys));
  EXPECT_EQ(Verified(verify_jws(token_with(R"({"alg":"HS256","kid":"one"})", keys[1]), keys)).error(),
            "the token's signature is wrong");
  EXPECT_EQ(Verified(verify_jws(token_with(R"({"alg":"HS256","kid":"three"})", keys[1]), keys)).error(),
            "no key serves the token's kid and algorithm");
  EXPECT_TRUE(verify_jws(token_with(R"({"alg":"HS256"})", keys[1]), keys));
  EXPECT_FALSE(verify_jws(token_with(R"({"alg":"HS256"})", keys[1]), {}));
}

TEST(Jws, RefusesAnEcdsaSignatureOfAnotherShape) {
  const Jwk key = *Jwk::parse(ec_jwk(make_ec("P-256"), "P-256", 32, true));
  const std::string input = base64url_encode(R"({"alg":"ES256"})") + ".Zm9v";
  const std::string good = key.sign(es256, input);
  ASSERT_EQ(good.size(), 64);
  const auto token = [&](std::string_view signature) { return input + '.' + base64url_encode(signature); };
  ASSERT_TRUE(verify(token(good), key));
  const std::string zero(32, '\0');
  for (const std::string& bad :
       {std::string(), zero + zero, zero + good.substr(32), good.substr(0, 32) + zero, good + '\0', '\0' + good,
        '\0' + good.substr(0, 32) + '\0' + good.substr(32), good.substr(0, 32) + '\0' + good.substr(32),
        good.substr(0, 63), std::string(64, '\xFF'), std::string(96, '\1')}) {
    EXPECT_FALSE(verify(token(bad), key));
  }
}

TEST(Jws, AFailureLeavesNoErrorForTls) {
  const Jwk key = *Jwk::parse(ec_jwk(make_ec("P-256"), "P-256", 32, true));
  EXPECT_FALSE(verify(with_other_signature(sign_jws("foo", key, "")), key));
  EXPECT_FALSE(Jwk::from_pem("nonsense"));
  EXPECT_EQ(ERR_peek_error(), 0);
}

class JwsCommand : public ::testing::Test {
 protected:
  std::string file(const std::string& name, std::string_view content) {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_ = std::filesystem::path(::testing::TempDir()) / "redoubt_jws_command";
};

TEST_F(JwsCommand, ExitsAsTheQuestionIsAnswered) {
  const std::string jwk = fmt::format(R"({{"kty":"oct","k":"{}"}})", base64url_encode(secret_text));
  const std::string token = token_with(R"({"alg":"HS256"})", hmac_key());
  const std::string key_file = file("key", jwk + "\n");
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(jws_verify_command(key_file, file("token", token), ""), 0);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "foo");
  EXPECT_EQ(jws_verify_command(key_file, file("line", token + "\n"), "ES256,HS256"), 0);
  EXPECT_EQ(jws_verify_command(key_file, file("lines", token + "\n\n"), ""), 1);
  EXPECT_EQ(jws_verify_command(key_file, file("token", token), "ES256,EdDSA"), 1);
  EXPECT_EQ(jws_verify_command(file("set", R"({"keys":[)" + jwk + "]}"), file("token", token), ""), 0);
  EXPECT_EQ(jws_verify_command(file("bad", "{}"), file("token", token), ""), 1);
  EXPECT_EQ(jws_verify_command(key_file, file("token", token), "none"), 2);
  EXPECT_EQ(jws_verify_command(key_file, file("token", token), "HS256,,ES256"), 2);
  EXPECT_EQ(jws_verify_command(key_file, (folder_ / "absent").string(), ""), 2);
  EXPECT_EQ(jws_verify_command((folder_ / "absent").string(), file("token", token), ""), 2);
}

}  // namespace
}  // namespace redoubt
