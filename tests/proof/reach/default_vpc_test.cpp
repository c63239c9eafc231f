// What a template puts into the account's default VPC, by naming no other.
#include <gmock/gmock.h>

#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::path_of;
using testing::shown;

std::string template_of(std::string_view ingress, std::string_view instance, std::string_view more = {}) {
  return "Resources:\n  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, SecurityGroupIngress: "
         "[" +
         std::string(ingress) + "]}}\n  Host: {Type: AWS::EC2::Instance, Properties: {ImageId: a, " +
         std::string(instance) + "}}\n" + std::string(more);
}

constexpr std::string_view ssh = "{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}";

TEST(DefaultVpc, has_public_subnets_in_which_what_a_group_admits_arrives) {
  for (const std::string_view names : {"SecurityGroupIds: [!Ref Group]", "SecurityGroups: [!Ref Group]"}) {
    const Finding finding = ask(template_of(ssh, names), "internet", "Host", "tcp 22");
    EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
    EXPECT_EQ(path_of(finding), "internet > Internet gateway of the default VPC > default VPC > default subnet > Host");
    EXPECT_THAT(finding.assumptions, Contains(HasSubstr("default VPC")));
    EXPECT_EQ(shown(ask(template_of(ssh, names), "internet", "Host", "tcp 23")), "unreachable: Group (security group)");
  }
  EXPECT_EQ(shown(ask(template_of(ssh, "SecurityGroupIds: [!Ref Group]"), "Host", "internet", "tcp 443")), "reachable");
}

TEST(DefaultVpc, has_a_group_of_its_own_that_lets_in_its_members_only) {
  EXPECT_EQ(shown(ask(template_of(ssh, "EbsOptimized: true"), "internet", "Host", "tcp 22")),
            "unreachable: default VPC.DefaultSecurityGroup (security group)");
}

TEST(DefaultVpc, is_not_where_a_group_of_another_vpc_is) {
  const std::string text =
      template_of(ssh, "SecurityGroupIds: [!Ref Other]",
                  "  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n"
                  "  Other: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: "
                  "!Ref Vpc, SecurityGroupIngress: [" +
                      std::string(ssh) + "]}}\n");
  EXPECT_EQ(ask(text, "internet", "Host", "tcp 22").verdict, Verdict::unknown);
}

TEST(DefaultVpc, holds_a_scaling_group_that_names_zones_only) {
  const std::string more = R"(
  Config: {Type: AWS::AutoScaling::LaunchConfiguration, Properties: {ImageId: a, InstanceType: t3.micro, SecurityGroups: [!Ref Group]}}
  Fleet: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {AvailabilityZones: !GetAZs '', LaunchConfigurationName: !Ref Config, MinSize: 1, MaxSize: 2}}
)";
  EXPECT_EQ(shown(ask(template_of(ssh, "SecurityGroupIds: [!Ref Group]", more), "internet", "Fleet", "tcp 22")),
            "reachable");
  EXPECT_EQ(shown(ask(template_of(ssh, "SecurityGroupIds: [!Ref Group]", more), "internet", "Fleet", "tcp 80")),
            "unreachable: Group (security group)");
}

}  // namespace
}  // namespace redoubt::reach
