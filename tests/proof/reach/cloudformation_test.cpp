// What CloudFormation keeps in a resource of its own: address ranges, interfaces, elastic addresses, and which VPC
// a security group serves.
#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using testing::path_of;
using testing::shown;
using testing::two_subnets;

TEST(VpcCidrBlock, adds_a_range_with_its_local_route) {
  const std::string second = two_subnets + R"(
  Range: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, CidrBlock: 100.64.0.0/16}}
  Further: {Type: AWS::EC2::Subnet, DependsOn: Range, Properties: {VpcId: !Ref Vpc, CidrBlock: 100.64.1.0/24}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Further, SecurityGroupIds: [!Ref Open]}}
)";
  const Finding finding = ask(second, "Front", "Host", "tcp 22");
  EXPECT_EQ(path_of(finding), "Front > Public > Vpc > Further > Host") << finding.unknown;
}

TEST(VpcCidrBlock, of_a_pool_leaves_the_range_unknown) {
  const std::string pooled = two_subnets + R"(
  Pool: {Type: AWS::EC2::IPAMPool, Properties: {IpamScopeId: s, AddressFamily: ipv4}}
  Allocated: {Type: AWS::EC2::VPC, Properties: {Ipv4IpamPoolId: !Ref Pool, Ipv4NetmaskLength: 24}}
  Inside: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Allocated, CidrBlock: !Select [0, !Cidr [!GetAtt Allocated.CidrBlock, 4, 6]]}}
  Inner: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Allocated, SecurityGroupIngress: [{IpProtocol: -1, CidrIp: 0.0.0.0/0}]}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Inside, SecurityGroupIds: [!Ref Inner]}}
  Other: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Inside, SecurityGroupIds: [!Ref Inner]}}
)";
  EXPECT_EQ(ask(pooled, "Host", "Other", "tcp 22").verdict, Verdict::unknown);
  EXPECT_EQ(ask(pooled, "Host", "10.0.0.5", "tcp 22").verdict, Verdict::unknown);
}

const std::string six_group = R"(
  SixGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: -1, CidrIpv6: '::/0'}]}}
)";

TEST(SubnetCidrBlock, gives_a_subnet_ipv6) {
  const std::string six = two_subnets + six_group + R"(
  Range: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, Ipv6CidrBlock: '2600:1f14:1::/56', Ipv6Pool: p}}
  PublicSix: {Type: AWS::EC2::SubnetCidrBlock, Properties: {SubnetId: !Ref Public, Ipv6CidrBlock: '2600:1f14:1:0::/64'}}
  SixDefault: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PublicTable, DestinationIpv6CidrBlock: '::/0', GatewayId: !Ref Gateway}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Public, SecurityGroupIds: [!Ref SixGroup], Ipv6AddressCount: 1}}
)";
  const Finding finding = ask(six, "internet", "Host", "tcp 443");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(path_of(finding), "internet > Gateway > Vpc > Public > Host");
  EXPECT_FALSE(is_ipv4(finding.packet->destination));
}

TEST(Subnet, of_ipv6_alone_has_no_ipv4) {
  const std::string six = two_subnets + six_group + R"(
  Range: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, Ipv6CidrBlock: '2600:1f14:1::/56', Ipv6Pool: p}}
  Native: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, Ipv6Native: true, Ipv6CidrBlock: '2600:1f14:1:5::/64', AssignIpv6AddressOnCreation: true}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Association: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Native, RouteTableId: !Ref Table}}
  SixDefault: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationIpv6CidrBlock: '::/0', GatewayId: !Ref Gateway}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Native, SecurityGroupIds: [!Ref SixGroup]}}
)";
  EXPECT_EQ(path_of(ask(six, "internet", "Host", "tcp 443")), "internet > Gateway > Vpc > Native > Host");
  EXPECT_EQ(shown(ask(six, "Front", "Host", "tcp 443")), "unreachable: Host (question)") << "Front has IPv4 only";
}

TEST(Dns64, an_address_of_nat64_that_a_route_takes_to_a_nat_gateway_is_unknown) {
  const std::string nat64 = two_subnets + R"(
  Range: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, Ipv6CidrBlock: '2600:1f14:1::/56', Ipv6Pool: p}}
  Native: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, Ipv6Native: true, EnableDns64: true, Ipv6CidrBlock: '2600:1f14:1:5::/64', AssignIpv6AddressOnCreation: true}}
  Address: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Public, AllocationId: !GetAtt Address.AllocationId}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Association: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Native, RouteTableId: !Ref Table}}
  Nat64: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationIpv6CidrBlock: '64:ff9b::/96', NatGatewayId: !Ref Nat}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Native, SecurityGroupIds: [!Ref Open]}}
)";
  EXPECT_EQ(ask(nat64, "Host", "internet", "tcp 443").verdict, Verdict::unknown);
  EXPECT_EQ(ask(nat64, "Host", "8.8.8.8", "tcp 443").verdict, Verdict::unknown);
}

TEST(NetworkInterfaceAttachment, gives_an_instance_a_second_interface) {
  const std::string second = two_subnets + R"(
  Second: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref Private, GroupSet: [!Ref Open]}}
  Attached: {Type: AWS::EC2::NetworkInterfaceAttachment, Properties: {InstanceId: !Ref Front, NetworkInterfaceId: !Ref Second, DeviceIndex: '1'}}
)";
  EXPECT_EQ(path_of(ask(second, "Back", "Second", "tcp 22")), "Back > Front") << "within the private subnet";
  EXPECT_EQ(shown(ask(second, "Back", "Front", "tcp 22")), "reachable");
}

TEST(EipAssociation, gives_an_instance_or_an_interface_a_public_address) {
  const std::string host = two_subnets + R"(
  PrivateDefault: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  Address: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Associated: {Type: AWS::EC2::EIPAssociation, Properties: {AllocationId: !GetAtt Address.AllocationId, InstanceId: !Ref Back}}
)";
  EXPECT_EQ(shown(ask(host, "internet", "Back", "tcp 22")), "reachable");
  const std::string interface = two_subnets + R"(
  PrivateDefault: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  Own: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref Private, GroupSet: [!Ref Open]}}
  Address: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Associated: {Type: AWS::EC2::EIPAssociation, Properties: {AllocationId: !GetAtt Address.AllocationId, NetworkInterfaceId: !Ref Own}}
)";
  EXPECT_EQ(shown(ask(interface, "internet", "Own", "tcp 22")), "reachable");
}

// "Associate security groups with multiple VPCs" (VPC user guide).
TEST(SecurityGroupVpcAssociation, lets_hosts_of_another_vpc_have_the_group) {
  const std::string shared = two_subnets + R"(
  Other: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  There: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Other, CidrBlock: 10.1.0.0/24}}
  Associated: {Type: AWS::EC2::SecurityGroupVpcAssociation, Properties: {GroupId: !GetAtt Open.GroupId, VpcId: !Ref Other}}
  Left: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref There, SecurityGroupIds: [!Ref Open]}}
  Right: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref There, SecurityGroupIds: [!Ref Open]}}
)";
  EXPECT_EQ(path_of(ask(shared, "Left", "Right", "tcp 22")), "Left > Right");
}

TEST(GatewayRouteTable, may_take_what_enters_elsewhere) {
  const std::string edge = two_subnets + R"(
  EdgeTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Edge: {Type: AWS::EC2::GatewayRouteTableAssociation, Properties: {GatewayId: !Ref Gateway, RouteTableId: !Ref EdgeTable}}
  Appliance: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref Private, GroupSet: [!Ref Open], SourceDestCheck: CHECKED}}
  Through: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref EdgeTable, DestinationCidrBlock: 10.0.0.0/24, NetworkInterfaceId: !Ref Appliance}}
)";
  std::string forwards = edge, drops = edge;
  forwards.replace(forwards.find("CHECKED"), 7, "false");
  drops.replace(drops.find("CHECKED"), 7, "true");
  EXPECT_EQ(ask(forwards, "internet", "Front", "tcp 22").verdict, Verdict::unknown);
  EXPECT_EQ(shown(ask(drops, "internet", "Front", "tcp 22")), "unreachable: Appliance (source/destination check)");
}

// "NAT gateway basics": a private one translates between networks, and never to the Internet.
TEST(NatGateway, that_is_private_translates_to_another_network_and_not_to_the_internet) {
  const std::string nat = two_subnets + R"(
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Public, ConnectivityType: private}}
  PrivateDefault: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
  Other: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  There: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Other, CidrBlock: 10.1.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Other}}
  Association: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref There, RouteTableId: !Ref Table}}
  Peering: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref Vpc, PeerVpcId: !Ref Other}}
  Over: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 10.1.0.0/16, VpcPeeringConnectionId: !Ref Peering}}
  Return: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 10.0.0.0/24, VpcPeeringConnectionId: !Ref Peering}}
  OnlyNat: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Other, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/24}]}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref There, SecurityGroupIds: [!Ref OnlyNat]}}
)";
  const Finding over = ask(nat, "Back", "Host", "tcp 443");
  EXPECT_EQ(shown(over), "reachable") << over.unknown;
  EXPECT_EQ(path_of(over), "Back > Private > Vpc > Nat > Public > Vpc > Peering > Other > There > Host");
  EXPECT_EQ(shown(ask(nat, "Back", "internet", "tcp 443")), "unreachable: Gateway (internet gateway)");
}

TEST(PrefixList, in_a_route_stands_for_each_of_its_entries) {
  const std::string listed = two_subnets + R"(
  List: {Type: AWS::EC2::PrefixList, Properties: {PrefixListName: l, AddressFamily: IPv4, MaxEntries: 2, Entries: [{Cidr: 8.8.8.0/24}, {Cidr: 9.9.9.0/24}]}}
  Second: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Where: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.5.0/24, MapPublicIpOnLaunch: true}}
  Association: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Where, RouteTableId: !Ref Second}}
  ByList: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Second, DestinationPrefixListId: !Ref List, GatewayId: !Ref Gateway}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Where, SecurityGroupIds: [!Ref Open]}}
)";
  EXPECT_EQ(shown(ask(listed, "Host", "9.9.9.9", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(listed, "Host", "1.1.1.1", "tcp 443")), "unreachable: Second (route table)");
}

}  // namespace
}  // namespace redoubt::reach
