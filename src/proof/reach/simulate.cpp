#include "reach/simulate.hpp"

#include <algorithm>
#include <set>

namespace redoubt::reach {
namespace {

bool within(const Prefix& prefix, Address address) {
  return prefix.addresses().contains(address);
}

bool within_any(const std::vector<Prefix>& prefixes, Address address) {
  return std::ranges::any_of(prefixes, [&](const Prefix& prefix) { return within(prefix, address); });
}

bool has(const std::vector<Index>& list, Index index) {
  return std::ranges::find(list, index) != list.end();
}

// Protocol and port, or type and code. The address is the caller's business.
bool matches(const Rule& rule, const Packet& packet) {
  if (!rule.unknown.empty() || !rule.protocols.test(packet.protocol)) return false;
  if (packet.protocol == tcp || packet.protocol == udp) return rule.ports.contains(packet.destination_port);
  if (packet.protocol == icmp || packet.protocol == icmpv6)
    return rule.types.contains(packet.source_port) && rule.codes.contains(packet.destination_port);
  return true;
}

}  // namespace

struct Simulator::Walker {
  const Simulator& simulator;
  const Network& network;
  bool answer;
  std::vector<Delivery> deliveries{};

  struct Place {
    Packet packet;
    std::vector<Hop> path{};
    Index sender = none;  // interface whose groups are known
    bool private_address = false;
    Index subnet = none;
    bool from_transit = false;
    std::optional<Address> public_destination{};
  };

  Place with(Place place, Hop hop) const {
    place.path.push_back(hop);
    return place;
  }

  void arrive(const Place& place) { deliveries.push_back({place.path, place.packet}); }

  [[nodiscard]] bool acl_allows(Index subnet, const Packet& packet, bool in) const {
    const Index index = network.subnets[subnet].acl;
    if (index == none) return true;
    const Acl& acl = network.acls[index];
    for (const Rule& rule : in ? acl.in : acl.out)
      if (matches(rule, packet) && rule.remote.contains(in ? packet.source : packet.destination)) return rule.allow;
    return false;
  }

  // The groups of `at` let the packet pass; `remote` is the interface at the other end, if groups know it.
  [[nodiscard]] bool groups_allow(Index at, const Packet& packet, bool in, Index remote) const {
    const Interface& interface = network.interfaces[at];
    if (answer || !interface.filtered) return true;
    for (const Index group : interface.groups)
      for (const Rule& rule : in ? network.groups[group].in : network.groups[group].out) {
        if (!matches(rule, packet)) continue;
        if (rule.group == none ? rule.remote.contains(in ? packet.source : packet.destination)
                               : remote != none && has(network.interfaces[remote].groups, rule.group))
          return true;
      }
    return false;
  }

  void from_subnet(Place place) {
    if (place.path.size() > 40) return;
    const Subnet& subnet = network.subnets[place.subnet];
    if (within_any(subnet.ranges, place.packet.destination)) {
      if (place.path.empty() || place.from_transit) place.path.push_back({HopKind::subnet, place.subnet});
      return in_subnet(place, place.subnet);
    }
    if (!acl_allows(place.subnet, place.packet, false)) return;
    if (!place.from_transit) {
      place.path.push_back({HopKind::subnet, place.subnet});
      place.path.push_back({HopKind::vpc, subnet.vpc});
    }
    if (subnet.route_table != none) by_table(place, network.route_tables[subnet.route_table], subnet.vpc);
  }

  void by_table(const Place& place, const RouteTable& table, Index vpc) {
    const Route* best = nullptr;
    if (simulator.endpoint_ != none) {
      for (const Route& route : table.routes)
        if (route.target.kind == TargetKind::gateway_endpoint && route.target.index == simulator.endpoint_)
          return to_target(place, route.target, vpc);
      return;
    }
    for (const Route& route : table.routes) {
      if (!route.unknown.empty() || !within(route.destination, place.packet.destination)) continue;
      const auto rank = [](const Route& each) {
        return std::tuple(each.destination.length, each.target.kind == TargetKind::local, !each.propagated);
      };
      if (!best || rank(route) > rank(*best)) best = &route;
    }
    if (best) to_target(place, best->target, vpc);
  }

  void to_target(Place place, const Target& target, Index vpc) {
    if (target.kind == TargetKind::local) return in_vpc(place, vpc);
    if (target.index == none) return;
    switch (target.kind) {
      case TargetKind::internet_gateway: {
        if (network.internet_gateways[target.index].vpc != vpc) return;
        place.path.push_back({HopKind::internet_gateway, target.index});
        place.private_address = false;
        if (!is_ipv4(place.packet.source)) return internet(place);
        if (place.sender == none) return;
        const Interface& sender = network.interfaces[place.sender];
        if (network.subnets[sender.subnet].vpc != vpc) return;
        for (const Assigned& assigned : sender.assigned)
          if (assigned.public_address && assigned.addresses.contains(place.packet.source)) {
            place.packet.source = *assigned.public_address;
            return internet(place);
          }
        return;
      }
      case TargetKind::egress_only_gateway:
        if (is_ipv4(place.packet.source) || answer) return;
        place.private_address = false;
        return internet(with(place, {HopKind::egress_only_gateway, target.index}));
      case TargetKind::nat_gateway: {
        const Index interface = network.nat_gateways[target.index].interface;
        const Index subnet = network.interfaces[interface].subnet;
        if (answer || !is_ipv4(place.packet.source)) return;
        if (!sender_may_leave(place) || (subnet != place.subnet && !acl_allows(subnet, place.packet, true))) return;
        return arrive(with(place, {HopKind::interface, interface}));
      }
      case TargetKind::vpn_gateway:
        place.path.push_back({HopKind::vpn_gateway, target.index});
        for (const SiteLink& link : network.links) {
          if (link.vpn_gateway != target.index) continue;
          if (within_any(link.statics, place.packet.destination) ||
              (!link.only_static && within_any(network.sites[link.site].prefixes, place.packet.destination)))
            to_site(place, link);
        }
        return;
      case TargetKind::transit_gateway:
        return to_transit(place, target.index, vpc);
      case TargetKind::peering: {
        const Peering& peering = network.peerings[target.index];
        const Index other = peering.left == vpc ? peering.right : peering.left;
        if (!peering.active || other == none || (peering.left != vpc && peering.right != vpc)) return;
        place.path.push_back({HopKind::peering, target.index});
        return in_vpc(place, other);
      }
      case TargetKind::gateway_endpoint:
        if (sender_may_leave(place)) arrive(with(place, {HopKind::gateway_endpoint, target.index}));
        return;
      default:
        return;
    }
  }

  void in_vpc(Place place, Index vpc) {
    if (place.path.empty() || place.path.back() != Hop{HopKind::vpc, vpc}) place.path.push_back({HopKind::vpc, vpc});
    for (Index s = 0; s < network.subnets.size(); ++s)
      if (network.subnets[s].vpc == vpc && within_any(network.subnets[s].ranges, place.packet.destination) &&
          acl_allows(s, place.packet, true))
        in_subnet(with(place, {HopKind::subnet, s}), s);
  }

  void in_subnet(const Place& place, Index subnet) {
    bool somebody = false;
    for (Index i = 0; i < network.interfaces.size(); ++i) {
      const Interface& interface = network.interfaces[i];
      if (interface.subnet != subnet || !owns(i, place.packet.destination)) continue;
      somebody = true;
      if (!place.path.empty() && place.path.back() == Hop{HopKind::interface, i}) continue;
      if (!answer && !interface.takes_connections()) continue;
      if (groups_allow(i, place.packet, true, place.private_address ? place.sender : none) &&
          sender_may_reach(place, i))
        arrive(with(place, {HopKind::interface, i}));
    }
    if (!somebody && simulator.host_ == std::pair(subnet, place.packet.destination))
      arrive(with(place, {HopKind::host, subnet}));
  }

  [[nodiscard]] bool owns(Index interface, Address address) const {
    const auto chosen = simulator.chosen_.find(interface);
    if (chosen != simulator.chosen_.end() && is_ipv4(chosen->second) == is_ipv4(address))
      return chosen->second == address;
    return network.interfaces[interface].addresses().contains(address);
  }

  // Outbound rules that name a group need to know the receiver; so they are asked last.
  [[nodiscard]] bool sender_may_reach(const Place& place, Index receiver) const {
    if (place.sender == none) return true;
    Packet sent = place.packet;
    if (place.public_destination) sent.destination = *place.public_destination;
    return groups_allow(place.sender, sent, false, place.public_destination ? none : receiver);
  }
  [[nodiscard]] bool sender_may_leave(const Place& place) const {
    return place.sender == none || groups_allow(place.sender, place.packet, false, none);
  }

  void internet(Place place) {
    place.path.push_back({HopKind::internet, none});
    bool ours = false;
    for (Index i = 0; i < network.interfaces.size(); ++i)
      for (const Assigned& assigned : network.interfaces[i].assigned) {
        const Address destination = place.packet.destination;
        const bool four = assigned.public_address == destination;
        if (!four && (is_ipv4(destination) || !assigned.addresses.contains(destination))) continue;
        ours = true;
        from_internet(place, i, assigned, four);
      }
    if (ours || !internet_addresses().contains(place.packet.destination)) return;
    if (sender_may_leave(place)) arrive(place);
  }

  void from_internet(Place place, Index i, const Assigned& assigned, bool four) {
    const Index vpc = network.subnets[network.interfaces[i].subnet].vpc;
    place.private_address = false;
    if (network.vpcs[vpc].internet_gateway != none)
      place.path.push_back({HopKind::internet_gateway, network.vpcs[vpc].internet_gateway});
    else if (!four && answer && network.vpcs[vpc].egress_only_gateway != none)
      place.path.push_back({HopKind::egress_only_gateway, network.vpcs[vpc].egress_only_gateway});
    else
      return;
    place.public_destination = place.packet.destination;
    if (four) {
      const auto chosen = simulator.chosen_.find(i);
      place.packet.destination = chosen != simulator.chosen_.end() && assigned.addresses.contains(chosen->second)
                                     ? chosen->second
                                     : assigned.addresses.first();
    }
    place.path.push_back({HopKind::vpc, vpc});
    if (network.vpcs[vpc].gateway_routes != none && network.vpcs[vpc].internet_gateway != none)
      by_table(place, network.route_tables[network.vpcs[vpc].gateway_routes], vpc);
    else
      in_vpc(place, vpc);
  }

  void to_site(Place place, const SiteLink& link) {
    if (!sender_may_leave(place)) return;
    if (!link.shown.empty()) place.path.push_back({HopKind::link, static_cast<Index>(&link - network.links.data())});
    arrive(with(place, {HopKind::site, link.site}));
  }

  void to_transit(Place place, Index gateway, Index vpc) {
    if (!network.transit_gateways[gateway].references_groups) place.private_address = false;
    const std::string zone = place.subnet == none ? "" : network.subnets[place.subnet].zone;
    for (Index a = 0; a < network.attachments.size(); ++a) {
      const Attachment& attachment = network.attachments[a];
      if (attachment.gateway != gateway || attachment.kind != AttachmentKind::vpc || attachment.vpc != vpc) continue;
      for (const Index s : attachment.subnets) {
        const Subnet& subnet = network.subnets[s];
        if (!zone.empty() && !subnet.zone.empty() && subnet.zone != zone) continue;
        if (!acl_allows(s, place.packet, true)) continue;
        through_transit(with(place, {HopKind::transit_gateway, gateway}), a);
      }
    }
  }

  void through_transit(Place place, Index from) {
    if (place.path.size() > 40 || network.attachments[from].route_table == none) return;
    const TransitTable& table = network.transit_tables[network.attachments[from].route_table];
    std::tuple<int, int> best{-1, 0};
    Index next = none;
    const auto offer = [&](const Prefix& prefix, int order, Index attachment) {
      if (!within(prefix, place.packet.destination)) return;
      if (const std::tuple rank{prefix.length, -order}; rank > best) {
        best = rank;
        next = attachment;
      }
    };
    for (const TransitRoute& route : table.routes) offer(route.destination, route.propagated ? 1 : 0, route.attachment);
    for (const Index learned : table.learned)
      for (const SiteLink& link : network.links) {
        if (link.attachment != learned) continue;
        for (const Prefix& prefix : link.statics) offer(prefix, link.direct_connect ? 2 : 3, learned);
        if (link.only_static) continue;
        for (const Prefix& prefix : network.sites[link.site].prefixes)
          offer(prefix, link.direct_connect ? 2 : 3, learned);
      }
    if (next == none) return;
    const Attachment& to = network.attachments[next];
    if (to.kind == AttachmentKind::vpn || to.kind == AttachmentKind::direct_connect) {
      for (const SiteLink& link : network.links)
        if (link.attachment == next) to_site(place, link);
    } else if (to.kind == AttachmentKind::peering && to.peer != none) {
      place.private_address = false;
      through_transit(with(place, {HopKind::transit_gateway, network.attachments[to.peer].gateway}), to.peer);
    } else if (to.kind == AttachmentKind::vpc && to.vpc != none) {
      const std::string zone = place.subnet == none ? "" : network.subnets[place.subnet].zone;
      const bool same_zone =
          !zone.empty() && std::ranges::any_of(to.subnets, [&](Index s) { return network.subnets[s].zone == zone; });
      place.path.push_back({HopKind::vpc, to.vpc});
      place.from_transit = true;
      for (const Index s : to.subnets) {
        if (same_zone && network.subnets[s].zone != zone) continue;
        place.subnet = s;
        from_subnet(place);
      }
    }
  }

  void from_site(Index site, const Packet& packet) {
    // What each link tells the site; the longest prefix wins, equals share.
    std::vector<std::pair<int, Index>> offers;
    for (Index l = 0; l < network.links.size(); ++l) {
      const SiteLink& link = network.links[l];
      if (link.site != site) continue;
      std::vector<Prefix> told = link.advertised;
      if (told.empty() && link.vpn_gateway != none) {
        const Index vpc = network.vpn_gateways[link.vpn_gateway].vpc;
        if (vpc != none) told = network.vpcs[vpc].ranges;
      } else if (told.empty() && link.attachment != none) {
        const Index table = network.attachments[link.attachment].route_table;
        if (table != none)
          for (const TransitRoute& route : network.transit_tables[table].routes) told.push_back(route.destination);
      }
      for (const Prefix& prefix : told)
        if (within(prefix, packet.destination)) offers.emplace_back(prefix.length, l);
    }
    if (offers.empty()) return;
    const int longest = std::ranges::max(offers).first;
    std::set<Index> links;
    for (const auto& [length, l] : offers)
      if (length == longest) links.insert(l);
    for (const Index l : links) {
      const SiteLink& link = network.links[l];
      Place place{packet, {{HopKind::site, site}}};
      if (!link.shown.empty()) place.path.push_back({HopKind::link, l});
      if (link.vpn_gateway != none) {
        const Index vpc = network.vpn_gateways[link.vpn_gateway].vpc;
        if (vpc != none) in_vpc(with(place, {HopKind::vpn_gateway, link.vpn_gateway}), vpc);
      } else if (link.attachment != none) {
        through_transit(with(place, {HopKind::transit_gateway, network.attachments[link.attachment].gateway}),
                        link.attachment);
      }
    }
  }
};

std::vector<Delivery> Simulator::send(Hop from, const Packet& packet, bool answer) const {
  Walker walker{*this, network_, answer};
  Walker::Place place{packet};
  switch (from.kind) {
    case HopKind::interface: {
      const Interface& interface = network_.interfaces[from.index];
      if (interface.subnet == none || (interface.checks_addresses && !walker.owns(from.index, packet.source))) break;
      place.path = {from};
      place.sender = from.index;
      place.private_address = true;
      place.subnet = interface.subnet;
      walker.from_subnet(place);
      break;
    }
    case HopKind::host:
      place.subnet = from.index;
      walker.from_subnet(place);
      break;
    case HopKind::site:
      walker.from_site(from.index, packet);
      break;
    case HopKind::gateway_endpoint:
      place.path = {from};
      walker.in_vpc(place, network_.gateway_endpoints[from.index].vpc);
      break;
    default:
      if (internet_addresses().contains(packet.source)) walker.internet(place);
  }
  return walker.deliveries;
}

std::vector<Delivery> Simulator::send_as_balancer(Index interface, const Packet& packet) const {
  Walker walker{*this, network_, false};
  walker.from_subnet(
      {packet, {{HopKind::interface, interface}}, interface, true, network_.interfaces[interface].subnet});
  return walker.deliveries;
}

bool Simulator::balancer_gets(Index target, Index balancer, const Packet& answer) const {
  Walker walker{*this, network_, true};
  const Index left = network_.interfaces[target].subnet, right = network_.interfaces[balancer].subnet;
  return left == right || (walker.acl_allows(left, answer, false) && walker.acl_allows(right, answer, true));
}

}  // namespace redoubt::reach
