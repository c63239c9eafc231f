// The policies of an estate, in one case, as the policy engine's account: users, groups and roles with all that is
// attached to them, and the policies of resources. Called by questions.hpp, twice a case where something stands open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/account.hpp"
#include "rights/documents.hpp"

namespace redoubt::rights {

// What of an estate a question needs. Reading less decides fewer conditions.
struct Scope {
  std::vector<std::string> identities;  // ARNs; empty: all
  std::string resource;                 // whose policies are read; empty: none
  bool ways = false;  // what an escalation may lead through: policies that nobody has, what has a role
};

// Adds the estate's policies to what else is known. `documents` tells afterwards what was open.
void add_policies(iam::Account& account, Documents& documents, const Scope& scope);

// How what a question names stands in a case.
enum class Standing : std::uint8_t {
  elsewhere,  // no source declares it, as the case has it
  declared,
  left_out,  // a source declares it under a condition that does not hold
};
struct Declared {
  Standing standing = Standing::elsewhere;
  Text arn;
};

// What a question names: by an ARN, or by the logical id of what a template declares, with what follows of an ARN
// behind it ("DataBucket/key").
[[nodiscard]] Declared find(Texts& texts, const std::string& named, bool is_principal);

}  // namespace redoubt::rights
