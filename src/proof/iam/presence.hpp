// Which condition keys a request can have, and which it has always, by who makes it: "AWS global condition context
// keys", the Availability of each key
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html). A question about a
// principal that leaves such a key open asks here whether it is open at all.
#pragma once

#include <cstdint>
#include <string_view>

#include "iam/request.hpp"

namespace redoubt::iam {

enum class Presence : std::uint8_t { never, sometimes, always };

// The key in lower case. Keys whose values follow from the principal alone (Principal::keys) are never asked for here
// unless the principal has none.
[[nodiscard]] Presence presence(std::string_view key, const Principal& principal);

// Whether every request has the key, whoever makes it.
[[nodiscard]] bool is_in_every_request(std::string_view key);

}  // namespace redoubt::iam
