// What the data of an account show of those through whom an escalation could lead: who allows everything already, whom
// a boundary holds, what trusts whom, and whom a path can work on. Called by escalation.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "iam/account.hpp"
#include "iam/escalation_paths.hpp"

namespace redoubt::iam {

// A policy that allows everything on everything, whatever the context.
[[nodiscard]] bool allows_everything(const Policy& policy);
[[nodiscard]] bool allows_everything(const PolicySet& set);

// Whether the boundary would limit it, were its policies to allow everything.
[[nodiscard]] bool is_capped(const Identity& identity);

// Whether the set may allow the action on anything, whatever else is said of it: where none does, nothing has to be
// decided.
[[nodiscard]] bool may_allow(const PolicySet& set, std::string_view action);

// Whether the role's trust policy names anybody who is no service: all others cannot assume it ("Role trust policies").
[[nodiscard]] bool may_be_assumed(const Identity& role);

// Whether its trust policy names the service, or the service that it is a part of (tasks.apprunner.amazonaws.com).
[[nodiscard]] bool trusts(const Identity& role, std::string_view service);

// AWS's services alone change and use those that are linked to them ("Create a service-linked role").
[[nodiscard]] bool is_service_linked(const Principal& role);

// Whether the target gives oneself more, so that it ends at one's own boundary.
[[nodiscard]] bool is_own(Target target);

[[nodiscard]] bool is_customer_managed(const std::string& policy);  // AWS's own cannot be changed

// A group of the principal's account, whatever its path.
[[nodiscard]] std::vector<std::string> arns_of_group(const Principal& principal, const std::string& name);

// Whether the data list whatever the target could be: what they do not show is then not there. An empty list of a kind
// is what a filtered answer looks like, and that of one principal alone: it tells nothing of that kind.
[[nodiscard]] bool is_closed(const Account& account, const Identity* self, Target target);

// What a path can work on.
struct Candidate {
  const Identity* identity = nullptr;  // whom it leads to; null: oneself, or somebody whom no data show
  std::string through;                 // as an answer names it
  std::vector<std::string> targets;    // what the steps are on that are not on anything: ARNs, or patterns
  std::vector<std::string> policies;   // what those on a policy are on
  std::string_view assumes = {};       // what the data do not show of it
  bool gains_all = false;              // its policies allow everything afterwards
  bool is_administrator = false;       // there is nothing left to gain beyond it
};

// Those of the data, the ones that are administrators first. `self` may be null.
[[nodiscard]] std::vector<Candidate> candidates(const Account& account, const EscalationPath& path,
                                                const Principal& principal, const Identity* self);

}  // namespace redoubt::iam
