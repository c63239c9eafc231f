// What security groups settle alone: where no rule of the receiver's groups lets such a packet in, whoever sends it and
// by whatever way, nothing else needs to be known: neither addresses nor subnets nor routes.
#include "reach/reach.hpp"

namespace redoubt::reach {
namespace {

// Whether packets of the sender may come from a member of the group.
bool has_member(const Network& network, Index group, const Endpoint& from) {
  // Whoever has an address, or stands in a subnet, may be one.
  if (from.address || from.host_subnet != none) return true;
  const auto is_member = [&](const Interface& each) {
    return !each.has_its_groups || std::ranges::find(each.groups, group) != each.groups.end();
  };
  // Through load balancers the sender's packets come from these.
  for (const Interface& each : network.interfaces)
    if (each.kind == InterfaceKind::load_balancer && is_member(each)) return true;
  return std::ranges::any_of(from.interfaces, [&](Index i) { return is_member(network.interfaces[i]); });
}

}  // namespace

std::optional<Index> Reach::settled_by_groups(const Question& question, const PacketSet& wanted) const {
  const Endpoint& to = question.to;
  if (!network_.unknown.empty() || to.address || to.internet || to.interfaces.empty() || !to.sites.empty() ||
      !to.gateway_endpoints.empty())
    return {};
  for (const Index i : to.interfaces) {
    const Interface& interface = network_.interfaces[i];
    // Of a subnet or a group others may be part.
    if (interface.owner != network_.interfaces[to.interfaces.front()].owner) return {};
    if (!interface.has_its_groups || !interface.filtered || interface.groups.empty()) return {};
    for (const Index group : interface.groups) {
      const Allowed& by_address = filters_.group(group, Direction::in);
      if (!(wanted & (by_address.sure | by_address.possible)).empty()) return {};
      for (const Filters::Reference& reference : filters_.references(group, Direction::in))
        if (!(wanted & reference.packets).empty() && has_member(network_, reference.group, question.from)) return {};
    }
  }
  return to.interfaces.front();
}

}  // namespace redoubt::reach
