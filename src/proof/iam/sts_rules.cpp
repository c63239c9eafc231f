#include "iam/sts_rules.hpp"

namespace redoubt::iam {

std::optional<Judgement> beyond_policies(const Principal& principal, std::string_view action) {
  using Kind = Principal::Kind;
  const std::string name = lower(action);
  const bool has_credentials = !principal.account.empty();
  // GetCallerIdentity: "No permissions are required to perform this operation", even where a policy denies it.
  if (name == "sts:getcalleridentity" && has_credentials)
    return Judgement{.allowed = true, .because = {"sts:GetCallerIdentity needs no permission, and nothing denies it"}};
  // GetSessionToken: "No permissions are required for users to perform this operation … You cannot use policies to
  // control authentication operations"; it is called with the long-term credentials of a user.
  if (name == "sts:getsessiontoken" && (principal.kind == Kind::user || principal.kind == Kind::root))
    return Judgement{.allowed = true, .because = {"sts:GetSessionToken needs no permission of a user"}};
  // AssumeRole: a caller signs it with the credentials of a user or a role; the calls with a web identity or a SAML
  // assertion are the ones that need none.
  if (name == "sts:assumerole" && principal.kind == Kind::anonymous)
    return Judgement{.allowed = false, .because = {"sts:AssumeRole needs credentials, and an anonymous call has none"}};
  return std::nullopt;
}

}  // namespace redoubt::iam
