#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

using estate::Kind;

namespace {

// "Subnet CIDR blocks" (VPC user guide): the first four addresses of a subnet and the last are AWS's own.
AddressSet usable(const Prefix& range) {
  return AddressSet::range(range.first + 4, range.last() - 1);
}

}  // namespace

void Builder::interfaces() {
  for (const Resource* each : case_.resources("AWS::EC2::NetworkInterface")) network_interface(*each);
  for (const Resource* each : case_.resources("AWS::EC2::Instance")) instance(*each);
  for (const Resource* each : case_.resources("AWS::EC2::NetworkInterfaceAttachment")) {
    const Resource* const host = named("AWS::EC2::Instance", case_.get(*each, "InstanceId"));
    const Index i = place(interface_, "AWS::EC2::NetworkInterface", case_.get(*each, "NetworkInterfaceId"));
    if (!host || i == none) continue;
    n_.interfaces[i].owner = host->id;
    std::vector<Index>& owned = owned_[host];
    if (std::ranges::find(owned, i) == owned.end()) owned.push_back(i);
  }
  nat_gateways();
  elastic_addresses();
  for (const Resource* each : case_.resources("AWS::AutoScaling::AutoScalingGroup")) auto_scaling_group(*each);
  ecs();
  managed_services();
  unmodelled_services();
  interface_endpoints();
}

void Builder::set_groups(Interface& interface, const Value& groups) {
  interface.has_its_groups = !groups || groups.is(Kind::list);
  if (!interface.has_its_groups) {
    if (interface.unknown.empty())
      interface.unknown = fmt::format("{}: its security groups are not known: {}", interface.owner, shown(groups));
    return;
  }
  for (const Value& each : groups.items) {
    std::string why;
    const Index group = group_of(each, why);
    interface.has_its_groups = interface.has_its_groups && why.empty();
    if (!why.empty() && interface.unknown.empty()) interface.unknown = fmt::format("{}: {}", interface.owner, why);
    if (std::ranges::find(interface.groups, group) == interface.groups.end()) interface.groups.push_back(group);
  }
  if (!interface.groups.empty() || !interface.filtered || interface.subnet == none) return;
  if (const Index group = default_group(n_.subnets[interface.subnet].vpc); group != none)
    interface.groups.push_back(group);
}

// An address that the source names, else all of the subnet's that AWS may choose from.
void Builder::assign_from_range(Interface& interface, const Placement& placement, const Value& fixed) {
  if (interface.subnet == none) return;
  if (const auto why = unknown_ranges_.find(interface.subnet);
      why != unknown_ranges_.end() && interface.unknown.empty())
    interface.unknown = why->second;
  const Known<std::string> stated = case_.text(fixed);
  const auto address = stated.known() ? parse_address(stated.value) : std::nullopt;
  for (const Prefix& range : n_.subnets[interface.subnet].ranges) {
    const bool four = is_ipv4(range.first);
    AddressSet addresses = four && address ? AddressSet::one(*address) : usable(range);
    if (addresses.empty()) continue;
    Assigned assigned{std::move(addresses), std::nullopt};
    if (four && placement.is_public) assigned.public_address = next_public();
    interface.assigned.push_back(std::move(assigned));
  }
}

Index Builder::add_interface(const Resource& of, const Placement& placement, const Value& subnet) {
  Interface out;
  out.owner = placement.owner;
  out.names = placement.names;
  out.kind = placement.kind;
  out.filtered = placement.filtered;
  out.one_of = placement.one_of;
  out.private_because = placement.private_because;
  out.unknown = placement.unknown;
  out.outside = placement.outside;
  const Resource* const in = named("AWS::EC2::Subnet", subnet);
  Placement how = placement;
  if (in) {
    out.subnet = subnet_.at(in);
    out.id = placement.id.empty() ? fmt::format("{}@{}", placement.owner, in->id) : placement.id;
    const Known<bool> maps = case_.boolean(case_.get(*in, "MapPublicIpOnLaunch")).when_absent(false);
    if (placement.by_subnet) how.is_public = maps.known() && maps.value;
    if (placement.by_subnet) out.private_because = fmt::format("{} does not map one on launch", in->id);
    if (placement.by_subnet && !maps.known() && out.unknown.empty())
      out.unknown = fmt::format("{}: whether it gets a public address is not known: {}", out.owner, maps.why);
  } else if (const Index in_default = subnet || !placement.by_default_vpc ? none : default_subnet(of, placement.groups);
             in_default != none) {
    out.id = placement.id.empty() ? placement.owner : placement.id;
    out.subnet = in_default;
    how.is_public = placement.by_subnet || placement.is_public;
  } else {
    out.id = placement.id.empty() ? placement.owner : placement.id;
    if (const Known<estate::Rendered> stated = case_.rendered(subnet); !out.unknown.empty()) {
      // The first reason stands.
    } else if (!subnet) {
      out.unknown = fmt::format("{}: its subnet is not in the source", out.owner);
    } else if (stated.known()) {
      out.unknown = fmt::format("{}: its subnet {} is not in the source", out.owner, stated.value.text);
    } else {
      out.unknown = fmt::format("{}: its subnet is not known: {}", out.owner, stated.why);
    }
  }
  assign_from_range(out, how, case_.get(of, "PrivateIpAddress"));
  set_groups(out, placement.groups);
  out.has_its_groups = out.has_its_groups && placement.unknown.empty() && !is_snapshot(of);
  const auto index = static_cast<Index>(n_.interfaces.size());
  n_.interfaces.push_back(std::move(out));
  owned_[&of].push_back(index);
  return index;
}

std::vector<Index> Builder::add_placement(const Resource& of, const Placement& placement) {
  std::vector<Index> out;
  if (!placement.subnets.is(Kind::list) || placement.subnets.items.empty()) {
    out.push_back(add_interface(of, placement, placement.subnets.is(Kind::list) ? Value{} : placement.subnets));
    return out;
  }
  Placement each = placement;
  each.one_of = placement.one_of && placement.subnets.items.size() > 1;
  // Of an interface that is public or not, both stand here, and one exists.
  const bool either = !placement.may_be_public.empty();
  each.one_of = each.one_of || either;
  for (const Value& subnet : placement.subnets.items)
    for (const bool is_public : {false, true}) {
      if (!either && is_public) continue;
      if (either) each.is_public = is_public;
      out.push_back(add_interface(of, each, subnet));
      n_.interfaces[out.back()].choice = placement.may_be_public;
    }
  return out;
}

// --- EC2 -------------------------------------------------------------------------------------------------------------

void Builder::network_interface(const Resource& resource) {
  Placement placement;
  placement.owner = placement.id = resource.id;
  placement.groups = case_.get(resource, "GroupSet");
  if (!is_snapshot(resource)) {
    interface_[&resource] = add_interface(resource, placement, case_.get(resource, "SubnetId"));
    Interface& interface = n_.interfaces.back();
    interface.checks_addresses = flag(resource, "SourceDestCheck", true);
    return;
  }
  Interface out;
  out.id = out.owner = resource.id;
  out.private_because = "no Association is among its answer";
  out.checks_addresses = flag(resource, "SourceDestCheck", true);
  if (!placement.groups) out.unknown = fmt::format("{}: its security groups are not in the source", out.id);
  out.subnet = place(subnet_, "AWS::EC2::Subnet", case_.get(resource, "SubnetId"));
  if (out.subnet == none) out.unknown = fmt::format("{}: its subnet is not in the source", out.id);
  const auto add = [&](const Value& address, const Value& public_address) {
    if (const auto own = parse_address(address.text))
      out.assigned.push_back({AddressSet::one(*own), parse_address(public_address.text)});
  };
  const Value addresses = case_.get(resource, "PrivateIpAddresses");
  const std::string primary = text_or(resource, "PrivateIpAddress");
  for (const Value& each : addresses.items) {
    // The interface's own Association is that of its primary address.
    const bool own = !each["Association"] && each["PrivateIpAddress"].text == primary;
    add(each["PrivateIpAddress"], own ? case_.get(resource, "Association.PublicIp") : each["Association"]["PublicIp"]);
  }
  if (addresses.items.empty())
    add(case_.get(resource, "PrivateIpAddress"), case_.get(resource, "Association.PublicIp"));
  for (const Value& each : case_.get(resource, "Ipv6Addresses").items) add(each["Ipv6Address"], {});
  const auto add_range = [&](const Value& range) {
    if (const auto prefix = parse_prefix(range.text)) out.assigned.push_back({prefix->addresses(), std::nullopt});
  };
  for (const Value& each : case_.get(resource, "Ipv4Prefixes").items) add_range(each["Ipv4Prefix"]);
  for (const Value& each : case_.get(resource, "Ipv6Prefixes").items) add_range(each["Ipv6Prefix"]);
  requester(resource, out);
  // Interfaces of NAT gateways, transit gateways and load balancers without groups are not filtered by any.
  out.filtered = !placement.groups.is(Kind::list) || !placement.groups.items.empty();
  set_groups(out, placement.groups);
  out.has_its_groups = false;  // of a template's only: a snapshot lists what there is
  const auto index = static_cast<Index>(n_.interfaces.size());
  interface_[&resource] = index;
  n_.interfaces.push_back(std::move(out));
}

// Whose an interface of a snapshot is: AWS's services say so in its type and its description ("Requester-managed
// network interfaces", EC2 user guide).
void Builder::requester(const Resource& resource, Interface& interface) {
  const std::string type = text_or(resource, "InterfaceType"), about = text_or(resource, "Description");
  const auto after = [&](std::string_view prefix) {
    return about.starts_with(prefix) ? about.substr(prefix.size()) : std::string();
  };
  if (type == "nat_gateway") {
    interface.kind = InterfaceKind::nat_gateway;
    if (std::string id = after("Interface for NAT Gateway "); !id.empty()) interface.owner = std::move(id);
  } else if (type == "transit_gateway" || about.starts_with("Network Interface for Transit Gateway")) {
    interface.kind = InterfaceKind::attachment;
  } else if (type == "vpc_endpoint" || type == "gateway_load_balancer_endpoint" ||
             about.starts_with("VPC Endpoint Interface ")) {
    interface.kind = InterfaceKind::endpoint;
    if (std::string id = after("VPC Endpoint Interface "); !id.empty()) interface.owner = std::move(id);
  } else if (about.starts_with("ELB ")) {
    interface.kind = InterfaceKind::load_balancer;
    interface.names.push_back(about);
  } else if (type == "lambda" || about.starts_with("AWS Lambda VPC ENI")) {
    interface.kind = InterfaceKind::function;
    // "AWS Lambda VPC ENI-NAME-UUID"
    constexpr std::size_t uuid = 37;
    if (std::string name = after("AWS Lambda VPC ENI-"); name.size() > uuid)
      interface.names.push_back(name.substr(0, name.size() - uuid));
  }
}

// A snapshot's interfaces name their elastic addresses themselves.
void Builder::elastic_addresses() {
  const auto give = [&](const Resource& from, const Value& host, const Value& interface) {
    Index i = place(interface_, "AWS::EC2::NetworkInterface", interface);
    if (const Resource* const owner = named("AWS::EC2::Instance", host); i == none && owner)
      if (const auto owned = owned_.find(owner); owned != owned_.end() && !owned->second.empty())
        i = owned->second.front();
    if (i == none || is_snapshot(from)) return;
    for (Assigned& assigned : n_.interfaces[i].assigned)
      if (!assigned.public_address && is_ipv4(assigned.addresses.first())) {
        assigned.public_address = next_public();
        return;
      }
  };
  for (const Resource* each : case_.resources("AWS::EC2::EIP")) give(*each, case_.get(*each, "InstanceId"), {});
  for (const Resource* each : case_.resources("AWS::EC2::EIPAssociation"))
    give(*each, case_.get(*each, "InstanceId"), case_.get(*each, "NetworkInterfaceId"));
}

void Builder::nat_gateways() {
  for (const Resource* each : case_.resources("AWS::EC2::NatGateway")) {
    NatGateway nat;
    nat.id = each->id;
    nat.is_public = text_or(*each, "ConnectivityType", "public") == "public";
    nat.interface = place(interface_, "AWS::EC2::NetworkInterface", case_.get(*each, "EniId"));
    if (nat.interface == none)
      for (const auto& [resource, i] : interface_)
        if (is_snapshot(*resource) && n_.interfaces[i].owner == each->id) nat.interface = i;
    if (nat.interface == none) {
      Placement placement;
      placement.owner = placement.id = each->id;
      placement.kind = InterfaceKind::nat_gateway;
      placement.filtered = false;
      placement.is_public = nat.is_public && !is_snapshot(*each);
      if (text_or(*each, "AvailabilityMode") == "regional")
        placement.unknown =
            fmt::format("{}: NAT gateways of a region, which stand in no subnet, are not modelled", each->id);
      nat.interface = add_interface(*each, placement, case_.get(*each, "SubnetId"));
      Interface& made = n_.interfaces[nat.interface];
      std::erase_if(made.assigned, [](const Assigned& a) { return !is_ipv4(a.addresses.first()); });
      if (is_snapshot(*each) && !made.assigned.empty())
        made.assigned.front().public_address = parse_address(text_or(*each, "PublicIp"));
    }
    Interface& interface = n_.interfaces[nat.interface];
    interface.kind = InterfaceKind::nat_gateway;
    interface.owner = each->id;
    interface.filtered = false;
    interface.checks_addresses = false;
    nat_[each] = static_cast<Index>(n_.nat_gateways.size());
    n_.nat_gateways.push_back(std::move(nat));
  }
}

}  // namespace redoubt::reach
