// Which algorithms a key serves, and how its public half is written. Reading keys is in jwk_read.cpp, what a key does
// with bytes in signature.cpp.
#include "redoubt/jwk.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "identity/algorithm.hpp"
#include "identity/openssl.hpp"
#include "redoubt/base64url.hpp"
#include "redoubt/json.hpp"

namespace redoubt {
namespace {

constexpr int min_rsa_bits = 2048;  // RFC 7518 sections 3.3 and 3.5

}  // namespace

void Jwk::FreeKey::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}

Jwk::Secret::~Secret() {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

Jwk Jwk::from_secret(std::string secret, SignatureAlgorithm algorithm, std::string kid) {
  Jwk key;
  key.is_private_ = true;
  key.secret_.bytes = std::move(secret);
  key.alg_ = to_string(algorithm);
  key.kid_ = std::move(kid);
  if (key.kid_.empty()) {
    // Not the thumbprint, which would be a plain digest of the secret (RFC 7638 section 7).
    constexpr std::string_view label = "redoubt key id";
    constexpr std::size_t kid_bytes = 12;
    const std::string& bytes = key.secret_.bytes;
    std::string mac(SHA256_DIGEST_LENGTH, '\0');
    HMAC(EVP_sha256(), bytes.data(), static_cast<int>(bytes.size()), bytes_of(label), label.size(), bytes_of(mac),
         nullptr);
    key.kid_ = base64url_encode(std::string_view(mac).substr(0, kid_bytes));
  }
  return key;
}

bool Jwk::fits(SignatureAlgorithm algorithm) const noexcept {
  const AlgorithmTraits& traits = traits_of(algorithm);
  if (traits.key_type != type_ || traits.curve != curve_) return false;
  if (!alg_.empty() && alg_ != traits.name) return false;
  switch (type_) {
    case Type::oct:  // RFC 7518 section 3.2: as long as the hash, or longer
      return secret_.bytes.size() >= static_cast<std::size_t>(EVP_MD_get_size(traits.digest()));
    case Type::rsa:
      return EVP_PKEY_get_bits(key_.get()) >= min_rsa_bits;
    default:
      return true;
  }
}

bool Jwk::can_verify(SignatureAlgorithm algorithm) const noexcept {
  return may_verify_ && fits(algorithm);
}

bool Jwk::can_sign(SignatureAlgorithm algorithm) const noexcept {
  return may_sign_ && is_private_ && fits(algorithm);
}

std::optional<SignatureAlgorithm> Jwk::signing_algorithm() const noexcept {
  for (const SignatureAlgorithm algorithm : signature_algorithms()) {
    if (can_sign(algorithm)) return algorithm;
  }
  return std::nullopt;
}

// By name, in the order that RFC 7638 section 3.2 asks for.
void Jwk::write_required_members(json::Writer& writer) const {
  switch (type_) {
    case Type::oct:
      writer.member("k", base64url_encode(secret_.bytes)).member("kty", "oct");
      return;
    case Type::rsa:
      writer.member("e", e_).member("kty", "RSA").member("n", n_);
      return;
    case Type::ec:
      writer.member("crv", curve_).member("kty", "EC").member("x", x_).member("y", y_);
      return;
    case Type::okp:
      writer.member("crv", curve_).member("kty", "OKP").member("x", x_);
      return;
  }
}

std::string Jwk::thumbprint() const {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  write_required_members(writer);
  writer.end_object();
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes_of(text), text.size(), bytes_of(digest));
  return base64url_encode(digest);
}

bool Jwk::write_public(json::Writer& writer) const {
  if (type_ == Type::oct) return false;
  writer.begin_object();
  write_required_members(writer);
  if (!kid_.empty()) writer.member("kid", kid_);
  if (!alg_.empty()) writer.member("alg", alg_);
  writer.member("use", "sig").end_object();
  return true;
}

std::string public_jwks(std::span<const Jwk> keys) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object().name("keys").begin_array();
  for (const Jwk& key : keys) key.write_public(writer);
  writer.end_array().end_object();
  return text;
}

}  // namespace redoubt
