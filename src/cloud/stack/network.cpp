#include "functions.hpp"
#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

Value named(const std::string& name) {
  return list({object({{"Key", "Name"}, {"Value", name}})});
}

void add_subnets(Template& t, const Configuration& c, std::string_view kind, std::string_view tag,
                 const std::vector<std::string>& ranges) {
  for (std::size_t zone = 0; zone < ranges.size(); ++zone)
    t.add(fmt::format("{}Subnet{}", kind, zone + 1), "AWS::EC2::Subnet",
          {{"VpcId", ref_to("Vpc")},
           {"CidrBlock", ranges[zone]},
           {"AvailabilityZone", select(static_cast<int>(zone), object({{"Fn::GetAZs", ""}}))},
           {"MapPublicIpOnLaunch", false},
           {"Tags", named(fmt::format("{}-{}-{}", c.prefix(), tag, zone + 1))}});
}

void add_route_table(Template& t, const Configuration& c, const std::string& id, std::string_view tag) {
  t.add(id, "AWS::EC2::RouteTable", {{"VpcId", ref_to("Vpc")}, {"Tags", named(fmt::format("{}-{}", c.prefix(), tag))}});
}

void associate(Template& t, const std::string& subnet, const std::string& table) {
  t.add(subnet + "RouteTable", "AWS::EC2::SubnetRouteTableAssociation",
        {{"SubnetId", ref_to(subnet)}, {"RouteTableId", ref_to(table)}});
}

void add_flow_log(Template& t, const Configuration& c) {
  add_log_group(t, "FlowLogGroup", fmt::format("/{}/flow", c.prefix()), c.log_days, "MonitoringKey");
  t.add("FlowLogRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("vpc-flow-logs.amazonaws.com")},
         {"Policies", list({inline_policy("write-flow-logs", {allow(list({"logs:CreateLogStream", "logs:PutLogEvents",
                                                                          "logs:DescribeLogStreams"}),
                                                                    get_att("FlowLogGroup", "Arn"))})})}});
  t.add("FlowLog", "AWS::EC2::FlowLog",
        {{"ResourceType", "VPC"},
         {"ResourceId", ref_to("Vpc")},
         {"TrafficType", "ALL"},
         {"LogDestinationType", "cloud-watch-logs"},
         {"LogGroupName", ref_to("FlowLogGroup")},
         {"DeliverLogsPermissionArn", get_att("FlowLogRole", "Arn")},
         {"MaxAggregationInterval", 60}});
}

// A new VPC's default group lets its members reach each other and everything else, and CloudFormation has no property
// for that: a function takes its rules away.
void close_default_group(Template& t, const Configuration& c) {
  const Value group =
      sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group/${Vpc.DefaultSecurityGroup}");
  add_function(t,
               {.id = "DefaultGroupFunction",
                .name = c.prefix() + "-close-default-group",
                .about = "Takes every rule of the network's default security group away",
                .source = function::close_default_group,
                .seconds = 60,
                .log_key = "MonitoringKey",
                .log_days = c.log_days,
                .variables = {}},
               {allow(list({"ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"}), group),
                allow("ec2:DescribeSecurityGroups", "*")});
  t.add("ClosedDefaultGroup", "Custom::ClosedDefaultSecurityGroup",
        {{"ServiceToken", get_att("DefaultGroupFunction", "Arn")},
         {"ServiceTimeout", 120},
         {"SecurityGroupId", get_att("Vpc", "DefaultSecurityGroup")}});
}

}  // namespace

void add_network(Template& t, const Configuration& c) {
  t.add("Vpc", "AWS::EC2::VPC",
        {{"CidrBlock", c.network_cidr},
         {"EnableDnsSupport", true},
         {"EnableDnsHostnames", true},
         {"Tags", named(c.prefix())}});
  close_default_group(t, c);
  add_flow_log(t, c);

  add_subnets(t, c, "Public", "public", c.public_subnets);
  add_subnets(t, c, "Private", "private", c.private_subnets);

  t.add("InternetGateway", "AWS::EC2::InternetGateway", {{"Tags", named(c.prefix())}});
  t.add("InternetGatewayAttachment", "AWS::EC2::VPCGatewayAttachment",
        {{"VpcId", ref_to("Vpc")}, {"InternetGatewayId", ref_to("InternetGateway")}});
  add_route_table(t, c, "PublicRouteTable", "public");
  t.add("PublicRoute", "AWS::EC2::Route",
        {{"RouteTableId", ref_to("PublicRouteTable")},
         {"DestinationCidrBlock", "0.0.0.0/0"},
         {"GatewayId", ref_to("InternetGateway")}})
      .after({"InternetGatewayAttachment"});

  for (int gateway = 1; gateway <= c.nat_gateways; ++gateway) {
    t.add(fmt::format("NatAddress{}", gateway), "AWS::EC2::EIP",
          {{"Domain", "vpc"}, {"Tags", named(fmt::format("{}-nat-{}", c.prefix(), gateway))}})
        .after({"InternetGatewayAttachment"});
    t.add(fmt::format("NatGateway{}", gateway), "AWS::EC2::NatGateway",
          {{"AllocationId", get_att(fmt::format("NatAddress{}", gateway), "AllocationId")},
           {"SubnetId", ref_to(fmt::format("PublicSubnet{}", gateway))},
           {"Tags", named(fmt::format("{}-{}", c.prefix(), gateway))}})
        .after({"PublicRoute"});
  }
  for (int zone = 1; zone <= static_cast<int>(c.public_subnets.size()); ++zone) {
    associate(t, fmt::format("PublicSubnet{}", zone), "PublicRouteTable");
    const std::string table = fmt::format("PrivateRouteTable{}", zone);
    add_route_table(t, c, table, fmt::format("private-{}", zone));
    t.add(fmt::format("PrivateRoute{}", zone), "AWS::EC2::Route",
          {{"RouteTableId", ref_to(table)},
           {"DestinationCidrBlock", "0.0.0.0/0"},
           {"NatGatewayId", ref_to(fmt::format("NatGateway{}", zone <= c.nat_gateways ? zone : 1))}});
    associate(t, fmt::format("PrivateSubnet{}", zone), table);
  }
}

}  // namespace redoubt::stack
