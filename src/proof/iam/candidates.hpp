// Who may be asked for where the question is who can: beside the identities of the data, those that the policies of the
// resource name, and where they name everyone under conditions, one of each kind that the conditions tell apart. Called
// by access.hpp.
#pragma once

#include <string_view>
#include <vector>

#include "iam/account.hpp"
#include "iam/budget.hpp"

namespace redoubt::iam {

// Those that the policies name, and are no identities of the data. "*.amazonaws.com" is any service of AWS; the root
// user of another account stands for the account.
[[nodiscard]] std::vector<Principal> named_in(const PolicySet& policies, const Account& account);

// Representatives of everyone, where the policies grant to everyone or to all but some; of no account that the data
// list. The root users come first: each stands for those of its account.
[[nodiscard]] std::vector<Principal> anyone(const PolicySet& policies, const Account& account, Budget& budget);

// Whether the policies speak of that account, in whomever they name or in a condition.
[[nodiscard]] bool names(const PolicySet& policies, std::string_view account);

}  // namespace redoubt::iam
