#include "guard/keyed_digest.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>

namespace redoubt::guard {
namespace {

struct Release {
  void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};

using Secret = std::array<unsigned char, 16>;

Secret random_secret() {
  Secret secret{};
  if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1) {
    throw std::runtime_error("No secret for the fingerprints of keys: OpenSSL has no random bytes");
  }
  return secret;
}

// One context a thread: making one costs more than using it.
class SipHash {
 public:
  SipHash() {
    const std::unique_ptr<EVP_MAC, Release> mac(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr));
    if (mac) context_.reset(EVP_MAC_CTX_new(mac.get()));
    if (!context_) fail();
  }

  Digest operator()(const Secret& secret, std::string_view key) {
    Digest digest{};
    std::size_t size = 0;
    if (EVP_MAC_init(context_.get(), secret.data(), secret.size(), nullptr) != 1 ||
        EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(key.data()), key.size()) != 1 ||
        EVP_MAC_final(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size, sizeof digest) != 1 ||
        size != sizeof digest) {
      fail();
    }
    return digest;
  }

 private:
  [[noreturn]] static void fail() {
    throw std::runtime_error("OpenSSL cannot compute SipHash: is its provider loaded?");
  }

  std::unique_ptr<EVP_MAC_CTX, Release> context_;
};

}  // namespace

Digest keyed_digest(std::string_view key) {
  static const Secret secret = random_secret();
  thread_local SipHash sip_hash;
  return sip_hash(secret, key);
}

}  // namespace redoubt::guard
