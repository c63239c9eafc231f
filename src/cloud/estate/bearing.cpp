#include "bearing.hpp"

#include <algorithm>

namespace redoubt::estate {
namespace {

// Can both be so at once? In doubt they can.
bool are_compatible(const Choice& left, const Choice& right) {
  if (left.value && right.value) return *left.value == *right.value;
  const auto excludes = [](const Choice& one, const Choice& other) {
    return other.value && std::ranges::find(one.excluded, *other.value) != one.excluded.end();
  };
  if (excludes(left, right) || excludes(right, left)) return false;
  const auto ends_before = [](const Choice& one, const Choice& other) {
    return one.at_most && other.above && *one.at_most <= *other.above;
  };
  return !ends_before(left, right) && !ends_before(right, left);
}

bool are_compatible(const std::vector<Choice>& left, const std::vector<Choice>& right) {
  return std::ranges::all_of(left, [&](const Choice& one) {
    const auto other = std::ranges::find(right, one.parameter, &Choice::parameter);
    return other == right.end() || are_compatible(one, *other);
  });
}

}  // namespace

std::vector<Choice> bearing(std::vector<Choice> choices, std::span<const SeenCase> all,
                            std::span<const std::uint32_t> fixed) {
  for (std::size_t i = choices.size(); i-- > 0;) {
    if (std::ranges::find(fixed, choices[i].parameter) != fixed.end()) continue;
    std::vector<Choice> rest = choices;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const bool matters = std::ranges::any_of(
        all, [&](const SeenCase& each) { return !each.has_it && are_compatible(rest, each.choices); });
    if (!matters) choices = std::move(rest);
  }
  return choices;
}

}  // namespace redoubt::estate
