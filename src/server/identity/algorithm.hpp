// What each JWS algorithm asks of its key (RFC 7518 section 3, RFC 8037 section 3.1), in one table.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <string_view>

#include "redoubt/jwk.hpp"

namespace redoubt {

struct AlgorithmTraits {
  SignatureAlgorithm id;
  std::string_view name;
  Jwk::Type key_type;
  std::string_view curve;     // EC, OKP
  const EVP_MD* (*digest)();  // none for EdDSA
  std::size_t half_size = 0;  // ECDSA: bytes of r and of s
  bool pss = false;
};

[[nodiscard]] const AlgorithmTraits& traits_of(SignatureAlgorithm algorithm) noexcept;

}  // namespace redoubt
