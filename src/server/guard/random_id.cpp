#include "guard/random_id.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <span>
#include <system_error>

namespace redoubt::guard {
namespace {

// One system call for many names.
class Pool {
 public:
  std::span<const unsigned char> take(std::size_t bytes) {
    if (bytes_.size() - used_ < bytes) refill();
    used_ += bytes;
    return std::span(bytes_).subspan(used_ - bytes, bytes);
  }

 private:
  void refill() {
    // A signal can cut short what is longer than 256 bytes (getrandom(2)).
    for (std::size_t filled = 0; filled < bytes_.size();) {
      const ssize_t got = getrandom(bytes_.data() + filled, bytes_.size() - filled, 0);
      if (got > 0) filled += static_cast<std::size_t>(got);
      if (got < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "No random bytes for a request's id: getrandom failed");
    }
    used_ = 0;
  }

  std::array<unsigned char, 2048> bytes_;
  std::size_t used_ = bytes_.size();
};

}  // namespace

std::string random_id(std::size_t bytes) {
  assert(bytes > 0 && bytes <= 16);
  thread_local Pool pool;
  std::span<const unsigned char> random;
  do {
    random = pool.take(bytes);
  } while (std::ranges::all_of(random, [](unsigned char byte) { return byte == 0; }));

  constexpr char digits[] = "0123456789abcdef";
  std::string id(2 * bytes, '0');
  auto at = id.begin();
  for (const unsigned char byte : random) {
    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 0xf];
  }
  return id;
}

}  // namespace redoubt::guard
