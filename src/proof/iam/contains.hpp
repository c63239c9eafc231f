// std::ranges::contains, which libstdc++ has from version 13 on only.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>

namespace redoubt::iam {

template <class Range, class Value, class Projection = std::identity>
[[nodiscard]] constexpr bool contains(const Range& range, const Value& value, Projection projection = {}) {
  return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

}  // namespace redoubt::iam
