// What for_each_case keeps from one case to the next: the decisions that lead to the case, and an index of the estate.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "estate.hpp"

namespace redoubt::estate {

struct Decision {
  std::uint32_t taken = 0;
  std::uint32_t alternatives = 0;
};

struct Replay {
  explicit Replay(const Estate& estate) {
    for (const Resource& each : estate.resources) {
      by_type[each.type].push_back(&each);
      if (each.stack == no_index) by_name.try_emplace(each.id, &each);
      if (!each.arn.empty()) by_name.try_emplace(each.arn, &each);
    }
  }

  // To the next combination: the last decision that has an alternative left takes it, and all behind it are open again.
  bool advance() {
    while (!path.empty() && path.back().taken + 1 == path.back().alternatives) path.pop_back();
    if (path.empty()) return false;
    ++path.back().taken;
    next = 0;
    return true;
  }

  std::vector<Decision> path;
  std::size_t next = 0;  // the decision that this case comes to next
  std::unordered_map<std::string_view, std::vector<const Resource*>> by_type;
  std::unordered_map<std::string_view, const Resource*> by_name;  // snapshots' ids, and ARNs
};

}  // namespace redoubt::estate
