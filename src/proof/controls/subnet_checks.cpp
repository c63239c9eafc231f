// What stands in which subnet (NET-2, NET-3), with the default security group (NET-10), and behind which network ACL
// (NET-11), as the network of the reachability engine has it: routes and defaults of AWS filled in. A subnet is public
// where its route table has a route to an internet gateway. Of what AWS may place in several subnets each of them
// counts.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "containers.hpp"
#include "databases.hpp"
#include "engine_checks.hpp"
#include "placed.hpp"
#include "reading.hpp"

namespace redoubt::controls {
namespace {

using reach::AddressSet;
using reach::Index;
using reach::Interface;
using reach::InterfaceKind;
using reach::Network;
using reach::Reach;
using reach::Rule;
using reach::TargetKind;

constexpr std::string_view nat_type = "AWS::EC2::NatGateway";
constexpr std::string_view subnet_type = "AWS::EC2::Subnet";
constexpr std::string_view acl_type = "AWS::EC2::NetworkAcl";
// Of what is placed besides, no answer tells that there is none.
const std::vector<std::string_view> placed_types{
    "AWS::ECS::Service",          "AWS::ECS::Task",       db_instance, db_cluster, "AWS::EC2::Instance",
    "AWS::EC2::NetworkInterface", "AWS::EC2::VPCEndpoint"};

Truth is_public(const Network& network, Index s) {
  if (s == reach::none) return unknown_truth("its subnet is not in the sources");
  const reach::Subnet& subnet = network.subnets[s];
  if (subnet.route_table == reach::none)
    return unknown_truth(fmt::format("the route table of {} is not in the sources", subnet.id));
  const reach::RouteTable& table = network.route_tables[subnet.route_table];
  Truth out = table.unknown.empty() ? truth(false) : unknown_truth(table.unknown);
  for (const reach::Route& route : table.routes) {
    if (route.target.kind == TargetKind::internet_gateway) return truth(true);
    if (route.target.kind == TargetKind::unknown)
      out = either(out, unknown_truth(fmt::format("where a route of {} leads is not known", table.id)));
  }
  return out;
}

std::string subnet_name(const Network& network, Index s) {
  return s == reach::none ? std::string("a subnet") : network.subnets[s].id;
}

// Every subnet that the interfaces are in, or may be, is public or is not, as wanted.
void expect_subnets(Inquiry& ask, const Network& network, const Resource& resource,
                    const std::vector<Index>& interfaces, bool wants_public) {
  if (!network.unknown.empty()) return ask.unknown(&resource, {}, network.unknown);
  std::string doubt;
  for (const Index i : interfaces) {
    const Index s = network.interfaces[i].subnet;
    const Truth is = is_public(network, s);
    if (is.unknown()) {
      if (doubt.empty()) doubt = s == reach::none ? network.interfaces[i].unknown : is.why;
    } else if (is.value != wants_public) {
      return ask.refuted(
          &resource, {},
          fmt::format("{} has {}route to an internet gateway", subnet_name(network, s), is.value ? "a " : "no "));
    }
  }
  if (!doubt.empty()) return ask.unknown(&resource, {}, doubt);
  ask.proved(&resource, {},
             with_assumptions(network, fmt::format("each of its subnets has {}route to an internet gateway",
                                                   wants_public ? "a " : "no ")));
}

void expect_private(Inquiry& ask, const Network& network, const std::vector<std::string_view>& types) {
  for (const Resource* resource : of_types(ask, types)) {
    const std::vector<Index> interfaces = interfaces_of(network, *resource);
    if (!interfaces.empty()) expect_subnets(ask, network, *resource, interfaces, /*wants_public=*/false);
  }
}

void task_subnets_private(Inquiry& ask, const Reach& reach) {
  expect_private(ask, reach.network(), task_types);
}

void database_subnets_private(Inquiry& ask, const Reach& reach) {
  expect_private(ask, reach.network(), database_types);
}

void balancer_in_public_subnets(Inquiry& ask, const Reach& reach) {
  for (const Resource* balancer : of_types(ask, balancer_types)) {
    const Known<std::string> scheme = ask.text(*balancer, "Scheme").when_absent("internet-facing");
    const std::vector<Index> interfaces = interfaces_of(reach.network(), *balancer);
    if (scheme.unknown())
      ask.unknown(balancer, {}, scheme.why);
    else if (scheme.value == "internet-facing" && !interfaces.empty())
      expect_subnets(ask, reach.network(), *balancer, interfaces, /*wants_public=*/true);
  }
}

void nat_in_public_subnet(Inquiry& ask, const Reach& reach) {
  for (const Resource* nat : of_types(ask, {nat_type})) {
    const Known<std::string> kind = ask.text(*nat, "ConnectivityType").when_absent("public");
    if (kind.unknown())
      ask.unknown(nat, {}, kind.why);
    else if (kind.value == "public")
      expect_subnets(ask, reach.network(), *nat, interfaces_of(reach.network(), *nat), /*wants_public=*/true);
  }
}

// Whose the interfaces are, for every resource of the estate that has some.
using Use = std::function<void(const Resource&, const std::vector<Index>&)>;
void for_each_placed(Inquiry& ask, const Network& network, const Use& use) {
  for (const Resource& resource : ask.estate().resources) {
    const std::vector<Index> interfaces = interfaces_of(network, resource);
    if (!interfaces.empty() && ask.in().exists(resource)) use(resource, interfaces);
  }
}

void nothing_else(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  for_each_placed(ask, network, [&](const Resource& resource, const std::vector<Index>& interfaces) {
    const InterfaceKind kind = network.interfaces[interfaces.front()].kind;
    if (kind == InterfaceKind::load_balancer || kind == InterfaceKind::nat_gateway) return;
    expect_subnets(ask, network, resource, interfaces, /*wants_public=*/false);
  });
}

// --- NET-10 ----------------------------------------------------------------------------------------------------------

// In a template only a VPC names its default group; in a snapshot it is called so, which no other group may be. Of a
// group that the sources do not show it is not known.
Truth is_default(Inquiry& ask, const reach::Group& group) {
  if (group.id.ends_with(".DefaultSecurityGroup")) return truth(true);
  for (const Resource* each : ask.in().resources("AWS::EC2::SecurityGroup")) {
    if (each->id != group.id) continue;
    if (each->stack != estate::no_index) return truth(false);
    const Known<std::string> name = ask.text(*each, "GroupName");
    return truth(name.known() && name.value == "default");
  }
  return unknown_truth(fmt::format("whether {} is a default group is not in the sources", group.id));
}

void default_group_unused(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  for_each_placed(ask, network, [&](const Resource& resource, const std::vector<Index>& interfaces) {
    if (std::ranges::none_of(interfaces, [&](Index i) { return network.interfaces[i].filtered; })) return;
    if (!network.unknown.empty()) return ask.unknown(&resource, {}, network.unknown);
    std::string doubt;
    for (const Index g : groups_of(network, interfaces)) {
      const Truth is = is_default(ask, network.groups[g]);
      if (surely(is)) return ask.refuted(&resource, {}, fmt::format("it has {}", network.groups[g].id));
      if (is.unknown()) doubt = is.why;
    }
    for (const Index i : interfaces) {
      const Interface& each = network.interfaces[i];
      if (each.groups.empty() && each.filtered)
        doubt = each.unknown.empty() ? "its security groups are not in the sources" : each.unknown;
    }
    if (doubt.empty())
      ask.proved(&resource, {}, "it has groups of its own");
    else
      ask.unknown(&resource, {}, doubt);
  });
}

// --- NET-11 ----------------------------------------------------------------------------------------------------------

void private_subnets_have_acl(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  for (const Resource* subnet : of_types(ask, {subnet_type})) {
    const auto at = std::ranges::find(network.subnets, subnet->id, &reach::Subnet::id);
    if (at == network.subnets.end()) continue;
    const Truth open = is_public(network, static_cast<Index>(at - network.subnets.begin()));
    if (surely(open)) continue;
    std::string doubt = open.unknown() ? open.why : "";
    const Resource* acl = nullptr;
    for (const Resource* each : ask.resources("AWS::EC2::SubnetNetworkAclAssociation")) {
      const Value named = ask.get(*each, "SubnetId");
      const Resource* const of = ask.in().target(named);
      if (of == nullptr && !ask.in().text(named).known() && doubt.empty())
        doubt = fmt::format("which subnet {} speaks of is not known", each->id);
      if (of != subnet) continue;
      acl = ask.in().target(ask.get(*each, "NetworkAclId"));
      if (acl == nullptr && doubt.empty()) doubt = "its network ACL is not in the sources";
      if (acl != nullptr && surely(ask.boolean(*acl, "IsDefault"))) acl = nullptr;
    }
    if (acl != nullptr)
      ask.proved(subnet, acl->at, fmt::format("it has {}", acl->id));
    else if (!doubt.empty())
      ask.unknown(subnet, {}, doubt);
    else
      ask.refuted(subnet, {}, "it is left to its VPC's default network ACL");
  }
}

// The deny list of a system stands in an IP set that its firewall blocks: what the network refuses too.
std::vector<std::string> deny_list(Inquiry& ask) {
  std::vector<std::string> out;
  for (const Resource* set : ask.in().resources("AWS::WAFv2::IPSet")) {
    const bool is_blocked = std::ranges::any_of(ask.in().resources("AWS::WAFv2::WebACL"), [&](const Resource* acl) {
      return std::ranges::any_of(items_of(ask.get(*acl, "Rules")), [&](const Value& rule) {
        return rule["Action"]["Block"] && mentions(ask, rule["Statement"], *set);
      });
    });
    if (!is_blocked) continue;
    for (const Value& address : items_of(ask.get(*set, "Addresses"))) {
      const Known<std::string> text = ask.in().text(address);
      out.push_back(text.known() ? text.value : std::string());
    }
  }
  return out;
}

// What of these addresses an ACL lets in; empty where it refuses them all before it admits one.
Truth refuses(const reach::Acl& acl, AddressSet addresses, std::string& why) {
  if (!acl.unknown.empty()) return unknown_truth(acl.unknown);
  for (const Rule& rule : acl.in) {
    if (!rule.unknown.empty()) return unknown_truth(rule.unknown);
    const AddressSet matched = rule.remote & addresses;
    if (matched.empty()) continue;
    if (rule.allow) {
      why = fmt::format("its entry {} admits some of them first", rule.number);
      return truth(false);
    }
    if (rule.protocols.all()) addresses = addresses - matched;
  }
  return truth(true);  // the last entry of every ACL denies the rest
}

void denies_list(Inquiry& ask, const Reach& reach) {
  const Network& network = reach.network();
  const std::vector<std::string> list = deny_list(ask);
  if (list.empty()) return;
  for (const Resource* each : of_types(ask, {acl_type})) {
    const auto acl = std::ranges::find(network.acls, each->id, &reach::Acl::id);
    if (acl == network.acls.end()) continue;
    const auto index = static_cast<Index>(acl - network.acls.begin());
    bool is_private = false;
    for (Index s = 0; s < network.subnets.size(); ++s)
      is_private = is_private || (network.subnets[s].acl == index && !surely(is_public(network, s)));
    if (!is_private) continue;
    for (const std::string& range : list) {
      const auto prefix = reach::parse_prefix(range);
      std::string why;
      const Truth is = prefix ? refuses(*acl, prefix->addresses(), why)
                              : unknown_truth("a range of the deny list is not in the sources");
      ask.expect(*each, {}, is, fmt::format("it refuses the {} ranges of the deny list", list.size()),
                 fmt::format("{} is on the deny list, and {}", range, why));
    }
  }
}

}  // namespace

std::vector<EngineCheck> subnet_checks() {
  return {
      {"NET-2.nothing-else", placed_types, nothing_else},
      {"NET-2.load-balancer-in-public-subnets", balancer_types, balancer_in_public_subnets},
      {"NET-2.nat-in-public-subnet", {nat_type}, nat_in_public_subnet},
      {"NET-3.task-subnets-private", task_types, task_subnets_private},
      {"NET-3.database-subnets-private", database_types, database_subnets_private},
      {"NET-10.unused", placed_types, default_group_unused},
      {"NET-11.private-subnets-have-acl", {subnet_type}, private_subnets_have_acl},
      {"NET-11.deny-list", {acl_type}, denies_list},
  };
}

}  // namespace redoubt::controls
