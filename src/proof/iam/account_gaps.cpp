// What the data of an account do not tell.
#include <fmt/format.h>

#include <algorithm>

#include "iam/account.hpp"

namespace redoubt::iam {

std::string Account::missing_of(const Scenario& known, std::string_view action, std::string_view resource) const {
  if (known.resource_is_known || !resource.starts_with("arn:")) return {};
  if (!known.same_account && !others_are_open_) return {};
  const std::string_view service = arn_field(resource, 2), what = arn_field(resource, 5);
  const bool is_assumed = lower(action).starts_with("sts:assumerole") && service == "iam" && what.starts_with("role/");
  // What AWS always gives a policy, and what is another account's.
  const bool is_key = service == "kms" && what.starts_with("key/") && lower(action).starts_with("kms:");
  if (is_assumed) return fmt::format("the trust policy of {} is not among the data", resource);
  if (is_key) return fmt::format("the key policy of {} is not among the data", resource);
  if (!known.same_account)
    return fmt::format("{} is of another account, and its policy is not among the data", resource);
  return {};
}

bool Account::is_listed(std::string_view account) const {
  return is_complete_ && !identities_.empty() &&
         std::ranges::all_of(identities_, [&](const auto& each) { return each.second.principal.account == account; });
}

bool Account::is_absent(std::string_view role) const {
  return arn_field(role, 2) == "iam" && arn_field(role, 5).starts_with("role/") && is_listed(arn_field(role, 4)) &&
         !identities_.contains(std::string(role));
}

std::string Account::missing(const Principal& principal) const {
  const Identity* identity = find(principal);
  if (identity)
    return identity->unread.empty()
               ? ""
               : fmt::format("policy {} is attached, but not among the data", identity->unread.front());
  switch (principal.kind) {
    case Principal::Kind::user:
    case Principal::Kind::role:
    case Principal::Kind::session:
    case Principal::Kind::federated_user:
      return fmt::format("{} is not among the data, so that its own policies are unknown", principal.name);
    default:
      return "";
  }
}

}  // namespace redoubt::iam
