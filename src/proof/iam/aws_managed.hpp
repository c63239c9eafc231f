// The few of AWS's own policies whose text is certain: what their names say is all that they can ever say, or they are
// those of services that nearly every account attaches, as the AWS Managed Policy Reference prints them. Asked by
// whatever meets a policy that is attached, but not among the data. Any other of AWS's policies changes when AWS
// changes it, and stays unknown here.
#pragma once

#include <optional>
#include <string_view>

#include "iam/policy.hpp"

namespace redoubt::iam {

// By ARN, in any partition ("AWS managed policies for job functions", "AWSDenyAll", the managed policy reference) or,
// of an organisation's policies, by id: p-FullAWSAccess, p-RCPFullAWSAccess. Nothing where the text is not certain.
[[nodiscard]] std::optional<Policy> aws_managed(std::string_view name);

}  // namespace redoubt::iam
