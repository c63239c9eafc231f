// What the reachability engine takes for an estate of many interfaces: prepared, asked what the Internet reaches, and
// asked from one to another. Usage: reach_bench [INTERFACES…] (default 10000 100000). One JSON object a line;
// milliseconds.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <string_view>

#include "reach/reach.hpp"

using namespace redoubt::reach;

namespace {

Rule rule(std::string_view from, std::uint16_t port) {
  Rule out;
  out.remote = parse_prefix(from)->addresses();
  out.protocols = protocols_of({tcp});
  out.ports = PortSet::range(port, port);
  return out;
}

constexpr int groups_of_vpc = 200;
constexpr Index subnets_of_vpc = 20;
constexpr std::size_t interfaces_of_vpc = 1000;
constexpr std::size_t targets_of_vpc = 100;

// An Internet-facing load balancer in two of the VPC's public subnets, before hosts in its private ones.
void add_balancer(Network& n, Index vpc, const std::vector<Index>& subnets, Index group, std::size_t first_host) {
  LoadBalancer balancer;
  balancer.id = fmt::format("alb-{}", vpc);
  Listener listener;
  listener.ports = PortSet::one(443);
  for (std::size_t i = first_host + 1; i < n.interfaces.size() && balancer.targets.size() < targets_of_vpc; i += 2) {
    BalancerTarget target;
    target.interface = static_cast<Index>(i);
    target.ports = PortSet::one(8080);
    listener.targets.push_back(static_cast<Index>(balancer.targets.size()));
    balancer.targets.push_back(std::move(target));
  }
  balancer.listeners = {listener};
  for (const Index subnet : {subnets[0], subnets[2]}) {
    balancer.interfaces.push_back(static_cast<Index>(n.interfaces.size()));
    Interface& own = n.interfaces.emplace_back();
    own.id = fmt::format("{}@{}", balancer.id, subnet);
    own.owner = balancer.id;
    own.kind = InterfaceKind::load_balancer;
    own.subnet = subnet;
    own.assigned = {{AddressSet::one(n.subnets[subnet].ranges[0].first + 5),
                     parse_prefix("52.0.0.0/8")->first + n.interfaces.size()}};
    own.groups = {group};
  }
  n.balancers.push_back(std::move(balancer));
}

// VPCs of 1,000 interfaces, 200 groups and 20 subnets, half of these public, with a load balancer before every tenth
// host; all joined to one transit gateway.
Network network_of(std::size_t interfaces) {
  Network n;
  std::mt19937 random(1);
  n.transit_gateways.push_back({"tgw", false, {}});
  n.transit_tables.push_back({"tgw-rtb", {}, {}, {}});
  Rule all;
  all.remote = all_ipv4();
  all.protocols.set();
  n.acls.push_back({"acl", {all}, {all}, {}});
  while (n.interfaces.size() < interfaces) {
    const auto v = static_cast<Index>(n.vpcs.size());
    const std::string base = fmt::format("10.{}.", v % 256);
    Vpc& vpc = n.vpcs.emplace_back();
    vpc.id = fmt::format("vpc-{}", v);
    vpc.ranges = {*parse_prefix(base + "0.0/16")};
    vpc.internet_gateway = v;
    n.internet_gateways.push_back({fmt::format("igw-{}", v), v});
    const auto first_group = static_cast<Index>(n.groups.size());
    for (int g = 0; g < groups_of_vpc; ++g) {
      Group& group = n.groups.emplace_back();
      group.id = fmt::format("sg-{}-{}", v, g);
      group.in = {rule(g % 3 == 0 ? "0.0.0.0/0" : "10.0.0.0/8", static_cast<std::uint16_t>(8000 + g))};
      group.out = {all};
      if (g > 0) {
        group.in.push_back(rule("10.0.0.0/8", 5432));
        group.in.back().remote = {};
        group.in.back().group = first_group;
      }
    }
    n.groups[first_group].in.push_back(rule("0.0.0.0/0", 443));  // the load balancer's
    std::vector<Index> subnets;
    for (Index s = 0; s < subnets_of_vpc; ++s) {
      const auto table = static_cast<Index>(n.route_tables.size());
      RouteTable& routes = n.route_tables.emplace_back();
      routes.id = fmt::format("rtb-{}-{}", v, s);
      routes.routes.push_back({n.vpcs[v].ranges[0], {TargetKind::local, none, "local"}, false, {}});
      if (s % 2 == 0)
        routes.routes.push_back({*parse_prefix("0.0.0.0/0"), {TargetKind::internet_gateway, v, "igw"}, false, {}});
      routes.routes.push_back({*parse_prefix("10.0.0.0/8"), {TargetKind::transit_gateway, 0, "tgw"}, false, {}});
      subnets.push_back(static_cast<Index>(n.subnets.size()));
      n.subnets.push_back({fmt::format("subnet-{}-{}", v, s),
                           v,
                           {*parse_prefix(fmt::format("{}{}.0/24", base, s))},
                           table,
                           0,
                           s % 2 == 0 ? "a" : "b",
                           {}});
    }
    n.attachments.push_back(
        {fmt::format("attach-{}", v), 0, AttachmentKind::vpc, v, {subnets[0], subnets[1]}, none, 0});
    n.transit_tables[0].routes.push_back({n.vpcs[v].ranges[0], v, true});
    const std::size_t first_host = n.interfaces.size();
    for (std::size_t i = 0; i < interfaces_of_vpc - 2 && n.interfaces.size() + 2 < interfaces; ++i) {
      Interface& host = n.interfaces.emplace_back();
      host.id = host.owner = fmt::format("i-{}", n.interfaces.size());
      host.subnet = subnets[i % subnets_of_vpc];
      const Address address = n.subnets[host.subnet].ranges[0].first + 10 + i / subnets_of_vpc;
      host.assigned = {{AddressSet::one(address), std::nullopt}};
      if (i % 20 == 0) host.assigned[0].public_address = parse_prefix("52.0.0.0/8")->first + n.interfaces.size();
      host.groups = {first_group + static_cast<Index>(random() % groups_of_vpc),
                     first_group + static_cast<Index>(random() % groups_of_vpc)};
      if (i % 20 == 1) host.groups.push_back(first_group + 80);  // 8080, within the network
    }
    add_balancer(n, v, subnets, first_group, first_host);
  }
  return n;
}

template <class Work>
double milliseconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::size_t> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::strtoul(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {10'000, 100'000};
  for (const std::size_t size : sizes) {
    const Network network = network_of(size);
    std::optional<Reach> reach;
    const double made = milliseconds([&] { reach.emplace(network); });
    std::size_t reached = 0;
    const double internet = milliseconds([&] { reached = reach->reached_from_internet().size(); });
    constexpr int pairs = 100;
    int arrived = 0;
    std::mt19937 random(2);
    const double asked = milliseconds([&] {
      for (int p = 0; p < pairs; ++p) {
        Question question;
        question.from.interfaces = {static_cast<Index>(random() % network.interfaces.size())};
        question.to.interfaces = {static_cast<Index>(random() % network.interfaces.size())};
        arrived += reach->ask(question).verdict == Verdict::reachable ? 1 : 0;
      }
    });
    fmt::print(
        R"({{"interfaces": {}, "groups": {}, "subnets": {}, "prepared_ms": {:.3f}, "reached": {}, "internet_ms": {:.3f}, )"
        R"("pair_ms": {:.4f}, "pairs": {}, "pairs_reachable": {}}})"
        "\n",
        network.interfaces.size(), network.groups.size(), network.subnets.size(), made, reached, internet,
        asked / pairs, pairs, arrived);
  }
}
