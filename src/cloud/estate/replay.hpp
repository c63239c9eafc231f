// What for_each_case keeps from one case to the next: the decisions that lead to the case, and an index of the estate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  explicit Replay(const Estate& of) : estate(of) {}

  // Made when it is first asked for: most questions are about one resource alone.
  struct Index {
    std::unordered_map<std::string_view, std::vector<const Resource*>> by_type;
    std::unordered_map<std::string_view, const Resource*> by_name;  // snapshots' ids, and ARNs
  };
  const Index& index() {
    if (made) return *made;
    made.emplace();
    for (const Resource& each : estate.resources) {
      made->by_type[each.type].push_back(&each);
      if (each.stack == no_index) made->by_name.try_emplace(each.id, &each);
      if (!each.arn.empty()) made->by_name.try_emplace(each.arn, &each);
    }
    return *made;
  }

  // To the next combination: the last decision that has an alternative left takes it, and all behind it are open again.
  bool advance() {
    while (!path.empty() && path.back().taken + 1 == path.back().alternatives) path.pop_back();
    if (path.empty()) return false;
    ++path.back().taken;
    next = 0;
    return true;
  }

  const Estate& estate;
  std::vector<Decision> path;
  std::size_t next = 0;  // the decision that this case comes to next
  std::optional<Index> made;
};

}  // namespace redoubt::estate
