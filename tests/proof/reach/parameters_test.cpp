// Rules whose ports and ranges are a template's parameters: the answer holds for every value, or names those for which
// it does not.
#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using testing::shown;

// The host in the public subnet, behind a group with one inbound rule; `parameter` and `ports` as in YAML.
std::string with_rule(std::string_view parameters, std::string_view ports) {
  return "Parameters:\n" + std::string(parameters) + testing::two_subnets + R"(
  Narrow:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, CidrIp: 0.0.0.0/0, )" +
         std::string(ports) + R"(}]
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Public, SecurityGroupIds: [!Ref Narrow]}}
)";
}

constexpr std::string_view one_port = "FromPort: !Ref Port, ToPort: !Ref Port";

TEST(Parameters, port_between_equal_bounds_is_that_port) {
  const std::string text = with_rule("  Port: {Type: Number, MinValue: 443, MaxValue: 443}\n", one_port);
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 80")), "unreachable: Narrow (security group)");
  EXPECT_EQ(shown(ask(text, "internet", "Host")), "reachable");
}

TEST(Parameters, port_within_bounds_is_no_other) {
  const std::string text = with_rule("  Port: {Type: Number, MinValue: 1024, MaxValue: 2048}\n", one_port);
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 443")), "unreachable: Narrow (security group)");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 2049")), "unreachable: Narrow (security group)");
  const Finding within = ask(text, "internet", "Host", "tcp 1500");
  EXPECT_EQ(shown(within), "unknown");
  EXPECT_EQ(within.unknown,
            "it depends: with Port is \"1500\" it is reachable, with Port is not \"1500\" it is unreachable");
}

TEST(Parameters, port_that_may_be_any_names_the_one_that_it_would_have_to_be) {
  const std::string text = with_rule("  Port: {Type: String}\n", one_port);
  EXPECT_EQ(ask(text, "internet", "Host", "tcp 22").unknown,
            "it depends: with Port is \"22\" it is reachable, with Port is not \"22\" it is unreachable");
}

TEST(Parameters, range_with_a_bounded_end_holds_what_it_holds_for_every_value) {
  const std::string text =
      with_rule("  Port: {Type: Number, MinValue: 1024, MaxValue: 2048}\n", "FromPort: !Ref Port, ToPort: 4000");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 2048")), "reachable");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 4000")), "reachable");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 1023")), "unreachable: Narrow (security group)");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 4001")), "unreachable: Narrow (security group)");
  EXPECT_EQ(ask(text, "internet", "Host", "tcp 1500").unknown,
            "it depends: with Port is at most 1500 it is reachable, with Port is above 1500 it is unreachable");
  const std::string upper =
      with_rule("  Port: {Type: Number, MinValue: 1024, MaxValue: 2048}\n", "FromPort: 22, ToPort: !Ref Port");
  EXPECT_EQ(shown(ask(upper, "internet", "Host", "tcp 1024")), "reachable");
  EXPECT_EQ(shown(ask(upper, "internet", "Host", "tcp 2049")), "unreachable: Narrow (security group)");
  EXPECT_EQ(ask(upper, "internet", "Host", "tcp 1500").unknown,
            "it depends: with Port is at most 1499 it is unreachable, with Port is above 1499 it is reachable");
}

TEST(Parameters, values_that_the_bounds_refuse_are_none) {
  const std::string text = with_rule("  Port: {Type: Number, AllowedValues: [22, 443], MinValue: 100}\n", one_port);
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 22")), "unreachable: Narrow (security group)");
}

TEST(Parameters, pattern_of_alternatives_lists_the_values) {
  const std::string text = with_rule("  Port: {Type: String, AllowedPattern: ^(443|8443)$}\n", one_port);
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 22")), "unreachable: Narrow (security group)");
  EXPECT_EQ(ask(text, "internet", "Host", "tcp 443").unknown,
            "it depends: with Port is \"443\" it is reachable, with Port is \"8443\" it is unreachable");
}

TEST(Parameters, free_ports_of_other_groups_make_no_cases) {
  std::string parameters;
  std::string rules;
  for (int i = 0; i < 12; ++i) {
    parameters += "  P" + std::to_string(i) + ": {Type: Number}\n";
    rules += "  Other" + std::to_string(i) +
             ": {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, "
             "SecurityGroupIngress: [{IpProtocol: tcp, CidrIp: 0.0.0.0/0, FromPort: !Ref P" +
             std::to_string(i) + ", ToPort: !Ref P" + std::to_string(i) + "}]}}\n";
  }
  const std::string text = "Parameters:\n" + parameters + testing::two_subnets + rules;
  EXPECT_EQ(shown(ask(text, "internet", "Front", "tcp 443")), "reachable");
}

TEST(Parameters, network_acl_with_a_bounded_port_denies_no_other) {
  const auto with_acl = [](std::string_view action) {
    return "Parameters:\n  Port: {Type: Number, MinValue: 1024, MaxValue: 2048}\n" + testing::two_subnets + R"(
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  Uses: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref Public, NetworkAclId: !Ref Acl}}
  Out: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 1, Egress: true, Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0}}
  First: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 1, Protocol: 6, PortRange: {From: !Ref Port, To: !Ref Port}, CidrBlock: 0.0.0.0/0, RuleAction: )" +
           std::string(action) + R"(}}
  Rest: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 2, Protocol: 6, PortRange: {From: 22, To: 443}, RuleAction: allow, CidrBlock: 0.0.0.0/0}}
)";
  };
  EXPECT_EQ(shown(ask(with_acl("deny"), "internet", "Front", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(with_acl("allow"), "internet", "Front", "tcp 3000")), "unreachable: Acl (network ACL)");
  EXPECT_EQ(ask(with_acl("allow"), "internet", "Front", "tcp 1500").unknown,
            "it depends: with Port is \"1500\" it is reachable, with Port is not \"1500\" it is unreachable");
}

TEST(Parameters, rule_for_a_group_with_a_free_port_admits_nobody_else) {
  const std::string text = "Parameters:\n  Port: {Type: Number}\n" + testing::two_subnets + R"(
  Narrow:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: !Ref Port, ToPort: !Ref Port, SourceSecurityGroupId: !Ref Open}]
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Public, SecurityGroupIds: [!Ref Narrow]}}
)";
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 443")), "unreachable: Narrow (security group)");
  EXPECT_EQ(ask(text, "Back", "Host", "tcp 443").unknown,
            "it depends: with Port is \"443\" it is reachable, with Port is not \"443\" it is unreachable");
}

TEST(Parameters, range_by_a_pattern_is_unknown_and_says_what_it_would_have_to_hold) {
  const std::string text =
      "Parameters:\n  From: {Type: String, AllowedPattern: '[0-9./]+'}\n" + testing::two_subnets + R"(
  Narrow:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: !Ref From}]
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Public, SecurityGroupIds: [!Ref Narrow]}}
)";
  const Finding finding = ask(text, "internet", "Host", "tcp 443");
  EXPECT_EQ(shown(finding), "unknown");
  EXPECT_NE(finding.unknown.find("the parameter From may be anything that matches [0-9./]+; it would have to hold"),
            std::string::npos)
      << finding.unknown;
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 80")), "unreachable: Narrow (security group)");
}

// "When you create a security group, if you do not add egress rules, we add egress rules that allow all outbound IPv4
// and IPv6 traffic": what a rule outside of the group does to them no page says.
TEST(DefaultEgress, beside_rules_outside_of_the_group_is_not_known) {
  const auto with = [](std::string_view own) {
    return testing::two_subnets + R"(
  Narrow: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc)" +
           std::string(own) + R"(}}
  Rule: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Narrow, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Public, SecurityGroupIds: [!Ref Narrow]}}
)";
  };
  EXPECT_EQ(shown(ask(with(""), "Host", "8.8.8.8", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(with(""), "Host", "8.8.8.8", "tcp 80")), "unknown");
  const std::string own = ", SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 127.0.0.1/32}]";
  EXPECT_EQ(shown(ask(with(own), "Host", "8.8.8.8", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(with(own), "Host", "8.8.8.8", "tcp 80")), "unreachable: Narrow (security group)");
}

}  // namespace
}  // namespace redoubt::reach
