// Policy documents of an estate as the policy engine takes them.
#pragma once

#include <string>

#include "check.hpp"
#include "documents.hpp"
#include "iam/policy.hpp"

namespace redoubt::controls {

// What stands for the account that the estate is in where no source says its number.
inline constexpr std::string_view own_account = "000000000000";

struct Readable {
  iam::Policy policy;
  // Parameters stand in it that may be anything, `*` included, and were taken as texts without wildcards: what is found
  // is true, what is not found may still exist.
  bool assumes_parameters = false;
};

// A document with names in the places of what AWS makes (ARNs of resources) and of parameters. Unknown where it cannot
// be had or is no policy, and why.
[[nodiscard]] Known<Readable> policy_of(Inquiry& ask, const Document& document);

}  // namespace redoubt::controls
