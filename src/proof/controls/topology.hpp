// Where things stand in a network, as far as single properties tell: subnets, zones, routes, groups. What packets can
// do is the network engine's to say.
#pragma once

#include <string>
#include <vector>

#include "check.hpp"
#include "truth.hpp"

namespace redoubt::controls {

// Resources that a list names, and why it cannot be known whole where it cannot.
struct Named {
  std::vector<const Resource*> resources;
  std::string missing;
};

[[nodiscard]] Named named_by(Inquiry& ask, const Value& list);

// The subnets and the groups that a service, a load balancer, a DB subnet group … is placed in.
[[nodiscard]] Named subnets_of(Inquiry& ask, const Resource& resource);
[[nodiscard]] Named groups_of(Inquiry& ask, const Resource& resource);

// Has the subnet a route to an internet gateway? Absent routes are none.
[[nodiscard]] Truth is_public(Inquiry& ask, const Resource& subnet);

// The NAT gateway that a subnet's default route names; nullptr if none.
[[nodiscard]] const Resource* nat_of(Inquiry& ask, const Resource& subnet);

// Are two of the subnets in different zones? Names are compared, and so are choices from Fn::GetAZs.
[[nodiscard]] Truth in_two_zones(Inquiry& ask, const Named& subnets);
[[nodiscard]] Truth in_same_zone(const Estate& estate, const Resource& left, const Resource& right);

}  // namespace redoubt::controls
