#include "reach/network.hpp"

namespace redoubt::reach {

AddressSet Interface::addresses() const {
  AddressSet out;
  for (const Assigned& each : assigned) out = out | each.addresses;
  return out;
}

void Lookup::Sorted::seal() {
  std::ranges::sort(items, {}, [](const Owned& each) { return std::pair(each.first, each.last); });
  reach.reserve(items.size());
  for (const Owned& each : items) reach.push_back(reach.empty() ? each.last : std::max(reach.back(), each.last));
}

// Each interval of the set by itself: between two of them may lie any number of items.
void Lookup::Sorted::find(const AddressSet& addresses, std::vector<Owned>& out) const {
  std::size_t next = 0;  // what stands before it was looked at
  for (const auto& [first, last] : addresses) {
    // The first that may reach into the interval; everything before ends too early.
    const auto start = static_cast<std::size_t>(std::ranges::lower_bound(reach, first) - reach.begin());
    std::size_t i = std::max(next, start);
    for (; i < items.size() && items[i].first <= last; ++i)
      if (items[i].last >= first) out.push_back(items[i]);
    next = std::max(next, i);
  }
}

Lookup::Lookup(const Network& network)
    : network_(network),
      subnets_(network.subnets.size()),
      vpc_ranges_(network.vpcs.size()),
      vpc_subnets_(network.vpcs.size()),
      balancer_(network.interfaces.size(), none) {
  for (Index s = 0; s < network.subnets.size(); ++s) {
    const Subnet& subnet = network.subnets[s];
    if (subnet.vpc == none) continue;
    vpc_subnets_[subnet.vpc].push_back(s);
    for (const Prefix& range : subnet.ranges)
      vpc_ranges_[subnet.vpc].items.push_back({range.first, range.last(), s, 0});
  }
  for (Index i = 0; i < network.interfaces.size(); ++i) {
    const Interface& interface = network.interfaces[i];
    if (interface.subnet == none) continue;
    for (std::uint32_t a = 0; a < interface.assigned.size(); ++a) {
      const Assigned& assigned = interface.assigned[a];
      for (const auto& [first, last] : assigned.addresses) {
        subnets_[interface.subnet].items.push_back({first, last, i, a});
        if (!is_ipv4(first)) public_.items.push_back({first, last, i, a});
      }
      if (assigned.public_address) public_.items.push_back({*assigned.public_address, *assigned.public_address, i, a});
    }
  }
  for (Sorted& each : subnets_) each.seal();
  for (Sorted& each : vpc_ranges_) each.seal();
  public_.seal();
  for (Index b = 0; b < network.balancers.size(); ++b) {
    for (const Index interface : network.balancers[b].interfaces) balancer_[interface] = b;
    for (const BalancerTarget& target : network.balancers[b].targets)
      if (target.interface != none) {
        std::vector<Index>& list = targeted_[target.interface];
        if (list.empty() || list.back() != b) list.push_back(b);
      }
  }
  for (Index i = 0; i < network.interfaces.size(); ++i)
    if (network.interfaces[i].kind == InterfaceKind::load_balancer && balancer_[i] == none)
      unknown_balancers_.push_back(i);
}

std::vector<Lookup::Owned> Lookup::in_subnet(Index subnet, const AddressSet& addresses) const {
  std::vector<Owned> out;
  subnets_[subnet].find(addresses, out);
  return out;
}

std::vector<Lookup::Owned> Lookup::by_public(const AddressSet& addresses) const {
  std::vector<Owned> out;
  public_.find(addresses, out);
  return out;
}

std::vector<Index> Lookup::subnets(Index vpc, const AddressSet& addresses) const {
  std::vector<Owned> found;
  vpc_ranges_[vpc].find(addresses, found);
  std::vector<Index> out;
  for (const Owned& each : found)
    if (std::ranges::find(out, each.interface) == out.end()) out.push_back(each.interface);
  return out;
}

const LoadBalancer* Lookup::balancer_of(Index interface) const {
  return balancer_[interface] == none ? nullptr : &network_.balancers[balancer_[interface]];
}

const std::vector<Index>& Lookup::balancers_to(Index interface) const {
  static const std::vector<Index> nothing;
  const auto found = targeted_.find(interface);
  return found == targeted_.end() ? nothing : found->second;
}

}  // namespace redoubt::reach
