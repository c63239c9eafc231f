// Identity providers that serve everyone: whoever has an account with GitHub gets a token of its provider, so that a
// role which trusts the provider has to say whose tokens it takes ("Identity-provider controls for shared OIDC
// providers", "Create a role for OpenID Connect federation", IAM user guide). Asked by the checks of trust policies.
#pragma once

#include <string>

#include "iam/policy.hpp"

namespace redoubt::controls {

// The claim that a statement of a trust policy leaves open, so that it admits every customer of a shared provider:
// "token.actions.githubusercontent.com:sub". Empty where it admits no such, or names whom.
[[nodiscard]] std::string open_claim(const iam::Statement& statement);

// Does such a statement's condition hold what stands for a parameter (policies.hpp), which may be a wildcard?
[[nodiscard]] bool claim_rests_on_parameter(const iam::Statement& statement);

}  // namespace redoubt::controls
