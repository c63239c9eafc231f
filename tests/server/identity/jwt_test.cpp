#include "redoubt/jwt.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "redoubt/base64url.hpp"
#include "redoubt/json.hpp"
#include "redoubt/jws.hpp"
#include "server/identity/keys.hpp"
#include "support/outcome.hpp"

namespace redoubt {
namespace {

using namespace std::chrono_literals;
using redoubt::testing::make_ec;
using redoubt::testing::make_ed25519;
using redoubt::testing::pem_of;

constexpr auto now = std::chrono::sys_seconds(1'900'000'000s);
const std::string secret = "0123456789abcdef0123456789abcdef";
const TokenClaims claims{
    .subject = "user-1", .session = "session-1", .scope = "items:read items:write", .roles = {"admin", "auditor"}};

AccessTokens tokens(AccessTokens::Options options = {}) {
  return {TokenKeys::from_secrets(secret), std::move(options)};
}

redoubt::testing::Outcome<AccessToken, TokenRefusal> verify(const AccessTokens& access, std::string_view token,
                                                            std::chrono::system_clock::time_point when) {
  return access.verify(token, when);
}

// The claims that issue() makes at `now`, each as JSON, with some of them replaced; an empty one is left out.
std::string signed_claims(const std::map<std::string, std::string>& changed, std::string_view typ = access_token_type,
                          const Jwk& key = Jwk::from_secret(secret)) {
  std::map<std::string, std::string> all = {{"iss", R"("redoubt")"}, {"aud", R"("redoubt")"},   {"sub", R"("user-1")"},
                                            {"iat", "1900000000"},   {"nbf", "1900000000"},     {"exp", "1900000900"},
                                            {"jti", R"("id-1")"},    {"sid", R"("session-1")"}, {"scope", R"("")"},
                                            {"roles", "[]"}};
  for (const auto& [name, value] : changed) all[name] = value;
  std::string payload;
  json::Writer writer(payload);
  writer.begin_object();
  for (const auto& [name, value] : all) {
    if (!value.empty()) writer.name(name).raw(value);
  }
  writer.end_object();
  return sign_jws(payload, key, typ);
}

TEST(AccessTokens, VerifiesWhatItIssues) {
  const AccessTokens access = tokens();
  const auto token = verify(access, access.issue(claims, now + 400ms), now + 1s);
  ASSERT_TRUE(token) << to_string(*token.error());
  EXPECT_EQ(token->claims.subject, claims.subject);
  EXPECT_EQ(token->claims.session, claims.session);
  EXPECT_EQ(token->claims.scope, claims.scope);
  EXPECT_EQ(token->claims.roles, claims.roles);
  EXPECT_EQ(token->issued_at, now);
  EXPECT_EQ(token->expires_at, now + 15min);
}

TEST(AccessTokens, EveryTokenHasAnIdOfItsOwn) {
  const AccessTokens access = tokens();
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.insert(verify(access, access.issue(claims, now), now)->id);
  EXPECT_EQ(ids.size(), 100);
  EXPECT_EQ(ids.begin()->size(), 22);  // 128 bits
}

TEST(AccessTokens, EndsAtTheVerySecondOfItsExp) {
  const AccessTokens access = tokens();
  const std::string token = access.issue(claims, now);
  EXPECT_TRUE(verify(access, token, now + 15min - 1ms));
  EXPECT_EQ(verify(access, token, now + 15min).error(), TokenRefusal::expired);
  EXPECT_EQ(verify(access, token, now + 15min + 30s).error(), TokenRefusal::expired);
}

TEST(AccessTokens, AnotherInstancesClockMayRunAheadByTheLeeway) {
  const AccessTokens access = tokens();
  EXPECT_TRUE(verify(access, signed_claims({{"iat", "1900000030"}, {"nbf", "1900000030"}}), now));
  EXPECT_EQ(verify(access, signed_claims({{"iat", "1900000031"}}), now).error(), TokenRefusal::not_yet);
  EXPECT_EQ(verify(access, signed_claims({{"nbf", "1900000031"}}), now).error(), TokenRefusal::not_yet);
  EXPECT_EQ(verify(access, signed_claims({{"nbf", "1900000030.5"}}), now).error(), TokenRefusal::not_yet);
}

TEST(AccessTokens, TakesNumericDatesWithAFraction) {
  const AccessTokens access = tokens();
  const std::string token = signed_claims({{"exp", "1900000000.5"}, {"iat", "1.9e9"}});
  const auto verified = verify(access, token, now);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->expires_at, now);
  EXPECT_EQ(verify(access, token, now + 500ms).error(), TokenRefusal::expired);
}

TEST(AccessTokens, AsksForEveryClaimInItsForm) {
  const AccessTokens access = tokens();
  ASSERT_TRUE(verify(access, signed_claims({}), now));
  for (const char* name : {"iss", "aud", "sub", "iat", "nbf", "exp", "jti", "sid", "scope", "roles"}) {
    EXPECT_EQ(verify(access, signed_claims({{name, ""}}), now).error(), TokenRefusal::claims) << name;
    EXPECT_EQ(verify(access, signed_claims({{name, "null"}}), now).error(), TokenRefusal::claims) << name;
    EXPECT_EQ(verify(access, signed_claims({{name, "{}"}}), now).error(), TokenRefusal::claims) << name;
  }
  for (const auto& [name, value] :
       std::initializer_list<std::pair<std::string, std::string>>{{"iss", R"(["redoubt"])"},
                                                                  {"aud", "[1]"},
                                                                  {"aud", R"(["redoubt", 1])"},
                                                                  {"sub", R"("")"},
                                                                  {"sub", "1"},
                                                                  {"exp", R"("1900000900")"},
                                                                  {"exp", "-1"},
                                                                  {"exp", "1e300"},
                                                                  {"iat", "-1"},
                                                                  {"iat", "true"},
                                                                  {"nbf", R"("0")"},
                                                                  {"jti", R"("")"},
                                                                  {"jti", "7"},
                                                                  {"sid", "7"},
                                                                  {"scope", R"(["a"])"},
                                                                  {"roles", R"("admin")"},
                                                                  {"roles", R"([["admin"]])"}}) {
    EXPECT_EQ(verify(access, signed_claims({{name, value}}), now).error(), TokenRefusal::claims)
        << name << ' ' << value;
  }
}

TEST(AccessTokens, RefusesAPayloadThatIsNoStrictObject) {
  const AccessTokens access = tokens();
  for (const char* payload : {"", "[]", "null", "{", R"({"exp":1,"exp":1900000900})"}) {
    EXPECT_EQ(verify(access, sign_jws(payload, Jwk::from_secret(secret), access_token_type), now).error(),
              TokenRefusal::claims)
        << payload;
  }
}

TEST(AccessTokens, ComparesTheIssuerWhole) {
  const AccessTokens access = tokens();
  for (const char* issuer :
       {R"("redoub")", R"("redoubt ")", R"("redoubt.attacker.example")", R"("Redoubt")", R"("")"}) {
    EXPECT_EQ(verify(access, signed_claims({{"iss", issuer}}), now).error(), TokenRefusal::issuer) << issuer;
  }
}

TEST(AccessTokens, MustBeAmongTheAudience) {
  const AccessTokens access = tokens();
  EXPECT_TRUE(verify(access, signed_claims({{"aud", R"(["other", "redoubt"])"}}), now));
  for (const char* audience : {R"("other")", R"([])", R"(["other"])", R"("redoubt2")", R"("")"}) {
    EXPECT_EQ(verify(access, signed_claims({{"aud", audience}}), now).error(), TokenRefusal::audience) << audience;
  }
}

TEST(AccessTokens, RefusesAnotherKindOfTokenFromTheSameKey) {
  const AccessTokens access = tokens();
  for (const char* typ : {"JWT", "reset+jwt", "AT+JWT", "application/at+jwt", ""}) {
    EXPECT_EQ(verify(access, signed_claims({}, typ), now).error(), TokenRefusal::type) << typ;
  }
}

TEST(AccessTokens, RefusesForeignSignaturesAndUnknownKids) {
  const AccessTokens access = tokens();
  const Jwk foreign = Jwk::from_secret(std::string(32, 'f'));
  EXPECT_EQ(verify(access, signed_claims({}, access_token_type, foreign), now).error(), TokenRefusal::signature);
  const Jwk posing = Jwk::from_secret(std::string(32, 'f'), SignatureAlgorithm::hs256, access.keys().signing().kid());
  EXPECT_EQ(verify(access, signed_claims({}, access_token_type, posing), now).error(), TokenRefusal::signature);
  const Jwk renamed = Jwk::from_secret(secret, SignatureAlgorithm::hs256, "unknown");
  EXPECT_EQ(verify(access, signed_claims({}, access_token_type, renamed), now).error(), TokenRefusal::signature);
  EXPECT_EQ(verify(access, "", now).error(), TokenRefusal::signature);
  EXPECT_EQ(verify(access, "a.b.c", now).error(), TokenRefusal::signature);
}

TEST(AccessTokens, RefusesATokenWithoutKid) {
  const AccessTokens access = tokens();
  const std::string token = signed_claims({});
  const std::string payload = token.substr(token.find('.'), token.rfind('.') - token.find('.'));
  const std::string input = base64url_encode(R"({"alg":"HS256","typ":"at+jwt"})") + payload;
  const std::string signature = Jwk::from_secret(secret).sign(SignatureAlgorithm::hs256, input);
  EXPECT_EQ(verify(access, input + '.' + base64url_encode(signature), now).error(), TokenRefusal::signature);
}

TEST(AccessTokens, PreviousSecretsVerifyButNeverSign) {
  const std::string next(32, 'n');
  const AccessTokens before = tokens();
  const AccessTokens during(TokenKeys::from_secrets(next, {secret}), {});
  const AccessTokens after(TokenKeys::from_secrets(next), {});
  const std::string old_token = before.issue(claims, now);
  const std::string new_token = during.issue(claims, now);
  EXPECT_TRUE(verify(during, old_token, now));
  EXPECT_TRUE(verify(during, new_token, now));
  EXPECT_EQ(verify(before, new_token, now).error(), TokenRefusal::signature);
  EXPECT_EQ(verify(after, old_token, now).error(), TokenRefusal::signature);
  EXPECT_TRUE(verify(after, new_token, now));
}

TEST(AccessTokens, SignsWithAPrivateKeyAndPublishesItsPublicHalf) {
  for (const auto& pkey : {make_ec("P-256"), make_ed25519()}) {
    const AccessTokens access(TokenKeys(*Jwk::from_pem(pem_of(pkey))), {});
    const std::string token = access.issue(claims, now);
    EXPECT_TRUE(verify(access, token, now));
    const auto published = parse_jwks(access.keys().jwks());
    ASSERT_TRUE(published);
    EXPECT_TRUE(verify_jws(token, *published));
    // The public key's text as a shared secret.
    const std::string jwks = access.keys().jwks();
    const Jwk confused = Jwk::from_secret(jwks, SignatureAlgorithm::hs256, access.keys().signing().kid());
    EXPECT_EQ(verify(access, signed_claims({}, access_token_type, confused), now).error(), TokenRefusal::signature);
  }
  EXPECT_EQ(tokens().keys().jwks(), R"({"keys":[]})");
}

TEST(TokenKeys, RefusesKeysThatCannotDoTheirWork) {
  EXPECT_THROW((void)TokenKeys::from_secrets(std::string(31, 's')), std::invalid_argument);
  EXPECT_THROW((void)TokenKeys::from_secrets(secret, {"short"}), std::invalid_argument);
  EXPECT_THROW((void)TokenKeys::from_secrets(secret, {secret}), std::invalid_argument);
  const Jwk pair = *Jwk::from_pem(pem_of(make_ed25519()));
  EXPECT_THROW(TokenKeys(std::move(parse_jwks(public_jwks({&pair, 1}))->front())), std::invalid_argument);
  EXPECT_THROW(TokenKeys(*Jwk::parse(fmt::format(R"({{"kty":"oct","k":"{}"}})", base64url_encode(secret)))),
               std::invalid_argument);
  try {
    (void)TokenKeys::from_secrets("hunter2");
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace redoubt
