// EC2's answers about a VPC's own structure: address ranges, subnets, routes, security groups, network ACLs, endpoints.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

// Ranges that are gone, or never came, still stand in answers for a while.
bool in_use(const Value& item, std::string_view state_path) {
  const std::string state = text_of(item, state_path);
  return state.empty() || state == "associated" || state == "associating";
}

constexpr Field vpc_fields[] = {
    {"CidrBlock"}, {"InstanceTenancy"}, {"IsDefault", {}, flag}, {"State"}, {"DhcpOptionsId"}, {"Tags", {}, tags},
};

constexpr Field vpc_range_fields[] = {{"CidrBlock"}, {"Ipv6CidrBlock"}, {"Ipv6Pool"}};

// The first IPv4 range is the VPC's own CidrBlock; every other one is an AWS::EC2::VPCCidrBlock.
void vpc_more(const Value& item, Made& made, Reading& reading) {
  const std::string own = text_of(item, "CidrBlock");
  for (const std::string_view set : {"CidrBlockAssociationSet", "Ipv6CidrBlockAssociationSet"}) {
    const bool ipv6 = set.starts_with("Ipv6");
    for (const Value& range : items_of(item, set, reading)) {
      if (!in_use(range, ipv6 ? "Ipv6CidrBlockState.State" : "CidrBlockState.State")) continue;
      if (!ipv6 && text_of(range, "CidrBlock") == own) continue;
      Resource block = part_of(made.resource, "AWS::EC2::VPCCidrBlock", text_of(range, "AssociationId"), range,
                               vpc_range_fields, reading);
      block.properties.set("VpcId", text_at(made.resource.id, range.at));
      made.others.push_back(std::move(block));
    }
  }
}

constexpr Field subnet_fields[] = {
    {"VpcId"},
    {"CidrBlock"},
    {"AvailabilityZone"},
    {"AvailabilityZoneId"},
    {"MapPublicIpOnLaunch", {}, flag},
    {"AssignIpv6AddressOnCreation", {}, flag},
    {"EnableDns64", {}, flag},
    {"Ipv6Native", {}, flag},
    {"OutpostArn"},
    {"PrivateDnsNameOptionsOnLaunch", {}, as_is},
    {"DefaultForAz", {}, flag},
    {"State"},
    {"Tags", {}, tags},
};

constexpr Field subnet_range_fields[] = {{"Ipv6CidrBlock"}};

void subnet_more(const Value& item, Made& made, Reading& reading) {
  bool first = true;
  for (const Value& range : items_of(item, "Ipv6CidrBlockAssociationSet", reading)) {
    if (!in_use(range, "Ipv6CidrBlockState.State")) continue;
    if (std::exchange(first, false)) {
      apply(subnet_range_fields, range, made.resource.properties, reading);
      continue;
    }
    Resource block = part_of(made.resource, "AWS::EC2::SubnetCidrBlock", text_of(range, "AssociationId"), range,
                             subnet_range_fields, reading);
    block.properties.set("SubnetId", text_at(made.resource.id, range.at));
    made.others.push_back(std::move(block));
  }
}

// Lists that EC2 always gives, and that an answer cut out by `--query` may lack: what they hold is unknown then.
void mark_missing(const Value& item, std::initializer_list<std::string_view> lists, Made& made,
                  std::string_view question) {
  for (const std::string_view list : lists)
    if (!member(item, list)) not_told(made.resource.properties, {list}, question, item.at);
}

// `Main` says of a table that it serves the subnets without one of their own.
constexpr Field route_table_fields[] = {{"VpcId"}, {"Tags", {}, tags}};

constexpr Field route_fields[] = {
    {"DestinationCidrBlock"},
    {"DestinationIpv6CidrBlock"},
    {"DestinationPrefixListId"},
    {"GatewayId"},  // an Internet or virtual private gateway, a gateway endpoint, or "local"
    {"NatGatewayId"},
    {"InstanceId"},
    {"InstanceOwnerId"},
    {"NetworkInterfaceId"},
    {"VpcPeeringConnectionId"},
    {"TransitGatewayId"},
    {"EgressOnlyInternetGatewayId"},
    {"LocalGatewayId"},
    {"CarrierGatewayId"},
    {"CoreNetworkArn"},
    {"OdbNetworkArn"},
    {"State"},   // "blackhole": the target is gone
    {"Origin"},  // "EnableVgwRoutePropagation": learnt from a virtual private gateway
};

constexpr Field route_table_subnet_fields[] = {{"SubnetId"}};
constexpr Field route_table_gateway_fields[] = {{"GatewayId"}};
constexpr Field propagation_fields[] = {{"GatewayId", "VpnGatewayId"}};

void route_table_more(const Value& item, Made& made, Reading& reading) {
  mark_missing(item, {"Routes", "Associations"}, made, "DescribeRouteTables");
  const Resource& table = made.resource;
  const auto add = [&](std::string_view type, std::string id, const Value& part, std::span<const Field> fields) {
    Resource out = part_of(table, type, std::move(id), part, fields, reading);
    out.properties.set("RouteTableId", text_at(table.id, part.at));
    made.others.push_back(std::move(out));
  };
  for (const Value& route : items_of(item, "Routes", reading)) {
    std::string to = text_of(route, "DestinationCidrBlock");
    if (to.empty()) to = text_of(route, "DestinationIpv6CidrBlock");
    if (to.empty()) to = text_of(route, "DestinationPrefixListId");
    if (to.empty()) reading.fail(route.at, "this route has no destination");
    add("AWS::EC2::Route", fmt::format("{}|{}", table.id, to), route, route_fields);
    Value& properties = made.others.back().properties;
    // The answer calls every endpoint a gateway, CloudFormation does not.
    if (const Value gateway = properties["GatewayId"]; gateway.text.starts_with("vpce-")) {
      std::erase_if(properties.members, [](const Member& each) { return each.name == "GatewayId"; });
      properties.set("VpcEndpointId", gateway);
    }
  }
  Value main = boolean(false);
  main.at = item.at;
  for (const Value& association : items_of(item, "Associations", reading)) {
    if (!in_use(association, "AssociationState.State")) continue;
    const std::string id = text_of(association, "RouteTableAssociationId");
    if (member(association, "SubnetId")) {
      add("AWS::EC2::SubnetRouteTableAssociation", id, association, route_table_subnet_fields);
    } else if (member(association, "GatewayId")) {
      add("AWS::EC2::GatewayRouteTableAssociation", id, association, route_table_gateway_fields);
    } else if (const Value stated = member(association, "Main"); stated.is(Kind::boolean) && stated.boolean) {
      main.boolean = true;
    }
  }
  made.resource.properties.set("Main", std::move(main));
  for (const Value& gateway : items_of(item, "PropagatingVgws", reading)) {
    Resource out =
        part_of(table, "AWS::EC2::VPNGatewayRoutePropagation",
                fmt::format("{}|{}", table.id, text_of(gateway, "GatewayId")), gateway, propagation_fields, reading);
    out.properties.set("RouteTableIds", list({text_at(table.id, gateway.at)}));
    made.others.push_back(std::move(out));
  }
}

constexpr Field group_fields[] = {
    {"GroupName"},
    {"Description", "GroupDescription"},
    {"VpcId"},
    {"Tags", {}, tags},
};

constexpr Field rule_fields[] = {{"IpProtocol"}, {"FromPort", {}, number}, {"ToPort", {}, number}};

// Of each permission's lists the members, under the names that a rule in each direction has for them.
struct Peer {
  std::string_view list;
  std::span<const Field> ingress, egress;
};
constexpr Field rule_ipv4[] = {{"CidrIp"}, {"Description"}};
constexpr Field rule_ipv6[] = {{"CidrIpv6"}, {"Description"}};
constexpr Field rule_prefixes_in[] = {{"PrefixListId", "SourcePrefixListId"}, {"Description"}};
constexpr Field rule_prefixes_out[] = {{"PrefixListId", "DestinationPrefixListId"}, {"Description"}};
constexpr Field rule_group_in[] = {
    {"GroupId", "SourceSecurityGroupId"},
    {"GroupName", "SourceSecurityGroupName"},
    {"UserId", "SourceSecurityGroupOwnerId"},
    {"Description"},
    {"VpcPeeringConnectionId"},
    {"PeeringStatus"},
};
constexpr Field rule_group_out[] = {
    {"GroupId", "DestinationSecurityGroupId"},
    {"UserId", "DestinationSecurityGroupOwnerId"},
    {"Description"},
    {"VpcPeeringConnectionId"},
    {"PeeringStatus"},
};
constexpr Peer peers[] = {
    {"IpRanges", rule_ipv4, rule_ipv4},
    {"Ipv6Ranges", rule_ipv6, rule_ipv6},
    {"PrefixListIds", rule_prefixes_in, rule_prefixes_out},
    {"UserIdGroupPairs", rule_group_in, rule_group_out},
};

// One rule a peer, as CloudFormation writes them.
Value rules_of(const Value& item, std::string_view permissions, bool egress, Reading& reading) {
  Value rules = list({});
  rules.at = item.at;
  for (const Value& permission : items_of(item, permissions, reading)) {
    for (const Peer& peer : peers)
      for (const Value& each : items_of(permission, peer.list, reading)) {
        Value rule = object({});
        rule.at = each.at;
        apply(rule_fields, permission, rule, reading);
        apply(egress ? peer.egress : peer.ingress, each, rule, reading);
        rules.items.push_back(std::move(rule));
      }
  }
  return rules;
}

void group_more(const Value& item, Made& made, Reading& reading) {
  for (const bool egress : {false, true}) {
    const std::string_view property = egress ? "SecurityGroupEgress" : "SecurityGroupIngress";
    const std::string_view list = egress ? "IpPermissionsEgress" : "IpPermissions";
    if (member(item, list))
      made.resource.properties.set(property, rules_of(item, list, egress, reading));
    else
      not_told(made.resource.properties, {property}, "DescribeSecurityGroups", item.at);
  }
}

// `IsDefault` says of an ACL that it serves the subnets that were given no other.
constexpr Field acl_fields[] = {{"VpcId"}, {"IsDefault", {}, flag}, {"Tags", {}, tags}};

constexpr Field acl_entry_fields[] = {
    {"RuleNumber", {}, number},
    {"Egress", {}, flag},
    {"Protocol", {}, number},  // -1: every protocol
    {"RuleAction"},
    {"CidrBlock"},
    {"Ipv6CidrBlock"},
    {"PortRange", {}, as_is},
    {"IcmpTypeCode", "Icmp", as_is},
};

constexpr Field acl_association_fields[] = {{"SubnetId"}};

void acl_more(const Value& item, Made& made, Reading& reading) {
  mark_missing(item, {"Entries", "Associations"}, made, "DescribeNetworkAcls");
  const Resource& acl = made.resource;
  const auto add = [&](std::string_view type, std::string id, const Value& part, std::span<const Field> fields) {
    Resource out = part_of(acl, type, std::move(id), part, fields, reading);
    out.properties.set("NetworkAclId", text_at(acl.id, part.at));
    made.others.push_back(std::move(out));
  };
  for (const Value& entry : items_of(item, "Entries", reading)) {
    const Value egress = member(entry, "Egress");
    const Value ipv6 = member(entry, "Ipv6CidrBlock");
    // Rule numbers are one sequence for both families, but the last entry, which denies, stands once for each.
    add("AWS::EC2::NetworkAclEntry",
        fmt::format("{}|{}|{}{}", acl.id, egress.boolean ? "egress" : "ingress", member(entry, "RuleNumber").text,
                    ipv6 ? "|ipv6" : ""),
        entry, acl_entry_fields);
  }
  for (const Value& association : items_of(item, "Associations", reading))
    add("AWS::EC2::SubnetNetworkAclAssociation", text_of(association, "NetworkAclAssociationId"), association,
        acl_association_fields);
}

constexpr Field endpoint_fields[] = {
    {"VpcEndpointType"},
    {"VpcId"},
    {"ServiceName"},
    {"ServiceRegion"},
    {"State"},
    {"PolicyDocument", {}, document},
    {"RouteTableIds", {}, texts},
    {"SubnetIds", {}, texts},
    {"Groups[].GroupId", "SecurityGroupIds", texts},
    {"NetworkInterfaceIds", {}, texts},
    {"PrivateDnsEnabled", {}, flag},
    {"IpAddressType"},
    {"DnsOptions", {}, as_is},
    {"ServiceNetworkArn"},
    {"ResourceConfigurationArn"},
    {"Tags", {}, tags},
};

// Both describe-prefix-lists (AWS's own, with their ranges) and describe-managed-prefix-lists (without).
constexpr Field prefix_list_fields[] = {
    {"PrefixListName"},      {"AddressFamily"}, {"MaxEntries", {}, number}, {"OwnerId"},
    {"Version", {}, number}, {"State"},         {"Tags", {}, tags},
};

constexpr Field prefix_list_entry_fields[] = {{"Entries", {}, as_is}};

void prefix_list_more(const Value& item, Made& made, Reading&) {
  const Value ranges = member(item, "Cidrs");
  if (!ranges.is(Kind::list)) return;
  Value entries = list({});
  entries.at = ranges.at;
  for (const Value& range : ranges.items) entries.items.push_back(object({{"Cidr", range}}));
  made.resource.properties.set("Entries", std::move(entries));
}

constexpr Field flow_log_fields[] = {
    {"ResourceId"},
    {"TrafficType"},
    {"LogDestinationType"},
    {"LogDestination"},
    {"LogGroupName"},
    {"LogFormat"},
    {"MaxAggregationInterval", {}, number},
    {"DeliverLogsPermissionArn"},
    {"DeliverCrossAccountRole"},
    {"DestinationOptions", {}, as_is},
    {"FlowLogStatus"},
    {"DeliverLogsStatus"},
    {"DeliverLogsErrorMessage"},
    {"Tags", {}, tags},
};

// The answer does not say what kind of thing is logged; its id does.
void flow_log_more(const Value& item, Made& made, Reading&) {
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {"vpc-", "VPC"},
      {"subnet-", "Subnet"},
      {"eni-", "NetworkInterface"},
      {"tgw-attach-", "TransitGatewayAttachment"},
      {"tgw-", "TransitGateway"},
      {"nat-", "RegionalNatGateway"},
  };
  const std::string id = text_of(item, "ResourceId");
  for (const auto& [prefix, type] : types)
    if (id.starts_with(prefix)) {
      made.resource.properties.set("ResourceType", text_at(type, item.at));
      return;
    }
}

constexpr Table tables[] = {
    {"Vpcs", "AWS::EC2::VPC", "VpcId", {}, vpc_fields, vpc_more},
    {"Subnets", "AWS::EC2::Subnet", "SubnetId", "SubnetArn", subnet_fields, subnet_more},
    {"RouteTables", "AWS::EC2::RouteTable", "RouteTableId", {}, route_table_fields, route_table_more},
    {"SecurityGroups", "AWS::EC2::SecurityGroup", "GroupId", "SecurityGroupArn", group_fields, group_more},
    {"NetworkAcls", "AWS::EC2::NetworkAcl", "NetworkAclId", {}, acl_fields, acl_more},
    {"VpcEndpoints", "AWS::EC2::VPCEndpoint", "VpcEndpointId", {}, endpoint_fields},
    {"PrefixLists", "AWS::EC2::PrefixList", "PrefixListId", "PrefixListArn", prefix_list_fields, prefix_list_more},
    {"FlowLogs", "AWS::EC2::FlowLog", "FlowLogId", {}, flow_log_fields, flow_log_more},
};

constexpr Part parts[] = {
    {.key = "Entries",
     .type = "AWS::EC2::PrefixList",
     .subject = "PrefixListId",
     .fields = prefix_list_entry_fields,
     .property = "Entries",
     .question = "GetManagedPrefixListEntries"},
};

}  // namespace

Service vpc_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
