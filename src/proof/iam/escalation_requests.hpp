// What the request of a step carries besides its action and resource: the policy that it attaches, the boundary of whom
// it is on; and how an answer shows it. Called by escalation.cpp.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "iam/account.hpp"
#include "iam/escalation.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {

// AWS's own policies that lead to everything: the second lets one write the first into whatever one is.
inline constexpr std::array<std::string_view, 2> wide_policies{"AdministratorAccess", "IAMFullAccess"};

inline constexpr std::string_view attached_key = "iam:policyarn";

// The policy that a path writes: it allows everything.
[[nodiscard]] const Policy& everything();

// A step's resource, as EscalationStep has it, for the principal.
[[nodiscard]] std::string filled_in(std::string_view pattern, const Principal& principal);

[[nodiscard]] bool attaches(std::string_view action);

// Each for the action and the principal that are pinned. Keys: "Actions, resources, and condition keys for AWS IAM".
// `on` is null where no data show it: somebody else is then taken to have no boundary.
void add_boundary(Pins& pins, const Identity* on, bool is_oneself);
// The tags of the user or role that the step is on, as far as the scenario's policies ask for them.
void add_tags(Pins& pins, const Scenario& scenario, const Identity& on);

// Where nobody is known, the engine's shortest name stands for anybody: a readable one, where it is allowed too.
void name_readably(Request& request, const Scenario& scenario);

// In the words of the table, but for another policy than AdministratorAccess where the steps attach that, or make it.
[[nodiscard]] std::string told(std::string_view how, const std::vector<OpenStep>& steps);

}  // namespace redoubt::iam
