// The policies of resources that no table of the snapshot lists: of DynamoDB tables, Kinesis streams and EFS file
// systems. An answer holds the policy, and its request alone says whose. Called by snapshot_reader.cpp.
#pragma once

#include <vector>

#include "snapshot_answers.hpp"
#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {

// The policy as a resource of its own, which names its owner as `ResourceArn`: as it stands beside the answer, as the
// policy names it, or after the operation in the file's name. Where none of them says it the owner is unknown, and
// where nothing says of which service it is, there is one for each that it may be. The resource's ARN is the owner's,
// where it is known. Nothing where the answer is of another kind.
[[nodiscard]] std::vector<Resource> resource_policies(const Answer& answer, Reading& reading);

}  // namespace redoubt::estate::snapshot
