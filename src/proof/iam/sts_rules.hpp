// What AWS STS answers whatever the policies say, each from the page of its action in the AWS STS API Reference
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html). Called by access.hpp.
#pragma once

#include <optional>
#include <string_view>

#include "iam/evaluate.hpp"

namespace redoubt::iam {

// None where the policies decide. The action in any case.
[[nodiscard]] std::optional<Judgement> beyond_policies(const Principal& principal, std::string_view action);

}  // namespace redoubt::iam
