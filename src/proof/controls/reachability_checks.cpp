// What packets can do (NET-3, NET-6, NET-7, NET-14), as the reachability engine finds it over every way there is. That
// nothing gets somewhere is proved only where the engine found it unreachable; the counterexample is a packet that its
// simulator followed. What the sources do not show (hosts of others in a subnet) is never asked about: where a rule
// would let traffic out to such, the answer is unknown.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "databases.hpp"
#include "engine_checks.hpp"
#include "placed.hpp"

namespace redoubt::controls {
namespace {

using reach::Answer;
using reach::Endpoint;
using reach::Index;
using reach::Interface;
using reach::InterfaceKind;
using reach::Network;
using reach::Reach;
using reach::Verdict;

const std::vector<std::string_view> host_types{"AWS::EC2::Instance", "AWS::EC2::NetworkInterface",
                                               "AWS::AutoScaling::AutoScalingGroup"};

std::vector<std::string_view> operator+(std::vector<std::string_view> left,
                                        const std::vector<std::string_view>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// What a question must not find. True once the resource is settled: refuted, or unknown.
bool is_found(Inquiry& ask, const Reach& reach, const Resource& resource, const Answer& answer) {
  if (answer.verdict == Verdict::reachable) {
    ask.refuted(&resource, {}, text_of(reach.network(), answer));
    return true;
  }
  if (answer.verdict == Verdict::unknown) {
    ask.unknown(&resource, {}, answer.unknown);
    return true;
  }
  return false;
}

// Says why nothing can be asked about a resource's packets.
bool is_placed(Inquiry& ask, const Network& network, const Resource& resource, const Endpoint& end) {
  if (!network.unknown.empty())
    ask.unknown(&resource, {}, network.unknown);
  else if (end.interfaces.empty())
    ask.unknown(&resource, {},
                "it has no network interface of its own: it shares its host's, or the sources show none");
  else
    return true;
  return false;
}

// Those that somebody on the Internet gets to, or may.
bool is_any(const std::vector<reach::Reached>& reached, const Endpoint& end) {
  return std::ranges::any_of(reached, [&](const reach::Reached& each) {
    return std::ranges::find(end.interfaces, each.interface) != end.interfaces.end();
  });
}

Endpoint internet() {
  Endpoint out;
  out.name = "internet";
  out.internet = true;
  return out;
}

reach::Question question(Endpoint from, Endpoint to) {
  reach::Question out;
  out.from = std::move(from);
  out.to = std::move(to);
  return out;
}

void not_reachable_from_internet(Inquiry& ask, const Reach& reach) {
  const auto reached = reach.reached_from_internet(/*direct=*/true);
  for (const Resource* resource : of_types(ask, task_types + database_types)) {
    const Endpoint end = endpoint_of(reach.network(), *resource);
    if (!is_placed(ask, reach.network(), *resource, end)) continue;
    if (is_any(reached, end)) {
      reach::Question direct = question(internet(), end);
      direct.direct = true;
      if (is_found(ask, reach, *resource, reach.ask(direct))) continue;
    }
    ask.proved(resource, {},
               with_assumptions(reach.network(),
                                "nobody on the Internet can open a connection to it but through a load balancer"));
  }
}

void not_reachable_for_administration(Inquiry& ask, const Reach& reach) {
  struct Service {
    std::uint8_t protocol;
    std::uint16_t port;
  };
  static constexpr std::array services{Service{reach::tcp, 22}, Service{reach::tcp, 3389}, Service{reach::udp, 3389}};
  const auto reached = reach.reached_from_internet();
  for (const Resource* resource : of_types(ask, task_types + host_types)) {
    const Endpoint end = endpoint_of(reach.network(), *resource);
    if (!is_placed(ask, reach.network(), *resource, end)) continue;
    const bool is_settled = is_any(reached, end) && std::ranges::any_of(services, [&](const Service& service) {
                              reach::Question administration = question(internet(), end);
                              administration.protocol = service.protocol;
                              administration.port = service.port;
                              return is_found(ask, reach, *resource, reach.ask(administration));
                            });
    if (!is_settled)
      ask.proved(resource, {},
                 with_assumptions(reach.network(), "no packet from the Internet reaches its port 22 or 3389"));
  }
}

void https_reachable(Inquiry& ask, const Reach& reach) {
  for (const Resource* balancer : of_types(ask, balancer_types)) {
    const Known<std::string> scheme = ask.text(*balancer, "Scheme").when_absent("internet-facing");
    if (scheme.unknown()) {
      ask.unknown(balancer, {}, scheme.why);
      continue;
    }
    if (scheme.value != "internet-facing") continue;
    const Endpoint end = endpoint_of(reach.network(), *balancer);
    if (!is_placed(ask, reach.network(), *balancer, end)) continue;
    reach::Question https = question(internet(), end);
    https.protocol = reach::tcp;
    https.port = 443;
    const Answer answer = reach.ask(https);
    if (answer.verdict == Verdict::reachable)
      ask.proved(balancer, {}, with_assumptions(reach.network(), text_of(reach.network(), answer)));
    else if (answer.verdict == Verdict::unknown)
      ask.unknown(balancer, {}, answer.unknown);
    else
      ask.refuted(balancer, {},
                  answer.stopped_by
                      ? fmt::format("tcp 443 from the Internet is stopped by {} ({}): {}", answer.stopped_by->resource,
                                    answer.stopped_by->kind, answer.stopped_by->rule)
                      : "tcp 443 from the Internet does not reach it");
  }
}

// What a sender's groups let out to addresses at which the sources show nobody: then that nobody was reached proves
// nothing. Empty where they let nothing out there.
std::string lets_out_to_unseen(const Network& network, const Endpoint& from, const reach::PacketSet& beyond) {
  static const reach::AddressSet unseen = (reach::all_ipv4() | reach::all_ipv6()) - reach::internet_addresses() -
                                          reach::parse_prefix("127.0.0.0/8")->addresses() -
                                          reach::parse_prefix("::1/128")->addresses();
  for (const Index g : groups_of(network, from.interfaces)) {
    const reach::Group& group = network.groups[g];
    for (const reach::Rule& rule : group.out) {
      if (stands_in(rule)) continue;
      const reach::PacketSet out(
          {.destination = rule.remote & unseen, .protocols = rule.protocols, .destination_ports = rule.ports});
      if (rule.group == reach::none && !(out & beyond).empty())
        return fmt::format("{}; who has these addresses is not in the sources", text_of(network, group, rule, false));
    }
  }
  return {};
}

bool shares_groups(const Interface& interface, const std::vector<Index>& groups) {
  return std::ranges::any_of(interface.groups,
                             [&](Index group) { return std::ranges::find(groups, group) != groups.end(); });
}

// Everything that a sender may get to, in parts: each with the ports of TCP that it may be sent to.
struct Part {
  Endpoint to;
  std::vector<double> ports;
};

// No part is reached on other ports. The interfaces of one owner stay together, since AWS may place it in any of its
// subnets. `doubt`: why what is not refuted is unknown all the same.
void expect_destinations(Inquiry& ask, const Reach& reach, const Resource& resource, const Endpoint& from,
                         const std::vector<Part>& parts, std::string doubt, const std::string& evidence) {
  const Network& network = reach.network();
  for (const Part& part : parts) {
    reach::Question beyond = question(from, part.to);
    beyond.within = all_but_tcp(part.ports);
    beyond.direct = true;
    const Answer answer = reach.ask(beyond);
    if (answer.verdict == Verdict::reachable)
      return ask.refuted(&resource, {}, fmt::format("it reaches {}: {}", part.to.name, text_of(network, answer)));
    if (answer.verdict == Verdict::unknown && doubt.empty())
      doubt = fmt::format("whether it reaches {}: {}", part.to.name, answer.unknown);
  }
  if (!doubt.empty()) return ask.unknown(&resource, {}, doubt);
  ask.proved(&resource, {}, with_assumptions(network, evidence));
}

// Who takes connections, by owner, without the sender itself and those that `left_out` says.
template <class LeftOut>
std::vector<Endpoint> owners(const Network& network, const Endpoint& from, LeftOut&& left_out) {
  std::vector<Endpoint> out;
  for (Index i = 0; i < network.interfaces.size(); ++i) {
    const Interface& interface = network.interfaces[i];
    // What stands outside of the VPCs is a part of the Internet.
    if (!interface.takes_connections() || interface.outside || interface.owner == from.name || left_out(interface))
      continue;
    const auto found = std::ranges::find(out, interface.owner, &Endpoint::name);
    Endpoint& end = found != out.end() ? *found : out.emplace_back();
    end.name = interface.owner;
    end.interfaces.push_back(i);
  }
  return out;
}

void add_outside(const Network& network, std::vector<Part>& parts, const std::vector<double>& ports) {
  Part& outside = parts.emplace_back();
  outside.to = internet();
  outside.to.name = "the Internet";
  outside.ports = ports;
  for (Index e = 0; e < network.gateway_endpoints.size(); ++e) {
    Part& endpoint = parts.emplace_back();
    endpoint.to.name = network.gateway_endpoints[e].id;
    endpoint.to.gateway_endpoints = {e};
    endpoint.ports = ports;
  }
  for (Index s = 0; s < network.sites.size(); ++s) {
    Part& site = parts.emplace_back();
    site.to.name = network.sites[s].id;
    site.to.sites = {s};
    site.ports = ports;
  }
}

struct Database {
  const Resource* resource;
  Endpoint end;
  std::vector<Index> groups;
  Known<double> port;
};

std::vector<Database> databases_of(Inquiry& ask, const Network& network) {
  std::vector<Database> out;
  for (const Resource* each : of_types(ask, database_types)) {
    Endpoint end = endpoint_of(network, *each);
    std::vector<Index> groups = groups_of(network, end.interfaces);
    out.push_back({each, std::move(end), std::move(groups), port_of(ask, *each)});
  }
  return out;
}

// How the sender gets to the Internet, wherever AWS places it, without a NAT gateway: by a public address of its own it
// would be on the Internet itself. Absent where it does not.
Known<std::string> past_nat(const Reach& reach, const Endpoint& from) {
  using State = Known<std::string>::State;
  const Network& network = reach.network();
  std::size_t count = 0;
  Known<std::string> out;
  for (const Index i : from.interfaces) {
    Endpoint one;
    one.name = network.interfaces[i].id;
    one.interfaces = {i};
    const Answer answer = reach.ask(question(std::move(one), internet()));
    if (answer.verdict == Verdict::unknown) out = {State::unknown, {}, answer.unknown};
    const bool by_nat = std::ranges::any_of(answer.path, [&](const reach::Hop& hop) {
      return hop.kind == reach::HopKind::interface && network.interfaces[hop.index].kind == InterfaceKind::nat_gateway;
    });
    if (answer.verdict != Verdict::reachable || by_nat) continue;
    ++count;
    out.value = fmt::format("it reaches the Internet past every NAT gateway: {}", text_of(network, answer));
  }
  if (count == 0 || out.unknown()) return out;
  if (count == from.interfaces.size()) return {State::known, out.value, {}};
  return {State::unknown, {}, fmt::format("it depends on which of its subnets AWS chooses whether {}", out.value)};
}

// HTTPS may go to whoever takes it, on the Internet by a NAT gateway; a database's port to databases; nothing else
// anywhere. Name servers of a VPC are none of its interfaces and no matter of security groups.
void task_destinations(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  const std::vector<Database> databases = databases_of(ask, network);
  for (const Resource* task : of_types(ask, task_types)) {
    const Endpoint from = endpoint_of(network, *task);
    if (!is_placed(ask, network, *task, from)) continue;
    std::vector<Part> parts;
    add_outside(network, parts, {443});
    std::string doubt;
    std::vector<std::string> names;
    std::vector<double> ports{443};
    for (const Database& database : databases) {
      if (!database.port.known() && doubt.empty()) doubt = database.port.why;
      if (database.port.known()) ports.push_back(database.port.value);
    }
    for (const Endpoint& to : owners(network, from, [](const Interface&) { return false; })) {
      Part& part = parts.emplace_back(Part{to, {443}});
      for (const Database& database : databases) {
        if (database.end.name != to.name && !shares_groups(network.interfaces[to.interfaces.front()], database.groups))
          continue;
        if (!database.port.known()) continue;
        part.ports.push_back(database.port.value);
        if (database.end.name == to.name) names.push_back(fmt::format("tcp {} of {}", database.port.value, to.name));
      }
    }
    if (const Known<std::string> past = past_nat(reach, from); past.known()) {
      ask.refuted(task, {}, past.value);
      continue;
    } else if (past.unknown() && doubt.empty()) {
      doubt = past.why;
    }
    if (doubt.empty()) doubt = lets_out_to_unseen(network, from, all_but_tcp(ports));
    names.push_back("tcp 443 of others");
    expect_destinations(ask, reach, *task, from, parts, doubt,
                        fmt::format("it can open connections to {}, as far as they admit it, and to nothing else that "
                                    "the sources show",
                                    fmt::join(names, ", ")));
  }
}

void database_opens_nothing(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  for (const Database& database : databases_of(ask, network)) {
    if (!is_placed(ask, network, *database.resource, database.end)) continue;
    std::vector<Part> parts;
    add_outside(network, parts, {});
    for (const Endpoint& to : owners(network, database.end, [&](const Interface& interface) {
           return shares_groups(interface, database.groups);
         }))
      parts.push_back({to, {}});
    expect_destinations(ask, reach, *database.resource, database.end, parts,
                        lets_out_to_unseen(network, database.end, reach::PacketSet::everything()),
                        "no connection from it gets anywhere that the sources show");
  }
}

}  // namespace

std::vector<EngineCheck> reachability_checks() {
  return {
      {"NET-3.not-reachable-from-internet", task_types + database_types, not_reachable_from_internet},
      {"NET-6.task-destinations", task_types, task_destinations},
      {"NET-6.database-opens-nothing", database_types, database_opens_nothing},
      {"NET-7.https-reachable", balancer_types, https_reachable},
      {"NET-14.not-reachable-for-administration", task_types + host_types, not_reachable_for_administration},
  };
}

}  // namespace redoubt::controls
