#include "redoubt/jwk.hpp"

#include <gtest/gtest.h>

#include "redoubt/json.hpp"
#include "server/identity/keys.hpp"

namespace redoubt {
namespace {

using enum SignatureAlgorithm;
using namespace redoubt::testing;

std::vector<SignatureAlgorithm> served_by(const Jwk& key) {
  std::vector<SignatureAlgorithm> served;
  for (const SignatureAlgorithm algorithm : signature_algorithms()) {
    if (key.can_verify(algorithm)) served.push_back(algorithm);
  }
  return served;
}

std::string oct_jwk(std::size_t size, std::string_view more = {}) {
  return fmt::format(R"({{"kty":"oct","k":"{}"{}}})", base64url_encode(std::string(size, 'k')), more);
}

using Algorithms = std::vector<SignatureAlgorithm>;

TEST(Jwk, ServesTheAlgorithmsOfItsTypeWhenItNamesNone) {
  EXPECT_EQ(served_by(*Jwk::parse(oct_jwk(64))), (Algorithms{hs256, hs384, hs512}));
  EXPECT_EQ(served_by(*Jwk::parse(rsa_jwk(make_rsa(2048)))), (Algorithms{rs256, rs384, rs512, ps256, ps384, ps512}));
  EXPECT_EQ(served_by(*Jwk::parse(ec_jwk(make_ec("P-256"), "P-256", 32, false))), Algorithms{es256});
  EXPECT_EQ(served_by(*Jwk::parse(ec_jwk(make_ec("P-384"), "P-384", 48, false))), Algorithms{es384});
  EXPECT_EQ(served_by(*Jwk::parse(ec_jwk(make_ec("P-521"), "P-521", 66, false))), Algorithms{es512});
  EXPECT_EQ(served_by(*Jwk::from_pem(pem_of(make_ed25519()))), Algorithms{eddsa});
}

TEST(Jwk, ServesOnlyTheAlgorithmItNames) {
  const Pkey rsa = make_rsa(2048);
  EXPECT_EQ(served_by(*Jwk::parse(rsa_jwk(rsa, R"(,"alg":"PS384")"))), Algorithms{ps384});
  EXPECT_EQ(served_by(*Jwk::parse(rsa_jwk(rsa, R"(,"alg":"RSA-OAEP")"))), Algorithms{});
  EXPECT_EQ(served_by(*Jwk::parse(rsa_jwk(rsa, R"(,"alg":"HS256")"))), Algorithms{});
  EXPECT_EQ(served_by(*Jwk::parse(oct_jwk(64, R"(,"alg":"none")"))), Algorithms{});
  EXPECT_EQ(served_by(*Jwk::parse(oct_jwk(64, R"(,"alg":"hs256")"))), Algorithms{});
}

TEST(Jwk, ServesNoAlgorithmThatItIsTooShortFor) {
  EXPECT_EQ(served_by(*Jwk::parse(oct_jwk(31))), Algorithms{});
  EXPECT_EQ(served_by(*Jwk::parse(oct_jwk(32))), Algorithms{hs256});
  EXPECT_EQ(served_by(*Jwk::parse(oct_jwk(48))), (Algorithms{hs256, hs384}));
  EXPECT_EQ(served_by(*Jwk::parse(rsa_jwk(make_rsa(1024)))), Algorithms{});
}

TEST(Jwk, ObeysUseAndKeyOps) {
  EXPECT_TRUE(Jwk::parse(oct_jwk(32, R"(,"use":"sig")"))->can_verify(hs256));
  EXPECT_FALSE(Jwk::parse(oct_jwk(32, R"(,"use":"enc")"))->can_verify(hs256));
  EXPECT_FALSE(Jwk::parse(oct_jwk(32, R"(,"use":"")"))->can_verify(hs256));
  const Jwk verifier = *Jwk::parse(oct_jwk(32, R"(,"key_ops":["verify"])"));
  EXPECT_TRUE(verifier.can_verify(hs256));
  EXPECT_FALSE(verifier.can_sign(hs256));
  const Jwk signer = *Jwk::parse(oct_jwk(32, R"(,"key_ops":["sign"])"));
  EXPECT_FALSE(signer.can_verify(hs256));
  EXPECT_TRUE(signer.can_sign(hs256));
  EXPECT_FALSE(Jwk::parse(oct_jwk(32, R"(,"key_ops":["encrypt","wrapKey"])"))->can_verify(hs256));
}

TEST(Jwk, RefusesWhatIsNoKeyAndNamesTheMember) {
  const Pkey p256 = make_ec("P-256");
  const Pkey other = make_ec("P-256");
  const std::string x = number_of(p256, OSSL_PKEY_PARAM_EC_PUB_X, 32);
  const std::string y = number_of(p256, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
  const std::string d = number_of(other, OSSL_PKEY_PARAM_PRIV_KEY, 32);
  const std::string n = number_of(make_rsa(2048), OSSL_PKEY_PARAM_RSA_N);
  const std::string n_with_zero = base64url_encode('\0' + *base64url_decode(n));
  struct Case {
    std::string json, reason;
  };
  for (const Case& expected : {
           Case{"[]", "not a JSON object"},
           Case{"{", "not JSON"},
           Case{R"({"kty":"oct","kty":"oct","k":"AAAA"})", "twice"},
           Case{R"({"k":"AAAA"})", "\"kty\""},
           Case{R"({"kty":"OCT","k":"AAAA"})", "\"kty\""},
           Case{R"({"kty":"oct"})", "\"k\""},
           Case{R"({"kty":"oct","k":""})", "\"k\""},
           Case{R"({"kty":"oct","k":"AAA="})", "\"k\""},
           Case{R"({"kty":"oct","k":7})", "\"k\""},
           Case{R"({"kty":"oct","k":"AAAA","kid":7})", "\"kid\""},
           Case{R"({"kty":"oct","k":"AAAA","alg":null})", "\"alg\""},
           Case{R"({"kty":"oct","k":"AAAA","use":["sig"]})", "\"use\""},
           Case{R"({"kty":"oct","k":"AAAA","key_ops":"verify"})", "\"key_ops\""},
           Case{R"({"kty":"oct","k":"AAAA","key_ops":["verify",1]})", "\"key_ops\""},
           Case{fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}})", x, x), "no point"},
           Case{fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}"}})", x), "\"y\""},
           Case{fmt::format(R"({{"kty":"EC","crv":"P-384","x":"{}","y":"{}"}})", x, y), "48 bytes"},
           Case{fmt::format(R"({{"kty":"EC","crv":"secp256k1","x":"{}","y":"{}"}})", x, y), "\"crv\""},
           Case{fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}","y":"{}","d":"{}"}})", x, y, d), "\"d\""},
           Case{fmt::format(R"({{"kty":"OKP","crv":"X25519","x":"{}"}})", x), "\"crv\""},
           Case{R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})", "32 bytes"},
           Case{fmt::format(R"({{"kty":"OKP","crv":"Ed25519","x":"{}","d":"{}"}})", x, d), "\"d\""},
           Case{fmt::format(R"({{"kty":"RSA","n":"{}"}})", n), "\"e\""},
           Case{fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQ"}})", n), "\"e\""},
           Case{fmt::format(R"({{"kty":"RSA","n":"{}","e":"Ag"}})", n), "\"e\""},
           Case{fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQAAAAAAAAAB"}})", n), "\"e\""},
           Case{fmt::format(R"({{"kty":"RSA","n":"{}","e":"AAEAAQ"}})", n), "zero octet"},
           Case{fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQAB"}})", n_with_zero), "zero octet"},
       }) {
    const auto key = Jwk::parse(expected.json);
    ASSERT_FALSE(key) << expected.json;
    EXPECT_NE(key.error().find(expected.reason), std::string::npos) << expected.json << ": " << key.error();
  }
}

TEST(Jwk, ThumbprintsAsRfc7638And8037Do) {
  // RFC 7638 section 3.1.
  const auto rsa = Jwk::parse(
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
  ASSERT_TRUE(rsa);
  EXPECT_EQ(rsa->thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  // RFC 8037 appendix A.3.
  const auto ed25519 = Jwk::parse(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  ASSERT_TRUE(ed25519);
  EXPECT_EQ(ed25519->thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(Jwk, LoadsAPrivateKeyFromPem) {
  const Pkey p256 = make_ec("P-256");
  const auto ec = Jwk::from_pem(pem_of(p256));
  ASSERT_TRUE(ec);
  EXPECT_EQ(ec->signing_algorithm(), es256);
  EXPECT_EQ(ec->kid(), ec->thumbprint());
  EXPECT_EQ(ec->thumbprint(), Jwk::parse(ec_jwk(p256, "P-256", 32, true))->thumbprint());
  const auto ed25519 = Jwk::from_pem(pem_of(make_ed25519()));
  ASSERT_TRUE(ed25519);
  EXPECT_EQ(ed25519->signing_algorithm(), eddsa);
}

TEST(Jwk, RefusesOtherPemAndSaysWhichItTakes) {
  for (const std::string& pem : {pem_of(make_rsa(2048)), pem_of(make_ec("P-384"))}) {
    const auto key = Jwk::from_pem(pem);
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().find("EC P-256 nor Ed25519"), std::string::npos);
  }
  EXPECT_FALSE(Jwk::from_pem(""));
  EXPECT_FALSE(Jwk::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
}

TEST(Jwk, PublishesPublicKeysOnly) {
  std::vector<Jwk> keys;
  const Pkey p256 = make_ec("P-256");
  keys.push_back(*Jwk::from_pem(pem_of(p256)));
  keys.push_back(Jwk::from_secret(std::string(32, 's')));
  keys.push_back(*Jwk::from_pem(pem_of(make_ed25519())));
  const std::string set = public_jwks(keys);
  EXPECT_EQ(set.find("\"d\""), std::string::npos);
  EXPECT_EQ(set.find("\"k\""), std::string::npos);
  const auto read = parse_jwks(set);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2);
  for (const Jwk& key : *read) {
    EXPECT_FALSE(key.signing_algorithm());
    EXPECT_EQ(key.kid(), key.thumbprint());
  }
  EXPECT_TRUE(read->front().can_verify(es256));
  EXPECT_TRUE(read->back().can_verify(eddsa));
  EXPECT_TRUE(read->front().verify(es256, "text", keys.front().sign(es256, "text")));
}

TEST(Jwk, ASetPassesOverKeysOfUnknownKinds) {
  const auto keys = parse_jwks(
      fmt::format(R"({{"keys":[{{"kty":"future"}},{},{{"kty":"OKP","crv":"X25519","x":"AAAA"}}]}})", oct_jwk(32)));
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->size(), 1);
  EXPECT_FALSE(parse_jwks(R"({"keys":{}})"));
  EXPECT_FALSE(parse_jwks(R"({"kty":"future"})"));
}

TEST(Jwk, ASecretsKidTellsKeysApartButIsNoPlainDigest) {
  const Jwk one = Jwk::from_secret(std::string(32, '1'));
  EXPECT_EQ(one.kid(), Jwk::from_secret(std::string(32, '1')).kid());
  EXPECT_NE(one.kid(), Jwk::from_secret(std::string(32, '2')).kid());
  EXPECT_NE(one.kid(), one.thumbprint());
  EXPECT_EQ(Jwk::from_secret(std::string(32, '1'), hs256, "own").kid(), "own");
}

}  // namespace
}  // namespace redoubt
