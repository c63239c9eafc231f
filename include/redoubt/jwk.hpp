// A key for signatures: a JSON Web Key (RFC 7517, RFC 7518 section 6, RFC 8037), a PEM private key or a shared secret.
// Called where keys are configured and where tokens are verified. It never fetches a key, never prints a secret, and
// serves no algorithm that its own members do not allow.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace redoubt {

namespace json {
class Value;
class Writer;
}  // namespace json

// The JWS algorithms of RFC 7518 section 3.1 and RFC 8037 section 3.1. There is no `none`.
enum class SignatureAlgorithm : std::uint8_t {
  hs256,
  hs384,
  hs512,
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
  es256,
  es384,
  es512,
  eddsa
};

// Every algorithm, in the order of the enumeration.
[[nodiscard]] std::span<const SignatureAlgorithm> signature_algorithms() noexcept;
// The registered name, as "ES256".
[[nodiscard]] std::string_view to_string(SignatureAlgorithm algorithm) noexcept;
// By its exact name (RFC 7515 section 4.1.1: case-sensitive).
[[nodiscard]] std::optional<SignatureAlgorithm> find_signature_algorithm(std::string_view name) noexcept;

class Jwk {
 public:
  enum class Type : std::uint8_t { oct, rsa, ec, okp };

  // One JWK. The error is a sentence that names the member at fault, never its value.
  [[nodiscard]] static std::expected<Jwk, std::string> parse(std::string_view json);
  [[nodiscard]] static std::expected<Jwk, std::string> from_json(const json::Value& object);

  // An HMAC key; without a `kid` the key derives one that says nothing about the secret.
  [[nodiscard]] static Jwk from_secret(std::string secret, SignatureAlgorithm algorithm = SignatureAlgorithm::hs256,
                                       std::string kid = {});

  // An unencrypted PEM private key, EC P-256 (ES256) or Ed25519 (EdDSA); `kid` is its thumbprint.
  [[nodiscard]] static std::expected<Jwk, std::string> from_pem(std::string_view pem);

  [[nodiscard]] Type type() const noexcept { return type_; }
  [[nodiscard]] const std::string& kid() const noexcept { return kid_; }
  // The key's own `alg`; empty when it names none.
  [[nodiscard]] const std::string& alg() const noexcept { return alg_; }

  // Whether this key may verify (or make) signatures of that algorithm: its own `alg` if it names one, else those of
  // its type, curve and size (RFC 7518 sections 3.2 to 3.5), and only if `use` and `key_ops` allow it.
  [[nodiscard]] bool can_verify(SignatureAlgorithm algorithm) const noexcept;
  [[nodiscard]] bool can_sign(SignatureAlgorithm algorithm) const noexcept;
  // The algorithm to sign with: the first that this key can.
  [[nodiscard]] std::optional<SignatureAlgorithm> signing_algorithm() const noexcept;

  // RFC 7638, SHA-256, base64url.
  [[nodiscard]] std::string thumbprint() const;

  // Writes the public key as a JWK object with kid, alg and use; false, and nothing written, for a shared secret.
  bool write_public(json::Writer& writer) const;

  // The signature over `input`; throws std::logic_error when can_sign(algorithm) is false.
  [[nodiscard]] std::string sign(SignatureAlgorithm algorithm, std::string_view input) const;
  // Constant time for HMAC. False also when can_verify(algorithm) is false.
  [[nodiscard]] bool verify(SignatureAlgorithm algorithm, std::string_view input, std::string_view signature) const;

 private:
  struct FreeKey {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using KeyHandle = std::unique_ptr<evp_pkey_st, FreeKey>;
  // Cleared when it ends.
  struct Secret {
    Secret() = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret&&) noexcept = default;
    ~Secret();
    std::string bytes;
  };

  Jwk() = default;
  [[nodiscard]] std::expected<void, std::string> read_oct(const json::Value& object);
  [[nodiscard]] std::expected<void, std::string> read_rsa(const json::Value& object);
  [[nodiscard]] std::expected<void, std::string> read_ec(const json::Value& object);
  [[nodiscard]] std::expected<void, std::string> read_okp(const json::Value& object);
  [[nodiscard]] bool fits(SignatureAlgorithm algorithm) const noexcept;
  void write_required_members(json::Writer& writer) const;

  Type type_ = Type::oct;
  bool is_private_ = false;
  bool may_verify_ = true;
  bool may_sign_ = true;
  std::string kid_;
  std::string alg_;
  std::string curve_;          // EC, OKP
  std::string x_, y_, n_, e_;  // as a JWK spells them
  Secret secret_;              // oct
  KeyHandle key_;              // all others
};

// A JWK, or a JWK Set (RFC 7517 section 5), in which keys of unknown kinds are passed over.
[[nodiscard]] std::expected<std::vector<Jwk>, std::string> parse_jwks(std::string_view json);

// The JWK Set of the public keys among these; shared secrets stay out.
[[nodiscard]] std::string public_jwks(std::span<const Jwk> keys);

}  // namespace redoubt
