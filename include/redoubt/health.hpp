// Whether the service should be sent requests: /health/ready asks it, a load balancer acts on it. Parts of the service
// add a named check at the start; shutting down sets it draining. It never keeps an answer: each question runs the
// checks anew.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "redoubt/task.hpp"

namespace redoubt {

class Readiness {
 public:
  // Gives true when its part can serve. One that throws counts as false. It should carry a deadline of its own.
  using Check = std::function<Task<bool>()>;

  // Before serving begins. The function must stay callable as long as the Readiness lives.
  void add(std::string name, Check check) { checks_.emplace_back(std::move(name), std::move(check)); }

  // From any thread: from now on not ready, so that load balancers send nothing new while open requests end.
  void drain() noexcept { draining_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool draining() const noexcept { return draining_.load(std::memory_order_relaxed); }

  // The names of the checks that fail now, "draining" first while it is; empty: ready. For the log and for operators;
  // the answer to the public is only whether it is empty.
  [[nodiscard]] Task<std::vector<std::string>> failing() const;

 private:
  std::vector<std::pair<std::string, Check>> checks_;
  std::atomic<bool> draining_ = false;
};

}  // namespace redoubt
