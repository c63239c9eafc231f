// Whether Amazon S3 takes a bucket's policy for public: "Blocking public access to your Amazon S3 storage", "The
// meaning of 'public'" (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html).
// Where a bucket restricts public policies, a public one admits nobody but AWS's services and the bucket's own account.
#pragma once

#include <cstdint>

#include "iam/policy.hpp"

namespace redoubt::iam {

// `open`: the page does not say (a condition under IfExists, a key that it does not list, a denial that may limit).
enum class Publicity : std::uint8_t { not_public, open, is_public };

[[nodiscard]] Publicity publicity(const Policy& policy);

// Of one statement that allows.
[[nodiscard]] Publicity publicity(const Statement& allow);

}  // namespace redoubt::iam
