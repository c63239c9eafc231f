// EC2's and Direct Connect's answers about what joins a VPC to the rest of the world: gateways, peerings, transit
// gateways, VPNs.
#include <fmt/format.h>

#include <array>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> texts) {
  for (const std::string_view each : texts)
    if (text == each) return true;
  return false;
}

// What was deleted, refused or never came into being still stands in answers for a while.
bool is_gone(std::string_view state) {
  return is_one_of(state, {"deleted", "deleting", "detached", "detaching", "rejected", "expired", "failed", "failing",
                           "disassociated", "disassociating", "disabled", "disabling"});
}

void unless_gone(const Value& item, Made& made, Reading&) {
  made.left_out = is_gone(text_of(item, "State"));
}

constexpr Field tag_fields[] = {{"Tags", {}, tags}};
constexpr Field attached_vpc_fields[] = {{"VpcId"}, {"State"}};

// AWS::EC2::VPCGatewayAttachment joins a VPC with an Internet gateway or a virtual private gateway.
void attachments(const Value& item, std::string_view path, std::string_view property, Made& made, Reading& reading) {
  for (const Value& attachment : items_of(item, path, reading)) {
    if (is_gone(text_of(attachment, "State"))) continue;
    Resource out = part_of(made.resource, "AWS::EC2::VPCGatewayAttachment",
                           fmt::format("{}|{}", made.resource.id, text_of(attachment, "VpcId")), attachment,
                           attached_vpc_fields, reading);
    out.properties.set(property, text_at(made.resource.id, attachment.at));
    made.others.push_back(std::move(out));
  }
}

void internet_gateway_more(const Value& item, Made& made, Reading& reading) {
  attachments(item, "Attachments", "InternetGatewayId", made, reading);
}

constexpr Field egress_only_fields[] = {{"Attachments[0].VpcId", "VpcId"}, {"Tags", {}, tags}};

constexpr Field nat_fields[] = {
    {"SubnetId"},         {"VpcId"},        {"ConnectivityType"}, {"State"},
    {"AvailabilityMode"}, {"RouteTableId"}, {"Tags", {}, tags},
};

// The names of CloudFormation's attributes and properties for the first address, and `PublicIp`, for which it has none.
constexpr Field nat_address_fields[] = {
    {"AllocationId"},
    {"NetworkInterfaceId", "EniId"},
    {"PrivateIp", "PrivateIpAddress"},
    {"PublicIp"},
};

void nat_more(const Value& item, Made& made, Reading& reading) {
  made.left_out = is_gone(text_of(item, "State"));
  const std::vector<Value> addresses = items_of(item, "NatGatewayAddresses", reading);
  const Value* primary = addresses.empty() ? nullptr : addresses.data();
  for (const Value& address : addresses)
    if (const Value stated = member(address, "IsPrimary"); stated.is(Kind::boolean) && stated.boolean)
      primary = &address;
  std::array<Value, 2> more{list({}), list({})};
  for (const Value& address : addresses) {
    if (&address == primary) {
      apply(nat_address_fields, address, made.resource.properties, reading);
      continue;
    }
    if (Value id = member(address, "AllocationId")) more[0].items.push_back(std::move(id));
    if (Value ip = member(address, "PrivateIp")) more[1].items.push_back(std::move(ip));
  }
  if (!more[0].items.empty()) made.resource.properties.set("SecondaryAllocationIds", std::move(more[0]));
  if (!more[1].items.empty()) made.resource.properties.set("SecondaryPrivateIpAddresses", std::move(more[1]));
}

// `Status.Code` is "active" where it carries packets; one that is gone stays, since routes may still name it. The
// ranges of a VPC in another account stand only here.
constexpr Field peering_fields[] = {
    {"RequesterVpcInfo.VpcId", "VpcId"},
    {"AccepterVpcInfo.VpcId", "PeerVpcId"},
    {"AccepterVpcInfo.OwnerId", "PeerOwnerId"},
    {"AccepterVpcInfo.Region", "PeerRegion"},
    {"RequesterVpcInfo", {}, as_is},
    {"AccepterVpcInfo", {}, as_is},
    {"Status.Code"},
    {"Tags", {}, tags},
};

constexpr Field transit_gateway_fields[] = {
    {"Description"},
    {"Options.AmazonSideAsn", "AmazonSideAsn", number},
    {"Options.TransitGatewayCidrBlocks", "TransitGatewayCidrBlocks", texts},
    {"Options.AutoAcceptSharedAttachments", "AutoAcceptSharedAttachments"},
    {"Options.DefaultRouteTableAssociation", "DefaultRouteTableAssociation"},
    {"Options.AssociationDefaultRouteTableId", "AssociationDefaultRouteTableId"},
    {"Options.DefaultRouteTablePropagation", "DefaultRouteTablePropagation"},
    {"Options.PropagationDefaultRouteTableId", "PropagationDefaultRouteTableId"},
    {"Options.VpnEcmpSupport", "VpnEcmpSupport"},
    {"Options.DnsSupport", "DnsSupport"},
    {"Options.SecurityGroupReferencingSupport", "SecurityGroupReferencingSupport"},
    {"Options.MulticastSupport", "MulticastSupport"},
    {"State"},
    {"Tags", {}, tags},
};

// Of whatever kind: VPC, VPN, peering, Direct Connect gateway. `ResourceType` and `ResourceId` say what is attached.
constexpr Field attachment_fields[] = {
    {"TransitGatewayId"}, {"TransitGatewayOwnerId"}, {"ResourceType"}, {"ResourceId"}, {"ResourceOwnerId"}, {"State"},
    {"Tags", {}, tags},
};

constexpr Field association_fields[] = {{"TransitGatewayRouteTableId"}, {"State"}};

void attachment_more(const Value& item, Made& made, Reading& reading) {
  made.left_out = is_gone(text_of(item, "State"));
  if (text_of(item, "ResourceType") == "vpc") {
    Value vpc = member(item, "ResourceId");
    if (vpc) made.resource.properties.set("VpcId", std::move(vpc));
  }
  const Value association = member(item, "Association");
  const std::string table = text_of(association, "TransitGatewayRouteTableId");
  if (made.left_out || table.empty() || is_gone(text_of(association, "State"))) return;
  Resource out = part_of(made.resource, "AWS::EC2::TransitGatewayRouteTableAssociation",
                         fmt::format("{}|{}", table, made.resource.id), association, association_fields, reading);
  out.properties.set("TransitGatewayAttachmentId", text_at(made.resource.id, association.at));
  made.others.push_back(std::move(out));
}

constexpr Field vpc_attachment_fields[] = {
    {"TransitGatewayId"}, {"VpcId"}, {"SubnetIds", {}, texts}, {"Options", {}, as_is}, {"State"}, {"Tags", {}, tags},
};

void vpc_attachment_more(const Value& item, Made& made, Reading& reading) {
  unless_gone(item, made, reading);
  made.resource.properties.set("ResourceType", text_at("vpc", item.at));
  if (Value vpc = member(item, "VpcId")) made.resource.properties.set("ResourceId", std::move(vpc));
}

constexpr Field peering_attachment_fields[] = {
    {"RequesterTgwInfo.TransitGatewayId", "TransitGatewayId"},
    {"AccepterTgwInfo.TransitGatewayId", "PeerTransitGatewayId"},
    {"AccepterTgwInfo.OwnerId", "PeerAccountId"},
    {"AccepterTgwInfo.Region", "PeerRegion"},
    {"AccepterTransitGatewayAttachmentId"},
    {"RequesterTgwInfo", {}, as_is},
    {"AccepterTgwInfo", {}, as_is},
    {"Options", {}, as_is},
    {"State"},
    {"Tags", {}, tags},
};

constexpr Field connect_fields[] = {
    {"TransitGatewayId"}, {"TransportTransitGatewayAttachmentId"}, {"Options", {}, as_is}, {"State"},
    {"Tags", {}, tags},
};

constexpr Field transit_table_fields[] = {
    {"TransitGatewayId"},
    {"DefaultAssociationRouteTable", {}, flag},
    {"DefaultPropagationRouteTable", {}, flag},
    {"State"},
    {"Tags", {}, tags},
};

// Associations, propagations and routes of a transit gateway's route table: the request names the table.
constexpr Field in_transit_table_fields[] = {
    {"TransitGatewayAttachmentId"},
    {"ResourceId"},
    {"ResourceType"},
    {"State"},
};

void in_transit_table_more(const Value& item, Made& made, Reading& reading) {
  unless_gone(item, made, reading);
  made.resource.id = fmt::format("{}|{}", reading.subject, text_of(item, "TransitGatewayAttachmentId"));
  made.resource.properties.set("TransitGatewayRouteTableId", text_at(reading.subject, item.at));
}

// `Type` is "static" or "propagated".
constexpr Field transit_route_fields[] = {{"DestinationCidrBlock"}, {"PrefixListId"}, {"Type"}, {"State"}};
constexpr Field transit_route_target_fields[] = {{"TransitGatewayAttachmentId"}, {"ResourceId"}, {"ResourceType"}};

// One resource for each attachment that a route leads to (several share its packets), or one that leads nowhere.
void transit_route_more(const Value& item, Made& made, Reading& reading) {
  const std::string state = text_of(item, "State");
  made.left_out = is_gone(state);
  std::string to = text_of(item, "DestinationCidrBlock");
  if (to.empty()) to = text_of(item, "PrefixListId");
  if (to.empty()) reading.fail(item.at, "this route has no DestinationCidrBlock");
  Resource& route = made.resource;
  route.id = fmt::format("{}|{}", reading.subject, to);
  route.properties.set("TransitGatewayRouteTableId", text_at(reading.subject, item.at));
  Value blackhole = boolean(state == "blackhole");
  blackhole.at = item.at;
  route.properties.set("Blackhole", std::move(blackhole));
  const std::vector<Value> targets = items_of(item, "TransitGatewayAttachments", reading);
  for (std::size_t i = 1; i < targets.size(); ++i) {
    Resource& other = made.others.emplace_back(route);
    other.id += fmt::format("|{}", text_of(targets[i], "TransitGatewayAttachmentId"));
    apply(transit_route_target_fields, targets[i], other.properties, reading);
  }
  if (!targets.empty()) apply(transit_route_target_fields, targets[0], route.properties, reading);
}

// `CustomerGatewayConfiguration` is XML in a text, with the tunnels' addresses and the other side's AS number.
constexpr Field vpn_fields[] = {
    {"Type"},
    {"CustomerGatewayId"},
    {"VpnGatewayId"},
    {"TransitGatewayId"},
    {"Options.StaticRoutesOnly", "StaticRoutesOnly", flag},
    {"Options.EnableAcceleration", "EnableAcceleration", flag},
    {"Options.LocalIpv4NetworkCidr", "LocalIpv4NetworkCidr"},
    {"Options.RemoteIpv4NetworkCidr", "RemoteIpv4NetworkCidr"},
    {"Options.LocalIpv6NetworkCidr", "LocalIpv6NetworkCidr"},
    {"Options.RemoteIpv6NetworkCidr", "RemoteIpv6NetworkCidr"},
    {"Options.OutsideIpAddressType", "OutsideIpAddressType"},
    {"Options.TransportTransitGatewayAttachmentId", "TransportTransitGatewayAttachmentId"},
    {"Options.TunnelInsideIpVersion", "TunnelInsideIpVersion"},
    {"CustomerGatewayConfiguration"},
    {"VgwTelemetry", {}, as_is},
    {"State"},
    {"Tags", {}, tags},
};

constexpr Field vpn_route_fields[] = {{"DestinationCidrBlock"}, {"State"}};

void vpn_more(const Value& item, Made& made, Reading& reading) {
  unless_gone(item, made, reading);
  for (const Value& route : items_of(item, "Routes", reading)) {
    if (is_gone(text_of(route, "State"))) continue;
    Resource out = part_of(made.resource, "AWS::EC2::VPNConnectionRoute",
                           fmt::format("{}|{}", text_of(route, "DestinationCidrBlock"), made.resource.id), route,
                           vpn_route_fields, reading);
    out.properties.set("VpnConnectionId", text_at(made.resource.id, route.at));
    made.others.push_back(std::move(out));
  }
}

constexpr Field customer_gateway_fields[] = {
    {"Type"},       {"IpAddress"}, {"BgpAsn", {}, number}, {"BgpAsnExtended", {}, number}, {"CertificateArn"},
    {"DeviceName"}, {"State"},     {"Tags", {}, tags},
};

constexpr Field vpn_gateway_fields[] = {{"Type"}, {"AmazonSideAsn", {}, number}, {"State"}, {"Tags", {}, tags}};

void vpn_gateway_more(const Value& item, Made& made, Reading& reading) {
  unless_gone(item, made, reading);
  attachments(item, "VpcAttachments", "VpnGatewayId", made, reading);
}

constexpr Field direct_connect_fields[] = {
    {"DirectConnectGatewayName"}, {"AmazonSideAsn", {}, number}, {"OwnerAccount"}, {"DirectConnectGatewayState"},
    {"Tags", {}, tags},
};

constexpr Field direct_connect_association_fields[] = {
    {"DirectConnectGatewayId"},
    {"AssociatedGateway.Id", "AssociatedGatewayId"},
    {"AssociatedGateway", {}, as_is},
    {"AllowedPrefixesToDirectConnectGateway[].Cidr", "AllowedPrefixesToDirectConnectGateway", texts},
    {"AssociationState"},
};

// The type in CloudFormation depends on the kind of interface.
constexpr Field virtual_interface_fields[] = {
    {"VirtualInterfaceName"},
    {"VirtualInterfaceType"},
    {"ConnectionId"},
    {"DirectConnectGatewayId"},
    {"VirtualGatewayId"},
    {"Vlan", {}, number},
    {"Asn", {}, number},
    {"AmazonAddress"},
    {"CustomerAddress"},
    {"BgpPeers", {}, capitalised},
    {"RouteFilterPrefixes[].Cidr", "RouteFilterPrefixes", texts},
    {"VirtualInterfaceState"},
    {"Tags", {}, tags},
};

void virtual_interface_more(const Value& item, Made& made, Reading&) {
  const std::string type = text_of(item, "VirtualInterfaceType");
  if (type == "public") made.resource.type = "AWS::DirectConnect::PublicVirtualInterface";
  if (type == "transit") made.resource.type = "AWS::DirectConnect::TransitVirtualInterface";
}

constexpr Table tables[] = {
    {"InternetGateways", "AWS::EC2::InternetGateway", "InternetGatewayId", {}, tag_fields, internet_gateway_more},
    {"EgressOnlyInternetGateways",
     "AWS::EC2::EgressOnlyInternetGateway",
     "EgressOnlyInternetGatewayId",
     {},
     egress_only_fields},
    {"NatGateways", "AWS::EC2::NatGateway", "NatGatewayId", {}, nat_fields, nat_more},
    {"VpcPeeringConnections", "AWS::EC2::VPCPeeringConnection", "VpcPeeringConnectionId", {}, peering_fields},
    {"TransitGateways", "AWS::EC2::TransitGateway", "TransitGatewayId", "TransitGatewayArn", transit_gateway_fields,
     unless_gone},
    {"TransitGatewayAttachments",
     "AWS::EC2::TransitGatewayAttachment",
     "TransitGatewayAttachmentId",
     {},
     attachment_fields,
     attachment_more},
    {"TransitGatewayVpcAttachments",
     "AWS::EC2::TransitGatewayAttachment",
     "TransitGatewayAttachmentId",
     {},
     vpc_attachment_fields,
     vpc_attachment_more},
    {"TransitGatewayPeeringAttachments",
     "AWS::EC2::TransitGatewayPeeringAttachment",
     "TransitGatewayAttachmentId",
     {},
     peering_attachment_fields,
     unless_gone},
    {"TransitGatewayConnects",
     "AWS::EC2::TransitGatewayConnect",
     "TransitGatewayAttachmentId",
     {},
     connect_fields,
     unless_gone},
    {"TransitGatewayRouteTables",
     "AWS::EC2::TransitGatewayRouteTable",
     "TransitGatewayRouteTableId",
     {},
     transit_table_fields,
     unless_gone},
    {.key = "Associations",
     .type = "AWS::EC2::TransitGatewayRouteTableAssociation",
     .fields = in_transit_table_fields,
     .more = in_transit_table_more,
     .mark = "TransitGatewayAttachmentId",
     .subject = "TransitGatewayRouteTableId"},
    {.key = "TransitGatewayRouteTablePropagations",
     .type = "AWS::EC2::TransitGatewayRouteTablePropagation",
     .fields = in_transit_table_fields,
     .more = in_transit_table_more,
     .mark = "TransitGatewayAttachmentId",
     .subject = "TransitGatewayRouteTableId"},
    {.key = "Routes",
     .type = "AWS::EC2::TransitGatewayRoute",
     .fields = transit_route_fields,
     .more = transit_route_more,
     .mark = "State",
     .subject = "TransitGatewayRouteTableId"},
    {"VpnConnections", "AWS::EC2::VPNConnection", "VpnConnectionId", {}, vpn_fields, vpn_more},
    {"CustomerGateways", "AWS::EC2::CustomerGateway", "CustomerGatewayId", {}, customer_gateway_fields, unless_gone},
    {"VpnGateways", "AWS::EC2::VPNGateway", "VpnGatewayId", {}, vpn_gateway_fields, vpn_gateway_more},
    {"DirectConnectGateways",
     "AWS::DirectConnect::DirectConnectGateway",
     "DirectConnectGatewayId",
     {},
     direct_connect_fields},
    {"DirectConnectGatewayAssociations",
     "AWS::DirectConnect::DirectConnectGatewayAssociation",
     "AssociationId",
     {},
     direct_connect_association_fields},
    {"VirtualInterfaces",
     "AWS::DirectConnect::PrivateVirtualInterface",
     "VirtualInterfaceId",
     {},
     virtual_interface_fields,
     virtual_interface_more},
};

}  // namespace

Service gateway_service() {
  return {tables};
}

}  // namespace redoubt::estate::snapshot
