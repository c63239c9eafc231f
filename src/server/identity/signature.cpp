// Signatures over bytes: OpenSSL's primitives behind the exact encodings of RFC 7518 section 3 and RFC 8037.
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "identity/algorithm.hpp"
#include "identity/openssl.hpp"
#include "redoubt/jwk.hpp"

namespace redoubt {
namespace {

std::string hmac(const EVP_MD* digest, std::string_view secret, std::string_view input) {
  std::string mac(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  HMAC(digest, secret.data(), static_cast<int>(secret.size()), bytes_of(input), input.size(), bytes_of(mac), nullptr);
  return mac;
}

// RFC 7518 section 3.4: r and s, each of the curve's full size, where OpenSSL has ASN.1.
std::optional<std::string> ecdsa_to_der(std::string_view signature, std::size_t half_size) {
  if (signature.size() != 2 * half_size) return std::nullopt;
  const EcdsaSigPtr parts(ECDSA_SIG_new());
  ECDSA_SIG_set0(parts.get(), bignum(signature.substr(0, half_size)).release(),
                 bignum(signature.substr(half_size)).release());
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(parts.get(), nullptr)), '\0');
  unsigned char* out = bytes_of(der);
  i2d_ECDSA_SIG(parts.get(), &out);
  return der;
}

std::string ecdsa_from_der(std::string_view der, std::size_t half_size) {
  const unsigned char* in = bytes_of(der);
  const EcdsaSigPtr parts(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  std::string signature(2 * half_size, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), bytes_of(signature), static_cast<int>(half_size));
  BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), bytes_of(signature) + half_size, static_cast<int>(half_size));
  return signature;
}

// RFC 7518 section 3.5: MGF1 with the same hash, and a salt as long as the hash.
bool set_pss(EVP_PKEY_CTX* context, const EVP_MD* digest) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

}  // namespace

bool Jwk::verify(SignatureAlgorithm algorithm, std::string_view input, std::string_view signature) const {
  if (!can_verify(algorithm)) return false;
  const OpensslErrorsCleared cleared;
  const AlgorithmTraits& traits = traits_of(algorithm);
  const EVP_MD* const digest = traits.digest ? traits.digest() : nullptr;
  if (type_ == Type::oct) {
    const std::string mac = hmac(digest, secret_.bytes, input);
    return mac.size() == signature.size() && CRYPTO_memcmp(mac.data(), signature.data(), mac.size()) == 0;
  }
  std::optional<std::string> der;
  if (type_ == Type::ec) {
    der = ecdsa_to_der(signature, traits.half_size);
    if (!der) return false;
    signature = *der;
  }
  // RFC 8017 sections 8.1.2 and 8.2.2, step 1: as long as the modulus. OpenSSL takes one whose leading zeros are left
  // out, and so two texts for the same signature.
  if (type_ == Type::rsa && signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()))) return false;
  const MdContextPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  return context && EVP_DigestVerifyInit(context.get(), &key_context, digest, nullptr, key_.get()) == 1 &&
         (!traits.pss || set_pss(key_context, digest)) &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(input), input.size()) == 1;
}

std::string Jwk::sign(SignatureAlgorithm algorithm, std::string_view input) const {
  if (!can_sign(algorithm)) throw std::logic_error("this key cannot sign with that algorithm");
  const OpensslErrorsCleared cleared;
  const AlgorithmTraits& traits = traits_of(algorithm);
  const EVP_MD* const digest = traits.digest ? traits.digest() : nullptr;
  if (type_ == Type::oct) return hmac(digest, secret_.bytes, input);
  const MdContextPtr context(EVP_MD_CTX_new());
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  std::string signature(size, '\0');
  if (!context || EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(input), input.size()) != 1) {
    throw std::runtime_error("OpenSSL could not sign");
  }
  signature.resize(size);
  return type_ == Type::ec ? ecdsa_from_der(signature, traits.half_size) : signature;
}

}  // namespace redoubt
