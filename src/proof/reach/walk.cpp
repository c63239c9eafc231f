#include "reach/walk.hpp"

#include <fmt/format.h>

namespace redoubt::reach {
std::string id_of(const Network& network, Hop hop) {
  switch (hop.kind) {
    case HopKind::interface:
      return network.interfaces[hop.index].owner;
    case HopKind::subnet:
    case HopKind::host:
      return network.subnets[hop.index].id;
    case HopKind::vpc:
      return network.vpcs[hop.index].id;
    case HopKind::internet:
      return "internet";
    case HopKind::internet_gateway:
      return network.internet_gateways[hop.index].id;
    case HopKind::egress_only_gateway:
      return network.egress_only_gateways[hop.index].id;
    case HopKind::vpn_gateway:
      return network.vpn_gateways[hop.index].id;
    case HopKind::transit_gateway:
      return network.transit_gateways[hop.index].id;
    case HopKind::peering:
      return network.peerings[hop.index].id;
    case HopKind::gateway_endpoint:
      return network.gateway_endpoints[hop.index].id;
    case HopKind::link:
      return network.links[hop.index].shown;
    case HopKind::site:
      return network.sites[hop.index].id;
  }
  return {};
}

PacketSet Arrival::sent(PacketSet some) const {
  if (sent_source) some = some.with_source(*sent_source);
  if (sent_destination) some = some.with_destination(*sent_destination);
  return some;
}

const Allowed& Walk::acl_of(Index subnet, Direction direction) const {
  return filters_.acl(network_.subnets[subnet].acl, direction);
}

void Walk::stop(const State& state, Why why, Index subject) {
  if (state.packets.empty() || (drop_ && drop_->path.size() >= state.path.size())) return;
  drop_ = Drop{why,
               state.path.empty() ? Hop{} : state.path.back(),
               subject,
               state.packets,
               state.path,
               answers_,
               state.path.size()};
}

void Walk::arrive(State state, bool routed) {
  if (state.packets.empty()) return;
  const Hop at = state.path.back();
  arrivals_.push_back({at, std::move(state.packets), std::move(state.sent_source), std::move(state.sent_destination),
                       std::move(state.path), std::move(state.doubt), routed});
}

// --- The sender ------------------------------------------------------------------------------------------------------

void Walk::from_interface(Index index, const PacketSet& packets) {
  const Interface& interface = network_.interfaces[index];
  State state;
  state.path = {{HopKind::interface, index}};
  state.sender = &interface;
  state.known_by_groups = true;
  state.subnet = interface.subnet;
  state.doubt = interface.unknown;
  if (interface.subnet == none) {
    doubts_.push_back(interface.unknown);
    return;
  }
  state.packets = packets;
  if (interface.checks_addresses) {
    const PacketSet own = packets.from(interface.addresses());
    if (own.empty()) return stop(state, Why::source_check);
    state.packets = own;
  }
  leave(state, index);
}

// Security groups of the sender, outbound.
void Walk::leave(const State& state, Index index) {
  const Interface& interface = network_.interfaces[index];
  if (answers_ || !interface.filtered) return subnet_router(state);
  Allowed allowed;
  bool passed = false;
  for (const Index group : interface.groups) {
    const Allowed& by_address = filters_.group(group, Direction::out);
    allowed.sure = std::move(allowed.sure) | (state.packets & by_address.sure);
    allowed.possible = std::move(allowed.possible) | (state.packets & by_address.possible);
    if (allowed.why.empty()) allowed.why = by_address.why;
    for (const Filters::Reference& reference : filters_.references(group, Direction::out)) {
      State part = state;
      part.packets = (state.packets & reference.packets).to(filters_.member_addresses(reference.group));
      part.required_group = reference.group;
      if (part.packets.empty()) continue;
      passed = true;
      subnet_router(std::move(part));
    }
  }
  if (passed && allowed.sure.empty() && allowed.possible.empty()) return;
  pass(state, allowed, Why::group_out, index, [&](State next) { subnet_router(std::move(next)); });
}

void Walk::from_host(Index subnet, const PacketSet& packets) {
  State state;
  state.packets = packets;
  state.subnet = subnet;
  subnet_router(std::move(state));
}

void Walk::from_balancer(Index index, const PacketSet& packets) {
  State state;
  state.packets = packets;
  state.path = {{HopKind::interface, index}};
  state.sender = &network_.interfaces[index];
  state.known_by_groups = true;
  state.subnet = state.sender->subnet;
  state.doubt = state.sender->unknown;
  if (state.subnet == none) return doubts_.push_back(state.sender->unknown);
  leave(state, index);
}

void Walk::from_endpoint(Index endpoint, const PacketSet& packets) {
  State state;
  state.packets = packets;
  state.path = {{HopKind::gateway_endpoint, endpoint}};
  deliver_in_vpc(std::move(state), network_.gateway_endpoints[endpoint].vpc);
}

void Walk::from_internet(const PacketSet& packets) {
  State state;
  state.packets = packets.from(internet_addresses());
  internet(std::move(state));
}

// --- Within a VPC ----------------------------------------------------------------------------------------------------

// Packets within a subnet cross neither its ACL nor its route table ("Network ACL basics", VPC user guide).
void Walk::subnet_router(State state) {
  if (state.path.size() > longest_path) return stop(state, Why::too_long);
  const Subnet& subnet = network_.subnets[state.subnet];
  state.doubt_if(subnet.unknown);
  const AddressSet here = addresses_of(subnet.ranges);
  State within = state;
  within.packets = state.packets.to(here);
  if (!within.packets.empty()) {
    if (within.path.empty() || within.from_transit) within.path.push_back({HopKind::subnet, state.subnet});
    deliver_in_subnet(std::move(within), state.subnet);
  }
  state.packets = state.packets - PacketSet(Box{.destination = here});
  if (state.packets.empty()) return;
  if (!state.from_transit) state.path.push_back({HopKind::subnet, state.subnet});
  pass(state, acl_of(state.subnet, Direction::out), Why::acl_out, state.subnet, [&](State next) {
    if (!next.from_transit) next.path.push_back({HopKind::vpc, subnet.vpc});
    route(std::move(next), subnet.route_table, subnet.vpc);
  });
}

void Walk::route(State state, Index table, Index vpc) {
  if (table == none) {
    doubts_.push_back(fmt::format("{}: its route table is not known", id_of(network_, state.path.back())));
    return;
  }
  const RouteTable& routes = network_.route_tables[table];
  if (endpoint_ != none) {
    for (const Route& each : routes.routes)
      if (each.target.kind == TargetKind::gateway_endpoint && each.target.index == endpoint_) {
        state.path.push_back({HopKind::gateway_endpoint, endpoint_});
        return arrive(std::move(state));
      }
    return stop(state, Why::no_route, table);
  }
  if (!routes.unknown.empty()) doubts_.push_back(routes.unknown);
  std::string uncertain = routes.unknown;
  for (const Route* each : filters_.unknown_routes(table))
    if (each->target.kind != TargetKind::gateway_endpoint)
      if (uncertain.empty()) uncertain = each->unknown;
  PacketSet beyond = state.packets;
  bool matched = false;
  for (const RouteShare& share : filters_.routes(table)) {
    State next = state;
    next.packets = state.packets.to(share.destinations);
    if (next.packets.empty()) continue;
    matched = true;
    // What stays in the VPC cannot be caught by a route beyond it.
    if (share.route->target.kind == TargetKind::local)
      beyond = beyond - PacketSet(Box{.destination = share.destinations});
    else
      next.doubt_if(uncertain);
    take(std::move(next), share.route->target, table, vpc);
  }
  for (const Route* each : filters_.unknown_routes(table)) {
    if (each->target.kind == TargetKind::gateway_endpoint || beyond.empty()) continue;
    State next = state;
    next.packets = beyond;
    next.doubt_if(each->unknown);
    matched = true;
    take(std::move(next), each->target, table, vpc);
  }
  if (!matched) stop(state, Why::no_route, table);
}

void Walk::deliver_in_vpc(State state, Index vpc) {
  const AddressSet destinations = state.packets.destinations();
  if (state.path.back().kind != HopKind::vpc) state.path.push_back({HopKind::vpc, vpc});
  if (!network_.vpcs[vpc].unknown.empty()) doubts_.push_back(network_.vpcs[vpc].unknown);
  bool found = false;
  for (const Index d : lookup_.subnets(vpc, destinations)) {
    State next = state;
    next.packets = state.packets.to(addresses_of(network_.subnets[d].ranges));
    if (next.packets.empty()) continue;
    found = true;
    next.path.push_back({HopKind::subnet, d});
    next.doubt_if(network_.subnets[d].unknown);
    pass(next, acl_of(d, Direction::in), Why::acl_in, d, [&](State in) { deliver_in_subnet(std::move(in), d); });
  }
  for (const Index d : lookup_.subnets_of(vpc))
    if (network_.subnets[d].ranges.empty()) doubts_.push_back(network_.subnets[d].unknown);
  if (found) return;
  if (!network_.vpcs[vpc].incomplete.empty()) doubts_.push_back(network_.vpcs[vpc].incomplete);
  stop(state, Why::nobody);
}

void Walk::deliver_in_subnet(State state, Index subnet) {
  std::vector<Index> seen;
  for (const Lookup::Owned& owned : lookup_.in_subnet(subnet, state.packets.destinations())) {
    if (std::ranges::find(seen, owned.interface) != seen.end()) continue;
    seen.push_back(owned.interface);
    if (only_ && !std::ranges::binary_search(*only_, owned.interface)) continue;
    State next = state;
    next.packets = state.packets.to(network_.interfaces[owned.interface].addresses());
    if (!next.packets.empty()) at_interface(std::move(next), owned.interface);
  }
  if (!seen.empty()) return;
  if (host_ != subnet) return stop(state, Why::nobody);
  state.path.push_back({HopKind::host, subnet});
  arrive(std::move(state));
}

// Security groups of the receiver, inbound.
void Walk::at_interface(State state, Index index) {
  const Interface& interface = network_.interfaces[index];
  if (!state.path.empty() && state.path.back() == Hop{HopKind::interface, index}) return stop(state, Why::nobody);
  if (state.required_group != none &&
      (state.sent_destination || std::ranges::find(interface.groups, state.required_group) == interface.groups.end()))
    return;
  state.path.push_back({HopKind::interface, index});
  state.doubt_if(interface.unknown);
  if (answers_) return arrive(std::move(state));
  if (!interface.takes_connections()) return stop(state, Why::unsolicited);
  if (!interface.filtered) return arrive(std::move(state));
  Allowed allowed;
  for (const Index group : interface.groups) {
    const Allowed& by_address = filters_.group(group, Direction::in);
    allowed.sure = std::move(allowed.sure) | (state.packets & by_address.sure);
    allowed.possible = std::move(allowed.possible) | (state.packets & by_address.possible);
    if (allowed.why.empty()) allowed.why = by_address.why;
    if (!state.known_by_groups || !state.sender) continue;
    for (const Filters::Reference& reference : filters_.references(group, Direction::in))
      if (std::ranges::find(state.sender->groups, reference.group) != state.sender->groups.end())
        allowed.sure = std::move(allowed.sure) | (state.packets & reference.packets);
  }
  pass(state, allowed, Why::group_in, index, [&](State next) { arrive(std::move(next)); });
}

}  // namespace redoubt::reach
