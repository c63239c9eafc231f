// What each gateway does with packets: the target of a route passes them on, translates them, or stops them.
#include <fmt/format.h>

#include "reach/walk.hpp"

namespace redoubt::reach {

void Walk::take(State state, const Target& target, Index table, Index vpc) {
  switch (target.kind) {
    case TargetKind::local:
      return deliver_in_vpc(std::move(state), vpc);
    case TargetKind::internet_gateway:
      if (target.index != none) state.path.push_back({HopKind::internet_gateway, target.index});
      if (target.index == none || network_.internet_gateways[target.index].vpc != vpc)
        return stop(state, Why::no_gateway, table);
      return through_internet_gateway(std::move(state), vpc);
    case TargetKind::egress_only_gateway: {
      if (target.index != none) state.path.push_back({HopKind::egress_only_gateway, target.index});
      const PacketSet six = state.packets.from(all_ipv6());
      if (six.empty()) return stop(state, Why::not_this_family);
      state.packets = six;
      if (answers_) return stop(state, Why::one_way);
      state.known_by_groups = false;
      return internet(std::move(state));
    }
    case TargetKind::nat_gateway:
      if (target.index == none) break;
      return to_nat(std::move(state), target.index);
    case TargetKind::vpn_gateway:
      if (target.index == none) break;
      return to_vpn_gateway(std::move(state), target.index);
    case TargetKind::transit_gateway:
      if (target.index == none) break;
      return to_transit_gateway(std::move(state), target.index, vpc);
    case TargetKind::peering:
      if (target.index == none) break;
      return through_peering(std::move(state), target.index, vpc);
    case TargetKind::gateway_endpoint:
      if (target.index == none) break;
      state.path.push_back({HopKind::gateway_endpoint, target.index});
      return arrive(std::move(state));
    case TargetKind::interface:
      if (target.index == none) break;
      state.path.push_back({HopKind::interface, target.index});
      if (network_.interfaces[target.index].checks_addresses) return stop(state, Why::not_forwarded);
      doubts_.push_back(fmt::format("{} forwards packets itself, and what it does with them is not known", target.id));
      return;
    case TargetKind::blackhole:
      return stop(state, Why::blackhole, table);
    case TargetKind::unknown:
      break;
  }
  doubts_.push_back(fmt::format("{} is the target of a route and not in the source", target.id));
}

// "Internet gateway basics" (VPC user guide): one-to-one translation of IPv4, none for interfaces without a public
// address; IPv6 addresses are public.
void Walk::through_internet_gateway(State state, Index vpc) {
  const bool own = state.sender && state.sender->subnet != none && network_.subnets[state.sender->subnet].vpc == vpc;
  state.known_by_groups = false;
  bool passed = false;
  if (own)
    for (const Assigned& assigned : state.sender->assigned) {
      if (!assigned.public_address) continue;
      State next = state;
      next.packets = state.packets.from(assigned.addresses);
      if (next.packets.empty()) continue;
      passed = true;
      next.sent_source = next.packets.sources();
      next.packets = next.packets.with_source(AddressSet::one(*assigned.public_address));
      internet(std::move(next));
    }
  State six = state;
  six.packets = state.packets.from(all_ipv6());
  if (!six.packets.empty()) {
    passed = true;
    internet(std::move(six));
  }
  if (!passed) stop(state, Why::no_public_address);
}

void Walk::internet(State state) {
  state.path.push_back({HopKind::internet, none});
  State global = state;
  global.packets = state.packets.to(internet_addresses());
  if (!stops_at_internet_) {
    // The estate's own public addresses. A template's are stand-ins, which are none of the Internet's.
    AddressSet owned_addresses;
    for (const Lookup::Owned& owned : lookup_.by_public(state.packets.destinations())) {
      const AddressSet addresses = AddressSet::range(owned.first, owned.last);
      owned_addresses = owned_addresses | addresses;
      State next = state;
      next.packets = state.packets.to(addresses);
      enter_from_internet(std::move(next), owned.interface,
                          network_.interfaces[owned.interface].assigned[owned.assigned]);
    }
    if (!owned_addresses.empty()) {
      global.packets = global.packets - PacketSet(Box{.destination = owned_addresses});
      if (global.packets.empty()) return;
    }
  }
  if (global.packets.empty()) return stop(state, Why::not_on_the_internet);
  arrive(std::move(global));
}

void Walk::enter_from_internet(State state, Index index, const Assigned& assigned) {
  const Index subnet = network_.interfaces[index].subnet;
  const Index vpc_index = network_.subnets[subnet].vpc;
  const Vpc& vpc = network_.vpcs[vpc_index];
  state.known_by_groups = false;
  const bool six = !is_ipv4(state.packets.destinations().first());
  if (vpc.internet_gateway != none) {
    state.path.push_back({HopKind::internet_gateway, vpc.internet_gateway});
  } else if (six && vpc.egress_only_gateway != none) {
    state.path.push_back({HopKind::egress_only_gateway, vpc.egress_only_gateway});
    if (!answers_) return stop(state, Why::one_way);
  } else {
    state.path.push_back({HopKind::vpc, vpc_index});
    if (!vpc.incomplete.empty()) doubts_.push_back(vpc.incomplete);
    return stop(state, Why::no_gateway);
  }
  if (!six) {
    state.sent_destination = state.packets.destinations();
    state.packets = state.packets.with_destination(assigned.addresses);
  }
  state.path.push_back({HopKind::vpc, vpc_index});
  if (vpc.gateway_routes != none && vpc.internet_gateway != none)
    return route(std::move(state), vpc.gateway_routes, vpc_index);
  deliver_in_vpc(std::move(state), vpc_index);
}

void Walk::to_nat(State state, Index nat) {
  const NatGateway& gateway = network_.nat_gateways[nat];
  const Index subnet = network_.interfaces[gateway.interface].subnet;
  const auto in = [&](State next) {
    next.path.push_back({HopKind::interface, gateway.interface});
    next.packets = next.packets.from(all_ipv4());
    next.doubt_if(network_.interfaces[gateway.interface].unknown);
    // An answer that is routed to a NAT gateway finds no connection there.
    if (answers_) return stop(next, Why::unsolicited);
    arrive(std::move(next), true);
  };
  if (subnet == none || subnet == state.subnet) return in(std::move(state));
  pass(state, acl_of(subnet, Direction::in), Why::acl_in, subnet, in);
}

void Walk::to_vpn_gateway(State state, Index gateway) {
  state.path.push_back({HopKind::vpn_gateway, gateway});
  state.known_by_groups = false;
  bool passed = false;
  for (const SiteLink& link : network_.links) {
    if (link.vpn_gateway != gateway) continue;
    State next = state;
    AddressSet known = addresses_of(link.statics);
    const Site& site = network_.sites[link.site];
    if (!link.only_static) {
      known = known | addresses_of(site.prefixes);
      if (!site.unknown.empty()) {
        State maybe = state;
        maybe.packets = state.packets - PacketSet(Box{.destination = known});
        maybe.doubt_if(site.unknown);
        passed = passed || !maybe.packets.empty();
        to_site(std::move(maybe), link);
      }
    }
    next.packets = state.packets.to(known);
    passed = passed || !next.packets.empty();
    to_site(std::move(next), link);
  }
  if (passed) return;
  if (const std::string& why = network_.vpn_gateways[gateway].unknown; !why.empty()) doubts_.push_back(why);
  stop(state, Why::no_site_route);
}

void Walk::to_site(State state, const SiteLink& link) {
  if (state.packets.empty()) return;
  if (!link.shown.empty()) state.path.push_back({HopKind::link, static_cast<Index>(&link - network_.links.data())});
  state.path.push_back({HopKind::site, link.site});
  arrive(std::move(state));
}

// The site sends to the longest prefix that it was told by any of its links.
void Walk::from_site(Index site, const PacketSet& packets) {
  struct Told {
    Prefix prefix;
    Index link;
  };
  std::vector<Told> told;
  State start;
  start.packets = packets;
  start.path = {{HopKind::site, site}};
  if (const Site& from = network_.sites[site];
      !from.unknown.empty() && !(addresses_of(from.prefixes) | from.own).covers(packets.sources()))
    start.doubt = from.unknown;
  for (Index l = 0; l < network_.links.size(); ++l) {
    const SiteLink& link = network_.links[l];
    if (link.site != site) continue;
    std::vector<Prefix> prefixes = link.advertised;
    if (prefixes.empty() && link.vpn_gateway != none) {
      if (const Index vpc = network_.vpn_gateways[link.vpn_gateway].vpc; vpc != none)
        prefixes = network_.vpcs[vpc].ranges;
    } else if (prefixes.empty() && link.attachment != none) {
      const Index table = network_.attachments[link.attachment].route_table;
      if (table == none) continue;
      for (const TransitRoute& route : network_.transit_tables[table].routes) prefixes.push_back(route.destination);
      if (!network_.transit_tables[table].unknown.empty()) doubts_.push_back(network_.transit_tables[table].unknown);
    }
    for (const Prefix& prefix : prefixes) told.push_back({prefix, l});
  }
  std::ranges::sort(told, {}, [](const Told& each) { return std::pair(-each.prefix.length, each.link); });
  bool sent = false;
  AddressSet longer;
  for (std::size_t i = 0; i < told.size(); ++i) {
    // Equal prefixes by several links: the packet may take any of them.
    AddressSet same;
    std::size_t j = i;
    for (; j < told.size() && told[j].prefix.length == told[i].prefix.length; ++j) {
      const SiteLink& link = network_.links[told[j].link];
      State state = start;
      state.packets = start.packets.to(told[j].prefix.addresses() - longer);
      same = same | told[j].prefix.addresses();
      if (state.packets.empty()) continue;
      sent = true;
      if (!link.shown.empty()) state.path.push_back({HopKind::link, told[j].link});
      if (link.vpn_gateway != none) {
        const Index vpc = network_.vpn_gateways[link.vpn_gateway].vpc;
        state.path.push_back({HopKind::vpn_gateway, link.vpn_gateway});
        if (vpc == none) {
          stop(state, Why::no_gateway);
          continue;
        }
        state.path.push_back({HopKind::vpc, vpc});
        deliver_in_vpc(std::move(state), vpc);
      } else if (link.attachment != none) {
        state.path.push_back({HopKind::transit_gateway, network_.attachments[link.attachment].gateway});
        through_transit_gateway(std::move(state), link.attachment);
      }
    }
    longer = longer | same;
    i = j - 1;
  }
  if (sent) return;
  if (!network_.links_unknown.empty()) doubts_.push_back(network_.links_unknown);
  stop(start, Why::no_site_route);
}

// "Network ACLs for transit gateways" (transit gateway guide): what enters the gateway crosses the inbound rules of the
// attachment's subnet, even where it is the sender's own. "Availability Zones": only by an attachment in its own zone.
void Walk::to_transit_gateway(State state, Index gateway, Index vpc) {
  if (!network_.transit_gateways[gateway].references_groups) state.known_by_groups = false;
  const std::string zone = state.subnet == none ? std::string() : network_.subnets[state.subnet].zone;
  bool attached = false;
  for (Index a = 0; a < network_.attachments.size(); ++a) {
    const Attachment& attachment = network_.attachments[a];
    if (attachment.gateway != gateway || attachment.kind != AttachmentKind::vpc || attachment.vpc != vpc) continue;
    if (attachment.subnets.empty()) {
      doubts_.push_back(fmt::format("{}: its subnets are not in the source", attachment.id));
      attached = true;
    }
    const bool own = std::ranges::find(attachment.subnets, state.subnet) != attachment.subnets.end();
    std::vector<Index> seen;  // ACLs: subnets with the same one are the same to the packet
    for (const Index s : attachment.subnets) {
      const Subnet& subnet = network_.subnets[s];
      if (!zone.empty() && !subnet.zone.empty() && subnet.zone != zone) continue;
      if (std::ranges::find(seen, subnet.acl) != seen.end()) continue;
      seen.push_back(subnet.acl);
      attached = true;
      pass(state, acl_of(s, Direction::in), Why::acl_in, s, [&](State next) {
        if (!own && state.subnet != none && (zone.empty() || subnet.zone.empty()))
          next.doubt_if(fmt::format("{}: whether it has an attachment in the sender's zone is not known",
                                    network_.transit_gateways[gateway].id));
        next.path.push_back({HopKind::transit_gateway, gateway});
        through_transit_gateway(std::move(next), a);
      });
    }
  }
  if (!attached) {
    state.path.push_back({HopKind::transit_gateway, gateway});
    if (!network_.transit_gateways[gateway].unknown.empty())
      doubts_.push_back(network_.transit_gateways[gateway].unknown);
    stop(state, Why::no_attachment_in_zone);
  }
}

void Walk::through_transit_gateway(State state, Index from) {
  if (state.path.size() > longest_path) return stop(state, Why::too_long);
  const Attachment& attachment = network_.attachments[from];
  const std::string& unknown = network_.transit_gateways[attachment.gateway].unknown;
  if (!unknown.empty()) doubts_.push_back(unknown);
  if (!attachment.unknown.empty()) doubts_.push_back(attachment.unknown);
  if (attachment.route_table == none) return stop(state, Why::no_transit_route);
  const TransitTable& table = network_.transit_tables[attachment.route_table];
  if (!table.unknown.empty()) doubts_.push_back(table.unknown);
  PacketSet rest = state.packets;
  for (const TransitShare& share : filters_.transit_routes(attachment.route_table)) {
    State next = state;
    next.packets = state.packets.to(share.destinations);
    if (next.packets.empty()) continue;
    rest = rest - PacketSet(Box{.destination = share.destinations});
    next.doubt_if(table.unknown);
    if (share.attachment == none) {
      stop(next, Why::blackhole, attachment.route_table);
      continue;
    }
    const Attachment& to = network_.attachments[share.attachment];
    switch (to.kind) {
      case AttachmentKind::vpc:
        enter_from_transit(std::move(next), share.attachment);
        break;
      case AttachmentKind::vpn:
      case AttachmentKind::direct_connect: {
        bool linked = false;
        for (const SiteLink& link : network_.links)
          if (link.attachment == share.attachment) {
            linked = true;
            to_site(next, link);
          }
        if (!linked) doubts_.push_back(fmt::format("{}: what it leads to is not in the source", to.id));
        break;
      }
      case AttachmentKind::peering:
        if (to.peer != none) {
          next.known_by_groups = false;
          next.path.push_back({HopKind::transit_gateway, network_.attachments[to.peer].gateway});
          through_transit_gateway(std::move(next), to.peer);
          break;
        }
        [[fallthrough]];
      case AttachmentKind::unknown:
        doubts_.push_back(fmt::format("{}: what it leads to is not in the source", to.id));
        break;
    }
  }
  if (rest.empty()) return;
  state.packets = rest;
  for (const Index learned : table.learned)
    for (const SiteLink& link : network_.links)
      if (link.attachment == learned && !link.only_static && !network_.sites[link.site].unknown.empty()) {
        State maybe = state;
        maybe.doubt_if(network_.sites[link.site].unknown);
        to_site(std::move(maybe), link);
      }
  stop(state, Why::no_transit_route, attachment.route_table);
}

// Into the attachment's subnet in the zone that the packet comes from, or any where that has none, and on by its route
// table.
void Walk::enter_from_transit(State state, Index a) {
  const Attachment& attachment = network_.attachments[a];
  if (attachment.vpc == none) {
    doubts_.push_back(fmt::format("{}: its VPC is not in the source", attachment.id));
    return;
  }
  state.path.push_back({HopKind::vpc, attachment.vpc});
  const std::string zone = state.subnet == none ? std::string() : network_.subnets[state.subnet].zone;
  const bool has_zone = !zone.empty() && std::ranges::any_of(attachment.subnets,
                                                             [&](Index s) { return network_.subnets[s].zone == zone; });
  state.from_transit = true;
  std::vector<std::pair<Index, Index>> seen;
  for (const Index s : attachment.subnets) {
    const Subnet& subnet = network_.subnets[s];
    if (has_zone && subnet.zone != zone) continue;
    const bool here = !state.packets.to(addresses_of(subnet.ranges)).empty();
    if (!here && std::ranges::find(seen, std::pair(subnet.acl, subnet.route_table)) != seen.end()) continue;
    if (!here) seen.emplace_back(subnet.acl, subnet.route_table);
    State next = state;
    next.subnet = s;
    subnet_router(std::move(next));
  }
  if (attachment.subnets.empty())
    doubts_.push_back(fmt::format("{}: its subnets are not in the source", attachment.id));
}

void Walk::through_peering(State state, Index index, Index vpc) {
  const Peering& peering = network_.peerings[index];
  state.path.push_back({HopKind::peering, index});
  if (!peering.active || (peering.left != vpc && peering.right != vpc)) return stop(state, Why::inactive);
  const Index other = peering.left == vpc ? peering.right : peering.left;
  if (other == none) {
    doubts_.push_back(fmt::format("{}: the VPC at its other end is not in the source", peering.id));
    return;
  }
  state.path.push_back({HopKind::vpc, other});
  deliver_in_vpc(std::move(state), other);
}

}  // namespace redoubt::reach
