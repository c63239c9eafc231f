#include "reach/search.hpp"

#include <fmt/format.h>

namespace redoubt::reach {
namespace {

// NAT gateways and load balancers one after the other, at most; more would be a circle.
constexpr std::size_t most_legs = 5;

PacketSet of_listener(std::uint8_t protocol, const PortSet& ports) {
  return PacketSet(Box{.protocols = protocols_of({protocol}), .destination_ports = ports});
}

// Whether the packets cover all addresses that AWS may give the interface, by one family at least.
bool covers_all(const Interface& interface, const AddressSet& addresses) {
  return std::ranges::any_of(interface.assigned, [&](const Assigned& assigned) {
    return !assigned.addresses.empty() && addresses.covers(assigned.addresses);
  });
}

bool is_stand_in(const Interface& interface) {
  return std::ranges::any_of(interface.assigned, [](const Assigned& assigned) {
    return !assigned.addresses.empty() && assigned.addresses.first() != assigned.addresses.last();
  });
}

bool has(const std::vector<Index>& list, Index index) {
  return std::ranges::find(list, index) != list.end();
}

bool has_any(const std::vector<Index>& list, const std::vector<Index>& of) {
  return std::ranges::any_of(of, [&](Index index) { return has(list, index); });
}

// The ports from which NAT gateways and load balancers open connections.
const PacketSet& own_ports() {
  static const PacketSet set = PacketSet::everything().translated(AddressSet::all());
  return set;
}

}  // namespace

void append(std::vector<Hop>& path, const std::vector<Hop>& leg) {
  const bool joined = !path.empty() && !leg.empty() && path.back() == leg.front();
  path.insert(path.end(), leg.begin() + (joined ? 1 : 0), leg.end());
}

AddressSet Reach::Search::addresses_of(const Endpoint& end) const {
  if (end.address) return AddressSet::one(*end.address);
  if (end.internet) return internet_addresses();
  if (!end.gateway_endpoints.empty()) return internet_addresses();  // AWS's services have public ones
  // Gathered first: uniting them one by one would take quadratic time.
  std::vector<std::pair<Address, Address>> all;
  for (const Index i : end.interfaces)
    for (const Assigned& assigned : network.interfaces[i].assigned) {
      for (const auto& [first, last] : assigned.addresses) all.emplace_back(first, last);
      if (assigned.public_address) all.emplace_back(*assigned.public_address, *assigned.public_address);
    }
  AddressSet out = AddressSet::of(std::move(all));
  for (const Index s : end.sites) {
    const Site& site = network.sites[s];
    out = out | site.own | reach::addresses_of(site.prefixes);
    for (const SiteLink& link : network.links)
      if (link.site == s) out = out | reach::addresses_of(link.statics);
    if (!site.unknown.empty()) out = all_ipv4() | all_ipv6();
  }
  return out;
}

bool Reach::Search::reaches(const Endpoint& end, const Arrival& arrival) const {
  switch (arrival.at.kind) {
    case HopKind::interface:
      return end.address ? true : has(end.interfaces, arrival.at.index);
    case HopKind::internet:
      return end.internet || end.address;
    case HopKind::site:
      return end.address ? true : has(end.sites, arrival.at.index);
    case HopKind::gateway_endpoint:
      return has(end.gateway_endpoints, arrival.at.index);
    default:
      return false;
  }
}

Walk Reach::Search::start(const Sender& sender, const PacketSet& packets, bool answers, const Endpoint* goal) const {
  Walk walk(network, lookup, filters, answers);
  if (goal && goal->internet) walk.stop_at_internet();
  if (goal && goal->host_subnet != none) walk.expect_host(goal->host_subnet);
  if (goal && !goal->address && !goal->interfaces.empty()) walk.only(goal->interfaces);
  if (goal && !goal->gateway_endpoints.empty()) walk.seek_endpoint(goal->gateway_endpoints.front());
  switch (sender.hop.kind) {
    case HopKind::interface:
      walk.from_interface(sender.hop.index, packets);
      break;
    case HopKind::host:
      walk.from_host(sender.hop.index, packets);
      break;
    case HopKind::site:
      walk.from_site(sender.hop.index, packets);
      break;
    case HopKind::gateway_endpoint:
      walk.from_endpoint(sender.hop.index, packets);
      break;
    default:
      walk.from_internet(packets);
  }
  return walk;
}

// The drop that came farthest, counted from the first sender.
void Reach::Search::note(const Walk& walk, const std::vector<Leg>& before) {
  for (const std::string& doubt : walk.doubts())
    if (std::ranges::find(doubts, doubt) == doubts.end()) doubts.push_back(doubt);
  if (!walk.drop()) return;
  Drop drop = *walk.drop();
  std::vector<Hop> path;
  for (const Leg& leg : before) append(path, leg.arrival.path);
  drop.progress += path.size();
  if (!drop.answer) append(path, drop.path);
  drop.path = std::move(path);
  if (!stopped || drop.progress > stopped->progress) stopped = std::move(drop);
}

void Reach::Search::run(const Sender& sender) {
  const Goal goal{&to, addresses_of(to)};
  connect(sender, goal, wanted, {});
  if (!found) mind_nat64(sender, goal);
  if (found || direct || to.address || to.interfaces.empty()) return;
  through_balancers(sender);
  if (!found) mind_left_out(sender);
  if (!found) unseen_balancers(goal);
}

void Reach::Search::connect(const Sender& sender, const Goal& goal, const PacketSet& constraint,
                            const std::vector<Leg>& before) {
  const PacketSet packets = (PacketSet::everything().from(sender.addresses).to(goal.addresses)) & constraint;
  if (packets.empty() || before.size() >= most_legs) return;
  Walk walk = start(sender, packets, false, goal.end);
  note(walk, before);
  for (Arrival& arrival : walk.arrivals()) {
    if (found) return;
    if (!arrival.routed && !reaches(*goal.end, arrival)) {
      if (arrival.at.kind == HopKind::site && goal.end->internet)
        doubts.push_back(fmt::format("{}: whether it passes packets on to the Internet is not in the source",
                                     network.sites[arrival.at.index].id));
      continue;
    }
    const bool routed = arrival.routed;
    std::optional<Leg> leg = close(sender, std::move(arrival), before);
    if (!leg) continue;
    std::vector<Leg> legs = before;
    legs.push_back(std::move(*leg));
    if (!routed) {
      arrived(std::move(legs), goal.end == &to);
      continue;
    }
    const Interface& nat = network.interfaces[legs.back().arrival.at.index];
    const Sender next{legs.back().arrival.at, nat.addresses()};
    const PacketSet translated = legs.back().packets.from_anybody() & own_ports();
    connect(next, goal, translated, legs);
  }
}

// The answer's way back. A leg whose answers all get lost is none.
std::optional<Leg> Reach::Search::close(const Sender& sender, Arrival arrival, const std::vector<Leg>& before) {
  Leg leg{sender.hop, std::move(arrival), {}, false};
  const PacketSet unanswered = leg.arrival.packets.unanswered();
  const PacketSet answers = leg.arrival.packets.answers();
  PacketSet sure, possible;
  std::string doubt;
  if (!answers.empty()) {
    Endpoint back;
    back.internet = sender.hop.kind == HopKind::internet;
    if (sender.hop.kind == HopKind::host) back.host_subnet = sender.hop.index;
    if (sender.hop.kind == HopKind::interface) back.interfaces = {sender.hop.index};
    Walk walk = start({leg.arrival.at, {}}, answers, true, &back);
    for (const Arrival& returned : walk.arrivals()) {
      if (returned.at != sender.hop) continue;
      const PacketSet answered = returned.sent(returned.packets).answered();
      (returned.doubt.empty() ? sure : possible) = std::move(returned.doubt.empty() ? sure : possible) | answered;
      if (doubt.empty()) doubt = returned.doubt;
    }
    sure = leg.arrival.packets & sure;
    possible = leg.arrival.packets & possible;
    if (sure.empty() && possible.empty() && unanswered.empty()) {
      std::vector<Leg> there = before;
      there.push_back(std::move(leg));
      note(walk, there);
      return {};
    }
  }
  leg.packets = std::move(sure) | unanswered;
  if (leg.packets.empty()) {
    leg.packets = std::move(possible);
    if (leg.arrival.doubt.empty()) leg.arrival.doubt = doubt;
  }
  return leg;
}

// With the client's address kept, the target's answers are taken back by the load balancer whatever the route table
// says ("Client IP preservation", Network Load Balancer guide): only the ACLs between the two count.
std::optional<Leg> Reach::Search::close_kept(Hop from, Arrival arrival, const std::vector<Leg>& before) {
  Leg leg{from, std::move(arrival), {}, true};
  const Index left = network.interfaces[from.index].subnet, right = network.interfaces[leg.arrival.at.index].subnet;
  leg.packets = leg.arrival.packets;
  if (left == right) return leg;
  const Allowed& out = filters.acl(network.subnets[right].acl, Direction::out);
  const Allowed& in = filters.acl(network.subnets[left].acl, Direction::in);
  const PacketSet answers = leg.packets.answers();
  const PacketSet unanswered = leg.packets.unanswered();
  PacketSet sure = leg.packets & ((answers & out.sure) & in.sure).answered();
  if (!sure.empty() || !unanswered.empty()) {
    leg.packets = std::move(sure) | unanswered;
    return leg;
  }
  PacketSet possible = leg.packets & ((answers & (out.sure | out.possible)) & (in.sure | in.possible)).answered();
  if (!possible.empty()) {
    leg.packets = std::move(possible);
    if (leg.arrival.doubt.empty()) leg.arrival.doubt = out.why.empty() ? in.why : out.why;
    return leg;
  }
  const bool leaves = !((answers & out.sure).empty());
  std::vector<Hop> path;
  for (const Leg& each : before) append(path, each.arrival.path);
  append(path, leg.arrival.path);
  const std::size_t progress = path.size() + (leaves ? 2 : 1);
  const Index subnet = leaves ? left : right;
  if (!stopped || progress > stopped->progress)
    stopped = Drop{leaves ? Why::acl_in : Why::acl_out,
                   {HopKind::subnet, subnet},
                   subnet,
                   answers,
                   std::move(path),
                   true,
                   progress};
  return {};
}

// --- Load balancers --------------------------------------------------------------------------------------------------

void Reach::Search::through_balancers(const Sender& sender) {
  // Those that have the receiver, or a load balancer before it, among their targets; and those that may have it.
  std::vector<Index> known = to.interfaces, todo = to.interfaces;
  std::vector<Index> balancers;
  for (Index b = 0; b < network.balancers.size(); ++b)
    if (!network.balancers[b].unknown.empty() && may_pass_on(network.balancers[b])) {
      balancers.push_back(b);
      for (const Index own : network.balancers[b].interfaces)
        if (!has(known, own)) {
          known.push_back(own);
          todo.push_back(own);
        }
    }
  while (!todo.empty()) {
    const Index interface = todo.back();
    todo.pop_back();
    for (const Index b : lookup.balancers_to(interface)) {
      if (has(balancers, b)) continue;
      balancers.push_back(b);
      for (const Index own : network.balancers[b].interfaces)
        if (!has(known, own)) {
          known.push_back(own);
          todo.push_back(own);
        }
    }
  }
  towards_ = known;
  for (const Index b : balancers) {
    if (found) return;
    Endpoint end;
    end.interfaces = network.balancers[b].interfaces;
    connect(sender, {&end, addresses_of(end)}, PacketSet::everything(), {});
  }
}

// The last leg has arrived where it was meant to.
void Reach::Search::arrived(std::vector<Leg> legs, bool at_receiver) {
  const Hop at = legs.back().arrival.at;
  const LoadBalancer* balancer = at.kind == HopKind::interface ? lookup.balancer_of(at.index) : nullptr;
  if (!balancer) return add(std::move(legs));
  Leg& last = legs.back();
  if (last.arrival.doubt.empty()) last.arrival.doubt = balancer->unknown;
  bool listens = false, targets = false;
  for (const Listener& listener : balancer->listeners) {
    const PacketSet taken = last.packets & of_listener(listener.protocol, listener.ports);
    if (taken.empty()) continue;
    listens = true;
    std::vector<Leg> there = legs;
    there.back().packets = taken;
    if (there.back().arrival.doubt.empty()) there.back().arrival.doubt = listener.unknown;
    // The connection ends here, whether or not a target stands behind: the answer is the balancer's own (502 or 503).
    if (at_receiver && !balancer->passes_through) {
      add(std::move(there));
      if (found) return;
      targets = true;
      continue;
    }
    for (const Index t : listener.targets) {
      if (found) return;
      const BalancerTarget& target = balancer->targets[t];
      if (!at_receiver && !has_any(towards_, lookup.targets_of(target))) continue;
      targets = true;
      std::vector<Leg> passed = there;
      passed.back().packets = taken.from(target.clients);
      if (!passed.back().packets.empty()) to_target(passed, target, at_receiver);
    }
    if (found) return;
  }
  std::vector<Hop> path;
  for (const Leg& leg : legs) append(path, leg.arrival.path);
  const std::size_t progress = path.size() + 1;
  if ((!listens || !targets) && (!stopped || progress > stopped->progress)) {
    const auto left_out = std::ranges::find_if(balancer->left_out,
                                               [&](const LeftOut& each) { return has(to.interfaces, each.interface); });
    stopped = Drop{listens ? Why::no_target : Why::no_listener,
                   at,
                   left_out == balancer->left_out.end() ? none : left_out->interface,
                   legs.back().packets,
                   std::move(path),
                   false,
                   progress};
  }
  if (!balancer->unknown.empty()) doubts.push_back(balancer->unknown);
}

void Reach::Search::to_target(const std::vector<Leg>& legs, const BalancerTarget& target, bool at_receiver) {
  const Leg& last = legs.back();
  const Hop from = last.arrival.at;
  if (!target.function.empty()) {
    if (at_receiver) add(legs);
    return;
  }
  Endpoint end;
  if (target.interface != none)
    end.interfaces = {target.interface};
  else
    end.address = target.address;
  if (target.interface == none && !target.address) return;
  PacketSet packets = PacketSet::everything() & of_listener(target.protocol, target.ports);
  // A load balancer uses private addresses; the port that was asked for is the receiver's.
  packets = packets.to(target.interface != none ? network.interfaces[target.interface].addresses()
                                                : AddressSet::one(*target.address));
  if (!at_receiver && has_any(to.interfaces, lookup.targets_of(target))) packets = packets & wanted;
  const bool keeps = target.keeps_client_address && target.interface != none;
  const AddressSet sources = keeps ? last.packets.sources() : network.interfaces[from.index].addresses();
  packets = (packets & PacketSet::everything().from(sources));
  if (!keeps) packets = packets & own_ports();
  if (packets.empty() || legs.size() >= most_legs) return;
  Walk walk(network, lookup, filters, false);
  if (target.interface != none) walk.only(end.interfaces);
  if (keeps)
    walk.from_balancer(from.index, packets);
  else
    walk.from_interface(from.index, packets);
  note(walk, legs);
  for (Arrival& arrival : walk.arrivals()) {
    if (!reaches(end, arrival)) continue;
    std::optional<Leg> leg =
        keeps ? close_kept(from, std::move(arrival), legs) : close({from, sources}, std::move(arrival), legs);
    if (!leg) continue;
    if (leg->arrival.doubt.empty()) leg->arrival.doubt = target.unknown;
    std::vector<Leg> further = legs;
    const Hop at = leg->arrival.at;
    further.push_back(std::move(*leg));
    if (at_receiver || (at.kind == HopKind::interface && has(to.interfaces, at.index)))
      add(std::move(further));
    else if (at.kind == HopKind::interface)
      arrived(std::move(further), false);
  }
}

// What comes first is narrowed to what comes after it: a NAT gateway sends on what it got.
void Reach::Search::add(std::vector<Leg> legs) {
  for (std::size_t i = legs.size() - 1; i-- > 0;)
    if (legs[i].arrival.routed)
      legs[i].packets = legs[i].packets & legs[i + 1].arrival.sent(legs[i + 1].packets).from_anybody();
    else if (legs[i + 1].keeps_client_address)
      legs[i].packets = legs[i].packets.from(legs[i + 1].packets.sources());
  Flow flow;
  for (const Leg& leg : legs) {
    if (leg.packets.empty()) return;
    if (flow.doubt.empty()) flow.doubt = leg.arrival.doubt;
  }
  const auto check = [&](Hop hop, const AddressSet& addresses) {
    if (hop.kind != HopKind::interface || !flow.doubt.empty()) return;
    const Interface& interface = network.interfaces[hop.index];
    if (is_stand_in(interface) && !covers_all(interface, addresses))
      flow.doubt = fmt::format("it depends on the address that AWS chooses for {}", interface.owner);
  };
  check(legs.front().from, legs.front().arrival.sent(legs.front().packets).sources());
  check(legs.back().arrival.at, legs.back().packets.destinations());
  if (flow.doubt.empty()) flow.doubt = network.unknown;
  found = found || flow.doubt.empty();
  flow.legs = std::move(legs);
  flows.push_back(std::move(flow));
}

}  // namespace redoubt::reach
