// The question whether one policy stays within another, as the rules that matter to it: what both say alike, and what
// cannot meet the rest, is left out before any automaton is made. Most changes to a policy are small, so that little is
// left.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "iam/budget.hpp"
#include "iam/policy.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {

struct Rules {
  std::vector<const Statement*> allow;
  std::vector<const Statement*> deny;
};

// Does `left` allow what `right` does not? The statements are those of the policies that it was made from.
struct Question {
  Rules left;
  Rules right;

  [[nodiscard]] static Question of(const Policy& left, const Policy& right);

  // Nothing is left to ask: everything that the left allows, the right does.
  [[nodiscard]] bool is_settled() const { return left.allow.empty(); }

  // Whether so many patterns have a * within that to divide all requests may take long.
  [[nodiscard]] bool is_hard() const;

  // Actions and resources (ARNs) that the left's statements name, with nothing in the place of each *: to be tried
  // before the work begins where that is hard.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> examples() const;

  [[nodiscard]] std::vector<const Statement*> statements() const;

  // A box of requests that the left allows and the right does not; none when there is none, or the budget is spent.
  [[nodiscard]] std::optional<Box> find(const Space& space, Budget& budget) const;
};

}  // namespace redoubt::iam
