#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

Target Builder::target_of(const Resource& route, Index vpc, std::string& why) {
  struct Named {
    std::string_view property, type;
    TargetKind kind;
    const Places* places;
  };
  const Named kinds[] = {
      {"GatewayId", "AWS::EC2::InternetGateway", TargetKind::internet_gateway, &internet_},
      {"GatewayId", "AWS::EC2::VPNGateway", TargetKind::vpn_gateway, &vpn_},
      {"EgressOnlyInternetGatewayId", "AWS::EC2::EgressOnlyInternetGateway", TargetKind::egress_only_gateway,
       &egress_only_},
      {"NatGatewayId", "AWS::EC2::NatGateway", TargetKind::nat_gateway, &nat_},
      {"TransitGatewayId", "AWS::EC2::TransitGateway", TargetKind::transit_gateway, &transit_},
      {"VpcPeeringConnectionId", "AWS::EC2::VPCPeeringConnection", TargetKind::peering, &peering_},
      {"VpcEndpointId", "AWS::EC2::VPCEndpoint", TargetKind::gateway_endpoint, &endpoint_},
      {"NetworkInterfaceId", "AWS::EC2::NetworkInterface", TargetKind::interface, &interface_},
  };
  Target out;
  for (const Named& each : kinds) {
    const Value value = case_.get(route, each.property);
    if (!value) continue;
    out.id = shown(value);
    if (const Resource* const found = named(each.type, value)) {
      const auto at = each.places->find(found);
      if (at == each.places->end()) break;
      out.kind = each.kind;
      out.index = at->second;
      out.id = found->id;
      return out;
    }
    if (out.id == "local") {
      out.kind = TargetKind::local;
      return out;
    }
  }
  if (const Value value = case_.get(route, "InstanceId"))
    if (const Resource* const host = named("AWS::EC2::Instance", value))
      if (const auto owned = owned_.find(host); owned != owned_.end() && !owned->second.empty())
        return {TargetKind::interface, owned->second.front(), host->id};
  const bool is_active = text_or(route, "State") == "active";
  if (out.id.starts_with("igw-") && is_snapshot(route) && is_active) {
    // Active: it is attached, and it can be to this VPC only ("Attach an internet gateway to your VPC").
    if (n_.vpcs[vpc].internet_gateway == none) {
      n_.vpcs[vpc].internet_gateway = static_cast<Index>(n_.internet_gateways.size());
      n_.internet_gateways.push_back({out.id, vpc});
    }
    return {TargetKind::internet_gateway, n_.vpcs[vpc].internet_gateway, out.id};
  }
  if (out.id.starts_with("vpce-")) {
    // A gateway endpoint, or a Gateway Load Balancer's, that is not in the source.
    out.kind = TargetKind::unknown;
  }
  if (out.id.empty()) out.id = route.id;
  if (why.empty()) why = fmt::format("{} is the target of a route and not in the source", out.id);
  return out;
}

void Builder::route(const Resource& resource) {
  const Index t = place(table_, "AWS::EC2::RouteTable", case_.get(resource, "RouteTableId"));
  if (t == none) {
    // It may belong to any table that is not in the source; there is none of those whose routes are taken as known.
    return;
  }
  Index vpc = none;
  for (const auto& [table, index] : table_)
    if (index == t) vpc = vpc_of(case_.get(*table, "VpcId"));
  if (vpc == none) return;
  RouteTable& table = n_.route_tables[t];
  std::string why;
  Target target = text_or(resource, "State") == "blackhole" ? Target{TargetKind::blackhole, none, {}}
                                                            : target_of(resource, vpc, why);
  std::vector<Prefix> destinations;
  std::string unknown;
  add_prefix(destinations, case_.get(resource, "DestinationCidrBlock"), unknown, resource.id);
  add_prefix(destinations, case_.get(resource, "DestinationIpv6CidrBlock"), unknown, resource.id);
  if (const Value list = case_.get(resource, "DestinationPrefixListId")) {
    auto entries = prefix_list(list);
    destinations.insert(destinations.end(), entries.value.begin(), entries.value.end());
    if (!entries.known()) unknown = entries.why;
  }
  if (destinations.empty() && unknown.empty()) unknown = fmt::format("{}: its destination is not known", resource.id);
  const bool propagated = text_or(resource, "Origin") == "EnableVgwRoutePropagation";
  for (const Prefix& prefix : destinations) {
    // "RouteAlreadyExists: A route for the specified CIDR block already exists in this route table" (EC2 API reference,
    // error codes): of such a template there is no stack, and of an existing one nobody knows which came first.
    const auto clashes = [&](const Route& each) {
      return each.destination == prefix && each.unknown.empty() && !each.propagated;
    };
    const bool is_local = std::ranges::find(n_.vpcs[vpc].ranges, prefix) != n_.vpcs[vpc].ranges.end();
    if (!is_snapshot(resource) && table.unknown.empty() &&
        ((is_local && target.kind != TargetKind::local) || std::ranges::any_of(table.routes, clashes)))
      table.unknown = fmt::format("{}: {} has another route to {}, and EC2 refuses a second one (RouteAlreadyExists)",
                                  resource.id, table.id, text_of(prefix));
    table.routes.push_back({prefix, target, propagated, {}});
  }
  if (!unknown.empty()) table.routes.push_back({{}, target, propagated, unknown});
}

void Builder::route_tables() {
  // A snapshot's table lists its local routes, and may have another target in the place of one ("Replace or restore the
  // target for a local route", VPC user guide).
  const auto add_local = [&](RouteTable& table, Index vpc) {
    for (const Prefix& range : n_.vpcs[vpc].ranges) {
      const bool stated = std::ranges::any_of(table.routes, [&](const Route& each) {
        return each.destination == range && !each.propagated && each.unknown.empty();
      });
      if (!stated) table.routes.push_back({range, {TargetKind::local, none, "local"}, false, {}});
    }
  };
  for (const Resource* each : case_.resources("AWS::EC2::RouteTable")) {
    const auto index = static_cast<Index>(n_.route_tables.size());
    const Index vpc = vpc_of(case_.get(*each, "VpcId"));
    table_[each] = index;
    n_.route_tables.emplace_back().id = each->id;
    if (flag(*each, "Main", false) && vpc != none) main_tables_[vpc] = index;
    if (const Value routes = case_.get(*each, "Routes"); routes.is(estate::Kind::unknown))
      n_.route_tables.back().unknown = fmt::format("{}: its routes are not in the source", each->id);
    // Any subnet of the VPC may be one of its own.
    if (const Value uses = case_.get(*each, "Associations"); uses.is(estate::Kind::unknown))
      for (Subnet& subnet : n_.subnets)
        if (subnet.vpc == vpc && subnet.unknown.empty())
          subnet.unknown = fmt::format("{}: which subnets use {} is not in the source", subnet.id, each->id);
  }
  for (const Resource* each : case_.resources("AWS::EC2::Route")) route(*each);
  for (const auto& [resource, t] : table_)
    if (const Index vpc = vpc_of(case_.get(*resource, "VpcId")); vpc != none) {
      add_local(n_.route_tables[t], vpc);
      if (n_.vpcs[vpc].ranges.empty()) n_.route_tables[t].unknown = n_.vpcs[vpc].unknown;
    }
  // A gateway endpoint's routes (AWS PrivateLink guide, "Gateway endpoints") are for a prefix list of AWS's own.
  for (const auto& [resource, index] : endpoint_) {
    if (is_snapshot(*resource)) continue;
    for (const Value& table : case_.get(*resource, "RouteTableIds").items)
      if (const Index t = place(table_, "AWS::EC2::RouteTable", table); t != none)
        n_.route_tables[t].routes.push_back({{},
                                             {TargetKind::gateway_endpoint, index, resource->id},
                                             false,
                                             fmt::format("{}: AWS's prefix list is not in the source", resource->id)});
  }
  // Routes that a virtual private gateway has learnt stand in a snapshot's tables already.
  for (const Resource* each : case_.resources("AWS::EC2::VPNGatewayRoutePropagation")) {
    if (is_snapshot(*each)) continue;
    const Index gateway = place(vpn_, "AWS::EC2::VPNGateway", case_.get(*each, "VpnGatewayId"));
    const Value tables = case_.get(*each, "RouteTableIds");
    for (const Value& table : tables.items) {
      const Index t = place(table_, "AWS::EC2::RouteTable", table);
      if (t == none) continue;
      const Target target{TargetKind::vpn_gateway, gateway, shown(case_.get(*each, "VpnGatewayId"))};
      for (const SiteLink& link : n_.links) {
        if (link.vpn_gateway != gateway || gateway == none) continue;
        std::vector<Prefix> learnt = link.statics;
        const Site& site = n_.sites[link.site];
        if (!link.only_static) learnt.insert(learnt.end(), site.prefixes.begin(), site.prefixes.end());
        for (const Prefix& prefix : learnt) n_.route_tables[t].routes.push_back({prefix, target, true, {}});
        if (!link.only_static && !site.unknown.empty())
          n_.route_tables[t].routes.push_back({{}, target, true, site.unknown});
      }
    }
  }
  for (const Resource* each : case_.resources("AWS::EC2::SubnetRouteTableAssociation")) {
    const Index s = place(subnet_, "AWS::EC2::Subnet", case_.get(*each, "SubnetId"));
    if (s == none) continue;
    const Value table = case_.get(*each, "RouteTableId");
    n_.subnets[s].route_table = place(table_, "AWS::EC2::RouteTable", table);
    if (n_.subnets[s].route_table != none) continue;
    n_.subnets[s].route_table = static_cast<Index>(n_.route_tables.size());
    n_.route_tables.push_back(
        {shown(table), {}, fmt::format("{}: this route table is not in the source", shown(table))});
    add_local(n_.route_tables.back(), n_.subnets[s].vpc);
  }
  for (const auto& [resource, s] : subnet_) {
    Subnet& subnet = n_.subnets[s];
    if (subnet.route_table != none) continue;
    const auto [at, added] = main_tables_.try_emplace(subnet.vpc, static_cast<Index>(n_.route_tables.size()));
    if (added) {
      // "Main route table" (VPC user guide): made with the VPC, with its local routes.
      RouteTable& table = n_.route_tables.emplace_back();
      table.id = fmt::format("main route table of {}", n_.vpcs[subnet.vpc].id);
      add_local(table, subnet.vpc);
      if (n_.vpcs[subnet.vpc].ranges.empty())
        table.unknown = n_.vpcs[subnet.vpc].unknown;
      else if (is_snapshot(*resource))
        table.unknown = fmt::format("{}: its main route table is not in the source", n_.vpcs[subnet.vpc].id);
    }
    subnet.route_table = at->second;
  }
  for (const Resource* each : case_.resources("AWS::EC2::GatewayRouteTableAssociation")) {
    const Index t = place(table_, "AWS::EC2::RouteTable", case_.get(*each, "RouteTableId"));
    const Index gateway = place(internet_, "AWS::EC2::InternetGateway", case_.get(*each, "GatewayId"));
    if (gateway != none && n_.internet_gateways[gateway].vpc != none)
      n_.vpcs[n_.internet_gateways[gateway].vpc].gateway_routes = t;
  }
}

}  // namespace redoubt::reach
