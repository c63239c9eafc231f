// Whether a principal may do something, over every context that the question leaves open: allowed in all of them, in
// none, or under a condition. Both a context that allows and one that does not are judged by the evaluator first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/budget.hpp"
#include "iam/evaluate.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {

enum class Answer : std::uint8_t { allowed, denied, conditional, undecided };
[[nodiscard]] std::string_view name_of(Answer answer);

struct Decision {
  Answer answer = Answer::undecided;
  std::vector<std::string> because;     // the statements that decide, or what lacks an Allow
  std::string condition;                // what a conditional answer depends on, in the policies' words
  std::optional<Request> when_allowed;  // a request that is allowed
  std::optional<Request> when_denied;   // one that is not
  std::string why_undecided;
};

// The answers of two readings of the same policies as one, what both say: generously, a grant is as wide as it may turn
// out and a denial as narrow; strictly, the other way. `open` is why they may differ.
[[nodiscard]] Decision agreed(Decision generous, Decision strict, const std::string& open);

// The pins hold one principal; the action, the resource and any keys may be open: then "allowed" means for all of them,
// "conditional" for some.
[[nodiscard]] Decision decide(const Scenario& scenario, const Pins& pins, Budget& budget);

}  // namespace redoubt::iam
