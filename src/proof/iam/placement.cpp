#include "iam/placement.hpp"

#include <fmt/format.h>

namespace redoubt::iam {

std::string misplaced(const Policy& policy, Place place) {
  if (place == Place::other) return {};
  for (const Statement& statement : policy.statements) {
    if (place == Place::identity && statement.principals)
      return fmt::format("{}: it has a Principal, which only the policy of a resource may have", statement.origin);
    if (place != Place::identity && !statement.principals)
      return fmt::format("{}: it has neither Principal nor NotPrincipal: the policy of a resource names who may",
                         statement.origin);
    if (place == Place::trust && !statement.resources.empty())
      return fmt::format("{}: a trust policy has no Resource: it speaks of its role alone", statement.origin);
  }
  return {};
}

}  // namespace redoubt::iam
