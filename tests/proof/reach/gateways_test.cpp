// What joins VPCs with each other and with AWS's services.
#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using testing::path_of;
using testing::shown;

// VPCs A (10.0.0.0/16), B (10.1.0.0/16) and C (10.2.0.0/16), a host in each, which lets everything in and out.
std::string three_vpcs(const std::string& more) {
  std::string out = "Resources:\n";
  for (const std::string name : {"A", "B", "C"}) {
    const std::string number = name == "A" ? "0" : name == "B" ? "1" : "2";
    out += "  Vpc" + name + ": {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10." + number + ".0.0/16}}\n";
    out += "  Subnet" + name + ": {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc" + name + ", CidrBlock: 10." +
           number + ".0.0/24, AvailabilityZone: eu-west-1a}}\n";
    out += "  Table" + name + ": {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc" + name + "}}\n";
    out += "  Association" + name +
           ": {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet" + name +
           ", RouteTableId: !Ref Table" + name + "}}\n";
    out += "  Group" + name + ": {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc" +
           name + ", SecurityGroupIngress: [{IpProtocol: -1, CidrIp: 10.0.0.0/8}]}}\n";
    out += "  Host" + name + ": {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Subnet" + name +
           ", SecurityGroupIds: [!Ref Group" + name + "]}}\n";
  }
  return out + more;
}

std::string route(const std::string& name, const std::string& table, const std::string& to, const std::string& target) {
  return "  " + name + ": {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref " + table +
         ", DestinationCidrBlock: " + to + ", " + target + "}}\n";
}

const std::string peerings = R"(
  PeeringAB: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref VpcA, PeerVpcId: !Ref VpcB}}
  PeeringBC: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref VpcB, PeerVpcId: !Ref VpcC}}
)";

TEST(Peering, joins_two_vpcs_where_both_have_routes) {
  const std::string one_way =
      three_vpcs(peerings + route("AB", "TableA", "10.1.0.0/16", "VpcPeeringConnectionId: !Ref PeeringAB"));
  EXPECT_EQ(shown(ask(one_way, "HostA", "HostB", "tcp 22")), "unreachable: TableB (route table), the answer");
  const std::string both = one_way + route("BA", "TableB", "10.0.0.0/16", "VpcPeeringConnectionId: !Ref PeeringAB");
  const Finding finding = ask(both, "HostA", "HostB", "tcp 22");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(path_of(finding), "HostA > SubnetA > VpcA > PeeringAB > VpcB > SubnetB > HostB");
}

TEST(Peering, is_not_transitive) {
  const std::string through =
      three_vpcs(peerings + route("AC", "TableA", "10.2.0.0/16", "VpcPeeringConnectionId: !Ref PeeringAB") +
                 route("BA", "TableB", "10.0.0.0/16", "VpcPeeringConnectionId: !Ref PeeringAB") +
                 route("BC", "TableB", "10.2.0.0/16", "VpcPeeringConnectionId: !Ref PeeringBC") +
                 route("CA", "TableC", "10.0.0.0/16", "VpcPeeringConnectionId: !Ref PeeringBC"));
  EXPECT_EQ(shown(ask(through, "HostA", "HostC", "tcp 22")), "unreachable: VpcB (VPC)");
}

TEST(Peering, lets_a_group_of_the_other_vpc_be_named) {
  const std::string named =
      three_vpcs(peerings + route("AB", "TableA", "10.1.0.0/16", "VpcPeeringConnectionId: !Ref PeeringAB") +
                 route("BA", "TableB", "10.0.0.0/16", "VpcPeeringConnectionId: !Ref PeeringAB") + R"(
  Narrow: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref VpcB, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, SourceSecurityGroupId: !Ref GroupA}]}}
  Named: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref SubnetB, SecurityGroupIds: [!Ref Narrow]}}
)");
  EXPECT_EQ(shown(ask(named, "HostA", "Named", "tcp 22")), "reachable");
}

std::string transit(const std::string& more) {
  std::string out = R"(
  Transit: {Type: AWS::EC2::TransitGateway, Properties: {DefaultRouteTableAssociation: disable, DefaultRouteTablePropagation: disable}}
  TransitTable: {Type: AWS::EC2::TransitGatewayRouteTable, Properties: {TransitGatewayId: !Ref Transit}}
)";
  for (const std::string name : {"A", "B"}) {
    out += "  Attach" + name +
           ": {Type: AWS::EC2::TransitGatewayAttachment, Properties: {TransitGatewayId: !Ref Transit, VpcId: !Ref Vpc" +
           name + ", SubnetIds: [!Ref Subnet" + name + "]}}\n";
    out +=
        "  Associate" + name +
        ": {Type: AWS::EC2::TransitGatewayRouteTableAssociation, Properties: {TransitGatewayAttachmentId: !Ref Attach" +
        name + ", TransitGatewayRouteTableId: !Ref TransitTable}}\n";
  }
  return three_vpcs(out + route("AB", "TableA", "10.1.0.0/16", "TransitGatewayId: !Ref Transit") +
                    route("BA", "TableB", "10.0.0.0/16", "TransitGatewayId: !Ref Transit") + more);
}

std::string propagation(const std::string& name) {
  return "  Propagate" + name +
         ": {Type: AWS::EC2::TransitGatewayRouteTablePropagation, Properties: {TransitGatewayAttachmentId: !Ref "
         "Attach" +
         name + ", TransitGatewayRouteTableId: !Ref TransitTable}}\n";
}

TEST(TransitGateway, sends_where_its_route_table_says) {
  const Finding finding = ask(transit(propagation("A") + propagation("B")), "HostA", "HostB", "tcp 22");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(path_of(finding), "HostA > SubnetA > VpcA > Transit > VpcB > SubnetB > HostB");
}

TEST(TransitGateway, without_a_route_stops_packets_and_their_answers) {
  EXPECT_EQ(shown(ask(transit(propagation("A")), "HostA", "HostB", "tcp 22")),
            "unreachable: TransitTable (transit gateway route table)");
  EXPECT_EQ(shown(ask(transit(propagation("B")), "HostA", "HostB", "tcp 22")),
            "unreachable: TransitTable (transit gateway route table), the answer");
}

TEST(TransitGateway, prefers_the_longer_prefix_even_into_a_blackhole) {
  const std::string hole = transit(propagation("A") + propagation("B") + R"(
  Hole: {Type: AWS::EC2::TransitGatewayRoute, Properties: {TransitGatewayRouteTableId: !Ref TransitTable, DestinationCidrBlock: 10.1.0.0/24, Blackhole: true}}
)");
  EXPECT_EQ(shown(ask(hole, "HostA", "HostB", "tcp 22")), "unreachable: TransitTable (route table)");
}

// "Security group referencing" (transit gateway guide): only where the gateway supports it.
TEST(TransitGateway, lets_groups_be_named_only_where_it_supports_that) {
  const auto named = [](const std::string& support) {
    std::string text = transit(propagation("A") + propagation("B") + R"(
  Narrow: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref VpcB, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, SourceSecurityGroupId: !Ref GroupA}]}}
  Named: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref SubnetB, SecurityGroupIds: [!Ref Narrow]}}
)");
    const std::string before = "DefaultRouteTableAssociation: disable";
    return text.replace(text.find(before), before.size(), support + before);
  };
  EXPECT_EQ(shown(ask(named("SecurityGroupReferencingSupport: enable, "), "HostA", "Named", "tcp 22")), "reachable");
  EXPECT_EQ(shown(ask(named(""), "HostA", "Named", "tcp 22")), "unreachable: Narrow (security group)");
}

TEST(TransitGateway, has_a_default_table_where_it_is_not_disabled) {
  std::string usual = transit("");
  usual.replace(
      usual.find(", Properties: {DefaultRouteTableAssociation: disable, DefaultRouteTablePropagation: disable}"),
      std::string(", Properties: {DefaultRouteTableAssociation: disable, DefaultRouteTablePropagation: disable}")
          .size(),
      "");
  for (const std::string name : {"A", "B"}) {
    const std::size_t at = usual.find("  Associate" + name);
    usual.erase(at, usual.find('\n', at) + 1 - at);
  }
  EXPECT_EQ(shown(ask(usual, "HostA", "HostB", "tcp 22")), "reachable");
}

TEST(Endpoints, of_the_kind_interface_stand_in_a_subnet_behind_their_group) {
  const std::string with = three_vpcs(R"(
  Endpoint: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcEndpointType: Interface, VpcId: !Ref VpcA, ServiceName: com.amazonaws.eu-west-1.ssm, SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref EndpointGroup]}}
  EndpointGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref VpcA, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref GroupA}]}}
)");
  EXPECT_EQ(shown(ask(with, "HostA", "Endpoint", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(with, "HostA", "Endpoint", "tcp 80")), "unreachable: EndpointGroup (security group)");
}

TEST(Endpoints, of_the_kind_gateway_are_routes) {
  const auto with = [](const std::string& table) {
    return three_vpcs(
        "  Endpoint: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref VpcA, ServiceName: "
        "com.amazonaws.eu-west-1.s3, RouteTableIds: [!Ref " +
        table + "]}}\n");
  };
  const Finding finding = ask(with("TableA"), "HostA", "Endpoint", "tcp 443");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(path_of(finding), "HostA > SubnetA > VpcA > Endpoint");
  EXPECT_EQ(ask(with("TableB"), "HostA", "Endpoint", "tcp 443").verdict, Verdict::unreachable);
}

}  // namespace
}  // namespace redoubt::reach
