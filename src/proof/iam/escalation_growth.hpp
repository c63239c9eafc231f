// How somebody else, or what a service acts as, is made an administrator before one becomes it: its policies are made
// to allow everything, and its boundary is taken away. Called by escalation.cpp.
#pragma once

#include <string>
#include <vector>

#include "iam/account.hpp"
#include "iam/escalation_steps.hpp"
#include "iam/escalation_targets.hpp"

namespace redoubt::iam {

// What the node can do for the candidate, who is a user or a role of the data: what it is afterwards, and the node
// after that. `gives`: whether it is given policies too, and not only freed of its boundary.
struct Grown {
  Node node;
  Candidate candidate;
  bool is_undecided = false;  // whether more could be done for it
};
[[nodiscard]] Grown grow(Steps& steps, const Account& account, const Node& node, const Candidate& candidate,
                         bool gives);

}  // namespace redoubt::iam
