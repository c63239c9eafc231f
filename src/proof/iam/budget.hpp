// How much an answer may cost. Containment of policies is hard in general: what does not fit is left undecided.
#pragma once

#include <chrono>
#include <cstddef>

namespace redoubt::iam {

class Budget {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Budget(std::chrono::milliseconds time) : deadline_(Clock::now() + time) {}

  // Counts one step; true once the time is spent. The clock is asked every few hundred steps only.
  [[nodiscard]] bool spent() {
    constexpr std::size_t steps_between_looks = 256;
    if (!spent_ && ++steps_ % steps_between_looks == 0) spent_ = Clock::now() >= deadline_;
    return spent_;
  }
  [[nodiscard]] bool was_spent() const { return spent_; }

 private:
  Clock::time_point deadline_;
  std::size_t steps_ = 0;
  bool spent_ = false;
};

}  // namespace redoubt::iam
