// The slow, obvious evaluator: one concrete request, one answer, in the order of AWS's own description ("How AWS
// enforcement code logic evaluates requests"). It is the executable specification: the engine is tested against it, and
// no counterexample is shown before it was judged here.
#pragma once

#include <string>
#include <vector>

#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

// How a resource-based statement names a principal; the later, the stronger.
enum class Naming {
  none,
  account,  // by its account, which delegates to the account's own policies ("AWS account principals")
  role,     // by its role's ARN: boundaries and session policies still limit it
  direct,   // by itself, or as everyone: no policy of the identity is needed, and no implicit deny of one counts
};
[[nodiscard]] Naming naming(const Principals& principals, const Principal& principal);

// Whether the statement speaks of that principal; a statement without a Principal element speaks of everybody.
[[nodiscard]] bool speaks_of(const Statement& statement, const std::optional<Principal>& principal);

// Whether every element of the statement matches. The request's context holds the principal's keys already.
[[nodiscard]] bool applies(const Statement& statement, const Request& request);

// One policy by itself: some Allow applies and no Deny does.
[[nodiscard]] bool allows(const Policy& policy, const Request& request);

// Policies of which any may allow: those attached to one identity, or to one level of an organisation.
struct PolicySet {
  std::string name;
  std::vector<const Policy*> policies;
};

// Every policy that counts for one principal and one resource.
struct Scenario {
  PolicySet identity;  // the principal's own, its groups' included
  std::vector<PolicySet>
      limits;  // boundary, session policies: each must allow what `identity` or the role's ARN allows
  std::vector<PolicySet> ceilings;  // SCPs, a set for each level from the root to the account; the endpoint policy:
                                    // each must allow whatever the rest says
  std::vector<PolicySet> denials;   // RCPs, if they bear on the action (rcp_coverage.hpp): their Allow is always there
                                    // (RCPFullAWSAccess), so that only Deny counts
  PolicySet resource;               // attached to the resource
  bool same_account = true;
  bool has_boundary = false;       // among the limits
  bool resource_is_known = false;  // the data say which policy the resource has, if any
  // Why the resource admits nobody but its own account and AWS's services: a bucket with a public policy that restricts
  // those (public_policy.hpp). Empty: it is not so.
  std::string confined;
  // A role and a KMS key are reached through their own policy only ("Role trust policies", "Key policies in AWS KMS").
  bool resource_must_allow = false;
};

// Whether a confined resource has no place for that principal.
[[nodiscard]] bool is_shut_out(const Scenario& scenario, const Principal& principal);

struct Judgement {
  bool allowed = false;
  std::vector<std::string> because;  // the statements that decide, or what lacks an Allow
};

[[nodiscard]] Judgement evaluate(const Scenario& scenario, const Request& request);

}  // namespace redoubt::iam
