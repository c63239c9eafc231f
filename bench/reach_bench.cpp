// What the reachability engine takes for an estate of many interfaces: made, asked what the Internet reaches, and asked
// from one to another. Usage: reach_bench [INTERFACES…] (default 10000 100000)
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

// VPCs of 1,000 interfaces in ten subnets, half of them public, with a load balancer before each tenth host; every
// VPC joined to one transit gateway.
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
    n.vpcs.push_back({fmt::format("vpc-{}", v), {*parse_prefix(base + "0.0/16")}, v, none, none, {}});
    n.internet_gateways.push_back({fmt::format("igw-{}", v), v});
    const auto first_group = static_cast<Index>(n.groups.size());
    for (int g = 0; g < 20; ++g) {
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
    std::vector<Index> subnets;
    for (Index s = 0; s < 10; ++s) {
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
    for (std::size_t i = 0; i < 1000 && n.interfaces.size() < interfaces; ++i) {
      Interface& host = n.interfaces.emplace_back();
      host.id = host.owner = fmt::format("i-{}", n.interfaces.size());
      host.subnet = subnets[i % 10];
      const Address address = n.subnets[host.subnet].ranges[0].first + 10 + i / 10;
      host.assigned = {{AddressSet::one(address), std::nullopt}};
      if (i % 20 == 0) host.assigned[0].public_address = parse_prefix("52.0.0.0/8")->first + n.interfaces.size();
      host.groups = {first_group + static_cast<Index>(random() % 20), first_group + static_cast<Index>(random() % 20)};
    }
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
        question.from.interfaces = {static_cast<Index>(random() % size)};
        question.to.interfaces = {static_cast<Index>(random() % size)};
        arrived += reach->ask(question).verdict == Verdict::reachable ? 1 : 0;
      }
    });
    fmt::print(
        "{} interfaces: prepared in {:.0f} ms; {} reached from the Internet, found in {:.0f} ms; a pair in {:.2f} ms "
        "({} of {} reachable)\n",
        size, made, reached, internet, asked / pairs, arrived, pairs);
  }
}
