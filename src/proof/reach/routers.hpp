// Routers on premises, whose configurations may lie beside a snapshot in a folder `configs/`. Of Cisco IOS's language
// only what tells which networks the router announces by BGP is read: everything else is the router's own business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reach/address.hpp"

namespace redoubt::reach {

struct Router {
  std::string name;
  AddressSet addresses;             // of its interfaces
  std::vector<Prefix> announced;    // "network" statements of BGP that the routing table holds too
  std::vector<Address> neighbours;  // of BGP
};

// Empty name: the text configures no router.
[[nodiscard]] Router read_router(std::string_view text);
// Every router's under the folders `configs` of the sources that are folders.
[[nodiscard]] std::vector<Router> read_routers(const std::vector<std::string>& sources);

}  // namespace redoubt::reach
