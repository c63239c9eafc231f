// What lies beyond AWS: VPN connections and Direct Connect.
#include "cloud/estate/snapshot_support.hpp"
#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using testing::path_of;
using testing::shown;

// The private subnet's table sends 192.168.0.0/16 to a virtual private gateway.
std::string with_vpn(const std::string& statics, const std::string& more) {
  return testing::two_subnets + R"(
  Vgw: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
  VgwAttachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, VpnGatewayId: !Ref Vgw}}
  Office: {Type: AWS::EC2::CustomerGateway, Properties: {Type: ipsec.1, BgpAsn: 65000, IpAddress: 203.0.113.9}}
  Vpn: {Type: AWS::EC2::VPNConnection, Properties: {Type: ipsec.1, CustomerGatewayId: !Ref Office, VpnGatewayId: !Ref Vgw, StaticRoutesOnly: )" +
         statics + "}}\n" + more;
}

const std::string manual_route =
    "  ToOffice: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: "
    "192.168.0.0/16, GatewayId: !Ref Vgw}}\n";
const std::string static_route =
    "  Static: {Type: AWS::EC2::VPNConnectionRoute, Properties: {VpnConnectionId: !Ref Vpn, DestinationCidrBlock: "
    "192.168.1.0/24}}\n";

TEST(Vpn, with_static_routes_carries_these_and_nothing_else) {
  const std::string vpn = with_vpn("true", manual_route + static_route);
  const Finding there = ask(vpn, "Back", "192.168.1.7", "tcp 22");
  EXPECT_EQ(shown(there), "reachable") << there.unknown;
  EXPECT_EQ(path_of(there), "Back > Private > Vpc > Vgw");
  EXPECT_EQ(shown(ask(vpn, "Back", "192.168.2.7", "tcp 22")), "unreachable: Vgw (VPN gateway)");
  const Finding back = ask(vpn, "Office", "Back", "tcp 22");
  EXPECT_EQ(shown(back), "reachable") << back.unknown;
  EXPECT_EQ(path_of(back), "Office > Vgw > Vpc > Private > Back");
  EXPECT_EQ(ask(vpn, "Office", "Front", "tcp 22").verdict, Verdict::unreachable) << "its table has no way back";
}

TEST(Vpn, with_propagation_puts_its_static_routes_into_the_table) {
  const std::string propagated = with_vpn(
      "true", static_route +
                  "  Propagation: {Type: AWS::EC2::VPNGatewayRoutePropagation, Properties: {RouteTableIds: [!Ref "
                  "PrivateTable], VpnGatewayId: !Ref Vgw}}\n");
  EXPECT_EQ(shown(ask(propagated, "Back", "192.168.1.7", "tcp 22")), "reachable");
  EXPECT_EQ(shown(ask(propagated, "Back", "192.168.2.7", "tcp 22")), "unreachable: PrivateTable (route table)");
}

TEST(Vpn, by_bgp_with_a_router_that_nobody_knows_is_unknown) {
  const Finding finding = ask(with_vpn("false", manual_route), "Back", "192.168.1.7", "tcp 22");
  EXPECT_EQ(shown(finding), "unknown");
  EXPECT_EQ(finding.unknown, "what Office announces by BGP is not in the source");
}

TEST(Vpn, by_bgp_may_have_any_address_behind_it) {
  const std::string propagated =
      with_vpn("false",
               "  Propagation: {Type: AWS::EC2::VPNGatewayRoutePropagation, Properties: {RouteTableIds: [!Ref "
               "PrivateTable], VpnGatewayId: !Ref Vgw}}\n");
  EXPECT_EQ(shown(ask(propagated, "192.168.1.1", "Back", "tcp 22")), "unknown");
  EXPECT_EQ(shown(ask(propagated, "192.168.1.1", "Back", "icmp")), "unknown");
}

TEST(Address, that_nobody_has_sends_nothing) {
  const Finding nobody = ask(testing::two_subnets, "192.168.1.1", "Back", "tcp 22");
  EXPECT_EQ(nobody.verdict, Verdict::unreachable);
  EXPECT_EQ(nobody.stopped_by->rule,
            "nothing in the sources has the address 192.168.1.1, and it is none of the Internet");
  const std::string peered = testing::two_subnets +
                             "  Peering: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref Vpc, "
                             "PeerVpcId: vpc-0123}}\n";
  EXPECT_EQ(ask(peered, "192.168.1.1", "Back", "tcp 22").verdict, Verdict::unknown) << "it may be in the other VPC";
}

// A snapshot's table holds what its gateway has learnt.
TEST(Vpn, by_bgp_has_behind_it_what_a_snapshots_table_has_learnt) {
  const auto asked = [](const std::string& from, const std::string& to, const std::string& connections) {
    estate::SnapshotFolder folder;
    folder.with("vpcs.json", R"({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]})")
        .with("subnets.json",
              R"({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}]})")
        .with("tables.json", R"({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1",
          "Associations": [{"RouteTableAssociationId": "x", "Main": true}],
          "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                     {"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-1", "State": "active",
                      "Origin": "EnableVgwRoutePropagation"}]}]})")
        .with("groups.json", R"({"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "a", "VpcId": "vpc-1",
          "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
          "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]})")
        .with("interfaces.json", R"({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1",
          "VpcId": "vpc-1", "PrivateIpAddress": "10.0.1.10", "Groups": [{"GroupId": "sg-1"}]}]})")
        .with("gateways.json", R"({"VpnGateways": [{"VpnGatewayId": "vgw-1", "State": "available",
          "VpcAttachments": [{"VpcId": "vpc-1", "State": "attached"}]}]})")
        .with("connections.json", R"({"VpnConnections": [)" + connections + "]}");
    Inquiry inquiry{.from = from, .to = to, .protocol = tcp, .port = 8080, .source = {}};
    const auto finding = inquire(folder.estate(), {}, inquiry);
    EXPECT_TRUE(finding) << finding.error();
    return finding ? *finding : Finding{};
  };
  const auto connection = [](const std::string& number) {
    return R"({"VpnConnectionId": "vpn-)" + number + R"(", "CustomerGatewayId": "cgw-)" + number +
           R"(", "VpnGatewayId": "vgw-1", "State": "available", "Options": {"StaticRoutesOnly": false}})";
  };
  const Finding in = asked("192.168.1.1", "eni-1", connection("1"));
  EXPECT_EQ(shown(in), "reachable") << in.unknown;
  EXPECT_EQ(path_of(in), "cgw-1 > vgw-1 > vpc-1 > subnet-1 > eni-1");
  const Finding out = asked("eni-1", "192.168.1.1", connection("1"));
  EXPECT_EQ(shown(out), "reachable") << out.unknown;
  EXPECT_EQ(shown(asked("172.16.0.1", "eni-1", connection("1"))), "unreachable: rtb-1 (route table), the answer");
  EXPECT_EQ(shown(asked("192.168.1.1", "eni-1", connection("1") + ", " + connection("2"))), "unknown");
}

TEST(Vpn, by_bgp_carries_what_the_router_announces) {
  Router router;
  router.name = "office-router";
  router.addresses = AddressSet::one(*parse_address("203.0.113.9")) | AddressSet::one(*parse_address("192.168.1.1"));
  router.announced = {*parse_prefix("192.168.1.0/24")};
  const auto asked = [&](std::string_view from, std::string_view to) {
    Inquiry inquiry;
    inquiry.from = from;
    inquiry.to = to;
    const auto finding = inquire(testing::estate_of(with_vpn("false", manual_route)), {router}, inquiry);
    EXPECT_TRUE(finding) << finding.error();
    return finding ? *finding : Finding{};
  };
  EXPECT_EQ(path_of(asked("Back", "office-router")), "Back > Private > Vpc > Vgw > office-router");
  EXPECT_EQ(path_of(asked("office-router", "Back")), "office-router > Vgw > Vpc > Private > Back");
  EXPECT_EQ(shown(asked("Back", "192.168.2.7")), "unreachable: Vgw (VPN gateway)");
}

TEST(Vpn, at_a_transit_gateway_carries_its_static_routes) {
  const std::string transit = testing::two_subnets + R"(
  Transit: {Type: AWS::EC2::TransitGateway, Properties: {}}
  Attach: {Type: AWS::EC2::TransitGatewayAttachment, Properties: {TransitGatewayId: !Ref Transit, VpcId: !Ref Vpc, SubnetIds: [!Ref Private]}}
  Office: {Type: AWS::EC2::CustomerGateway, Properties: {Type: ipsec.1, BgpAsn: 65000, IpAddress: 203.0.113.9}}
  Vpn: {Type: AWS::EC2::VPNConnection, Properties: {Type: ipsec.1, CustomerGatewayId: !Ref Office, TransitGatewayId: !Ref Transit, StaticRoutesOnly: true}}
  Static: {Type: AWS::EC2::VPNConnectionRoute, Properties: {VpnConnectionId: !Ref Vpn, DestinationCidrBlock: 192.168.1.0/24}}
  ToTransit: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 192.168.0.0/16, TransitGatewayId: !Ref Transit}}
)";
  const Finding there = ask(transit, "Back", "192.168.1.7", "tcp 22");
  EXPECT_EQ(shown(there), "reachable") << there.unknown;
  EXPECT_EQ(path_of(there), "Back > Private > Vpc > Transit");
  EXPECT_EQ(ask(transit, "Back", "192.168.2.7", "tcp 22").verdict, Verdict::unreachable);
}

TEST(DirectConnect, tells_the_site_the_allowed_prefixes_only) {
  const auto with = [](const std::string& prefixes) {
    return testing::two_subnets + R"(
  Vgw: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
  VgwAttachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, VpnGatewayId: !Ref Vgw}}
  Line: {Type: AWS::DirectConnect::DirectConnectGateway, Properties: {DirectConnectGatewayName: line}}
  Associated: {Type: AWS::DirectConnect::DirectConnectGatewayAssociation, Properties: {DirectConnectGatewayId: !Ref Line, AssociatedGatewayId: !Ref Vgw, AllowedPrefixesToDirectConnectGateway: [)" +
           prefixes + R"(]}}
  ToOffice: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 192.168.0.0/16, GatewayId: !Ref Vgw}}
)";
  };
  EXPECT_EQ(ask(with("10.0.0.0/16"), "Line", "Back", "tcp 22").verdict, Verdict::unknown) << "who sends is not known";
  EXPECT_EQ(ask(with("10.7.0.0/16"), "Line", "Back", "tcp 22").verdict, Verdict::unknown);
  EXPECT_EQ(ask(with("10.0.0.0/16"), "Back", "192.168.0.1", "tcp 22").verdict, Verdict::unknown);
}

}  // namespace
}  // namespace redoubt::reach
