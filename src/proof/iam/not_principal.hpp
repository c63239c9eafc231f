// Whom a NotPrincipal element excepts ("AWS JSON policy elements: NotPrincipal",
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html). The evaluator and
// the engine ask here, through speaks_of.
//
// A caller is several principals at once: its account, its role, itself. A Deny spares who is named in all of them; the
// account alone spares the root user only. Who is named without the account or the role "might" be denied, depending on
// the service; whether a role's ARN is enough for its sessions, AWS's pages say both ways. There a statement can be
// read generously (spared) or strictly (denied), and an answer that needs one of the two is undecided.
#pragma once

#include <deque>
#include <vector>

#include "iam/evaluate.hpp"
#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

// Whether the statement, which has a NotPrincipal, leaves the principal out: as a Deny spares it, as an Allow does not
// grant to it. Read strictly or generously, as the statement says.
[[nodiscard]] bool is_excepted(const Statement& statement, const Principal& principal);

// Whether the two readings of the statement may differ for anybody; for one principal.
[[nodiscard]] bool leaves_room(const Statement& statement);
[[nodiscard]] bool leaves_room(const Statement& statement, const Principal& principal);

// The same, read generously.
[[nodiscard]] Policy generous(Policy policy);
// The policies are kept in `kept`, which has to live as long as the scenario.
[[nodiscard]] Scenario generous(Scenario scenario, std::deque<Policy>& kept);

}  // namespace redoubt::iam
