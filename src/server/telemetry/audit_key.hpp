// The cryptography of the audit log, all of it OpenSSL's: SHA-256, HMAC-SHA-256 and Ed25519. Used by the audit sources
// alone. Private keys never leave it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace redoubt {

// Lower-case hexadecimal digits.
inline constexpr std::size_t hash_digits = 64;
inline constexpr std::size_t public_key_digits = 64;
inline constexpr std::size_t signature_digits = 128;

[[nodiscard]] bool is_hexadecimal(std::string_view text, std::size_t digits) noexcept;
[[nodiscard]] std::string sha256(std::string_view bytes);

// Bytes from OpenSSL's generator, as hexadecimal digits.
[[nodiscard]] std::string random_digits(std::size_t bytes);

// A key that is made at the start and forgotten at the end, for hashing what must not be guessed from its hash.
class HashingKey {
 public:
  HashingKey();
  // HMAC-SHA-256, its first half: 32 digits.
  [[nodiscard]] std::string hash(std::string_view bytes) const;

 private:
  std::array<unsigned char, 32> key_{};
};

class SigningKey {
 public:
  // Throws std::runtime_error when the file holds no Ed25519 private key.
  static SigningKey from_file(const std::string& pem_path);
  static SigningKey make();

  [[nodiscard]] const std::string& public_key() const noexcept { return public_key_; }
  [[nodiscard]] std::string sign(std::string_view message) const;

 private:
  // EVP_PKEY, which public headers of OpenSSL would bring along.
  using Handle = std::shared_ptr<void>;  // shared_ptr for its type-erased deleter
  explicit SigningKey(Handle key);
  Handle key_;
  std::string public_key_;
};

[[nodiscard]] bool signature_is_valid(std::string_view public_key, std::string_view message,
                                      std::string_view signature) noexcept;

}  // namespace redoubt
