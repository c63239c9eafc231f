// Answers of the AWS CLI in the shapes that they come in: cut out, paged, of older versions, of what is gone.
#include "cloud/estate/snapshot_support.hpp"
#include "support.hpp"

namespace redoubt::reach {
namespace {

using estate::SnapshotFolder;
using testing::shown;

// Two peered VPCs; the host of the first is public, the second takes tcp 5432 from the first one's group.
struct Answers {
  std::string vpcs =
      R"({"Vpcs": [{"VpcId": "vpc-a", "CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-b", "CidrBlock": "10.1.0.0/16"}]})";
  std::string subnets = R"({"Subnets": [{"SubnetId": "subnet-a", "VpcId": "vpc-a", "CidrBlock": "10.0.1.0/24"},
    {"SubnetId": "subnet-b", "VpcId": "vpc-b", "CidrBlock": "10.1.1.0/24"}]})";
  std::string tables = R"({"RouteTables": [
    {"RouteTableId": "rtb-a", "VpcId": "vpc-a", "Associations": [{"RouteTableAssociationId": "x", "Main": true}],
     "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                {"DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"},
                {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]},
    {"RouteTableId": "rtb-b", "VpcId": "vpc-b", "Associations": [{"RouteTableAssociationId": "y", "Main": true}],
     "Routes": [{"DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "local", "State": "active"},
                {"DestinationCidrBlock": "10.0.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"}]}]})";
  std::string groups = R"({"SecurityGroups": [
    {"GroupId": "sg-a", "GroupName": "a", "VpcId": "vpc-a",
     "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
     "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
    {"GroupId": "sg-b", "GroupName": "b", "VpcId": "vpc-b",
     "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": "sg-a"}]}],
     "IpPermissionsEgress": []}]})";
  std::string interfaces = R"({"NetworkInterfaces": [
    {"NetworkInterfaceId": "eni-a", "SubnetId": "subnet-a", "VpcId": "vpc-a", "PrivateIpAddress": "10.0.1.10",
     "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": "10.0.1.10"}],
     "Association": {"PublicIp": "203.0.113.5"}, "Groups": [{"GroupId": "sg-a"}]},
    {"NetworkInterfaceId": "eni-b", "SubnetId": "subnet-b", "VpcId": "vpc-b", "PrivateIpAddress": "10.1.1.10",
     "Groups": [{"GroupId": "sg-b"}]}]})";
  std::string peerings = R"({"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},
    "RequesterVpcInfo": {"VpcId": "vpc-a"}, "AccepterVpcInfo": {"VpcId": "vpc-b"}}]})";
  std::string acls = R"({"NetworkAcls": [
    {"NetworkAclId": "acl-a", "VpcId": "vpc-a", "IsDefault": true, "Associations": [{"SubnetId": "subnet-a"}],
     "Entries": [{"RuleNumber": 100, "Egress": false, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
                 {"RuleNumber": 100, "Egress": true, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}]},
    {"NetworkAclId": "acl-b", "VpcId": "vpc-b", "IsDefault": true, "Associations": [{"SubnetId": "subnet-b"}],
     "Entries": [{"RuleNumber": 100, "Egress": false, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
                 {"RuleNumber": 100, "Egress": true, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}]}]})";
  std::string gateways = R"({"InternetGateways": [{"InternetGatewayId": "igw-1",
    "Attachments": [{"VpcId": "vpc-a", "State": "available"}]}]})";
};

std::string without(std::string text, std::string_view first, std::string_view last) {
  const std::size_t start = text.find(first);
  EXPECT_NE(start, std::string::npos) << first;
  return text.erase(start, text.find(last, start) - start);
}

std::string with(std::string text, std::string_view old, std::string_view fresh) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), fresh);
}

Finding ask(const Answers& answers, std::string_view from, std::string_view to, std::uint16_t port,
            const std::vector<std::pair<std::string, std::string>>& more = {}) {
  SnapshotFolder folder;
  folder.with("vpcs.json", answers.vpcs)
      .with("subnets.json", answers.subnets)
      .with("tables.json", answers.tables)
      .with("groups.json", answers.groups)
      .with("interfaces.json", answers.interfaces)
      .with("peerings.json", answers.peerings)
      .with("acls.json", answers.acls)
      .with("gateways.json", answers.gateways);
  for (const auto& [name, content] : more) folder.with(name, content);
  Inquiry inquiry{.from = std::string(from), .to = std::string(to), .protocol = tcp, .port = port, .source = {}};
  const auto finding = inquire(folder.estate(), {}, inquiry);
  EXPECT_TRUE(finding) << finding.error();
  return finding ? *finding : Finding{};
}

Finding across(const Answers& answers) {
  return ask(answers, "eni-a", "eni-b", 5432);
}

TEST(SnapshotShapes, as_the_cli_writes_them_are_read) {
  EXPECT_EQ(shown(across({})), "reachable");
  EXPECT_EQ(shown(ask({}, "internet", "eni-a", 443)), "reachable");
  EXPECT_EQ(shown(ask({}, "eni-b", "eni-a", 443)), "unreachable: sg-b (security group)");
}

// The rules of the groups one by one; `port` is the one at which sg-b takes what sg-a sends.
std::string rules_one_by_one(std::string_view port) {
  return R"({"SecurityGroupRules": [
    {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-a", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 443,
     "ToPort": 443, "CidrIpv4": "0.0.0.0/0"},
    {"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-a", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1,
     "CidrIpv4": "0.0.0.0/0"},
    {"SecurityGroupRuleId": "sgr-3", "GroupId": "sg-b", "IsEgress": false, "IpProtocol": "tcp", "FromPort": )" +
         std::string(port) + R"(, "ToPort": )" + std::string(port) +
         R"(, "ReferencedGroupInfo": {"GroupId": "sg-a", "UserId": "111111111111"}}]})";
}

TEST(SnapshotShapes, rules_of_groups_that_were_listed_by_themselves_are_those_of_the_groups) {
  Answers bare;
  bare.groups = R"({"SecurityGroups": [{"GroupId": "sg-a", "GroupName": "a", "VpcId": "vpc-a"},
    {"GroupId": "sg-b", "GroupName": "b", "VpcId": "vpc-b"}]})";
  EXPECT_EQ(shown(ask(bare, "eni-a", "eni-b", 5432)), "unknown");
  const std::pair<std::string, std::string> rules{"rules.json", rules_one_by_one("5432")};
  EXPECT_EQ(shown(ask(bare, "eni-a", "eni-b", 5432, {rules})), "reachable");
  EXPECT_EQ(shown(ask(bare, "eni-a", "eni-b", 5433, {rules})), "unreachable: sg-b (security group)");
  EXPECT_EQ(shown(ask(bare, "eni-b", "eni-a", 443, {rules})), "unreachable: sg-b (security group)");
}

TEST(SnapshotShapes, rules_that_two_answers_tell_differently_are_unknown) {
  EXPECT_EQ(shown(ask({}, "eni-a", "eni-b", 5432, {{"rules.json", rules_one_by_one("5432")}})), "reachable");
  const Finding differs = ask({}, "eni-a", "eni-b", 5432, {{"rules.json", rules_one_by_one("22")}});
  EXPECT_EQ(shown(differs), "unknown");
  EXPECT_NE(differs.unknown.find("do not say the same"), std::string::npos) << differs.unknown;
}

TEST(SnapshotShapes, without_a_list_that_ec2_always_gives_are_unknown) {
  Answers no_out, no_in, no_routes, no_uses, no_entries, no_places, no_groups;
  no_out.groups = without(no_out.groups, ",\n     \"IpPermissionsEgress\"", "},\n    {\"GroupId\": \"sg-b\"");
  no_in.groups = without(no_in.groups, "\"IpPermissions\": [{\"IpProtocol\": \"tcp\", \"FromPort\": 5432",
                         "\"IpPermissionsEgress\": []}");
  no_routes.tables = without(no_routes.tables, ",\n     \"Routes\"", "},\n    {\"RouteTableId\": \"rtb-b\"");
  no_uses.tables = without(no_uses.tables, "\"Associations\"", "\n     \"Routes\"");
  no_entries.acls = without(no_entries.acls, ",\n     \"Entries\"", "},\n    {\"NetworkAclId\": \"acl-b\"");
  no_places.acls = without(no_places.acls, "\"Associations\"", "\n     \"Entries\"");
  no_groups.interfaces = with(no_groups.interfaces, ",\n     \"Groups\": [{\"GroupId\": \"sg-b\"}]", "");
  EXPECT_EQ(across(no_out).verdict, Verdict::unknown);
  EXPECT_EQ(across(no_in).verdict, Verdict::unknown);
  EXPECT_EQ(across(no_routes).verdict, Verdict::unknown);
  EXPECT_EQ(across(no_uses).verdict, Verdict::unknown);
  EXPECT_EQ(across(no_entries).verdict, Verdict::unknown);
  EXPECT_EQ(across(no_places).verdict, Verdict::unknown);
  EXPECT_EQ(across(no_groups).unknown, "eni-b: its security groups are not in the source");
}

TEST(SnapshotShapes, cut_out_by_a_query_are_unknown) {
  Answers cut;
  cut.acls = R"([{"NetworkAclId": "acl-b", "VpcId": "vpc-b", "IsDefault": true, "Entries": []}])";
  const Finding finding = across(cut);
  EXPECT_EQ(finding.verdict, Verdict::unknown);
  EXPECT_NE(finding.unknown.find("bare list"), std::string::npos) << finding.unknown;
}

TEST(SnapshotShapes, tell_what_a_peering_is_that_is_not_active) {
  for (const std::string_view status :
       {"deleted", "rejected", "expired", "failed", "pending-acceptance", "provisioning"}) {
    Answers gone;
    gone.peerings = with(gone.peerings, "active", status);
    const Finding finding = across(gone);
    EXPECT_EQ(shown(finding), "unreachable: pcx-1 (peering connection)") << status;
    EXPECT_EQ(finding.stopped_by ? finding.stopped_by->rule : "", "it is " + std::string(status) + ", not active");
  }
}

TEST(SnapshotShapes, with_another_target_in_the_place_of_a_local_route_follow_that) {
  Answers middle;
  middle.tables = with(middle.tables, R"("DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "local")",
                       R"("DestinationCidrBlock": "10.1.0.0/16", "NetworkInterfaceId": "eni-appliance")");
  middle.subnets = with(middle.subnets, "10.1.1.0/24\"}]}",
                        R"(10.1.1.0/24"}, {"SubnetId": "subnet-c", "VpcId": "vpc-b", "CidrBlock": "10.1.2.0/24"}]})");
  EXPECT_EQ(ask(middle, "eni-b", "10.1.2.9", 443).verdict, Verdict::unreachable);  // sg-b lets nothing out
  middle.groups = with(middle.groups, R"("IpPermissionsEgress": []})",
                       R"("IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]})");
  middle.acls =
      with(middle.acls, R"([{"SubnetId": "subnet-b"}])", R"([{"SubnetId": "subnet-b"}, {"SubnetId": "subnet-c"}])");
  EXPECT_EQ(ask(middle, "eni-b", "10.1.2.9", 443).unknown,
            "eni-appliance is the target of a route and not in the source");
}

TEST(SnapshotShapes, whose_target_group_has_no_attributes_name_what_is_taken) {
  const std::vector<std::pair<std::string, std::string>> balancer = {
      {"lb.json",
       R"({"LoadBalancers": [{"LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/front/1",
        "LoadBalancerName": "front", "Type": "network", "Scheme": "internal", "VpcId": "vpc-b",
        "AvailabilityZones": [{"SubnetId": "subnet-b"}]}]})"},
      {"listeners.json",
       R"({"Listeners": [{"ListenerArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/net/front/1/2",
        "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/front/1", "Port": 5432, "Protocol": "TCP",
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/t/1"}]}]})"},
      {"targets.json",
       R"({"TargetGroups": [{"TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/t/1",
        "TargetGroupName": "t", "Protocol": "TCP", "Port": 5432, "VpcId": "vpc-b", "TargetType": "ip"}]})"},
      {"health.json", R"({"TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/t/1",
        "TargetHealthDescriptions": [{"Target": {"Id": "10.1.1.10", "Port": 5432}}]})"}};
  const Finding finding = ask({}, "eni-a", "eni-b", 5432, balancer);
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  const auto says = [](const Finding& of) {
    return std::ranges::any_of(of.assumptions, [](const std::string& each) {
      return each.find("targetgroup/t/1 are not in the sources: it is taken to replace clients' addresses") !=
             std::string::npos;
    });
  };
  EXPECT_TRUE(says(finding));
  std::vector<std::pair<std::string, std::string>> told = balancer;
  told.emplace_back("attributes.json",
                    R"({"TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/t/1",
    "Attributes": [{"Key": "preserve_client_ip.enabled", "Value": "false"}]})");
  EXPECT_FALSE(says(ask({}, "eni-a", "eni-b", 5432, told)));
}

}  // namespace
}  // namespace redoubt::reach
