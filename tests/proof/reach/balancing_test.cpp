// Which targets a load balancer passes on to: by its rules, its weights, its zones, and what a snapshot tells of them.
#include "cloud/estate/snapshot_support.hpp"
#include "support.hpp"

namespace redoubt::reach {
namespace {

using estate::SnapshotFolder;
using testing::ask;
using testing::shown;

std::string with(std::string text, std::string_view old, std::string_view fresh) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), fresh);
}

// An application load balancer before a host in a subnet of its own.
std::string balanced(const std::string& zone, const std::string& other_zone, const std::string& actions,
                     const std::string& rules = {}) {
  return testing::two_subnets + R"(
  Outer: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.4.0/24, AvailabilityZone: )" +
         zone + R"(}}
  OuterAssociation: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Outer, RouteTableId: !Ref PublicTable}}
  Inner: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.5.0/24, AvailabilityZone: )" +
         other_zone + R"(}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Inner, SecurityGroupIds: [!Ref Open]}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internet-facing, Subnets: [!Ref Outer], SecurityGroups: [!Ref Open]}}
  Targets: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Port: 8080, Protocol: HTTP, Targets: [{Id: !Ref Host}]}}
  Others: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Port: 80, Protocol: HTTP}}
  Listener: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Balancer, Port: 443, Protocol: HTTPS, DefaultActions: [)" +
         actions + "]}}\n" + rules;
}

const std::string to_host = "{Type: forward, TargetGroupArn: !Ref Targets}";
const std::string refuse = "{Type: fixed-response, FixedResponseConfig: {StatusCode: '404'}}";

Verdict from_internet(const std::string& text, std::string_view source = {}) {
  return ask(text, "internet", "Host", "tcp 8080", source).verdict;
}

TEST(LoadBalancer, passes_nothing_on_to_a_zone_in_which_it_has_no_subnet) {
  const std::string first = "!Select [0, !GetAZs '']", second = "!Select [1, !GetAZs '']";
  EXPECT_EQ(from_internet(balanced("eu-west-1a", "eu-west-1a", to_host)), Verdict::reachable);
  EXPECT_EQ(from_internet(balanced("eu-west-1a", "eu-west-1b", to_host)), Verdict::unreachable);
  EXPECT_EQ(from_internet(balanced(first, first, to_host)), Verdict::reachable);
  EXPECT_EQ(from_internet(balanced(first, second, to_host)), Verdict::unreachable);
  EXPECT_NE(from_internet(balanced(first, "eu-west-1b", to_host)), Verdict::unreachable) << "they may be the same";
}

std::string weighted(const std::string& weight) {
  return "{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref Targets, Weight: " + weight +
         "}, {TargetGroupArn: !Ref Others, Weight: 1}]}}";
}

TEST(LoadBalancer, passes_nothing_on_to_a_target_group_of_no_weight) {
  EXPECT_EQ(from_internet(balanced("eu-west-1a", "eu-west-1a", weighted("1"))), Verdict::reachable);
  EXPECT_EQ(from_internet(balanced("eu-west-1a", "eu-west-1a", weighted("0"))), Verdict::unreachable);
  const std::string open =
      "Parameters: {Share: {Type: Number}}\n" + balanced("eu-west-1a", "eu-west-1a", weighted("!Ref Share"));
  EXPECT_EQ(from_internet(open), Verdict::unknown);
}

TEST(LoadBalancer, that_passes_nothing_on_is_what_stops_a_target_that_nobody_can_address) {
  const auto stopped = [](const std::string& text) {
    const Finding finding = ask(text, "internet", "Host", "tcp 8080");
    EXPECT_EQ(shown(finding), "unreachable: Balancer (load balancer)") << finding.unknown;
    return finding.stopped_by ? finding.stopped_by->rule : std::string();
  };
  EXPECT_EQ(stopped(balanced("eu-west-1a", "eu-west-1b", to_host)),
            "it passes nothing on: Host stands in a zone in which the load balancer has no subnet");
  EXPECT_EQ(stopped(balanced("eu-west-1a", "eu-west-1a", weighted("0"))),
            "it passes nothing on: Targets has the weight 0");
}

// The load balancer before the host, with a listener or a target group whose port is a parameter.
std::string with_port(const std::string& parameters, std::string_view old, std::string_view fresh) {
  return "Parameters: {" + parameters + "}\n" + with(balanced("eu-west-1a", "eu-west-1a", to_host), old, fresh);
}

TEST(LoadBalancer, listens_to_no_port_that_its_parameter_cannot_be) {
  const std::string text = with_port("P: {Type: Number, MinValue: 8000, MaxValue: 8100}", "Port: 443, Protocol: HTTPS",
                                     "Port: !Ref P, Protocol: HTTPS");
  EXPECT_EQ(shown(ask(text, "internet", "Balancer", "tcp 443")), "unreachable: Balancer (load balancer)");
  EXPECT_EQ(ask(text, "internet", "Balancer", "tcp 8001").unknown,
            "it depends: with P is \"8001\" it is reachable, with P is not \"8001\" it is unreachable");
  const std::string one = with_port("P: {Type: Number, MinValue: 443, MaxValue: 443}", "Port: 443, Protocol: HTTPS",
                                    "Port: !Ref P, Protocol: HTTPS");
  EXPECT_EQ(shown(ask(one, "internet", "Balancer", "tcp 443")), "reachable");
}

TEST(LoadBalancer, passes_on_to_no_port_that_the_parameter_of_its_target_cannot_be) {
  const std::string text = with_port("P: {Type: Number, MinValue: 8000, MaxValue: 8100}", "Port: 8080, Protocol: HTTP",
                                     "Port: !Ref P, Protocol: HTTP");
  EXPECT_EQ(from_internet(with(text, "Port: !Ref P,", "Port: 8080,")), Verdict::reachable);
  EXPECT_EQ(ask(text, "internet", "Host", "tcp 22").verdict, Verdict::unreachable);
  EXPECT_EQ(ask(text, "internet", "Host", "tcp 8080").unknown,
            "it depends: with P is \"8080\" it is reachable, with P is not \"8080\" it is unreachable");
}

std::string rule(int priority, const std::string& range, const std::string& action) {
  return "  Rule" + std::to_string(priority) +
         ": {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Listener, Priority: " +
         std::to_string(priority) + ", Conditions: [{Field: source-ip, SourceIpConfig: {Values: [" + range +
         "]}}], Actions: [" + action + "]}}\n";
}

TEST(LoadBalancer, passes_on_by_a_rule_for_some_clients_what_these_send) {
  const std::string some = balanced("eu-west-1a", "eu-west-1a", refuse, rule(1, "203.0.113.0/24", to_host));
  const Finding finding = ask(some, "internet", "Host", "tcp 8080");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(text_of(finding.packet->source).substr(0, 10), "203.0.113.");
  EXPECT_EQ(from_internet(some, "203.0.113.9"), Verdict::reachable);
  EXPECT_EQ(from_internet(some, "198.51.100.9"), Verdict::unreachable);
}

TEST(LoadBalancer, passes_nothing_on_that_a_rule_before_takes) {
  const std::string others = balanced("eu-west-1a", "eu-west-1a", to_host,
                                      rule(1, "203.0.113.0/24", refuse) + rule(2, "203.0.113.9/32", to_host));
  EXPECT_EQ(from_internet(others, "203.0.113.9"), Verdict::unreachable);
  EXPECT_EQ(from_internet(others, "198.51.100.9"), Verdict::reachable);
}

TEST(Function, of_the_serverless_transform_is_the_lambda_function_that_it_becomes) {
  const std::string serverless = "Transform: AWS::Serverless-2016-10-31" + testing::two_subnets + R"(
  Function: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, VpcConfig: {SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref Open]}}}
)";
  const Finding finding = ask(serverless, "Function", "Back", "tcp 80");
  EXPECT_EQ(testing::path_of(finding), "Function > Back");
  EXPECT_EQ(shown(finding), "unknown") << "the macro may add anything";
}

TEST(FileSystem, is_reached_at_its_mount_targets_and_a_task_at_its_service) {
  const std::string text = testing::two_subnets + R"(
  Files: {Type: AWS::EFS::FileSystem, Properties: {}}
  Mount: {Type: AWS::EFS::MountTarget, Properties: {FileSystemId: !Ref Files, SubnetId: !Ref Private, SecurityGroups: [!Ref Open]}}
  Tasks: {Type: AWS::ECS::TaskDefinition, Properties: {NetworkMode: awsvpc}}
  Service: {Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref Tasks, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref Private], SecurityGroups: [!Ref Open]}}}}
)";
  EXPECT_EQ(shown(ask(text, "Front", "Files", "tcp 2049")), "reachable");
  EXPECT_EQ(shown(ask(text, "Front", "Tasks", "tcp 80")), "reachable");
}

TEST(NatGateway, of_a_region_is_said_not_to_be_modelled) {
  const std::string text = testing::two_subnets + R"(
  Nat: {Type: AWS::EC2::NatGateway, Properties: {VpcId: !Ref Vpc, AvailabilityMode: regional}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
)";
  const Finding finding = ask(text, "Back", "internet", "tcp 443");
  EXPECT_EQ(shown(finding), "unknown");
  EXPECT_NE(finding.unknown.find("NAT gateways of a region"), std::string::npos) << finding.unknown;
}

TEST(Database, has_the_port_that_is_stated_or_its_engines) {
  const auto asked = [](const std::string& database, const std::string& port) {
    const std::string text = testing::two_subnets + R"(
  Places: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Private]}}
  Closed: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
  Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Closed, IpProtocol: tcp, FromPort: !GetAtt Database.Endpoint.Port, ToPort: !GetAtt Database.Endpoint.Port, SourceSecurityGroupId: !Ref Open}}
  Database: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: false, DBSubnetGroupName: !Ref Places, VPCSecurityGroups: [!Ref Closed], )" +
                             database + "}}\n";
    return ask(text, "Back", "Database", "tcp " + port).verdict;
  };
  EXPECT_EQ(asked("Engine: postgres", "5432"), Verdict::reachable);
  EXPECT_EQ(asked("Engine: postgres", "5433"), Verdict::unreachable);
  EXPECT_EQ(asked("Engine: postgres, Port: 5433", "5433"), Verdict::reachable);
  EXPECT_EQ(asked("Engine: postgres, DBSnapshotIdentifier: x", "5432"), Verdict::unknown);
}

// Nothing is known of the addresses, and the groups tell enough.
TEST(SecurityGroup, that_lets_nothing_in_settles_what_parameters_leave_open) {
  const std::string text = R"(
Parameters:
  VpcId: {Type: AWS::EC2::VPC::Id}
  Subnet: {Type: AWS::EC2::Subnet::Id}
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Group: {Type: AWS::EC2::SecurityGroup::Id}
Resources:
  Web: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref VpcId, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]}}
  Data: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref VpcId, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Web}]}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Subnet, SecurityGroupIds: [!Ref Web]}}
  Guest: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Subnet, SecurityGroupIds: [!Ref Web, !Ref Group]}}
  Places: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: !Ref Subnets}}
  Database: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: false, Engine: postgres, DBSubnetGroupName: !Ref Places, VPCSecurityGroups: [!Ref Data]}}
)";
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 22")), "unreachable: Web (security group)");
  EXPECT_EQ(shown(ask(text, "internet", "Host", "tcp 80")), "unknown");
  EXPECT_EQ(shown(ask(text, "internet", "Guest", "tcp 22")), "unknown") << "the other group may let it in";
  EXPECT_EQ(shown(ask(text, "internet", "Database", "tcp 5432")), "unreachable: Data (security group)");
  const Finding allowed = ask(text, "Host", "Database", "tcp 5432");
  EXPECT_EQ(shown(allowed), "unknown");
  EXPECT_NE(allowed.unknown.find("its subnet is not known: the parameter Subnets is a list"), std::string::npos)
      << allowed.unknown;
  const std::string balanced = text + R"(
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: !Ref Subnets, SecurityGroups: [!Ref Web]}}
)";
  EXPECT_EQ(shown(ask(balanced, "internet", "Database", "tcp 5432")), "unknown") << "it may pass something on";
}

// A public network load balancer before a private host.
struct Answers {
  std::string subnets = R"({"Subnets": [
    {"SubnetId": "subnet-o", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a"},
    {"SubnetId": "subnet-i", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "eu-west-1a"}]})";
  std::string listeners =
      R"({"Listeners": [{"ListenerArn": "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/net/front/1/2",
    "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/net/front/1", "Port": 80,
    "Protocol": "TCP", "DefaultActions": [{"Type": "forward", "TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/t/1"}]}]})";
  std::string health = R"({"TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/t/1",
    "TargetHealthDescriptions": [{"Target": {"Id": "i-1", "Port": 8080}, "TargetHealth": {"State": "healthy"}}]})";
};

Verdict reached(const Answers& answers) {
  SnapshotFolder folder;
  folder.with("vpcs.json", R"({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]})")
      .with("subnets.json", answers.subnets)
      .with("tables.json", R"({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1",
        "Associations": [{"RouteTableAssociationId": "x", "Main": true}],
        "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                   {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]}]})")
      .with("groups.json", R"({"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "a", "VpcId": "vpc-1",
        "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]})")
      .with("gateways.json", R"({"InternetGateways": [{"InternetGatewayId": "igw-1",
        "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}]})")
      .with("interfaces.json", R"({"NetworkInterfaces": [
        {"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-i", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.2.10",
         "Groups": [{"GroupId": "sg-1"}], "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0}},
        {"NetworkInterfaceId": "eni-b", "SubnetId": "subnet-o", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.1.20",
         "Association": {"PublicIp": "4.4.4.4"}, "Groups": [], "Description": "ELB net/front/1",
         "InterfaceType": "network_load_balancer"}]})")
      .with("instances.json", R"({"Reservations": [{"Instances": [{"InstanceId": "i-1", "SubnetId": "subnet-i",
        "VpcId": "vpc-1", "PrivateIpAddress": "10.0.2.10", "State": {"Name": "running"},
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}]}]}]})")
      .with("balancers.json", R"({"LoadBalancers": [{"LoadBalancerName": "front", "Type": "network", "VpcId": "vpc-1",
        "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/net/front/1",
        "Scheme": "internet-facing", "State": {"Code": "active"},
        "AvailabilityZones": [{"ZoneName": "eu-west-1a", "SubnetId": "subnet-o"}]}]})")
      .with("targets.json", R"({"TargetGroups": [{"TargetGroupName": "t", "Protocol": "TCP", "Port": 8080,
        "TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/t/1", "VpcId": "vpc-1",
        "TargetType": "instance"}]})");
  if (!answers.listeners.empty()) folder.with("listeners.json", answers.listeners);
  if (!answers.health.empty()) folder.with("health.json", answers.health);
  Inquiry inquiry{.from = "internet", .to = "i-1", .protocol = tcp, .port = 8080, .source = {}};
  const auto finding = inquire(folder.estate(), {}, inquiry);
  EXPECT_TRUE(finding) << finding.error();
  return finding ? finding->verdict : Verdict::unknown;
}

TEST(SnapshotBalancer, whose_listeners_or_targets_were_not_told_may_pass_anything_on) {
  Answers no_listeners, no_targets, of_nobody;
  no_listeners.listeners.clear();
  no_targets.health.clear();
  of_nobody.health = R"({"TargetHealthDescriptions": [{"Target": {"Id": "i-1", "Port": 8080}}]})";
  EXPECT_EQ(reached({}), Verdict::reachable);
  EXPECT_EQ(reached(no_listeners), Verdict::unknown);
  EXPECT_EQ(reached(no_targets), Verdict::unknown);
  EXPECT_EQ(reached(of_nobody), Verdict::unknown);
}

TEST(SnapshotBalancer, passes_nothing_on_to_what_is_unused_or_in_another_zone) {
  Answers unused, stopped, elsewhere;
  unused.health = with(unused.health, R"({"State": "healthy"})", R"({"State": "unused", "Reason": "Target.NotInUse"})");
  stopped.health =
      with(stopped.health, R"({"State": "healthy"})", R"({"State": "unused", "Reason": "Target.InvalidState"})");
  elsewhere.subnets = with(elsewhere.subnets, R"("10.0.2.0/24", "AvailabilityZone": "eu-west-1a")",
                           R"("10.0.2.0/24", "AvailabilityZone": "eu-west-1b")");
  EXPECT_EQ(reached(unused), Verdict::unreachable);
  EXPECT_EQ(reached(stopped), Verdict::reachable) << "it may be started again";
  EXPECT_EQ(reached(elsewhere), Verdict::unreachable);
}

}  // namespace
}  // namespace redoubt::reach
