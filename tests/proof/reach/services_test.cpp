// Load balancers, and the services of AWS that have interfaces in a VPC.
#include "reach/network_of.hpp"
#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using testing::path_of;
using testing::shown;

// A public load balancer before a service in private subnets, which has a database.
const std::string service = testing::two_subnets + R"(
  Private2:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}
  BalancerGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]
  ServiceGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref BalancerGroup}]
  DatabaseGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref ServiceGroup}]
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Scheme: internet-facing, Subnets: [!Ref Public], SecurityGroups: [!Ref BalancerGroup]}
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {VpcId: !Ref Vpc, Port: 8080, Protocol: HTTP, TargetType: ip}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref Private, !Ref Private2], SecurityGroups: [!Ref ServiceGroup]}
      LoadBalancers: [{ContainerName: app, ContainerPort: 8080, TargetGroupArn: !Ref Targets}]
  DatabaseSubnets:
    Type: AWS::RDS::DBSubnetGroup
    Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Private, !Ref Private2]}
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {DBSubnetGroupName: !Ref DatabaseSubnets, VPCSecurityGroups: [!GetAtt DatabaseGroup.GroupId]}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref ServiceGroup]}
)";

TEST(LoadBalancer, ends_one_connection_and_opens_another) {
  const Finding finding = ask(service, "internet", "Service", "tcp 8080");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_TRUE(path_of(finding).starts_with("internet > Gateway > Vpc > Public > Balancer > ")) << path_of(finding);
  EXPECT_EQ(finding.packet->destination_port, 443) << "the listener's, not the target's";
  EXPECT_EQ(ask(service, "internet", "Service", "tcp 22").verdict, Verdict::unreachable);
}

TEST(LoadBalancer, is_itself_reached_at_its_listeners_only) {
  EXPECT_EQ(shown(ask(service, "internet", "Balancer", "tcp 443")), "reachable");
  EXPECT_EQ(shown(ask(service, "internet", "Balancer", "tcp 80")), "unreachable: BalancerGroup (security group)");
  std::string open = service;
  open.replace(open.find("FromPort: 443, ToPort: 443"), 26, "FromPort: 80, ToPort: 443");
  EXPECT_EQ(shown(ask(open, "internet", "Balancer", "tcp 80")), "unreachable: Balancer (load balancer)");
}

TEST(Database, is_reached_by_the_service_and_not_by_the_internet) {
  EXPECT_EQ(shown(ask(service, "Service", "Database", "tcp 5432")), "reachable");
  const Finding finding = ask(service, "internet", "Database", "tcp 5432");
  EXPECT_EQ(finding.verdict, Verdict::unreachable) << finding.unknown;
  EXPECT_FALSE(finding.stopped_by->resource.empty());
}

TEST(Database, in_one_of_two_subnets_of_which_one_is_closed_is_unknown) {
  const std::string closed = service + R"(
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  AclAssociation:
    Type: AWS::EC2::SubnetNetworkAclAssociation
    Properties: {SubnetId: !Ref Private2, NetworkAclId: !Ref Acl}
)";
  EXPECT_EQ(ask(closed, "Service", "Database", "tcp 5432").verdict, Verdict::unknown);
}

TEST(Function, opens_connections_and_takes_none) {
  EXPECT_EQ(shown(ask(service, "Function", "Database", "tcp 5432")), "reachable");
  EXPECT_EQ(shown(ask(service, "Back", "Function", "tcp 8080")), "unreachable: Function (interface)");
}

// The targets see the client's own address.
TEST(NetworkLoadBalancer, keeps_the_address_of_the_client_for_instances) {
  const auto with = [](const std::string& from) {
    return testing::two_subnets + R"(
  Targeted: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: )" +
           from + R"(}]}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Private, SecurityGroupIds: [!Ref Targeted]}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network, Scheme: internet-facing, Subnets: [!Ref Public]}}
  Targets: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Port: 80, Protocol: TCP, Targets: [{Id: !Ref Host}]}}
  Listener: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: TCP, DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]}}
)";
  };
  EXPECT_EQ(shown(ask(with("0.0.0.0/0"), "internet", "Host", "tcp 80")), "reachable");
  EXPECT_EQ(ask(with("10.0.0.0/16"), "internet", "Host", "tcp 80").verdict, Verdict::unreachable);
}

std::string network_balancer(const std::string& type, const std::string& attributes, const std::string& from) {
  return testing::two_subnets + R"(
  Targeted: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: )" +
         from + R"(}]}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Private, PrivateIpAddress: 10.0.1.50, SecurityGroupIds: [!Ref Targeted]}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network, Scheme: internet-facing, Subnets: [!Ref Public]}}
  Targets: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Port: 80, Protocol: TCP, )" +
         type + attributes + R"(}}
  Listener: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: TCP, DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]}}
)";
}

TEST(NetworkLoadBalancer, sends_from_its_own_address_to_targets_by_address_or_where_told_to) {
  const std::string by_address = "TargetType: ip, Targets: [{Id: 10.0.1.50}]", by_host = "Targets: [{Id: !Ref Host}]";
  const std::string on = ", TargetGroupAttributes: [{Key: preserve_client_ip.enabled, Value: 'true'}]";
  const std::string off = ", TargetGroupAttributes: [{Key: preserve_client_ip.enabled, Value: 'false'}]";
  const auto reaches = [](const std::string& text) { return ask(text, "internet", "Host", "tcp 80").verdict; };
  EXPECT_EQ(reaches(network_balancer(by_address, "", "10.0.0.0/24")), Verdict::reachable);
  EXPECT_EQ(reaches(network_balancer(by_address, on, "10.0.0.0/24")), Verdict::unreachable);
  EXPECT_EQ(reaches(network_balancer(by_address, on, "0.0.0.0/0")), Verdict::reachable);
  EXPECT_EQ(reaches(network_balancer(by_host, off, "10.0.0.0/24")), Verdict::reachable);
  EXPECT_EQ(reaches(network_balancer(by_host, "", "10.0.0.0/24")), Verdict::unreachable);
}

TEST(ClassicLoadBalancer, passes_on_to_the_instances_behind_its_listeners) {
  const std::string classic = testing::two_subnets + R"(
  Front443: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}}
  Behind: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref Front443}]}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Private, SecurityGroupIds: [!Ref Behind]}}
  Balancer: {Type: AWS::ElasticLoadBalancing::LoadBalancer, Properties: {Subnets: [!Ref Public], SecurityGroups: [!Ref Front443], Instances: [!Ref Host], Listeners: [{LoadBalancerPort: '443', InstancePort: '8080', Protocol: SSL, InstanceProtocol: TCP}]}}
)";
  const Finding finding = ask(classic, "internet", "Host", "tcp 8080");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(path_of(finding), "internet > Gateway > Vpc > Public > Balancer > Public > Vpc > Private > Host");
  EXPECT_EQ(ask(classic, "internet", "Host", "tcp 443").verdict, Verdict::unreachable);
  EXPECT_EQ(shown(ask(classic, "internet", "Balancer", "tcp 80")), "unreachable: Front443 (security group)");
}

TEST(ReachedFromInternet, is_what_a_public_address_or_a_load_balancer_opens) {
  const estate::Estate estate = testing::estate_of(service);
  std::vector<std::string> all, direct;
  estate::for_each_case(estate, 1, [&](estate::Case& in) {
    const Network network = network_of(in);
    const Reach reach(network);
    for (const Reached& each : reach.reached_from_internet()) {
      EXPECT_TRUE(each.certain) << each.doubt;
      all.push_back(network.interfaces[each.interface].owner);
    }
    for (const Reached& each : reach.reached_from_internet(true))
      direct.push_back(network.interfaces[each.interface].owner);
  });
  EXPECT_EQ(all, (std::vector<std::string>{"Front", "Service", "Service", "Balancer"}));
  EXPECT_EQ(direct, (std::vector<std::string>{"Front", "Balancer"}));
}

}  // namespace
}  // namespace redoubt::reach
