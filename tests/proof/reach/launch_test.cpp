// Instances that a launch template describes, and what is not modelled.
#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using testing::shown;

std::string with_template(std::string_view data, std::string_view instance) {
  return testing::two_subnets + R"(
  Narrow:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}
  Template: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateName: web, LaunchTemplateData: )" +
         std::string(data) + R"(}}
  Host: {Type: AWS::EC2::Instance, Properties: {)" +
         std::string(instance) + "}}\n";
}

constexpr std::string_view by_id =
    "LaunchTemplate: {LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber}";
constexpr std::string_view by_name = "LaunchTemplate: {LaunchTemplateName: web, Version: '1'}";

TEST(LaunchTemplate, says_where_an_instances_interface_is) {
  const std::string_view data =
      "{NetworkInterfaces: [{DeviceIndex: 0, SubnetId: !Ref Public, Groups: [!Ref Narrow], AssociatePublicIpAddress: "
      "true}]}";
  for (const std::string_view by : {by_id, by_name}) {
    EXPECT_EQ(shown(ask(with_template(data, by), "internet", "Host", "tcp 443")), "reachable");
    EXPECT_EQ(shown(ask(with_template(data, by), "internet", "Host", "tcp 80")),
              "unreachable: Narrow (security group)");
  }
}

TEST(LaunchTemplate, may_refuse_a_public_address_where_the_subnet_gives_one) {
  const std::string text = with_template(
      "{NetworkInterfaces: [{DeviceIndex: 0, SubnetId: !Ref Public, Groups: [!Ref Narrow], AssociatePublicIpAddress: "
      "false}]}",
      by_id);
  const Finding finding = ask(text, "internet", "Host", "tcp 443");
  EXPECT_EQ(finding.verdict, Verdict::unreachable);
  ASSERT_TRUE(finding.stopped_by);
  EXPECT_EQ(finding.stopped_by->rule.substr(0, 72),
            "Host has no public address (AssociatePublicIpAddress is false), and 10.0");
}

TEST(LaunchTemplate, gives_its_groups_to_an_instance_that_names_none) {
  const std::string in = std::string(by_id) + ", SubnetId: !Ref Public";
  const std::string text = with_template("{SecurityGroupIds: [!Ref Narrow]}", in);
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 80")), "unreachable: Narrow (security group)");
  const std::string own = with_template("{SecurityGroupIds: [!Ref Narrow]}", in + ", SecurityGroupIds: [!Ref Open]");
  EXPECT_EQ(shown(ask(own, "internet", "Host", "tcp 80")), "reachable");
}

TEST(LaunchTemplate, that_contradicts_its_instance_or_is_not_there_is_unknown) {
  const std::string_view data =
      "{NetworkInterfaces: [{DeviceIndex: 0, SubnetId: !Ref Private, Groups: [!Ref Narrow]}]}";
  EXPECT_EQ(
      shown(ask(with_template(data, std::string(by_id) + ", SubnetId: !Ref Public"), "internet", "Host", "tcp 443")),
      "unknown");
  EXPECT_EQ(
      shown(ask(with_template(data, "SubnetId: !Ref Public, LaunchTemplate: {LaunchTemplateName: other, Version: '1'}"),
                "internet", "Host", "tcp 443")),
      "unknown");
  EXPECT_EQ(shown(ask(with_template(data, "LaunchTemplate: {LaunchTemplateId: !Ref Template, Version: '7'}"),
                      "internet", "Host", "tcp 443")),
            "unknown");
}

TEST(NotModelled, is_unknown_by_name_by_subnet_and_by_group) {
  const std::string text = testing::two_subnets + R"(
  Alone: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.7.0/24}}
  Narrow: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}}
  Cluster: {Type: AWS::EKS::Cluster, Properties: {RoleArn: r, ResourcesVpcConfig: {SubnetIds: [!Ref Public], SecurityGroupIds: [!Ref Narrow]}}}
  Url: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE, TargetFunctionArn: f}}
  Function: {Type: AWS::Lambda::Function, Properties: {Role: r, Code: {ZipFile: x}}}
  Service: {Type: AWS::ECS::Service, Properties: {TaskDefinition: t}}
  Domain: {Type: AWS::OpenSearchService::Domain, Properties: {EngineVersion: OpenSearch_2.11}}
  Kafka: {Type: AWS::MSK::ServerlessCluster, Properties: {ClusterName: k, VpcConfigs: [{SubnetIds: [!Ref Public], SecurityGroups: [!Ref Narrow]}]}}
)";
  for (const std::string_view end : {"Cluster", "Url", "Function", "Service", "Domain", "Kafka", "Narrow"}) {
    const Finding finding = ask(text, "internet", end, "tcp 443");
    EXPECT_EQ(shown(finding), "unknown") << end;
    EXPECT_NE(finding.unknown.find("not modelled"), std::string::npos) << end << finding.unknown;
  }
  EXPECT_EQ(ask(text, "internet", "Alone", "tcp 443").verdict, Verdict::unreachable);
}

TEST(NotModelled, publicness_that_a_service_states_counts) {
  const auto kafka = [](std::string_view access) {
    return testing::two_subnets + R"(
  Kafka: {Type: AWS::MSK::Cluster, Properties: {BrokerNodeGroupInfo: {ClientSubnets: [!Ref Public], SecurityGroups: [!Ref Open])" +
           std::string(access) + "}}}\n";
  };
  EXPECT_EQ(ask(kafka(""), "internet", "Kafka", "tcp 9198").verdict, Verdict::unreachable);
  EXPECT_EQ(shown(ask(kafka(", ConnectivityInfo: {PublicAccess: {Type: SERVICE_PROVIDED_EIPS}}"), "internet", "Kafka",
                      "tcp 9198")),
            "reachable");
  const auto replication = [](std::string_view more) {
    return testing::two_subnets + R"(
  Subnets: {Type: AWS::DMS::ReplicationSubnetGroup, Properties: {ReplicationSubnetGroupDescription: x, SubnetIds: [!Ref Public]}}
  Copy: {Type: AWS::DMS::ReplicationInstance, Properties: {ReplicationInstanceClass: c, ReplicationSubnetGroupIdentifier: !Ref Subnets, VpcSecurityGroupIds: [!Ref Open])" +
           std::string(more) + "}}\n";
  };
  EXPECT_EQ(shown(ask(replication(""), "internet", "Copy", "tcp 443")), "reachable");
  EXPECT_EQ(ask(replication(", PubliclyAccessible: false"), "internet", "Copy", "tcp 443").verdict,
            Verdict::unreachable);
}

TEST(RouteTable, with_two_routes_to_one_destination_is_unknown) {
  const std::string second = R"(
  Second: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
)";
  const Finding finding = ask(testing::two_subnets + second, "internet", "Front", "tcp 443");
  EXPECT_EQ(shown(finding), "unknown");
  EXPECT_NE(finding.unknown.find("RouteAlreadyExists"), std::string::npos) << finding.unknown;
  const std::string exclusive =
      "Parameters: {Mode: {Type: String}}\nConditions: {A: !Equals [!Ref Mode, a], B: !Not [!Condition A]}\n" +
      testing::two_subnets + R"(
  OtherTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  One: {Type: AWS::EC2::Route, Condition: A, Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 9.0.0.0/8, GatewayId: !Ref Gateway}}
  Two: {Type: AWS::EC2::Route, Condition: B, Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 9.0.0.0/8, GatewayId: !Ref Gateway}}
)";
  EXPECT_EQ(shown(ask(exclusive, "internet", "Front", "tcp 443")), "reachable");
}

TEST(NoPublicAddress, is_told_of_the_host_with_the_reason) {
  const Finding in = ask(testing::two_subnets, "internet", "Back", "tcp 443");
  ASSERT_TRUE(in.stopped_by);
  EXPECT_EQ(
      in.stopped_by->rule,
      "Back has no public address (Private does not map one on launch), and 10.0.1.4 is no address of the Internet");
}

}  // namespace
}  // namespace redoubt::reach
