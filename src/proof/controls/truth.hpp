// Known<bool> as checks combine it: a conjunction is false as soon as one part is, whatever is unknown besides.
#pragma once

#include <string>
#include <utility>

#include "estate/case.hpp"

namespace redoubt::controls {

using Truth = estate::Known<bool>;

[[nodiscard]] inline Truth truth(bool value) {
  return {Truth::State::known, value, {}};
}
[[nodiscard]] inline Truth unknown_truth(std::string why) {
  return {Truth::State::unknown, false, std::move(why)};
}
// Absent counts as false in all of these.
[[nodiscard]] inline bool surely(const Truth& of) {
  return of.known() && of.value;
}
[[nodiscard]] inline Truth both(const Truth& left, const Truth& right) {
  if (!left.unknown() && !surely(left)) return truth(false);
  if (!right.unknown() && !surely(right)) return truth(false);
  return left.unknown() ? left : right;
}
[[nodiscard]] inline Truth either(const Truth& left, const Truth& right) {
  if (surely(left) || surely(right)) return truth(true);
  if (left.unknown()) return left;
  return right.unknown() ? right : truth(false);
}
[[nodiscard]] inline Truth negation(Truth of) {
  if (of.unknown()) return of;
  return truth(!surely(of));
}

}  // namespace redoubt::controls
