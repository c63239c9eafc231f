// JSON Web Signatures in compact serialization (RFC 7515), the layer under access tokens. Only keys handed in are ever
// used: what a token says about its own key (jwk, jku, x5u, x5c) is ignored. `none`, `crit`, `b64` and `zip` are
// refused, whatever their value.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "redoubt/json.hpp"
#include "redoubt/jwk.hpp"

namespace redoubt {

// Longer tokens are refused unread: a header line could not carry them either.
inline constexpr std::size_t default_max_token_size = 8 * 1024;

struct JwsOptions {
  std::span<const SignatureAlgorithm> algorithms = signature_algorithms();
  std::size_t max_size = default_max_token_size;  // bytes
};

struct Jws {
  json::Document header;
  std::string payload;
  SignatureAlgorithm algorithm;
};

// Verifies with the keys that the header's `kid` allows: a key and a header that both name a `kid` must name the same.
// The error is a fixed sentence.
[[nodiscard]] std::expected<Jws, std::string_view> verify_jws(std::string_view token, std::span<const Jwk> keys,
                                                              const JwsOptions& options = {});

// Signs with the key's own algorithm and writes alg, kid and typ. Throws std::logic_error when the key cannot sign.
[[nodiscard]] std::string sign_jws(std::string_view payload, const Jwk& key, std::string_view typ);

// `redoubt-api jws verify`: 0 valid (the payload goes to standard output), 1 not, 2 unreadable files or arguments.
// `algorithms`: names separated by commas; empty for all. One line feed at the end of the token's file is no part of
// the token.
[[nodiscard]] int jws_verify_command(const std::string& jwk_file, const std::string& token_file,
                                     std::string_view algorithms);

}  // namespace redoubt
