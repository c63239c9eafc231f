#include "redoubt/audit_folding.hpp"

#include <algorithm>
#include <utility>

namespace redoubt {

bool AuditFolding::is_first(const EventKind& kind, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  auto found = minutes_.find(kind);
  if (found == minutes_.end()) {
    const bool has_room = minutes_.size() < max_kinds_;
    found = minutes_.try_emplace(has_room ? kind : EventKind{.event = kind.event}, Minute{.end = now + period}).first;
    if (has_room) return true;
  }
  ++found->second.count;
  return false;
}

std::vector<AuditFolding::Counted> AuditFolding::take_ended(Clock::time_point now) {
  std::vector<Counted> counted;
  const std::scoped_lock lock(mutex_);
  std::erase_if(minutes_, [&](auto& kind_and_minute) {
    auto& [kind, minute] = kind_and_minute;
    if (minute.end > now) return false;
    if (minute.count > 0) counted.push_back({.kind = kind, .count = minute.count});
    return true;
  });
  return counted;
}

}  // namespace redoubt
