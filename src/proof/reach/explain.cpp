#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reach/reach.hpp"

namespace redoubt::reach {
namespace {

// "tcp 443 from 8.8.8.8", as a rule would have to match it.
std::string wording(const Packet& packet, Direction direction) {
  const std::string what = packet.protocol == tcp || packet.protocol == udp
                               ? fmt::format("{} port {}", protocol_name(packet.protocol), packet.destination_port)
                           : packet.protocol == icmp || packet.protocol == icmpv6
                               ? fmt::format("{} type {} code {}", protocol_name(packet.protocol), packet.source_port,
                                             packet.destination_port)
                               : fmt::format("protocol {}", packet.protocol);
  return direction == Direction::in ? fmt::format("{} from {}", what, text_of(packet.source))
                                    : fmt::format("{} to {}", what, text_of(packet.destination));
}

std::string_view word(Direction direction) {
  return direction == Direction::in ? "inbound" : "outbound";
}

StoppedBy by_group(const Network& network, const Interface& interface, const Packet& packet, Direction direction) {
  std::vector<std::string> ids;
  for (const Index group : interface.groups) ids.push_back(network.groups[group].id);
  if (ids.empty())
    return {interface.id, "security group",
            fmt::format("{} has no security group, so nothing allows {}", interface.owner, wording(packet, direction))};
  return {ids.front(), "security group",
          fmt::format("no {} rule of {} allows {}", word(direction), fmt::join(ids, ", "), wording(packet, direction))};
}

StoppedBy by_acl(const Network& network, Index subnet, const Packet& packet, Direction direction) {
  const Index index = network.subnets[subnet].acl;
  if (index == none) return {network.subnets[subnet].id, "network ACL", "it is not known"};
  const Acl& acl = network.acls[index];
  for (const Rule& rule : direction == Direction::in ? acl.in : acl.out) {
    Box box;
    box.protocols = rule.protocols;
    const bool ported = packet.protocol == tcp || packet.protocol == udp;
    const bool message = packet.protocol == icmp || packet.protocol == icmpv6;
    if (!rule.unknown.empty() || !rule.protocols.test(packet.protocol) ||
        !rule.remote.contains(direction == Direction::in ? packet.source : packet.destination) ||
        (ported && !rule.ports.contains(packet.destination_port)) ||
        (message && (!rule.types.contains(packet.source_port) || !rule.codes.contains(packet.destination_port))))
      continue;
    if (!rule.allow)
      return {acl.id, "network ACL",
              fmt::format("{} rule {} denies {}", word(direction), rule.number, wording(packet, direction))};
  }
  return {acl.id, "network ACL",
          fmt::format("no {} rule allows {} (rule *)", word(direction), wording(packet, direction))};
}

}  // namespace

StoppedBy Reach::explain(const Drop& drop) const {
  const Packet packet = drop.packets.pick();
  const std::string at = id_of(network_, drop.at);
  const auto table = [&] {
    return drop.subject == none ? std::string("its route table") : network_.route_tables[drop.subject].id;
  };
  StoppedBy out{at, "", ""};
  switch (drop.why) {
    case Why::source_check:
      out = {network_.interfaces[drop.at.index].id, "source/destination check",
             fmt::format("{} does not send from {}, which is none of its addresses", at, text_of(packet.source))};
      break;
    case Why::group_out:
      out = by_group(network_, network_.interfaces[drop.subject], packet, Direction::out);
      break;
    case Why::group_in:
      out = by_group(network_, network_.interfaces[drop.subject], packet, Direction::in);
      break;
    case Why::acl_out:
      out = by_acl(network_, drop.subject, packet, Direction::out);
      break;
    case Why::acl_in:
      out = by_acl(network_, drop.subject, packet, Direction::in);
      break;
    case Why::no_route:
      out = {table(), "route table", fmt::format("no route leads to {}", text_of(packet.destination))};
      break;
    case Why::blackhole:
      out = {drop.at.kind == HopKind::transit_gateway ? network_.transit_tables[drop.subject].id : table(),
             "route table", fmt::format("the route to {} is a blackhole", text_of(packet.destination))};
      break;
    case Why::no_public_address:
      out = {at, "internet gateway", fmt::format("{} has no public address", text_of(packet.source))};
      break;
    case Why::not_on_the_internet:
      out = {at, "Internet", fmt::format("{} is no address of the Internet", text_of(packet.destination))};
      break;
    case Why::no_gateway:
      out = {at, "gateway",
             fmt::format("the gateway is not attached to the VPC where {} is", text_of(packet.destination))};
      if (drop.at.kind == HopKind::vpc) out = {at, "VPC", "it has no Internet gateway"};
      break;
    case Why::nobody:
      out = {at,
             drop.at.kind == HopKind::subnet ? "subnet"
             : drop.at.kind == HopKind::vpc  ? "VPC"
                                             : "interface",
             fmt::format("nothing there has the address {}", text_of(packet.destination))};
      break;
    case Why::not_forwarded:
      out = {network_.interfaces[drop.at.index].id, "source/destination check",
             fmt::format("{} does not forward packets for {}", at, text_of(packet.destination))};
      break;
    case Why::no_transit_route: {
      out = {at, "transit gateway", "the attachment has no route table"};
      if (drop.subject != none)
        out = {network_.transit_tables[drop.subject].id, "transit gateway route table",
               fmt::format("no route leads to {}", text_of(packet.destination))};
      break;
    }
    case Why::no_attachment_in_zone:
      out = {at, "transit gateway", "it has no attachment to this VPC in the sender's availability zone"};
      break;
    case Why::no_site_route:
      out = {at, drop.at.kind == HopKind::site ? "router" : "VPN gateway",
             fmt::format("no route leads to {}", text_of(packet.destination))};
      break;
    case Why::one_way:
      out = {at, "egress-only internet gateway", "it lets in only what answers"};
      break;
    case Why::inactive:
      out = {at, "peering connection", "it is not between these VPCs"};
      if (const Peering& peering = network_.peerings[drop.at.index]; !peering.active)
        out.rule = fmt::format("it is {}, not active", peering.status);
      break;
    case Why::not_this_family:
      out = {at, "egress-only internet gateway", "it passes IPv6 only"};
      break;
    case Why::too_long:
      out = {at, "routing", "packets go in circles"};
      break;
    case Why::unsolicited: {
      const bool nat =
          drop.at.kind == HopKind::interface && network_.interfaces[drop.at.index].kind == InterfaceKind::nat_gateway;
      out = {at, nat ? "NAT gateway" : "interface",
             nat ? "it lets in only answers to what it sent" : "it takes no connections of its own"};
      break;
    }
    case Why::no_listener:
      out = {at, "load balancer", fmt::format("no listener takes {}", wording(packet, Direction::in))};
      break;
    case Why::no_target:
      out = {at, "load balancer", "no target stands behind the listener"};
      for (const LoadBalancer& balancer : network_.balancers)
        if (std::ranges::find(balancer.interfaces, drop.at.index) != balancer.interfaces.end())
          for (const LeftOut& each : balancer.left_out)
            if (each.interface == drop.subject) out.rule = fmt::format("it passes nothing on: {}", each.why);
      break;
  }
  out.answer = drop.answer;
  if (drop.answer) out.rule = fmt::format("the answer does not get back: {}", out.rule);
  return out;
}

}  // namespace redoubt::reach
