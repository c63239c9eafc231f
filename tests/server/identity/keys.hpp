// Keys for the tests of this folder, made with OpenSSL for them alone.
#pragma once

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>

#include "redoubt/base64url.hpp"

namespace redoubt::testing {

struct FreePkey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;

inline Pkey make_ec(const char* group) {
  return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group));
}
inline Pkey make_ed25519() {
  return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}
inline Pkey make_rsa(std::size_t bits) {
  return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
}

inline std::string pem_of(const Pkey& key) {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

// A number of the key in base64url, padded to `size` bytes unless that is 0.
inline std::string number_of(const Pkey& key, const char* name, int size = 0) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key.get(), name, &number);
  std::string bytes(static_cast<std::size_t>(size == 0 ? BN_num_bytes(number) : size), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(number);
  return base64url_encode(bytes);
}

// `more`: members to add, each with its comma before it.
inline std::string ec_jwk(const Pkey& key, std::string_view curve, int size, bool with_private,
                          std::string_view more = {}) {
  return fmt::format(R"({{"kty":"EC","crv":"{}","x":"{}","y":"{}"{}{}}})", curve,
                     number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, size), number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, size),
                     with_private ? fmt::format(R"(,"d":"{}")", number_of(key, OSSL_PKEY_PARAM_PRIV_KEY, size)) : "",
                     more);
}
inline std::string rsa_jwk(const Pkey& key, std::string_view more = {}) {
  return fmt::format(R"({{"kty":"RSA","n":"{}","e":"{}"{}}})", number_of(key, OSSL_PKEY_PARAM_RSA_N),
                     number_of(key, OSSL_PKEY_PARAM_RSA_E), more);
}

// An RSA signature as RS* or PS* has it: this library makes none itself.
inline std::string rsa_sign(const Pkey& key, const EVP_MD* digest, bool pss, int salt_size, std::string_view input) {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key_context = nullptr;
  EVP_DigestSignInit(context, &key_context, digest, nullptr, key.get());
  if (pss) {
    EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, salt_size);
  }
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = signature.size();
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(input.data()), input.size());
  EVP_MD_CTX_free(context);
  return signature;
}

}  // namespace redoubt::testing
