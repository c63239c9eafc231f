#include "telemetry/audit_key.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <vector>

namespace redoubt {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void require(bool done, std::string_view what) {
  if (!done) throw std::runtime_error(fmt::format("OpenSSL could not {}", what));
}

std::string to_hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 0xF];
  }
  return out;
}

// The digits were checked before.
std::vector<unsigned char> from_hexadecimal(std::string_view digits) {
  const auto value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::vector<unsigned char> bytes(digits.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(value(digits[2 * i]) << 4 | value(digits[2 * i + 1]));
  }
  return bytes;
}

}  // namespace

bool is_hexadecimal(std::string_view text, std::size_t digits) noexcept {
  return text.size() == digits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  require(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1, "hash");
  return to_hexadecimal(digest);
}

std::string random_digits(std::size_t bytes) {
  std::vector<unsigned char> random(bytes);
  require(RAND_bytes(random.data(), static_cast<int>(bytes)) == 1, "make random bytes");
  return to_hexadecimal(random);
}

HashingKey::HashingKey() {
  require(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1, "make random bytes");
}

std::string HashingKey::hash(std::string_view bytes) const {
  std::array<unsigned char, 32> digest{};
  std::size_t size = 0;
  require(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key_.data(), key_.size(), bytes_of(bytes),
                    bytes.size(), digest.data(), digest.size(), &size) != nullptr,
          "hash");
  return to_hexadecimal(std::span(digest).first<16>());
}

SigningKey::SigningKey(Handle key) : key_(std::move(key)) {
  std::array<unsigned char, 32> raw{};
  std::size_t size = raw.size();
  require(EVP_PKEY_get_raw_public_key(static_cast<EVP_PKEY*>(key_.get()), raw.data(), &size) == 1,
          "tell the public key");
  public_key_ = to_hexadecimal(raw);
}

SigningKey SigningKey::make() {
  Handle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
             [](void* made) { EVP_PKEY_free(static_cast<EVP_PKEY*>(made)); });
  require(key != nullptr, "make an Ed25519 key");
  return SigningKey(std::move(key));
}

SigningKey SigningKey::from_file(const std::string& pem_path) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(pem_path.c_str(), "r"), &BIO_free);
  if (!file) throw std::runtime_error(fmt::format("the audit key file {} cannot be read", pem_path));
  // An empty passphrase instead of none: OpenSSL would ask for it on the terminal.
  std::string no_passphrase;
  Handle key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, no_passphrase.data()),
             [](void* read) { EVP_PKEY_free(static_cast<EVP_PKEY*>(read)); });
  if (!key || EVP_PKEY_is_a(static_cast<EVP_PKEY*>(key.get()), "ED25519") != 1) {
    throw std::runtime_error(
        fmt::format("the audit key file {} holds no Ed25519 private key in PEM; make one with "
                    "`openssl genpkey -algorithm ed25519 -out FILE`",
                    pem_path));
  }
  return SigningKey(std::move(key));
}

std::string SigningKey::sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::array<unsigned char, 64> signature{};
  std::size_t size = signature.size();
  require(context &&
              EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, static_cast<EVP_PKEY*>(key_.get())) == 1 &&
              EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(message), message.size()) == 1,
          "sign");
  return to_hexadecimal(signature);
}

bool signature_is_valid(std::string_view public_key, std::string_view message, std::string_view signature) noexcept {
  if (!is_hexadecimal(public_key, public_key_digits) || !is_hexadecimal(signature, signature_digits)) return false;
  const auto raw = from_hexadecimal(public_key);
  const auto signature_bytes = from_hexadecimal(signature);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()), &EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature_bytes.data(), signature_bytes.size(), bytes_of(message),
                          message.size()) == 1;
}

}  // namespace redoubt
