// Which requests resource control policies bear on: they cover the services of a list that grows, "List of AWS services
// that support RCPs" (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html). What
// is kept here is the list as it stood on 2026-11-25. Called by account.hpp and access.hpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace redoubt::iam {

// `open`: the list names the service, and not by the prefix of its actions.
enum class RcpCoverage : std::uint8_t { none, open, covered };

// The action as SERVICE:NAME, in any case; an empty one asks about all actions, and is taken for covered.
[[nodiscard]] RcpCoverage rcp_coverage(std::string_view action, std::string_view resource);

}  // namespace redoubt::iam
