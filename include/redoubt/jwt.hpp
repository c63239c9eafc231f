// Access tokens: JSON Web Tokens (RFC 7519) signed by this service for itself. Called at sign-in and refresh to issue,
// and on every authenticated request to verify. A token is accepted only if this service could have issued it just so:
// the same type, issuer, audience and key id; no key is ever fetched. Time is handed in.
#pragma once

#include <chrono>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/jwk.hpp"

namespace redoubt {

// The header's `typ` (RFC 9068 section 2.1; RFC 8725 section 3.11): no other kind of token passes for an access token.
// Of RFC 9068 `client_id` is left out: there are no registered clients.
inline constexpr std::string_view access_token_type = "at+jwt";

// The least length of a shared secret (RFC 7518 section 3.2, for HS256), in bytes.
inline constexpr std::size_t min_jwt_secret_size = 32;

// What signs and what verifies. Previous keys, of a rotation under way, only verify.
class TokenKeys {
 public:
  // Throws std::invalid_argument with a sentence for whoever configures: a signing key that cannot sign, a key without
  // kid, two keys with one kid.
  explicit TokenKeys(Jwk signing, std::vector<Jwk> previous = {});

  // HS256 with the bytes of `secret`, as JWT_SECRET and JWT_SECRET_PREVIOUS give them. Throws std::invalid_argument
  // also for a secret under min_jwt_secret_size bytes.
  [[nodiscard]] static TokenKeys from_secrets(std::string secret, std::vector<std::string> previous = {});

  [[nodiscard]] const Jwk& signing() const noexcept { return keys_.front(); }
  [[nodiscard]] std::span<const Jwk> all() const noexcept { return keys_; }
  // The key with that kid; null when there is none.
  [[nodiscard]] const Jwk* find(std::string_view kid) const noexcept;
  // The JWK Set for /.well-known/jwks.json; without keys where secrets are shared.
  [[nodiscard]] std::string jwks() const { return public_jwks(keys_); }

 private:
  std::vector<Jwk> keys_;  // the signing key first
};

struct TokenClaims {
  std::string subject;             // sub
  std::string session;             // sid
  std::string scope;               // scope: names separated by spaces
  std::vector<std::string> roles;  // roles
};

struct AccessToken {
  TokenClaims claims;
  std::string id;  // jti
  std::chrono::sys_seconds issued_at;
  std::chrono::sys_seconds expires_at;
};

enum class TokenRefusal : std::uint8_t {
  signature,  // not a token that one of the keys signed
  type,       // signed, but not as an access token
  claims,     // a claim is missing or of the wrong form
  issuer,     // someone else's
  audience,   // for someone else
  not_yet,    // issued, or valid, only in the future
  expired,
};
// One word for logs and metrics.
[[nodiscard]] std::string_view to_string(TokenRefusal refusal) noexcept;

class AccessTokens {
 public:
  struct Options {
    std::string issuer = "redoubt";
    std::string audience = "redoubt";
    std::chrono::seconds lifetime = std::chrono::minutes(15);
    // How far another instance's clock may run ahead: for iat and nbf only. A token never outlives its exp.
    std::chrono::seconds leeway = std::chrono::seconds(30);
  };

  AccessTokens(TokenKeys keys, Options options) : keys_(std::move(keys)), options_(std::move(options)) {}

  [[nodiscard]] const TokenKeys& keys() const noexcept { return keys_; }
  [[nodiscard]] std::chrono::seconds lifetime() const noexcept { return options_.lifetime; }

  // A signed token, valid from `now` for the lifetime, with a random jti of 128 bits.
  [[nodiscard]] std::string issue(const TokenClaims& claims, std::chrono::system_clock::time_point now) const;

  [[nodiscard]] std::expected<AccessToken, TokenRefusal> verify(std::string_view token,
                                                                std::chrono::system_clock::time_point now) const;

 private:
  TokenKeys keys_;
  Options options_;
};

}  // namespace redoubt
