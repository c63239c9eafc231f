// Keeps strangers from filling the audit log by events that anybody can cause without end: refused requests. Of like
// events the first is to be recorded by itself, and those that follow within a minute by their number. Called by
// whoever records refusals (ApplicationOptions::on_refusal); it records nothing itself, and holds a bounded number of
// kinds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "redoubt/audit.hpp"
#include "redoubt/runtime.hpp"

namespace redoubt {

// What makes events alike.
struct EventKind {
  AuditEvent event;
  std::string account{};  // its id; empty: nobody that is known
  std::string client{};   // as subscriber() names it; empty: many
  std::string route{};    // empty: whichever

  auto operator<=>(const EventKind&) const = default;
};

class AuditFolding {
 public:
  // How many kinds are told apart in a minute: it bounds both the memory and the lines.
  static constexpr std::size_t default_max_kinds = 1000;
  static constexpr std::chrono::minutes period{1};
  explicit AuditFolding(std::size_t max_kinds = default_max_kinds) : max_kinds_(max_kinds) {}

  // From any thread. True: record this event. False: it was counted, for take_ended(). While there are max_kinds
  // already, an event of another kind is counted among those of "many" clients, without account and route.
  [[nodiscard]] bool is_first(const EventKind& kind, Clock::time_point now);

  struct Counted {
    EventKind kind;
    std::uint64_t count;  // besides the first
  };
  // What was counted in minutes that are over: to be recorded. To be called about once a second, and at the end with
  // Clock::time_point::max().
  [[nodiscard]] std::vector<Counted> take_ended(Clock::time_point now);

 private:
  struct Minute {
    Clock::time_point end;
    std::uint64_t count = 0;
  };

  const std::size_t max_kinds_;
  std::mutex mutex_;
  std::map<EventKind, Minute> minutes_;
};

}  // namespace redoubt
