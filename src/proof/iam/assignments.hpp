// Values to try for the keys of policy variables: a variable ties a pattern to a key, so that the key is pinned, to
// each of these in turn.
#pragma once

#include <optional>
#include <vector>

#include "iam/policy.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {

// The pins, completed in every way that is worth trying; first with values of which no policy speaks. One element, the
// pins themselves, when no variable is open. At most `most_assignments`; what they show is true, what they do not show
// may still exist.
inline constexpr std::size_t most_assignments = 256;
[[nodiscard]] std::vector<Pins> assignments(const std::vector<const Statement*>& statements, const Pins& pins);

// The pins, completed in every way in which one of the statements in `asked` can apply: each of them asks, by
// StringEquals, for some values of each key that a variable leaves open. None where they do not, or where there are too
// many.
[[nodiscard]] std::optional<std::vector<Pins>> all_assignments(const std::vector<const Statement*>& statements,
                                                               const std::vector<const Statement*>& asked,
                                                               const Pins& pins);

}  // namespace redoubt::iam
