// How much longer the peer may keep a transfer waiting. Used for bodies that come in and answers that go out.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "redoubt/runtime.hpp"

namespace redoubt::net {

// Bytes earn time at the minimum rate, but never more than `grace`: else a burst would buy a connection that does
// nothing for long. Only waiting for the peer uses it up.
class Patience {
 public:
  Patience() = default;
  Patience(std::chrono::nanoseconds grace, std::uint64_t bytes_per_second) noexcept
      : grace_(grace), left_(grace), bytes_per_second_(bytes_per_second) {}

  // The moment at which it ends.
  [[nodiscard]] Clock::time_point begin_wait() noexcept {
    begin_ = Clock::now();
    return begin_ + left_;
  }
  void end_wait(std::size_t bytes) noexcept {
    const std::chrono::microseconds earned(std::uint64_t{bytes} * 1'000'000 / bytes_per_second_);
    left_ = std::min<std::chrono::nanoseconds>(left_ - (Clock::now() - begin_) + earned, grace_);
  }

 private:
  std::chrono::nanoseconds grace_{};
  std::chrono::nanoseconds left_{};
  std::uint64_t bytes_per_second_ = 1;
  Clock::time_point begin_;
};

}  // namespace redoubt::net
