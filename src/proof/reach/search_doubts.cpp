// Ways that the source only half shows: what may go by them makes an answer unknown.
#include <fmt/format.h>

#include "reach/search.hpp"

namespace redoubt::reach {

// "DNS64 and NAT64" (VPC user guide): names become addresses of 64:ff9b::/96, and a NAT gateway turns these into IPv4.
void Reach::Search::mind_nat64(const Sender& sender, const Goal& goal) {
  static const AddressSet nat64 = parse_prefix("64:ff9b::/96")->addresses();
  if (sender.hop.kind != HopKind::interface || (goal.addresses & all_ipv4()).empty()) return;
  const Interface& interface = network.interfaces[sender.hop.index];
  if (interface.subnet == none || (interface.addresses() & all_ipv6()).empty()) return;
  const Index table = network.subnets[interface.subnet].route_table;
  if (table == none) return;
  for (const RouteShare& share : filters.routes(table)) {
    const TargetKind kind = share.route->target.kind;
    if (kind == TargetKind::local || kind == TargetKind::internet_gateway || kind == TargetKind::egress_only_gateway ||
        kind == TargetKind::blackhole || (share.destinations & nat64).empty())
      continue;
    doubts.push_back(fmt::format("{}: what NAT64 reaches is not modelled", network.route_tables[table].id));
    return;
  }
}

// A load balancer that the source only half shows may pass anything on to where it can get.
void Reach::Search::unseen_balancers(const Goal& goal) {
  const auto doubt = [&](std::string why) {
    if (std::ranges::find(doubts, why) == doubts.end()) doubts.push_back(std::move(why));
  };
  for (const Index i : to.interfaces)
    if (const Index subnet = network.interfaces[i].subnet; subnet != none)
      if (const std::string& why = network.vpcs[network.subnets[subnet].vpc].hidden; !why.empty()) doubt(why);
  for (const Index i : lookup.unknown_balancers()) {
    const Sender sender{{HopKind::interface, i}, network.interfaces[i].addresses()};
    Walk walk = start(sender, PacketSet::everything().from(sender.addresses).to(goal.addresses) & wanted, false, &to);
    if (std::ranges::any_of(walk.arrivals(), [&](const Arrival& arrival) { return reaches(to, arrival); }))
      doubt(
          fmt::format("{}: the load balancer that has this interface is not in the source", network.interfaces[i].id));
  }
}

// Of one whose listeners or targets are not all known: whether its packets get to the receiver, whatever those are.
bool Reach::Search::may_pass_on(const LoadBalancer& balancer) const {
  const AddressSet goal = addresses_of(to);
  return std::ranges::any_of(balancer.interfaces, [&](Index i) {
    if (std::ranges::find(to.interfaces, i) != to.interfaces.end()) return false;
    PacketSet packets = PacketSet::everything().to(goal) & wanted;
    if (!balancer.passes_through) packets = packets.from(network.interfaces[i].addresses());
    Walk walk(network, lookup, filters, false);
    walk.only(to.interfaces);
    walk.from_balancer(i, packets);
    return !walk.doubts().empty() ||
           std::ranges::any_of(walk.arrivals(), [&](const Arrival& arrival) { return reaches(to, arrival); });
  });
}

// How far packets come towards a receiver that a load balancer names and passes nothing on to: what is in doubt on the
// way there has no bearing on the answer.
void Reach::Search::mind_left_out(const Sender& sender) {
  const std::vector<std::string> before = doubts;
  for (const LoadBalancer& balancer : network.balancers) {
    const auto has = [](const std::vector<Index>& list, Index index) {
      return std::ranges::find(list, index) != list.end();
    };
    const bool names_it =
        std::ranges::any_of(balancer.left_out, [&](const LeftOut& each) { return has(to.interfaces, each.interface); });
    const bool is_walked = std::ranges::any_of(balancer.interfaces, [&](Index own) { return has(towards_, own); });
    if (!names_it || is_walked) continue;
    Endpoint end;
    end.interfaces = balancer.interfaces;
    connect(sender, {&end, addresses_of(end)}, PacketSet::everything(), {});
  }
  doubts = before;
}

}  // namespace redoubt::reach
