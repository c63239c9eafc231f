// Whether a policy may stand where it does: the grammar is one, but the policy of a resource names who may, and that of
// an identity never does. Called by whoever reads policies and knows whose they are.
#pragma once

#include <cstdint>
#include <string>

#include "iam/policy.hpp"

namespace redoubt::iam {

// SCPs and session policies are like those of identities. Of RCPs and endpoint policies nothing is asked.
enum class Place : std::uint8_t { identity, resource, trust, other };

// Why AWS refuses the policy in that place ("AWS JSON policy elements: Principal", "Resource"). Empty where nothing is
// wrong.
[[nodiscard]] std::string misplaced(const Policy& policy, Place place);

}  // namespace redoubt::iam
