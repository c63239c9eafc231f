// Whether one policy of an estate stays within another, in every case in which the templates of both may turn out:
// `redoubt iam compare`, and the checks that hold a role to an envelope.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "iam/compare.hpp"
#include "rights/questions.hpp"

namespace redoubt::rights {

// What a policy may turn out to be in one case. A name that AWS makes is called by its logical id, or may be any; what
// is open is read generously or strictly.
struct PolicyInCase {
  std::string where;  // the case, for people
  bool is_exact = true;
  iam::Policy most;           // named by logical ids, generous: it allows no more than this
  iam::Policy least;          // named by logical ids, strict: it allows no less than this
  iam::Policy surely;         // whatever the names are, strict
  iam::Policy perhaps;        // whatever the names are, generous
  std::string why_open;       // why these may differ
  std::string why_undecided;  // not empty: nothing can be said of it
};

// A policy by itself.
[[nodiscard]] std::vector<PolicyInCase> policy_alone(iam::Policy policy);

// The policies of a role or a user, its groups' included, by ARN or logical id; or what a resource that holds a policy
// says, by logical id. Empty where no source declares it. A permissions boundary is left out: what is within an
// envelope without it is so with it.
[[nodiscard]] std::vector<PolicyInCase> policy_of(const Known& known, const std::string& name);

struct Containment {
  iam::Containment found;
  std::string where;  // the case of a counterexample, or of what is undecided
};

// Whether all that `policy` allows is within what `envelope` allows, in every case of each.
[[nodiscard]] Containment contained(const std::vector<PolicyInCase>& policy, const std::vector<PolicyInCase>& envelope,
                                    std::chrono::milliseconds budget = iam::default_budget);

}  // namespace redoubt::rights
