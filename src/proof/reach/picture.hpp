// The picture of a network for a report: what has interfaces, by tiers, and an arrow for each connection that can
// really be opened, with its ports. Every arrow is a leg of a flow that the engine found; nothing is drawn from rules.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reach/network.hpp"

namespace redoubt::reach {

// A resource that a control was refuted of: the arrows that leave it, or that reach it, are drawn in red. It is an
// owner of interfaces or a security group.
struct Mark {
  std::string resource;
  bool outbound = false;
};

// An <svg> element that takes the page's colours (--text, --quiet, --raised, --line, --refuted). Empty where there is
// nothing to draw, or more than `most` boxes, which nobody could read.
[[nodiscard]] std::string draw_network(const Network& network, const std::vector<Mark>& marks, std::size_t most = 40);

}  // namespace redoubt::reach
