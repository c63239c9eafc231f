// The engine computes with sets of packets; here every packet that could tell two answers apart is followed by the
// simulator, one by one, through small random networks. The two share nothing but the network.
#include <gtest/gtest.h>

#include <random>

#include "reach/reach.hpp"
#include "reach/simulate.hpp"

namespace redoubt::reach {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int below(int count) { return std::uniform_int_distribution<int>(0, count - 1)(engine_); }
  bool one_in(int count) { return below(count) == 0; }
  template <class T>
  const T& of(const std::vector<T>& items) {
    return items[static_cast<std::size_t>(below(static_cast<int>(items.size())))];
  }

 private:
  std::mt19937 engine_;
};

const std::string& text(const std::vector<std::string>& of, Random& random) {
  return random.of(of);
}

Prefix prefix(std::string_view text) {
  return *parse_prefix(text);
}

Rule random_rule(Random& random) {
  static const std::vector<std::string> remotes{"0.0.0.0/0",   "10.0.0.0/16", "10.1.0.0/16",
                                                "10.0.0.0/24", "10.0.1.0/24", "10.0.0.10/32",
                                                "10.1.0.0/24", "8.8.8.8/32",  "52.0.0.0/8"};
  Rule rule;
  rule.remote = prefix(text(remotes, random)).addresses();
  if (random.one_in(3)) rule.remote = all_ipv4();
  switch (random.below(5)) {
    case 0:
      rule.protocols = protocols_of({tcp});
      break;
    case 1:
      rule.protocols = protocols_of({udp});
      break;
    case 2:
      rule.protocols = protocols_of({icmp});
      if (random.one_in(2)) rule.types = PortSet::one(random.one_in(2) ? 8 : 0);
      break;
    default:
      rule.protocols.set();
  }
  if (rule.protocols.count() == 1 && !rule.protocols.test(icmp)) {
    static const std::vector<std::pair<int, int>> ranges{{0, 65535}, {0, 1023}, {1024, 65535}, {32768, 65535},
                                                         {22, 22},   {80, 80},  {443, 443}};
    const auto [first, last] = random.of(ranges);
    rule.ports = PortSet::range(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
  }
  return rule;
}

Network random_network(Random& random) {
  Network n;
  const int vpcs = 1 + random.below(2);
  for (int v = 0; v < vpcs; ++v) {
    const auto vpc = static_cast<Index>(v);
    n.vpcs.push_back(
        {"vpc" + std::to_string(v), {prefix("10." + std::to_string(v) + ".0.0/16")}, none, none, none, {}});
    if (!random.one_in(4)) {
      n.vpcs[vpc].internet_gateway = static_cast<Index>(n.internet_gateways.size());
      n.internet_gateways.push_back({"igw" + std::to_string(v), vpc});
    }
  }
  for (int g = 0; g < 3; ++g) {
    Group& group = n.groups.emplace_back();
    group.id = "sg" + std::to_string(g);
    for (std::vector<Rule>* rules : {&group.in, &group.out})
      for (int r = random.below(3); r >= 0; --r) {
        Rule rule = random_rule(random);
        if (random.one_in(3)) {
          rule.remote = {};
          rule.group = static_cast<Index>(random.below(3));
        }
        rules->push_back(std::move(rule));
      }
  }
  for (int a = 0; a < 2; ++a) {
    Acl& acl = n.acls.emplace_back();
    acl.id = "acl" + std::to_string(a);
    for (std::vector<Rule>* rules : {&acl.in, &acl.out}) {
      for (int r = 0; r < random.below(4); ++r) {
        Rule rule = random_rule(random);
        rule.number = r;
        rule.allow = !random.one_in(3);
        rules->push_back(std::move(rule));
      }
      if (!random.one_in(3)) {
        Rule all;
        all.remote = all_ipv4();
        all.protocols.set();
        all.number = 100;
        rules->push_back(std::move(all));
      }
    }
  }
  for (int v = 0; v < vpcs; ++v)
    for (int s = 0; s < 2; ++s) {
      Subnet& subnet = n.subnets.emplace_back();
      subnet.id = "subnet" + std::to_string(v) + std::to_string(s);
      subnet.vpc = static_cast<Index>(v);
      subnet.ranges = {prefix("10." + std::to_string(v) + "." + std::to_string(s) + ".0/24")};
      subnet.acl = random.one_in(2) ? none : static_cast<Index>(random.below(2));
      subnet.zone = random.one_in(2) ? "a" : "b";
    }
  for (Index s = 0; s < n.subnets.size(); ++s)
    for (int h = 0; h < 1 + random.below(2); ++h) {
      Interface& host = n.interfaces.emplace_back();
      host.id = host.owner = "host" + std::to_string(n.interfaces.size());
      host.subnet = s;
      Assigned assigned{AddressSet::one(n.subnets[s].ranges[0].first + 10 + static_cast<unsigned>(h)), std::nullopt};
      if (random.one_in(2)) assigned.public_address = *parse_address("52.0.0." + std::to_string(n.interfaces.size()));
      host.assigned = {assigned};
      for (Index g = 0; g < 3; ++g)
        if (random.one_in(2)) host.groups.push_back(g);
    }
  {
    Interface& nat = n.interfaces.emplace_back();
    nat.id = nat.owner = "nat";
    nat.kind = InterfaceKind::nat_gateway;
    nat.subnet = static_cast<Index>(random.below(2));
    nat.filtered = nat.checks_addresses = false;
    nat.assigned = {{AddressSet::one(n.subnets[nat.subnet].ranges[0].first + 200), *parse_address("52.1.0.1")}};
    n.nat_gateways.push_back({"nat", static_cast<Index>(n.interfaces.size() - 1), true});
  }
  if (vpcs == 2) {
    n.peerings.push_back({"pcx", 0, 1, !random.one_in(5)});
    n.transit_gateways.push_back({"tgw", random.one_in(2), {}});
    n.transit_tables.push_back({"tgw-rtb", {}, {}, {}});
    for (Index v = 0; v < 2; ++v) {
      std::vector<Index> in;
      for (Index s = 0; s < n.subnets.size(); ++s)
        if (n.subnets[s].vpc == v && (in.empty() || random.one_in(2))) in.push_back(s);
      n.attachments.push_back(
          {"attach" + std::to_string(v), 0, AttachmentKind::vpc, v, in, none, random.one_in(6) ? none : 0});
      if (!random.one_in(6)) n.transit_tables[0].routes.push_back({n.vpcs[v].ranges[0], v, true});
    }
    if (random.one_in(4)) n.transit_tables[0].routes.push_back({prefix("10.1.0.0/24"), none, false});
  }
  static const std::vector<std::string> destinations{"0.0.0.0/0",   "10.0.0.0/16", "10.1.0.0/16",
                                                     "10.1.0.0/24", "8.0.0.0/8",   "52.0.0.0/8"};
  for (Index s = 0; s < n.subnets.size(); ++s) {
    RouteTable& table = n.route_tables.emplace_back();
    table.id = "rtb" + std::to_string(s);
    const Index vpc = n.subnets[s].vpc;
    table.routes.push_back({n.vpcs[vpc].ranges[0], {TargetKind::local, none, "local"}, false, {}});
    for (int r = 0; r < 1 + random.below(3); ++r) {
      Route route;
      route.destination = prefix(text(destinations, random));
      if (std::ranges::any_of(table.routes, [&](const Route& each) { return each.destination == route.destination; }))
        continue;
      const int kind = random.below(vpcs == 2 ? 6 : 3);
      if (kind == 0 && vpc == 0)
        route.target = {TargetKind::nat_gateway, 0, "nat"};
      else if (kind == 1 && random.one_in(3))
        route.target = {TargetKind::blackhole, none, ""};
      else if (kind == 3)
        route.target = {TargetKind::peering, 0, "pcx"};
      else if (kind >= 4)
        route.target = {TargetKind::transit_gateway, 0, "tgw"};
      else if (n.vpcs[vpc].internet_gateway != none)
        route.target = {TargetKind::internet_gateway, n.vpcs[vpc].internet_gateway, "igw"};
      else
        continue;
      table.routes.push_back(std::move(route));
    }
    n.subnets[s].route_table = s;
  }
  return n;
}

// Whether a connection opened by this very packet works: it, or what a NAT gateway makes of it, reaches the goal, and
// every answer gets back.
bool works(const Network& network, const Simulator& simulator, Hop from, const Packet& packet, Hop goal, int legs = 3) {
  static const std::vector<std::uint16_t> own_ports{1024, 2000, 40000};
  for (const Delivery& there : simulator.send(from, packet, false)) {
    const Hop at = there.path.back();
    const bool is_nat =
        at.kind == HopKind::interface && network.interfaces[at.index].kind == InterfaceKind::nat_gateway;
    if (at != goal && !is_nat) continue;
    const auto answer = answer_to(there.packet);
    if (answer) {
      const auto back = simulator.send(at, *answer, true);
      if (!std::ranges::any_of(back, [&](const Delivery& each) {
            return each.path.back() == from && each.packet == *answer_to(packet);
          }))
        continue;
    }
    if (at == goal && !is_nat) return true;
    if (legs == 0) continue;
    Packet next = there.packet;
    next.source = network.interfaces[at.index].addresses().first();
    if (next.protocol != tcp && next.protocol != udp) {
      if (works(network, simulator, at, next, goal, legs - 1)) return true;
      continue;
    }
    for (const std::uint16_t port : own_ports) {
      next.source_port = port;
      if (works(network, simulator, at, next, goal, legs - 1)) return true;
    }
  }
  return false;
}

bool some_packet_works(const Network& network, const Question& question, Hop from, Hop goal,
                       const std::vector<Address>& sources, const std::vector<Address>& destinations) {
  static const std::vector<std::uint16_t> source_ports{22, 80, 443, 1000, 2000, 40000};
  const Simulator simulator(network);
  for (const Address source : sources)
    for (const Address destination : destinations) {
      Packet packet{source, destination, *question.protocol, 0, 0};
      if (packet.protocol == icmp) {
        for (const std::uint16_t type : std::initializer_list<std::uint16_t>{0, 8, 3}) {
          packet.source_port = type;
          if (works(network, simulator, from, packet, goal)) return true;
        }
        continue;
      }
      packet.destination_port = *question.port;
      for (const std::uint16_t port : source_ports) {
        packet.source_port = port;
        if (works(network, simulator, from, packet, goal)) return true;
      }
    }
  return false;
}

TEST(BruteForce, the_engine_and_every_single_packet_agree) {
  int reachable = 0, unreachable = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Network network = random_network(random);
    const Reach reach(network);
    const auto hosts = static_cast<int>(network.interfaces.size()) - 1;
    for (int q = 0; q < 24; ++q) {
      const int from = random.below(hosts + 1) - 1, to = random.below(hosts + 1) - 1;  // -1: the Internet
      if (from == to) continue;
      Question question;
      Hop start{HopKind::internet, none}, goal = start;
      std::vector<Address> sources{*parse_address("8.8.8.8"), *parse_address("52.9.9.9"), *parse_address("9.9.9.9")};
      std::vector<Address> destinations = sources;
      if (from < 0) {
        question.from.internet = true;
      } else {
        const auto index = static_cast<Index>(from);
        question.from.interfaces = {index};
        start = {HopKind::interface, index};
        sources = {network.interfaces[index].addresses().first()};
      }
      if (to < 0) {
        question.to.internet = true;
      } else {
        const auto index = static_cast<Index>(to);
        question.to.interfaces = {index};
        goal = {HopKind::interface, index};
        destinations = {network.interfaces[index].addresses().first()};
        if (const auto address = network.interfaces[index].assigned[0].public_address) destinations.push_back(*address);
      }
      question.protocol = random.one_in(4) ? icmp : random.one_in(3) ? udp : tcp;
      static const std::vector<std::uint16_t> ports{22, 80, 443, 5000};
      if (question.protocol != icmp) question.port = random.of(ports);
      const Answer answer = reach.ask(question);
      const bool works = some_packet_works(network, question, start, goal, sources, destinations);
      ASSERT_NE(answer.verdict, Verdict::unknown) << "seed " << seed << ", question " << q << ": " << answer.unknown;
      ASSERT_EQ(answer.verdict == Verdict::reachable, works)
          << "seed " << seed << ", question " << q << ": " << from << " to " << to << " protocol "
          << int(*question.protocol) << " port " << (question.port ? *question.port : -1) << " "
          << (answer.packet ? text_of(*answer.packet) : "") << " "
          << (answer.stopped_by ? answer.stopped_by->resource + ": " + answer.stopped_by->rule : "");
      if (!works) {
        ASSERT_TRUE(answer.stopped_by) << "seed " << seed;
        ASSERT_FALSE(answer.stopped_by->rule.empty());
      }
      ++(works ? reachable : unreachable);
    }
  }
  EXPECT_GT(reachable, 100);
  EXPECT_GT(unreachable, 100);
}

}  // namespace
}  // namespace redoubt::reach
