// The rules of one VPC, each in a template as small as can be.
#include "reach/network_of.hpp"
#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using testing::path_of;
using testing::shown;
using testing::two_subnets;

TEST(InternetGateway, a_host_with_a_public_address_is_reached) {
  const Finding finding = ask(two_subnets, "internet", "Front", "tcp 22");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(path_of(finding), "internet > Gateway > Vpc > Public > Front");
}

TEST(InternetGateway, a_host_without_a_public_address_neither_reaches_nor_is_reached) {
  const std::string without = two_subnets + R"(
  PrivateDefault:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
)";
  EXPECT_EQ(shown(ask(without, "Back", "internet", "tcp 443")), "unreachable: Gateway (internet gateway)");
  EXPECT_EQ(ask(without, "internet", "Back").verdict, Verdict::unreachable);
}

TEST(InternetGateway, an_elastic_address_is_a_public_one) {
  const std::string with = two_subnets + R"(
  PrivateDefault:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  Address: {Type: AWS::EC2::EIP, Properties: {InstanceId: !Ref Back}}
)";
  EXPECT_EQ(shown(ask(with, "internet", "Back", "tcp 22")), "reachable");
}

TEST(InternetGateway, a_public_address_without_a_route_back_is_not_reached) {
  const std::string with = two_subnets + "  Address: {Type: AWS::EC2::EIP, Properties: {InstanceId: !Ref Back}}\n";
  EXPECT_EQ(shown(ask(with, "internet", "Back", "tcp 22")), "unreachable: PrivateTable (route table), the answer");
}

TEST(Reach, asks_about_the_packets_of_a_set_only) {
  const estate::Estate estate = testing::estate_of(two_subnets);
  estate::for_each_case(estate, 1, [](estate::Case& in) {
    const Network network = network_of(in);
    Question question;
    question.from.internet = true;
    question.to = *find_endpoint(network, "Front");
    question.within = PacketSet(Box{.protocols = protocols_of({tcp}), .destination_ports = PortSet::range(30, 40)});
    const Answer some = Reach(network).ask(question);
    ASSERT_TRUE(some.packet);
    EXPECT_EQ(some.verdict, Verdict::reachable);
    EXPECT_TRUE(some.packet->destination_port >= 30 && some.packet->destination_port <= 40);
    question.port = 22;  // and no packet is of both
    EXPECT_EQ(Reach(network).ask(question).verdict, Verdict::unreachable);
  });
}

TEST(Routes, the_longest_prefix_wins) {
  const std::string more = two_subnets + R"(
  Peer: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 8.8.0.0/16}}
  Peering: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref Vpc, PeerVpcId: !Ref Peer}}
  Longer:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 8.8.8.0/24, VpcPeeringConnectionId: !Ref Peering}
)";
  EXPECT_EQ(shown(ask(more, "Front", "8.8.8.8", "tcp 443")), "unreachable: Peer (VPC)");
  EXPECT_EQ(shown(ask(more, "Front", "9.9.9.9", "tcp 443")), "reachable");
}

TEST(Routes, the_local_route_joins_all_subnets_of_a_vpc) {
  const Finding finding = ask(two_subnets, "Front", "Back", "udp 53");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(path_of(finding), "Front > Public > Vpc > Private > Back");
}

const std::string with_nat = two_subnets + R"(
  NatAddress: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Public, AllocationId: !GetAtt NatAddress.AllocationId}}
  PrivateDefault:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}
)";

TEST(NatGateway, lets_out_and_not_in) {
  const Finding out = ask(with_nat, "Back", "internet", "tcp 443");
  EXPECT_EQ(shown(out), "reachable") << out.unknown;
  EXPECT_EQ(path_of(out), "Back > Private > Vpc > Nat > Public > Vpc > Gateway > internet");
  EXPECT_EQ(ask(with_nat, "internet", "Back").verdict, Verdict::unreachable);
  EXPECT_EQ(shown(ask(with_nat, "internet", "Nat", "tcp 443")), "unreachable: Nat (NAT gateway)");
}

std::string with_acl(const std::string& entries) {
  return two_subnets + R"(
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  AclAssociation:
    Type: AWS::EC2::SubnetNetworkAclAssociation
    Properties: {SubnetId: !Ref Public, NetworkAclId: !Ref Acl}
)" + entries;
}

std::string entry(const std::string& name, int number, bool egress, const std::string& action, const std::string& ports,
                  const std::string& from = "0.0.0.0/0") {
  const std::string what = ports.empty() ? "Protocol: -1" : "Protocol: 6, PortRange: " + ports;
  return "  " + name + ": {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: " +
         std::to_string(number) + ", Egress: " + (egress ? "true" : "false") + ", RuleAction: " + action + ", " + what +
         ", CidrBlock: " + from + "}}\n";
}

TEST(NetworkAcl, denies_what_no_rule_allows) {
  EXPECT_EQ(shown(ask(with_acl(""), "internet", "Front", "tcp 22")), "unreachable: Acl (network ACL)");
}

TEST(NetworkAcl, the_lowest_number_decides_whatever_the_order_of_the_template) {
  const std::string acl =
      with_acl(entry("Later", 200, false, "allow", "") + entry("First", 100, false, "deny", "{From: 22, To: 22}") +
               entry("Out", 100, true, "allow", ""));
  const Finding finding = ask(acl, "internet", "Front", "tcp 22");
  EXPECT_EQ(shown(finding), "unreachable: Acl (network ACL)");
  EXPECT_NE(finding.stopped_by->rule.find("rule 100 denies"), std::string::npos) << finding.stopped_by->rule;
  EXPECT_EQ(shown(ask(acl, "internet", "Front", "tcp 443")), "reachable");
}

TEST(NetworkAcl, is_stateless_so_that_answers_need_the_ephemeral_ports) {
  const std::string in = entry("In", 100, false, "allow", "{From: 443, To: 443}");
  EXPECT_EQ(shown(ask(with_acl(in), "internet", "Front", "tcp 443")), "unreachable: Acl (network ACL), the answer");
  EXPECT_EQ(shown(ask(with_acl(in + entry("Out", 100, true, "allow", "{From: 1024, To: 65535}")), "internet", "Front",
                      "tcp 443")),
            "reachable");
}

TEST(NetworkAcl, does_not_stand_between_hosts_of_one_subnet) {
  const std::string second = with_acl("") + R"(
  Second: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Public, SecurityGroupIds: [!Ref Open]}}
)";
  EXPECT_EQ(shown(ask(second, "Front", "Second", "tcp 22")), "reachable");
}

std::string with_group(const std::string& rules) {
  return two_subnets + R"(
  Closed: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc)" +
         rules + R"(}}
  Guarded: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Private, SecurityGroupIds: [!Ref Closed]}}
)";
}

TEST(SecurityGroup, lets_in_nothing_without_a_rule) {
  EXPECT_EQ(shown(ask(with_group(""), "Front", "Guarded", "tcp 5432")), "unreachable: Closed (security group)");
}

TEST(SecurityGroup, lets_everything_out_where_the_template_names_no_egress) {
  EXPECT_EQ(shown(ask(with_group(""), "Guarded", "Front", "tcp 22")), "reachable");
  EXPECT_EQ(
      shown(ask(with_group(", SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]"),
                "Guarded", "Front", "tcp 22")),
      "unreachable: Closed (security group)");
}

TEST(SecurityGroup, is_stateful) {
  // Nothing is let in, and yet the answers come back.
  EXPECT_EQ(shown(ask(with_group(""), "Guarded", "Back", "tcp 443")), "reachable");
}

TEST(SecurityGroup, names_members_of_another_group) {
  const std::string from_open =
      ", SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !GetAtt "
      "Open.GroupId}]";
  EXPECT_EQ(shown(ask(with_group(from_open), "Back", "Guarded", "tcp 5432")), "reachable");
  EXPECT_EQ(shown(ask(with_group(from_open), "Back", "Guarded", "tcp 5433")), "unreachable: Closed (security group)");
  const std::string stranger = with_group(from_open) + R"(
  Other: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
  Stranger: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Private, SecurityGroupIds: [!Ref Other]}}
)";
  EXPECT_EQ(shown(ask(stranger, "Stranger", "Guarded", "tcp 5432")), "unreachable: Closed (security group)");
}

TEST(SecurityGroup, takes_rules_that_stand_by_themselves) {
  const std::string rule = with_group("") + R"(
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref Closed, IpProtocol: tcp, FromPort: 80, ToPort: 90, CidrIp: 10.0.0.0/24}
)";
  EXPECT_EQ(shown(ask(rule, "Front", "Guarded", "tcp 85")), "reachable");
  EXPECT_EQ(shown(ask(rule, "Back", "Guarded", "tcp 85")), "unreachable: Closed (security group)");
}

TEST(SecurityGroup, takes_prefix_lists_that_the_source_holds_and_is_unknown_for_others) {
  const std::string list = R"(
  List:
    Type: AWS::EC2::PrefixList
    Properties: {PrefixListName: l, AddressFamily: IPv4, MaxEntries: 2, Entries: [{Cidr: 10.0.0.0/24}]}
)";
  const auto rule = [](const std::string& name) {
    return ", SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, SourcePrefixListId: " + name + "}]";
  };
  EXPECT_EQ(shown(ask(with_group(rule("!Ref List")) + list, "Front", "Guarded", "tcp 80")), "reachable");
  EXPECT_EQ(shown(ask(with_group(rule("!Ref List")) + list, "Back", "Guarded", "tcp 80")),
            "unreachable: Closed (security group)");
  EXPECT_EQ(ask(with_group(rule("pl-12345678")), "Front", "Guarded", "tcp 80").verdict, Verdict::unknown);
}

TEST(SecurityGroup, icmp_has_types_and_codes) {
  const std::string ping = ", SecurityGroupIngress: [{IpProtocol: icmp, FromPort: 8, ToPort: 0, CidrIp: 0.0.0.0/0}]";
  EXPECT_EQ(shown(ask(with_group(ping), "Front", "Guarded", "icmp")), "reachable");
  EXPECT_EQ(shown(ask(with_group(ping), "Front", "Guarded", "tcp 80")), "unreachable: Closed (security group)");
}

TEST(Unknown, a_parameter_that_matters_makes_the_answer_unknown_and_one_that_does_not_leaves_it) {
  const std::string parameter =
      "Parameters: {Range: {Type: String}}\n" +
      with_group(", SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: !Ref Range}]");
  EXPECT_EQ(ask(parameter, "Front", "Guarded", "tcp 80").verdict, Verdict::unknown);
  EXPECT_EQ(ask(parameter, "Front", "Guarded", "tcp 81").verdict, Verdict::unreachable);
  EXPECT_EQ(ask(parameter, "Front", "Back", "tcp 80").verdict, Verdict::reachable);
}

TEST(Unknown, a_condition_that_turns_the_answer_makes_it_unknown_and_is_named) {
  const std::string condition =
      "Parameters: {Open: {Type: String, AllowedValues: ['yes', 'no']}}\n"
      "Conditions: {IsOpen: !Equals [!Ref Open, 'yes']}\n" +
      with_group("") + R"(
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Condition: IsOpen
    Properties: {GroupId: !Ref Closed, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}
)";
  std::string renamed = condition;
  for (std::size_t at = renamed.find("Open: {Type: String"); at != std::string::npos; at = std::string::npos)
    renamed.replace(at, 4, "Wide");
  renamed.replace(renamed.find("!Ref Open, 'yes'"), 9, "!Ref Wide");
  const Finding finding = ask(renamed, "Front", "Guarded", "tcp 80");
  EXPECT_EQ(finding.verdict, Verdict::unknown);
  EXPECT_NE(finding.unknown.find("Wide is \"yes\""), std::string::npos) << finding.unknown;
}

TEST(Unknown, an_end_that_is_nowhere_is_an_error) {
  Inquiry inquiry;
  inquiry.from = "internet";
  inquiry.to = "Nobody";
  EXPECT_FALSE(inquire(testing::estate_of(two_subnets), {}, inquiry));
}

TEST(Ipv6, addresses_are_public_and_an_egress_only_gateway_lets_out_only) {
  const auto six = [](const std::string& route) {
    return two_subnets + R"(
  Six: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}
  SixSubnet:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.0.6.0/24
      Ipv6CidrBlock: !Select [0, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 1, 64]]
      AssignIpv6AddressOnCreation: true
  SixTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  SixAssociation:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref SixSubnet, RouteTableId: !Ref SixTable}
  EgressOnly: {Type: AWS::EC2::EgressOnlyInternetGateway, Properties: {VpcId: !Ref Vpc}}
  SixGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: six
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIpv6: '::/0'}]
  SixHost: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref SixSubnet, SecurityGroupIds: [!Ref SixGroup]}}
  SixRoute:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref SixTable, DestinationIpv6CidrBlock: '::/0', )" +
           route + "}\n";
  };
  const std::string through_gateway = six("GatewayId: !Ref Gateway");
  EXPECT_EQ(shown(ask(through_gateway, "internet", "SixHost", "tcp 443")), "reachable");
  const std::string one_way = six("EgressOnlyInternetGatewayId: !Ref EgressOnly");
  const Finding out = ask(one_way, "SixHost", "internet", "tcp 443");
  EXPECT_EQ(shown(out), "reachable") << out.unknown;
  EXPECT_EQ(path_of(out), "SixHost > SixSubnet > Vpc > EgressOnly > internet");
  EXPECT_EQ(ask(one_way, "internet", "SixHost", "tcp 443").verdict, Verdict::unreachable);
}

}  // namespace
}  // namespace redoubt::reach
