// The signals that the service acts on, taken one by one by the main thread instead of interrupting any.
#pragma once

#include <csignal>

#include "redoubt/runtime.hpp"

namespace redoubt::api {

// Make it before any thread starts: threads inherit what it blocks.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }

  // The next one, or 0 when none comes before `until`.
  [[nodiscard]] int wait(Clock::time_point until) const {
    const auto left = std::max(until - Clock::now(), Clock::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
    return std::max(sigtimedwait(&set_, nullptr, &limit), 0);
  }

 private:
  sigset_t set_{};
};

}  // namespace redoubt::api
