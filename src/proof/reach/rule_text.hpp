// Protocols and port ranges as the rules of security groups and network ACLs write them. The builder reads both by it.
#pragma once

#include <optional>
#include <string_view>

#include "reach/packet.hpp"

namespace redoubt::reach {

// "tcp", "-1", "47"; none where it is no protocol of IANA's.
[[nodiscard]] std::optional<Protocols> protocols_named(std::string_view name);

// Both ends included; -1 stands for all; numbers out of range match nothing.
[[nodiscard]] PortSet ports_between(double first, double last, double highest);

}  // namespace redoubt::reach
