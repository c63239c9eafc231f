// What strangers send as credentials: no token made of arbitrary bytes is ever believed, no key made of them can be
// verified with unless it is whole, and base64url has one spelling for each byte string.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "redoubt/base64url.hpp"
#include "redoubt/jws.hpp"

namespace {

constexpr std::string_view secret = "a secret that the fuzzer does not come by";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const std::array keys{redoubt::Jwk::from_secret(std::string(secret))};

  if (const auto decoded = redoubt::base64url_decode(bytes); decoded && redoubt::base64url_encode(*decoded) != bytes)
    std::abort();
  if (redoubt::verify_jws(bytes, keys)) std::abort();
  // The bytes as the header of a token that is whole otherwise: the checks behind the decoder are reached too.
  if (redoubt::verify_jws(redoubt::base64url_encode(bytes) + ".e30.AAAA", keys)) std::abort();
  if (auto key = redoubt::Jwk::parse(bytes)) {
    const std::array own{std::move(*key)};
    if (redoubt::verify_jws("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", own)) std::abort();
  }
  return 0;
}
