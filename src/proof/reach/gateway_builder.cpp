#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

void Builder::gateways() {
  const auto add = [&](std::string_view type, Places& places, std::vector<Gateway>& gateways) {
    for (const Resource* each : case_.resources(type)) {
      places[each] = static_cast<Index>(gateways.size());
      gateways.push_back({each->id, none});
    }
  };
  add("AWS::EC2::InternetGateway", internet_, n_.internet_gateways);
  add("AWS::EC2::EgressOnlyInternetGateway", egress_only_, n_.egress_only_gateways);
  add("AWS::EC2::VPNGateway", vpn_, n_.vpn_gateways);
  for (const auto& [resource, index] : egress_only_) {
    const Index vpc = vpc_of(case_.get(*resource, "VpcId"));
    n_.egress_only_gateways[index].vpc = vpc;
    if (vpc != none) n_.vpcs[vpc].egress_only_gateway = index;
  }
  for (const Resource* each : case_.resources("AWS::EC2::VPCGatewayAttachment")) {
    const Index vpc = vpc_of(case_.get(*each, "VpcId"));
    if (vpc == none) continue;
    if (const Value value = case_.get(*each, "InternetGatewayId")) {
      Index gateway = place(internet_, "AWS::EC2::InternetGateway", value);
      if (gateway == none) {
        gateway = static_cast<Index>(n_.internet_gateways.size());
        n_.internet_gateways.push_back({shown(value), none});
      }
      n_.internet_gateways[gateway].vpc = vpc;
      n_.vpcs[vpc].internet_gateway = gateway;
    }
    if (const Index gateway = place(vpn_, "AWS::EC2::VPNGateway", case_.get(*each, "VpnGatewayId")); gateway != none)
      n_.vpn_gateways[gateway].vpc = vpc;
  }
}

void Builder::peerings() {
  for (const Resource* each : case_.resources("AWS::EC2::VPCPeeringConnection")) {
    peering_[each] = static_cast<Index>(n_.peerings.size());
    Peering peering;
    peering.id = each->id;
    peering.left = place(vpc_, "AWS::EC2::VPC", case_.get(*each, "VpcId"));
    peering.right = place(vpc_, "AWS::EC2::VPC", case_.get(*each, "PeerVpcId"));
    // A template's connection is accepted by the stack, or by a role at the other end.
    // "VPC peering connection lifecycle" (VPC Peering guide): only an active one passes anything.
    if (is_snapshot(*each)) {
      peering.status = text_or(*each, "Status.Code", "without a status");
      peering.active = peering.status == "active";
    }
    n_.peerings.push_back(std::move(peering));
  }
}

void Builder::gateway_endpoints() {
  for (const Resource* each : case_.resources("AWS::EC2::VPCEndpoint")) {
    if (text_or(*each, "VpcEndpointType", "Gateway") != "Gateway") continue;
    endpoint_[each] = static_cast<Index>(n_.gateway_endpoints.size());
    const Index vpc = vpc_of(case_.get(*each, "VpcId"));
    n_.gateway_endpoints.push_back({each->id, vpc, text_or(*each, "ServiceName")});
    if (vpc == none) n_.gateway_endpoints.back().vpc = vpc_not_in_source("the VPC of " + each->id);
  }
}

// --- What lies on premises -------------------------------------------------------------------------------------------

// The router that has one of these addresses; else a site that is known by this id alone.
Index Builder::site_of(const AddressSet& addresses, const std::string& id, const std::string& name) {
  for (Index s = 0; s < n_.sites.size(); ++s) {
    Site& site = n_.sites[s];
    const bool is_router = site.is_named && !(site.own & addresses).empty();
    if (!is_router && site.id != id) continue;
    if (!name.empty() && site.id != name) site.names.push_back(name);
    return s;
  }
  Site site;
  site.id = id;
  if (!name.empty() && name != id) site.names.push_back(name);
  site.own = addresses;
  site.unknown = fmt::format("what {} announces by BGP is not in the source", id);
  n_.sites.push_back(std::move(site));
  return static_cast<Index>(n_.sites.size() - 1);
}

void Builder::sites() {
  for (const Router& router : routers_)
    n_.sites.push_back({router.name, {}, router.announced, router.addresses, true, {}});
  vpn_connections();
  direct_connect();
  virtual_interfaces();
  learnt_prefixes();
  // A site that was never told of BGP has what its static routes say.
  for (Index s = 0; s < n_.sites.size(); ++s) {
    Site& site = n_.sites[s];
    if (site.is_named) continue;
    std::vector<Prefix> statics;
    bool all_static = true;
    for (const SiteLink& link : n_.links)
      if (link.site == s) {
        all_static = all_static && link.only_static;
        statics.insert(statics.end(), link.statics.begin(), link.statics.end());
      }
    if (!all_static) continue;
    site.prefixes = std::move(statics);
    site.unknown.clear();
  }
}

// "Route propagation" (VPC user guide): what a snapshot's table has learnt from a virtual private gateway was announced
// to that by one of its links; with several sites behind it, nobody knows by which.
void Builder::learnt_prefixes() {
  for (const Resource* each : case_.resources("AWS::EC2::Route")) {
    if (!is_snapshot(*each) || text_or(*each, "Origin") != "EnableVgwRoutePropagation") continue;
    if (text_or(*each, "State") != "active") continue;
    const Index gateway = place(vpn_, "AWS::EC2::VPNGateway", case_.get(*each, "GatewayId"));
    const auto prefix =
        parse_prefix(text_or(*each, "DestinationCidrBlock", text_or(*each, "DestinationIpv6CidrBlock")));
    if (gateway == none || !prefix) continue;
    Index site = none;
    bool is_one = true;
    for (const SiteLink& link : n_.links) {
      if (link.vpn_gateway != gateway) continue;
      const bool is_static = std::ranges::find(link.statics, *prefix) != link.statics.end();
      is_one = is_one && !is_static && (site == none || site == link.site || link.only_static);
      if (!link.only_static) site = link.site;
    }
    if (site == none || !is_one || n_.sites[site].is_named) continue;
    std::vector<Prefix>& known = n_.sites[site].prefixes;
    if (std::ranges::find(known, *prefix) == known.end()) known.push_back(*prefix);
  }
}

void Builder::vpn_connections() {
  for (const Resource* each : case_.resources("AWS::EC2::VPNConnection")) {
    const Value gateway = case_.get(*each, "CustomerGatewayId");
    const Resource* const customer = named("AWS::EC2::CustomerGateway", gateway);
    const std::string id = customer ? customer->id : shown(gateway);
    AddressSet address;
    if (customer)
      if (const auto own = parse_address(text_or(*customer, "IpAddress"))) address = AddressSet::one(*own);
    SiteLink link;
    link.id = each->id;
    link.site = site_of(address, id, id);
    n_.sites[link.site].names.push_back(each->id);
    link.only_static = flag(*each, "StaticRoutesOnly", false);
    link.vpn_gateway = place(vpn_, "AWS::EC2::VPNGateway", case_.get(*each, "VpnGatewayId"));
    if (const auto found = vpn_attachments_.find(each->id); found != vpn_attachments_.end())
      link.attachment = found->second;
    for (const Resource* route : case_.resources("AWS::EC2::VPNConnectionRoute"))
      if (named("AWS::EC2::VPNConnection", case_.get(*route, "VpnConnectionId")) == each)
        add_prefix(link.statics, case_.get(*route, "DestinationCidrBlock"), n_.sites[link.site].unknown, each->id);
    n_.links.push_back(std::move(link));
  }
}

// --- Transit gateways ------------------------------------------------------------------------------------------------

void Builder::transit_gateways() {
  for (const Resource* each : case_.resources("AWS::EC2::TransitGateway")) {
    transit_[each] = static_cast<Index>(n_.transit_gateways.size());
    TransitGateway& gateway = n_.transit_gateways.emplace_back();
    gateway.id = each->id;
    gateway.references_groups = text_or(*each, "SecurityGroupReferencingSupport") == "enable";
    if (is_snapshot(*each) && !is_listed("TransitGatewayAttachments", *each) &&
        !is_listed("TransitGatewayVpcAttachments", *each))
      gateway.unknown = fmt::format("{}: its attachments are not in the source", each->id);
  }
  for (const std::string_view type : {"AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment",
                                      "AWS::EC2::TransitGatewayPeeringAttachment"})
    for (const Resource* each : case_.resources(type)) add_attachment(*each);
  for (const Resource* each : case_.resources("AWS::EC2::TransitGatewayConnect"))
    for (TransitGateway& gateway : n_.transit_gateways)
      if (gateway.unknown.empty())
        gateway.unknown = fmt::format("{}: what Connect attachments lead to is not modelled", each->id);
  // A template's VPN connection brings its attachment with it.
  for (const Resource* each : case_.resources("AWS::EC2::VPNConnection")) {
    const Index gateway = place(transit_, "AWS::EC2::TransitGateway", case_.get(*each, "TransitGatewayId"));
    if (gateway == none || vpn_attachments_.contains(each->id)) continue;
    const auto index = static_cast<Index>(n_.attachments.size());
    n_.attachments.push_back({each->id, gateway, AttachmentKind::vpn, none, {}, none, none});
    vpn_attachments_[each->id] = index;
    attachments_[{each->id, gateway}] = index;
  }
}

void Builder::add_attachment(const Resource& resource) {
  const Index gateway = place(transit_, "AWS::EC2::TransitGateway", case_.get(resource, "TransitGatewayId"));
  const auto add = [&](Index of, AttachmentKind kind) -> Index {
    const auto [at, added] = attachments_.try_emplace({resource.id, of}, static_cast<Index>(n_.attachments.size()));
    if (added) n_.attachments.push_back({resource.id, of, kind, none, {}, none, none});
    if (n_.attachments[at->second].kind == AttachmentKind::unknown) n_.attachments[at->second].kind = kind;
    return at->second;
  };
  if (resource.type == "AWS::EC2::TransitGatewayPeeringAttachment") {
    const Index peer = place(transit_, "AWS::EC2::TransitGateway", case_.get(resource, "PeerTransitGatewayId"));
    const Index left = gateway == none ? none : add(gateway, AttachmentKind::peering);
    const Index right = peer == none ? none : add(peer, AttachmentKind::peering);
    if (left != none && right != none) {
      n_.attachments[left].peer = right;
      n_.attachments[right].peer = left;
    }
    return;
  }
  if (gateway == none) return;
  const std::string kind = text_or(resource, "ResourceType", "vpc"), of = text_or(resource, "ResourceId");
  if (kind == "vpc") {
    const Index index = add(gateway, AttachmentKind::vpc);
    Attachment& attachment = n_.attachments[index];
    attachment.vpc = place(vpc_, "AWS::EC2::VPC", case_.get(resource, "VpcId"));
    for (const Value& subnet : case_.get(resource, "SubnetIds").items)
      if (const Index s = place(subnet_, "AWS::EC2::Subnet", subnet); s != none) attachment.subnets.push_back(s);
  } else if (kind == "vpn") {
    vpn_attachments_[of] = add(gateway, AttachmentKind::vpn);
  } else if (kind == "direct-connect-gateway") {
    direct_connect_attachments_[of] = add(gateway, AttachmentKind::direct_connect);
  } else if (kind == "peering") {
    add(gateway, AttachmentKind::peering);
  } else {
    add(gateway, AttachmentKind::unknown);
  }
}

Index Builder::attachment_of(const Value& value, Index gateway) {
  const Resource* const found = case_.target(value);
  const std::string id = found ? found->id : shown(value);
  const auto at = attachments_.find({id, gateway});
  return at == attachments_.end() ? none : at->second;
}

Index Builder::transit_table(const Value& value) {
  return place(transit_table_, "AWS::EC2::TransitGatewayRouteTable", value);
}

void Builder::propagate(Index attachment, Index t) {
  TransitTable& table = n_.transit_tables[t];
  const Attachment& from = n_.attachments[attachment];
  switch (from.kind) {
    case AttachmentKind::vpc:
      if (from.vpc == none) {
        table.unknown = fmt::format("{}: the ranges of the VPC at {} are not in the source", table.id, from.id);
        return;
      }
      if (!n_.vpcs[from.vpc].unknown.empty()) table.unknown = n_.vpcs[from.vpc].unknown;
      for (const Prefix& range : n_.vpcs[from.vpc].ranges) table.routes.push_back({range, attachment, true});
      return;
    case AttachmentKind::vpn:
    case AttachmentKind::direct_connect:
      table.learned.push_back(attachment);
      return;
    case AttachmentKind::peering:  // "Transit gateway peering attachments": nothing is propagated
      return;
    case AttachmentKind::unknown:
      table.unknown = fmt::format("{}: what {} propagates is not known", table.id, from.id);
  }
}

bool Builder::finds_propagated(const Resource& table) {
  return std::ranges::any_of(case_.resources("AWS::EC2::TransitGatewayRoute"), [&](const Resource* route) {
    return text_or(*route, "Type") == "propagated" &&
           named("AWS::EC2::TransitGatewayRouteTable", case_.get(*route, "TransitGatewayRouteTableId")) == &table;
  });
}

void Builder::transit_tables() {
  Places gateway_of;  // by table
  for (const Resource* each : case_.resources("AWS::EC2::TransitGatewayRouteTable")) {
    const auto index = static_cast<Index>(n_.transit_tables.size());
    transit_table_[each] = index;
    TransitTable& table = n_.transit_tables.emplace_back();
    table.id = each->id;
    const Index gateway = place(transit_, "AWS::EC2::TransitGateway", case_.get(*each, "TransitGatewayId"));
    gateway_of[each] = gateway;
    if (!is_snapshot(*each)) continue;
    // A search for routes may have been for static ones only; what it found tells where it was not.
    const bool propagations = is_asked("TransitGatewayRouteTablePropagations", *each) || finds_propagated(*each);
    if (!is_asked("Routes", *each))
      table.unknown = fmt::format("{}: its {}routes are not in the source", each->id, propagations ? "static " : "");
    else if (!propagations)
      table.unknown = fmt::format("{}: whether routes are propagated to it is not in the source", each->id);
  }
  // "Default route table" (transit gateway guide): attachments are associated with it and propagate to it.
  for (const auto& [resource, gateway] : transit_) {
    if (is_snapshot(*resource)) continue;
    const bool associates = text_or(*resource, "DefaultRouteTableAssociation", "enable") == "enable";
    const bool propagates = text_or(*resource, "DefaultRouteTablePropagation", "enable") == "enable";
    if (!associates && !propagates) continue;
    const auto t = static_cast<Index>(n_.transit_tables.size());
    n_.transit_tables.emplace_back().id = fmt::format("default route table of {}", resource->id);
    for (Index a = 0; a < n_.attachments.size(); ++a) {
      if (n_.attachments[a].gateway != gateway || n_.attachments[a].kind == AttachmentKind::peering) continue;
      if (associates) n_.attachments[a].route_table = t;
      if (propagates) propagate(a, t);
    }
  }
  const auto joined = [&](const Resource& of, auto use) {
    const Index table = transit_table(case_.get(of, "TransitGatewayRouteTableId"));
    if (table == none) {
      for (TransitGateway& each : n_.transit_gateways)
        if (each.unknown.empty())
          each.unknown = fmt::format("{}: this transit gateway's route table is not in the source",
                                     shown(case_.get(of, "TransitGatewayRouteTableId")));
      return;
    }
    Index gateway = none;
    for (const auto& [resource, index] : transit_table_)
      if (index == table) gateway = gateway_of[resource];
    use(attachment_of(case_.get(of, "TransitGatewayAttachmentId"), gateway), table);
  };
  for (const Resource* each : case_.resources("AWS::EC2::TransitGatewayRouteTableAssociation"))
    joined(*each, [&](Index attachment, Index table) {
      if (attachment != none) n_.attachments[attachment].route_table = table;
    });
  for (const auto& [resource, gateway] : transit_) {
    if (!is_snapshot(*resource) || is_listed("TransitGatewayAttachments", *resource)) continue;
    const bool all_asked = std::ranges::all_of(gateway_of, [&](const auto& table) {
      return table.second != gateway || is_asked("Associations", *table.first);
    });
    if (all_asked && is_listed("TransitGatewayRouteTables", *resource)) continue;
    for (Attachment& each : n_.attachments)
      if (each.gateway == gateway && each.route_table == none)
        each.unknown = fmt::format("{}: its route table is not in the source", each.id);
  }
  std::vector<std::pair<Index, Index>> seen;
  for (const Resource* each : case_.resources("AWS::EC2::TransitGatewayRouteTablePropagation"))
    joined(*each, [&](Index attachment, Index table) {
      if (attachment == none) {
        n_.transit_tables[table].unknown =
            fmt::format("{}: an attachment that propagates to it is not in the source", n_.transit_tables[table].id);
        return;
      }
      const std::pair key(attachment, table);
      if (std::ranges::find(seen, key) != seen.end()) return;
      seen.push_back(key);
      propagate(attachment, table);
    });
  for (const Resource* each : case_.resources("AWS::EC2::TransitGatewayRoute"))
    joined(*each, [&](Index attachment, Index t) {
      TransitTable& table = n_.transit_tables[t];
      std::vector<Prefix> prefixes;
      std::string why;
      add_prefix(prefixes, case_.get(*each, "DestinationCidrBlock"), why, table.id);
      if (const Value list = case_.get(*each, "PrefixListId")) {
        auto entries = prefix_list(list);
        prefixes.insert(prefixes.end(), entries.value.begin(), entries.value.end());
        if (!entries.known()) why = entries.why;
      }
      const bool blackhole = flag(*each, "Blackhole", false);
      if (attachment == none && !blackhole)
        why = fmt::format("{}: the target of {} is not in the source", table.id, each->id);
      if (!why.empty()) table.unknown = why;
      if (attachment == none && !blackhole) return;
      const bool propagated = text_or(*each, "Type") == "propagated";
      for (const Prefix& prefix : prefixes) table.routes.push_back({prefix, blackhole ? none : attachment, propagated});
    });
  for (const Resource* each : case_.resources("AWS::EC2::TransitGatewayPrefixListReference"))
    joined(*each, [&](Index, Index t) {
      n_.transit_tables[t].unknown = fmt::format("{}: its prefix list references are not modelled", each->id);
    });
}

}  // namespace redoubt::reach
