#include "reach/beyond.hpp"

#include <fmt/format.h>

namespace redoubt::reach {
namespace {

struct Families {
  bool four = false, six = false;
};

Families families_of(const AddressSet& addresses) {
  return {!(addresses & all_ipv4()).empty(), !(addresses & all_ipv6()).empty()};
}

Families families_of(const Network& network, const Endpoint& end) {
  if (end.address) return families_of(AddressSet::one(*end.address));
  if (end.internet || !end.sites.empty() || !end.gateway_endpoints.empty()) return {true, true};
  Families out;
  const auto add = [&](const Families& more) {
    out.four = out.four || more.four;
    out.six = out.six || more.six;
  };
  for (const Index i : end.interfaces) add(families_of(network.interfaces[i].addresses()));
  if (end.host_subnet != none) add(families_of(addresses_of(network.subnets[end.host_subnet].ranges)));
  return out;
}

}  // namespace

bool is_nobodys(const Endpoint& end) {
  return end.address && end.interfaces.empty() && end.sites.empty() && end.gateway_endpoints.empty() && !end.internet &&
         end.host_subnet == none;
}

std::string why_beyond(const Network& network, Address address) {
  for (const Vpc& vpc : network.vpcs) {
    if (!vpc.unknown.empty()) return vpc.unknown;
    if (!vpc.incomplete.empty() && addresses_of(vpc.ranges).contains(address)) return vpc.incomplete;
  }
  for (const Subnet& subnet : network.subnets)
    if (subnet.ranges.empty()) return subnet.unknown;
  for (const Peering& each : network.peerings)
    if (each.active && (each.left == none || each.right == none))
      return fmt::format("{}: the VPC at its other end is not in the source", each.id);
  for (const Gateway& each : network.vpn_gateways)
    if (!each.unknown.empty()) return each.unknown;
  if (!network.links_unknown.empty()) return network.links_unknown;
  for (const TransitGateway& each : network.transit_gateways)
    if (!each.unknown.empty()) return each.unknown;
  for (const Attachment& each : network.attachments)
    if (each.kind == AttachmentKind::unknown || (each.kind == AttachmentKind::vpc && each.vpc == none) ||
        (each.kind == AttachmentKind::peering && each.peer == none))
      return fmt::format("{}: what it leads to is not in the source", each.id);
  for (const RouteTable& table : network.route_tables)
    for (const Route& route : table.routes)
      if (route.target.kind == TargetKind::unknown)
        return fmt::format("{} is the target of a route and not in the source", route.target.id);
  return {};
}

std::string why_no_packet(const Network& network, const Question& question) {
  const Endpoint& from = question.from;
  const Endpoint& to = question.to;
  if (from.internet && question.source && !internet_addresses().contains(*question.source))
    return fmt::format("{} is no address of the Internet", text_of(*question.source));
  if (is_nobodys(from))
    return fmt::format("nothing in the sources has the address {}, and it is none of the Internet", from.name);
  const auto has = [&](Index i) { return network.interfaces[i].addresses().contains(*question.source); };
  if (question.source && !from.interfaces.empty() && std::ranges::none_of(from.interfaces, has))
    return fmt::format("{} does not have the address {}", from.name, text_of(*question.source));
  const Families left = families_of(network, from), right = families_of(network, to);
  if (!left.four && !left.six) return fmt::format("{} has no address", from.name);
  if (!right.four && !right.six) return fmt::format("{} has no address", to.name);
  if (!(left.four && right.four) && !(left.six && right.six))
    return fmt::format("one end has IPv{} addresses only, and the other IPv{} only", left.four ? 4 : 6,
                       right.four ? 4 : 6);
  return fmt::format("no packet goes from {} to {}", from.name, to.name);
}

}  // namespace redoubt::reach
