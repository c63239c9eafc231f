// Proves containment where policy variables are left open: in every pattern a variable is one symbol, its marker. A
// pattern that matches a text with markers matches it with any values in their place, so that what the left policy
// allows with values, it allows with markers. The right must then allow that whatever the values are: its Allows are
// rounded down, its Denies up, and the left's Denies down. Conditions are not rounded; where those would have to be,
// there is no proof.
#pragma once

#include "iam/budget.hpp"
#include "iam/question.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {

// Whether the left surely allows nothing that the right does not, whatever the open variables' values are; false where
// this way of proof does not suffice. `statements` are the question's.
[[nodiscard]] bool proved_with_markers(const Question& question, const std::vector<const Statement*>& statements,
                                       const Pins& pins, Budget& budget);

}  // namespace redoubt::iam
