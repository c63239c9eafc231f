#include "reach/filters.hpp"

#include <fmt/format.h>

namespace redoubt::reach {
namespace {

// The packets that a rule matches.
PacketSet matched(const Rule& rule, Direction direction, const AddressSet& remote) {
  static const Protocols with_ports = protocols_of({tcp, udp}), messages = protocols_of({icmp, icmpv6});
  PacketSet out;
  const auto add = [&](Protocols protocols, const PortSet& source_ports, const PortSet& destination_ports) {
    Box box;
    (direction == Direction::in ? box.source : box.destination) = remote;
    box.protocols = protocols;
    box.source_ports = source_ports;
    box.destination_ports = destination_ports;
    out = std::move(out) | PacketSet(std::move(box));
  };
  if (rule.ports.is_all() && rule.types.is_all() && rule.codes.is_all()) {
    add(rule.protocols, PortSet::all(), PortSet::all());
  } else {
    add(rule.protocols & with_ports, PortSet::all(), rule.ports);
    add(rule.protocols & messages, rule.types, rule.codes);
    add(rule.protocols & ~(with_ports | messages), PortSet::all(), PortSet::all());
  }
  return out;
}

// Ordered: the first match decides. A rule that is not known may allow or deny whatever is left when its turn comes.
Allowed allowed_by(const Acl& acl, Direction direction) {
  Allowed out;
  PacketSet rest = PacketSet::everything(), doubtful;
  out.why = acl.unknown;
  bool sure = acl.unknown.empty();
  for (const Rule& rule : direction == Direction::in ? acl.in : acl.out) {
    if (!rule.unknown.empty()) {
      if (out.why.empty()) out.why = rule.unknown;
      const PacketSet maybe = rule.remote.empty() ? rest : rest & matched(rule, direction, rule.remote);
      if (maybe.empty()) continue;
      if (rule.allow) {
        out.possible = std::move(out.possible) | maybe;
      } else if (rule.remote.empty()) {
        sure = false;
      } else {
        doubtful = std::move(doubtful) | maybe;
      }
      continue;
    }
    const PacketSet match = rest & matched(rule, direction, rule.remote);
    if (rule.allow && sure) {
      out.sure = std::move(out.sure) | (match - doubtful);
      out.possible = std::move(out.possible) | (match & doubtful);
    } else if (rule.allow) {
      out.possible = std::move(out.possible) | match;
    }
    rest = rest - match;
  }
  if (!acl.unknown.empty()) out.possible = PacketSet::everything();
  return out;
}

}  // namespace

Filters::Filters(const Network& network) : members_(network.groups.size()) {
  std::vector<std::vector<std::pair<Address, Address>>> ranges(network.groups.size());
  for (Index i = 0; i < network.interfaces.size(); ++i)
    for (const Index group : network.interfaces[i].groups) {
      members_[group].push_back(i);
      for (const Assigned& assigned : network.interfaces[i].assigned)
        for (const auto& [first, last] : assigned.addresses) ranges[group].emplace_back(first, last);
    }
  for (auto& of_group : ranges) member_addresses_.push_back(AddressSet::of(of_group));

  for (const Direction direction : {Direction::in, Direction::out}) {
    auto& acls = acls_[static_cast<int>(direction)];
    for (const Acl& acl : network.acls) acls.push_back(allowed_by(acl, direction));
    auto& groups = groups_[static_cast<int>(direction)];
    for (const Group& group : network.groups) {
      GroupFilter& filter = groups.emplace_back();
      filter.addresses.why = group.unknown;
      if (!group.unknown.empty()) filter.addresses.possible = PacketSet::everything();
      bool by_stand_in = false;
      for (const Rule& rule : direction == Direction::in ? group.in : group.out) {
        Allowed& addresses = filter.addresses;
        if (!rule.unknown.empty()) {
          addresses.possible =
              std::move(addresses.possible) | matched(rule, direction,
                                                      rule.group != none    ? member_addresses_[rule.group]
                                                      : rule.remote.empty() ? AddressSet::all()
                                                                            : rule.remote);
          // That addresses are AWS's to choose is the lesser doubt.
          if (addresses.why.empty() || (by_stand_in && !rule.stands_in)) {
            addresses.why = rule.unknown;
            by_stand_in = rule.stands_in;
          }
        } else if (rule.group != none) {
          filter.references.push_back({rule.group, matched(rule, direction, AddressSet::all())});
        } else {
          addresses.sure = std::move(addresses.sure) | matched(rule, direction, rule.remote);
        }
      }
    }
  }
  for (const RouteTable& table : network.route_tables) {
    std::vector<const Route*> sorted;
    std::vector<const Route*>& unknown = unknown_routes_.emplace_back();
    for (const Route& route : table.routes) (route.unknown.empty() ? sorted : unknown).push_back(&route);
    // "Route priority" (VPC user guide): the longest prefix; then the local route, static ones, propagated ones.
    std::ranges::sort(sorted, {}, [](const Route* route) {
      return std::tuple(-route->destination.length, route->target.kind != TargetKind::local, route->propagated, route);
    });
    std::vector<RouteShare>& shares = routes_.emplace_back();
    AddressSet taken;
    for (const Route* route : sorted) {
      const AddressSet all = route->destination.addresses();
      if (AddressSet share = all - taken; !share.empty()) shares.push_back({route, std::move(share)});
      taken = taken | all;
    }
  }

  for (const TransitTable& table : network.transit_tables) {
    // "Route evaluation order" (transit gateway guide): the longest prefix; then static routes, those of VPCs, of
    // Direct Connect gateways, of VPN connections.
    struct Candidate {
      Prefix prefix;
      int order;
      Index attachment;
    };
    std::vector<Candidate> sorted;
    for (const TransitRoute& route : table.routes)
      sorted.push_back({route.destination, route.propagated ? 1 : 0, route.attachment});
    for (const Index attachment : table.learned)
      for (const SiteLink& link : network.links)
        if (link.attachment == attachment) {
          const int order = link.direct_connect ? 2 : 3;
          for (const Prefix& prefix : link.statics) sorted.push_back({prefix, order, attachment});
          if (!link.only_static && link.site != none)
            for (const Prefix& prefix : network.sites[link.site].prefixes)
              sorted.push_back({prefix, order, attachment});
        }
    std::ranges::sort(
        sorted, {}, [](const Candidate& each) { return std::tuple(-each.prefix.length, each.order, each.attachment); });
    std::vector<TransitShare>& shares = transit_.emplace_back();
    AddressSet taken;
    for (const Candidate& each : sorted) {
      const AddressSet all = each.prefix.addresses();
      if (AddressSet share = all - taken; !share.empty()) shares.push_back({each.attachment, std::move(share)});
      taken = taken | all;
    }
  }
}

const Allowed& Filters::acl(Index acl, Direction direction) const {
  static const Allowed everything{PacketSet::everything(), {}, {}};
  return acl == none ? everything : acls_[static_cast<int>(direction)][acl];
}

const Allowed& Filters::group(Index group, Direction direction) const {
  return groups_[static_cast<int>(direction)][group].addresses;
}

const AddressSet& Filters::member_addresses(Index group) const {
  return member_addresses_[group];
}

const std::vector<Filters::Reference>& Filters::references(Index group, Direction direction) const {
  return groups_[static_cast<int>(direction)][group].references;
}

}  // namespace redoubt::reach
