// Which condition keys a request can have, and which it has always, by who makes it: "AWS global condition context
// keys", the Availability of each key
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html). A question about a
// principal that leaves such a key open asks here whether it is open at all.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "iam/request.hpp"

namespace redoubt::iam {

enum class Presence : std::uint8_t { never, sometimes, always };

// The key in lower case. Keys whose values follow from the principal alone (Principal::keys) are never asked for here
// unless the principal has none.
[[nodiscard]] Presence presence(std::string_view key, const Principal& principal);

// The same where no more is known of who asks than the value of aws:PrincipalType ("Principal key values",
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable). A value that the
// table does not have is an AWS service's, of which the table says nothing.
[[nodiscard]] Presence presence_with_type(std::string_view key, std::string_view principal_type);

// The values of aws:PrincipalType in that table.
inline constexpr std::array<std::string_view, 5> principal_types{"AssumedRole", "User", "Account", "FederatedUser",
                                                                 "Anonymous"};

// Whether every request has the key, whoever makes it.
[[nodiscard]] bool is_in_every_request(std::string_view key);

}  // namespace redoubt::iam
