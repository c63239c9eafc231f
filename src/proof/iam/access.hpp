// Questions about everybody at once, for whoever has a whole account before them: who can do something, and from whom a
// way leads to administrator. Each answer of "yes" carries a request that the evaluator allows.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "iam/account.hpp"
#include "iam/decide.hpp"
#include "iam/escalation.hpp"

namespace redoubt::iam {

struct Accessor {
  Principal principal;
  Decision decision;        // allowed or conditional: when_allowed shows how; undecided: why_undecided says why not
  bool is_example = false;  // it stands for any account that no source and no policy names
};

// The users and roles of the account, and whomever resource policies name, who may do the action on the resource in
// some context, and those of whom it is undecided. The pins give the context; their action, resource and principals are
// not looked at.
[[nodiscard]] std::vector<Accessor> who_can(const Account& account, std::string_view action, std::string_view resource,
                                            const Pins& context, std::chrono::milliseconds budget_for_each);

// Whether one principal may do the action on the resource. An answer that policies which are not among the data could
// change is undecided.
[[nodiscard]] Decision can(const Account& account, const Principal& principal, std::string_view action,
                           std::string_view resource, const Pins& context, Budget& budget);

struct EscalationFrom {
  Principal principal;
  Escalation found;
};

// From every user and role of the account that is no administrator already and has a way open, or may have one.
[[nodiscard]] std::vector<EscalationFrom> find_escalations(const Account& account,
                                                           std::chrono::milliseconds budget_for_each);

}  // namespace redoubt::iam
