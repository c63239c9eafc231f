// NET-7, NET-8 and NET-9 where they ask what the security groups of load balancers, tasks and databases admit, all
// rules of all their groups together as the network holds them, whichever resource a rule stands in.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "databases.hpp"
#include "engine_checks.hpp"
#include "placed.hpp"
#include "topology.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

using reach::AddressSet;
using reach::Box;
using reach::Group;
using reach::Index;
using reach::Network;
using reach::PacketSet;
using reach::PortSet;
using reach::Reach;
using reach::Rule;

const std::vector<std::string_view> service_types{"AWS::ECS::Service"};

bool contains(const std::vector<Index>& list, Index index) {
  return std::ranges::find(list, index) != list.end();
}

// Does the rule admit anything? Loopback addresses are nobody's on a network, and a range of ports may be empty.
bool admits_anything(const Rule& rule) {
  static const AddressSet loopback =
      reach::parse_prefix("127.0.0.0/8")->addresses() | reach::parse_prefix("::1/128")->addresses();
  const PacketSet some(Box{.protocols = rule.protocols, .destination_ports = rule.ports});
  return !some.empty() && (rule.group != reach::none || !(rule.remote - loopback).empty());
}

// What a rule of a group is: `open` where the sources do not show whom it speaks of.
enum class Finding { right, wrong, open };
using Judge = std::function<Finding(const Rule&)>;

// All rules of one direction of all groups of the resource.
void expect_rules(Inquiry& ask, const Network& network, const Resource& resource, bool ingress, const Judge& judge,
                  const std::string& evidence) {
  if (!network.unknown.empty()) return ask.unknown(&resource, {}, network.unknown);
  const std::vector<Index> interfaces = interfaces_of(network, resource);
  if (interfaces.empty()) return ask.unknown(&resource, {}, "it has no network interface of its own");
  const std::vector<Index> groups = groups_of(network, interfaces);
  std::string doubt = groups_of(ask, resource).missing;
  if (groups.empty() && doubt.empty()) {
    if (std::ranges::none_of(interfaces, [&](Index i) { return network.interfaces[i].filtered; })) return;
    doubt = "its security groups are not in the sources";
  }
  for (const Index g : groups) {
    const Group& group = network.groups[g];
    if (!group.unknown.empty() && doubt.empty()) doubt = group.unknown;
    for (const Rule& rule : ingress ? group.in : group.out) {
      if (stands_in(rule)) continue;
      if (!rule.unknown.empty()) {
        if (doubt.empty()) doubt = rule.unknown;
        continue;
      }
      if (!admits_anything(rule)) continue;
      const Finding found = judge(rule);
      if (found == Finding::wrong) return ask.refuted(&resource, {}, text_of(network, group, rule, ingress));
      if (found == Finding::open && doubt.empty())
        doubt = fmt::format("{}, and the sources do not show who that is", text_of(network, group, rule, ingress));
    }
  }
  if (!doubt.empty()) return ask.unknown(&resource, {}, doubt);
  ask.proved(&resource, {}, with_assumptions(network, evidence));
}

// Who carries a group, as far as the sources show.
std::vector<Index> carriers(const Network& network, Index group) {
  std::vector<Index> out;
  for (Index i = 0; i < network.interfaces.size(); ++i)
    if (contains(network.interfaces[i].groups, group)) out.push_back(i);
  return out;
}

// A rule that names a group must name one of these. Of a group that nobody is seen to carry it is open.
Finding names_one_of(const Network& network, const Rule& rule, const std::vector<Index>& wanted) {
  if (rule.group == reach::none) return Finding::wrong;
  if (contains(wanted, rule.group)) return Finding::right;
  return carriers(network, rule.group).empty() ? Finding::open : Finding::wrong;
}

Finding is_tcp_to(const Rule& rule, const PortSet& ports) {
  return rule.protocols == reach::protocols_of({reach::tcp}) && ports.covers(rule.ports) ? Finding::right
                                                                                         : Finding::wrong;
}

PortSet one_port(double number) {
  return number >= 0 && number <= PortSet::highest ? PortSet::one(static_cast<std::uint16_t>(number)) : PortSet();
}

// --- NET-7 -----------------------------------------------------------------------------------------------------------

// Everybody by IPv4, or everybody by IPv6, whether one rule says so or several do together.
bool is_everybody(const AddressSet& addresses) {
  static const AddressSet four = reach::internet_addresses() & reach::all_ipv4();
  static const AddressSet six = reach::internet_addresses() & reach::all_ipv6();
  return addresses.covers(four) || addresses.covers(six);
}

void only_http_and_https(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  static const PacketSet web(Box{.protocols = reach::protocols_of({reach::tcp, reach::udp}),
                                 .destination_ports = PortSet::one(80) | PortSet::one(443)});
  for (const Resource* balancer : of_types(ask, balancer_types)) {
    const std::vector<Index> groups = groups_of(network, interfaces_of(network, *balancer));
    // From whom the packets of a rule that are neither may come, by all rules together.
    const auto everybody_may = [&](const Rule& rule) {
      const PacketSet beyond = PacketSet(Box{.protocols = rule.protocols, .destination_ports = rule.ports}) - web;
      return std::ranges::any_of(beyond.boxes(), [&](const Box& box) {
        Box first = box;
        first.source = first.destination = AddressSet::all();
        if (!box.destination_ports.is_all()) first.destination_ports = PortSet::one(box.destination_ports.first());
        AddressSet sources;
        for (const Index g : groups)
          for (const Rule& each : network.groups[g].in)
            if (!(PacketSet(Box{.protocols = each.protocols, .destination_ports = each.ports}) & PacketSet(first))
                     .empty())
              sources = sources | each.remote;
        return is_everybody(sources);
      });
    };
    expect_rules(
        ask, network, *balancer, /*ingress=*/true,
        [&](const Rule& rule) { return everybody_may(rule) ? Finding::wrong : Finding::right; },
        "its groups admit everybody to no port but 80 and 443");
  }
}

void outbound_to_tasks_only(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  for (const Resource* each : of_types(ask, balancer_types)) {
    const auto balancer = std::ranges::find(network.balancers, each->id, &reach::LoadBalancer::id);
    if (balancer == network.balancers.end()) continue;
    // By rule: the ports of the targets that carry the group that it names.
    const auto judge = [&](const Rule& rule) {
      if (rule.group == reach::none) return Finding::wrong;
      PortSet ports;
      bool is_target = false;
      bool is_whole = balancer->unknown.empty() && !balancer->targets.empty();
      for (const reach::BalancerTarget& target : balancer->targets) {
        is_whole = is_whole && target.unknown.empty();
        if (target.interface == reach::none || !target.unknown.empty() ||
            !contains(network.interfaces[target.interface].groups, rule.group))
          continue;
        is_target = true;
        ports = ports | target.ports;
      }
      if (is_target) return is_tcp_to(rule, ports);
      return is_whole && !carriers(network, rule.group).empty() ? Finding::wrong : Finding::open;
    };
    expect_rules(ask, network, *each, /*ingress=*/false, judge,
                 "its groups let traffic out to its targets' groups only, on their ports");
  }
}

// --- NET-8 -----------------------------------------------------------------------------------------------------------

// The load balancers that have the interfaces among their targets, and the ports at which they are.
struct Before {
  std::vector<Index> groups;
  PortSet ports;
  bool is_any = false;
};

Before before(const Network& network, const std::vector<Index>& interfaces) {
  Before out;
  for (const reach::LoadBalancer& balancer : network.balancers)
    for (const reach::BalancerTarget& target : balancer.targets) {
      if (!contains(interfaces, target.interface) || !target.unknown.empty()) continue;
      out.is_any = true;
      out.ports = out.ports | target.ports;
      for (const Index group : groups_of(network, balancer.interfaces))
        if (!contains(out.groups, group)) out.groups.push_back(group);
    }
  return out;
}

// Services that name a target group; of those whose load balancer is not in the sources it is not known.
template <class Use>
void for_each_behind(Inquiry& ask, const Network& network, Use&& use) {
  for (const Resource* service : of_types(ask, service_types)) {
    if (is_empty(ask.get(*service, "LoadBalancers"))) continue;
    const Before what = before(network, interfaces_of(network, *service));
    if (what.is_any)
      use(*service, what);
    else
      ask.unknown(service, {}, "the load balancer in front of it is not in the sources");
  }
}

void from_load_balancer_only(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  for_each_behind(ask, network, [&](const Resource& service, const Before& what) {
    expect_rules(
        ask, network, service, /*ingress=*/true,
        [&](const Rule& rule) { return names_one_of(network, rule, what.groups); },
        "its groups admit the load balancer's groups only");
  });
}

void service_port_only(Inquiry& ask, const Reach& reach) {
  for_each_behind(ask, reach.network(), [&](const Resource& service, const Before& what) {
    expect_rules(
        ask, reach.network(), service, /*ingress=*/true, [&](const Rule& rule) { return is_tcp_to(rule, what.ports); },
        "its groups admit connections to its port only");
  });
}

// --- NET-9 -----------------------------------------------------------------------------------------------------------

// The groups of tasks, and of the functions that rotate credentials.
std::vector<Index> clients(Inquiry& ask, const Network& network) {
  std::vector<Index> interfaces;
  const auto add = [&](const Resource* resource) {
    for (const Index i : interfaces_of(network, *resource)) interfaces.push_back(i);
  };
  for (const Resource* task : of_types(ask, {"AWS::ECS::Service", "AWS::ECS::Task"})) add(task);
  for (const Resource* schedule : of_types(ask, {"AWS::SecretsManager::RotationSchedule"}))
    if (const Resource* function = ask.in().target(ask.get(*schedule, "RotationLambdaARN"))) add(function);
  return groups_of(network, interfaces);
}

// Where the sources declare no task, the service runs on something else, and whether a group is its is open.
void from_tasks_only(Inquiry& ask, const Reach& reach) {
  const std::vector<Index> wanted = clients(ask, reach.network());
  const bool any_task = !of_types(ask, {"AWS::ECS::Service", "AWS::ECS::Task"}).empty();
  for (const Resource* database : of_types(ask, database_types))
    expect_rules(
        ask, reach.network(), *database, /*ingress=*/true,
        [&](const Rule& rule) {
          if (!any_task && rule.group != reach::none) return Finding::open;
          return names_one_of(reach.network(), rule, wanted);
        },
        "its groups admit groups of tasks, and of what rotates credentials, only");
}

void port_only(Inquiry& ask, const Reach& reach) {
  for (const Resource* database : of_types(ask, database_types)) {
    const Known<double> port = port_of(ask, *database);
    if (!port.known()) {
      ask.unknown(database, {}, port.why);
      continue;
    }
    expect_rules(
        ask, reach.network(), *database, /*ingress=*/true,
        [&](const Rule& rule) { return is_tcp_to(rule, one_port(port.value)); },
        fmt::format("its groups admit connections to its port {} only", port.value));
  }
}

void no_outbound_rule(Inquiry& ask, const Reach& reach) {
  for (const Resource* database : of_types(ask, database_types))
    expect_rules(
        ask, reach.network(), *database, /*ingress=*/false, [](const Rule&) { return Finding::wrong; },
        "its groups let nothing out");
}

}  // namespace

std::vector<EngineCheck> group_admission_checks() {
  return {
      {"NET-7.only-http-and-https", balancer_types, only_http_and_https},
      {"NET-7.outbound-to-tasks-only", balancer_types, outbound_to_tasks_only},
      {"NET-8.from-load-balancer-only", service_types, from_load_balancer_only},
      {"NET-8.service-port-only", service_types, service_port_only},
      {"NET-9.from-tasks-only", database_types, from_tasks_only},
      {"NET-9.port-only", database_types, port_only},
      {"NET-9.no-outbound-rule", database_types, no_outbound_rule},
  };
}

}  // namespace redoubt::controls
