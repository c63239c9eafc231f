// An estate, in one case, as the network that the engine asks: CloudFormation's resources and a snapshot's alike, with
// AWS's defaults filled in. What a source does not say makes the answers that depend on it unknown; defaults that were
// taken because a snapshot does not list a kind of resource are named in `Network::assumptions`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "estate/case.hpp"
#include "reach/network.hpp"
#include "reach/routers.hpp"

namespace redoubt::reach {

// `port`: where rules leave a port to a parameter, the case decides whether this one is among those that they match.
[[nodiscard]] Network network_of(estate::Case& in, const std::vector<Router>& routers = {},
                                 std::optional<std::uint16_t> port = {});

}  // namespace redoubt::reach
