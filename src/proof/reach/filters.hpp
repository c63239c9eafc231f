// What groups, network ACLs and route tables let through, as packet sets, each computed once from its rules. Where a
// rule could not be read there are two sets: what surely passes, and what may.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "reach/network.hpp"

namespace redoubt::reach {

enum class Direction : std::uint8_t { in, out };

struct Allowed {
  PacketSet sure;
  PacketSet possible;  // beyond `sure`; empty where everything is known
  std::string why;     // why `possible` is not sure
};

// The part of a route table's traffic that a route gets: its destinations without those of longer prefixes.
struct RouteShare {
  const Route* route;
  AddressSet destinations;
};

// Where a transit gateway's table, or a site, sends what.
struct TransitShare {
  Index attachment;  // none: blackhole
  AddressSet destinations;
};

class Filters {
 public:
  explicit Filters(const Network& network);

  [[nodiscard]] const Allowed& acl(Index acl, Direction direction) const;
  // By addresses alone; the rules that name groups are in `references`.
  [[nodiscard]] const Allowed& group(Index group, Direction direction) const;
  struct Reference {
    Index group;  // the one that the remote end must be a member of
    PacketSet packets;
  };
  [[nodiscard]] const std::vector<Reference>& references(Index group, Direction direction) const;

  [[nodiscard]] const std::vector<RouteShare>& routes(Index table) const { return routes_[table]; }
  // Routes whose destination or target is not known.
  [[nodiscard]] const std::vector<const Route*>& unknown_routes(Index table) const { return unknown_routes_[table]; }
  [[nodiscard]] const std::vector<TransitShare>& transit_routes(Index table) const { return transit_[table]; }
  [[nodiscard]] const std::vector<Index>& members(Index group) const { return members_[group]; }
  [[nodiscard]] const AddressSet& member_addresses(Index group) const;

 private:
  struct GroupFilter {
    Allowed addresses;
    std::vector<Reference> references;
  };
  std::vector<Allowed> acls_[2];
  std::vector<GroupFilter> groups_[2];
  std::vector<std::vector<RouteShare>> routes_;
  std::vector<std::vector<const Route*>> unknown_routes_;
  std::vector<std::vector<TransitShare>> transit_;
  std::vector<std::vector<Index>> members_;
  std::vector<AddressSet> member_addresses_;
};

}  // namespace redoubt::reach
