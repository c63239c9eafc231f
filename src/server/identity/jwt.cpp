#include "redoubt/jwt.hpp"

#include <openssl/rand.h>

#include <cmath>

#include "identity/openssl.hpp"
#include "redoubt/base64url.hpp"
#include "redoubt/json.hpp"
#include "redoubt/jws.hpp"

namespace redoubt {
namespace {

using std::chrono::sys_seconds;
using std::chrono::system_clock;

constexpr std::size_t token_id_size = 16;  // bytes
constexpr std::size_t max_claims_depth = 4;
// NumericDates beyond the year 9999 are nobody's, and would overflow a clock.
constexpr double max_numeric_date = 253402300799;

std::string random_token_id() {
  std::string bytes(token_id_size, '\0');
  if (RAND_bytes(bytes_of(bytes), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("OpenSSL has no random bytes");
  }
  return base64url_encode(bytes);
}

double to_numeric_date(system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

sys_seconds from_numeric_date(double date) {
  return sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(std::floor(date))));
}

// RFC 7519 section 2: seconds since the epoch, whole or not.
std::optional<double> numeric_date(const json::Value& claims, std::string_view name) {
  const auto claim = claims.find(name);
  if (!claim || !claim->is_number()) return std::nullopt;
  const double date = claim->number();
  if (date < 0 || date > max_numeric_date) return std::nullopt;
  return date;
}

std::optional<std::string_view> text(const json::Value& claims, std::string_view name) {
  const auto claim = claims.find(name);
  if (!claim || !claim->is_string()) return std::nullopt;
  return claim->string();
}

// RFC 7519 section 4.1.3: one string, or an array of strings. None when it is neither.
std::optional<bool> is_for(const json::Value& claims, std::string_view audience) {
  const auto claim = claims.find("aud");
  if (!claim) return std::nullopt;
  if (claim->is_string()) return claim->string() == audience;
  if (!claim->is_array()) return std::nullopt;
  bool found = false;
  for (const json::Value element : claim->elements()) {
    if (!element.is_string()) return std::nullopt;
    found = found || element.string() == audience;
  }
  return found;
}

// The claims that only this service gives a meaning to; none when one is of the wrong form.
std::optional<TokenClaims> own_claims(const json::Value& claims) {
  const auto subject = text(claims, "sub");
  const auto session = text(claims, "sid");
  const auto scope = text(claims, "scope");
  const auto roles = claims.find("roles");
  if (!subject || subject->empty() || !session || !scope || !roles || !roles->is_array()) return std::nullopt;
  TokenClaims own{
      .subject = std::string(*subject), .session = std::string(*session), .scope = std::string(*scope), .roles = {}};
  for (const json::Value role : roles->elements()) {
    if (!role.is_string()) return std::nullopt;
    own.roles.emplace_back(role.string());
  }
  return own;
}

}  // namespace

TokenKeys::TokenKeys(Jwk signing, std::vector<Jwk> previous) {
  if (!signing.signing_algorithm()) throw std::invalid_argument("the token signing key cannot sign");
  keys_.reserve(1 + previous.size());
  keys_.push_back(std::move(signing));
  std::ranges::move(previous, std::back_inserter(keys_));
  for (const Jwk& key : keys_) {
    if (key.kid().empty()) throw std::invalid_argument("a token key has no kid (give each key its own)");
    if (find(key.kid()) != &key) {
      throw std::invalid_argument("the same token key is given twice (leave it out of the previous ones)");
    }
  }
}

TokenKeys TokenKeys::from_secrets(std::string secret, std::vector<std::string> previous) {
  const auto key = [](std::string bytes) {
    if (bytes.size() < min_jwt_secret_size) {
      throw std::invalid_argument(
          fmt::format("a token secret has {} bytes, and needs {} (make one: openssl rand -hex 32)", bytes.size(),
                      min_jwt_secret_size));
    }
    return Jwk::from_secret(std::move(bytes));
  };
  std::vector<Jwk> previous_keys;
  for (std::string& bytes : previous) previous_keys.push_back(key(std::move(bytes)));
  return TokenKeys(key(std::move(secret)), std::move(previous_keys));
}

const Jwk* TokenKeys::find(std::string_view kid) const noexcept {
  const auto found = std::ranges::find(keys_, kid, &Jwk::kid);
  return found == keys_.end() ? nullptr : &*found;
}

std::string_view to_string(TokenRefusal refusal) noexcept {
  switch (refusal) {
    case TokenRefusal::signature:
      return "signature";
    case TokenRefusal::type:
      return "type";
    case TokenRefusal::claims:
      return "claims";
    case TokenRefusal::issuer:
      return "issuer";
    case TokenRefusal::audience:
      return "audience";
    case TokenRefusal::not_yet:
      return "not_yet";
    case TokenRefusal::expired:
      return "expired";
  }
  return "";
}

std::string AccessTokens::issue(const TokenClaims& claims, system_clock::time_point now) const {
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  std::string payload;
  json::Writer writer(payload);
  writer.begin_object()
      .member("iss", options_.issuer)
      .member("aud", options_.audience)
      .member("sub", claims.subject)
      .member("iat", std::int64_t{issued_at.count()})
      .member("nbf", std::int64_t{issued_at.count()})
      .member("exp", std::int64_t{(issued_at + options_.lifetime).count()})
      .member("jti", random_token_id())
      .member("sid", claims.session)
      .member("scope", claims.scope)
      .name("roles")
      .begin_array();
  for (const std::string& role : claims.roles) writer.value(role);
  writer.end_array().end_object();
  return sign_jws(payload, keys_.signing(), access_token_type);
}

std::expected<AccessToken, TokenRefusal> AccessTokens::verify(std::string_view token,
                                                              system_clock::time_point now) const {
  const auto refused = [](TokenRefusal refusal) { return std::unexpected(refusal); };
  const auto jws = verify_jws(token, keys_.all());
  if (!jws) return refused(TokenRefusal::signature);
  const json::Value header = jws->header.root();
  // Without a kid any key may have verified it: not a token that issue() made.
  if (!header.find("kid")) return refused(TokenRefusal::signature);
  if (text(header, "typ") != access_token_type) return refused(TokenRefusal::type);

  const auto document = json::parse(jws->payload, max_claims_depth);
  if (!document || !document->root().is_object()) return refused(TokenRefusal::claims);
  const json::Value claims = document->root();
  const auto issuer = text(claims, "iss");
  const auto for_us = is_for(claims, options_.audience);
  const auto issued_at = numeric_date(claims, "iat");
  const auto not_before = numeric_date(claims, "nbf");
  const auto expires_at = numeric_date(claims, "exp");
  const auto id = text(claims, "jti");
  auto own = own_claims(claims);
  if (!issuer || !for_us || !issued_at || !not_before || !expires_at || !id || id->empty() || !own) {
    return refused(TokenRefusal::claims);
  }
  if (*issuer != options_.issuer) return refused(TokenRefusal::issuer);
  if (!*for_us) return refused(TokenRefusal::audience);
  const double date = to_numeric_date(now);
  // RFC 7519 section 4.1.4: refused on or after exp.
  if (date >= *expires_at) return refused(TokenRefusal::expired);
  const double ahead = date + std::chrono::duration<double>(options_.leeway).count();
  if (*not_before > ahead || *issued_at > ahead) return refused(TokenRefusal::not_yet);
  return AccessToken{.claims = *std::move(own),
                     .id = std::string(*id),
                     .issued_at = from_numeric_date(*issued_at),
                     .expires_at = from_numeric_date(*expires_at)};
}

}  // namespace redoubt
