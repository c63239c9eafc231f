#include "iam/sts_rules.hpp"

namespace redoubt::iam {

std::optional<Judgement> beyond_policies(const Principal& principal, std::string_view action) {
  using Kind = Principal::Kind;
  const std::string name = lower(action);
  const bool has_credentials = !principal.account.empty();
  // GetCallerIdentity: "No permissions are required to perform this operation. If an administrator attaches a policy to
  // your identity that explicitly denies access to the sts:GetCallerIdentity action, you can still perform" it.
  if (name == "sts:getcalleridentity" && has_credentials)
    return Judgement{.allowed = true, .because = {"sts:GetCallerIdentity needs no permission, and nothing denies it"}};
  // GetSessionToken: "No permissions are required for users to perform this operation … You cannot use policies to
  // control authentication operations"; it is called with the long-term credentials of a user or the root user.
  if (name == "sts:getsessiontoken" && (principal.kind == Kind::user || principal.kind == Kind::root))
    return Judgement{.allowed = true, .because = {"sts:GetSessionToken needs no permission of a user"}};
  // AssumeRole: "You cannot use AWS account root user credentials to call AssumeRole. You must use credentials for an
  // IAM user or an IAM role"; the calls with a web identity or a SAML assertion are the ones that need none.
  if (name == "sts:assumerole" && principal.kind == Kind::anonymous)
    return Judgement{.allowed = false, .because = {"sts:AssumeRole needs credentials, and an anonymous call has none"}};
  if (name == "sts:assumerole" && principal.kind == Kind::root)
    return Judgement{.allowed = false, .because = {"sts:AssumeRole takes no credentials of an account's root user"}};
  return std::nullopt;
}

}  // namespace redoubt::iam
