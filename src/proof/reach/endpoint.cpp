#include <fmt/format.h>

#include "reach/reach.hpp"

namespace redoubt::reach {
namespace {

Endpoint by_address(const Network& network, std::string_view name, Address address) {
  Endpoint out;
  out.name = name;
  out.address = address;
  for (Index i = 0; i < network.interfaces.size(); ++i)
    for (const Assigned& assigned : network.interfaces[i].assigned)
      if (assigned.addresses.contains(address) || assigned.public_address == address) {
        out.interfaces.push_back(i);
        break;
      }
  if (!out.interfaces.empty()) return out;
  for (Index s = 0; s < network.sites.size(); ++s) {
    const Site& site = network.sites[s];
    if (site.own.contains(address) ||
        std::ranges::any_of(site.prefixes, [&](const Prefix& p) { return p.addresses().contains(address); }))
      out.sites.push_back(s);
  }
  if (!out.sites.empty()) return out;
  for (Index s = 0; s < network.subnets.size(); ++s)
    for (const Prefix& range : network.subnets[s].ranges)
      if (range.addresses().contains(address)) out.host_subnet = s;
  if (out.host_subnet == none) out.internet = internet_addresses().contains(address);
  if (out.host_subnet != none || out.internet) return out;
  // Whoever is behind a site that does not say what it has.
  for (Index s = 0; s < network.sites.size(); ++s)
    if (!network.sites[s].unknown.empty()) out.sites.push_back(s);
  return out;
}

}  // namespace

std::expected<Endpoint, std::string> find_endpoint(const Network& network, std::string_view name) {
  Endpoint out;
  out.name = name;
  if (name == "internet") {
    out.internet = true;
    return out;
  }
  if (const auto address = parse_address(name)) return by_address(network, name, *address);
  const auto named = [&](const auto& each) {
    return each.id == name || std::ranges::find(each.names, name) != each.names.end();
  };
  const auto add = [&](Index interface) {
    if (std::ranges::find(out.interfaces, interface) == out.interfaces.end()) out.interfaces.push_back(interface);
  };
  bool known = false;  // though it may have no interface
  Index subnet = none, vpc = none, group = none;
  for (Index s = 0; s < network.subnets.size(); ++s)
    if (network.subnets[s].id == name) subnet = s;
  for (Index v = 0; v < network.vpcs.size(); ++v)
    if (network.vpcs[v].id == name) vpc = v;
  for (Index g = 0; g < network.groups.size(); ++g)
    if (network.groups[g].id == name) group = g;
  for (Index s = 0; s < network.sites.size(); ++s)
    if (named(network.sites[s])) out.sites.push_back(s);
  for (Index e = 0; e < network.gateway_endpoints.size(); ++e)
    if (network.gateway_endpoints[e].id == name) out.gateway_endpoints.push_back(e);
  for (const LoadBalancer& balancer : network.balancers)
    if (named(balancer)) {
      known = true;
      for (const Index i : balancer.interfaces) add(i);
    }
  for (Index i = 0; i < network.interfaces.size(); ++i) {
    const Interface& interface = network.interfaces[i];
    const bool there = interface.subnet != none &&
                       (interface.subnet == subnet || (vpc != none && network.subnets[interface.subnet].vpc == vpc));
    if (there ? interface.takes_connections() || interface.kind == InterfaceKind::function
              : interface.owner == name || named(interface) ||
                    (group != none && std::ranges::find(interface.groups, group) != interface.groups.end()))
      add(i);
  }
  out.host_subnet = subnet;
  std::ranges::sort(out.interfaces);
  if (known || subnet != none || vpc != none || group != none || !out.interfaces.empty() || !out.sites.empty() ||
      !out.gateway_endpoints.empty())
    return out;
  return std::unexpected(fmt::format(
      "{}: nothing in the sources that packets come from or go to has this id (give internet, an address, or "
      "the id of an instance, interface, subnet, security group, load balancer, database, task or router)",
      name));
}

namespace {

bool is_shown(const Network& network, const std::vector<Hop>& path, const Hop& hop) {
  if (hop.kind == HopKind::host) return false;
  return hop.kind != HopKind::site || network.sites[hop.index].is_named || &hop == &path.front();
}

std::string_view kind_of(const Interface& interface) {
  switch (interface.kind) {
    case InterfaceKind::load_balancer:
      return "load balancer";
    case InterfaceKind::nat_gateway:
      return "NAT gateway";
    case InterfaceKind::endpoint:
      return "endpoint";
    case InterfaceKind::attachment:
      return "attachment";
    case InterfaceKind::function:
      return "function";
    case InterfaceKind::host:
      break;
  }
  return "interface";
}

}  // namespace

std::vector<std::string> ids_of(const Network& network, const std::vector<Hop>& path) {
  std::vector<std::string> out;
  for (const Hop& hop : path)
    if (is_shown(network, path, hop)) out.push_back(id_of(network, hop));
  return out;
}

std::vector<std::string> kinds_of(const Network& network, const std::vector<Hop>& path) {
  constexpr std::pair<HopKind, std::string_view> names[] = {
      {HopKind::internet, ""},
      {HopKind::subnet, "subnet"},
      {HopKind::vpc, "VPC"},
      {HopKind::internet_gateway, "Internet gateway"},
      {HopKind::egress_only_gateway, "egress-only gateway"},
      {HopKind::vpn_gateway, "VPN gateway"},
      {HopKind::transit_gateway, "transit gateway"},
      {HopKind::link, "Direct Connect gateway"},
      {HopKind::peering, "peering connection"},
      {HopKind::gateway_endpoint, "gateway endpoint"},
      {HopKind::site, "router on premises"},
  };
  std::vector<std::string> out;
  for (const Hop& hop : path) {
    if (!is_shown(network, path, hop)) continue;
    const auto found = std::ranges::find(names, hop.kind, [](const auto& each) { return each.first; });
    out.emplace_back(hop.kind == HopKind::interface ? kind_of(network.interfaces[hop.index])
                     : found == std::end(names)     ? std::string_view()
                                                    : found->second);
  }
  return out;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::reachable:
      return "reachable";
    case Verdict::unreachable:
      return "unreachable";
    case Verdict::unknown:
      break;
  }
  return "unknown";
}

}  // namespace redoubt::reach
