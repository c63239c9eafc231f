// What a snapshot's answers leave open: a kind of thing that nobody asked for, in this region or about this table, may
// exist, so that nothing is unreachable for want of it.
#include "cloud/estate/snapshot_support.hpp"
#include "support.hpp"

namespace redoubt::reach {
namespace {

using estate::SnapshotFolder;
using testing::path_of;
using testing::shown;

// Two VPCs of one region, a host in each, joined by a transit gateway whose one table has both attachments.
const std::string vpcs = R"({"Vpcs": [{"VpcId": "vpc-a", "CidrBlock": "10.0.0.0/16"},
  {"VpcId": "vpc-b", "CidrBlock": "10.1.0.0/16"}]})";
const std::string subnets = R"({"Subnets": [
  {"SubnetId": "subnet-a", "VpcId": "vpc-a", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1a"},
  {"SubnetId": "subnet-b", "VpcId": "vpc-b", "CidrBlock": "10.1.0.0/24", "AvailabilityZone": "eu-west-1a"}]})";
const std::string tables = R"({"RouteTables": [
  {"RouteTableId": "rtb-a", "VpcId": "vpc-a", "Associations": [{"RouteTableAssociationId": "x", "Main": true}],
   "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
              {"DestinationCidrBlock": "10.0.0.0/8", "TransitGatewayId": "tgw-1", "State": "active"}]},
  {"RouteTableId": "rtb-b", "VpcId": "vpc-b", "Associations": [{"RouteTableAssociationId": "y", "Main": true}],
   "Routes": [{"DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "local", "State": "active"},
              {"DestinationCidrBlock": "10.0.0.0/8", "TransitGatewayId": "tgw-1", "State": "active"}]}]})";
const std::string groups = R"({"SecurityGroups": [
  {"GroupId": "sg-a", "GroupName": "a", "VpcId": "vpc-a",
   "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
   "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
  {"GroupId": "sg-b", "GroupName": "b", "VpcId": "vpc-b",
   "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
   "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]})";
const std::string interfaces = R"({"NetworkInterfaces": [
  {"NetworkInterfaceId": "eni-a", "SubnetId": "subnet-a", "VpcId": "vpc-a", "PrivateIpAddress": "10.0.0.9",
   "Groups": [{"GroupId": "sg-a"}]},
  {"NetworkInterfaceId": "eni-b", "SubnetId": "subnet-b", "VpcId": "vpc-b", "PrivateIpAddress": "10.1.0.9",
   "Groups": [{"GroupId": "sg-b"}]}]})";
const std::string acls = R"({"NetworkAcls": [
  {"NetworkAclId": "acl-a", "VpcId": "vpc-a", "IsDefault": true, "Associations": [], "Entries": [
    {"RuleNumber": 100, "Egress": false, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
    {"RuleNumber": 100, "Egress": true, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}]},
  {"NetworkAclId": "acl-b", "VpcId": "vpc-b", "IsDefault": true, "Associations": [], "Entries": [
    {"RuleNumber": 100, "Egress": false, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
    {"RuleNumber": 100, "Egress": true, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}]}]})";
const std::string transit_gateways = R"({"TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available"}]})";
const std::string attachments = R"({"TransitGatewayAttachments": [
  {"TransitGatewayAttachmentId": "attach-a", "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "ResourceId": "vpc-a",
   "State": "available", "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}},
  {"TransitGatewayAttachmentId": "attach-b", "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "ResourceId": "vpc-b",
   "State": "available", "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}}]})";
const std::string vpc_attachments = R"({"TransitGatewayVpcAttachments": [
  {"TransitGatewayAttachmentId": "attach-a", "TransitGatewayId": "tgw-1", "VpcId": "vpc-a",
   "SubnetIds": ["subnet-a"], "State": "available"},
  {"TransitGatewayAttachmentId": "attach-b", "TransitGatewayId": "tgw-1", "VpcId": "vpc-b",
   "SubnetIds": ["subnet-b"], "State": "available"}]})";
const std::string transit_tables = R"({"TransitGatewayRouteTables": [
  {"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1", "State": "available"},
  {"TransitGatewayRouteTableId": "tgw-rtb-2", "TransitGatewayId": "tgw-1", "State": "available"}]})";

std::string propagations(const std::string& table, const std::string& list) {
  return R"({"TransitGatewayRouteTableId": ")" + table + R"(", "TransitGatewayRouteTablePropagations": [)" + list +
         "]}";
}
const std::string from_a = R"({"TransitGatewayAttachmentId": "attach-a", "ResourceType": "vpc", "State": "enabled"})";

std::string routes(const std::string& table, const std::string& list) {
  return R"({"TransitGatewayRouteTableId": ")" + table + R"(", "AdditionalRoutesAvailable": false, "Routes": [)" +
         list + "]}";
}
const std::string to_b = R"({"DestinationCidrBlock": "10.1.0.0/16", "State": "active", "Type": "static",
  "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "attach-b", "ResourceType": "vpc"}]})";

SnapshotFolder& two_vpcs(SnapshotFolder& folder, const std::string& region = {}) {
  const std::string in = region.empty() ? "" : region + "/";
  return folder.with(in + "vpcs.json", vpcs)
      .with(in + "subnets.json", subnets)
      .with(in + "tables.json", tables)
      .with(in + "groups.json", groups)
      .with(in + "interfaces.json", interfaces)
      .with(in + "acls.json", acls)
      .with(in + "igws.json", R"({"InternetGateways": []})")
      .with(in + "tgws.json", transit_gateways)
      .with(in + "attachments.json", attachments)
      .with(in + "vpc-attachments.json", vpc_attachments)
      .with(in + "tgw-tables.json", transit_tables);
}

Finding ask(SnapshotFolder& folder, std::string_view from, std::string_view to) {
  const estate::Estate estate = folder.estate();
  Inquiry inquiry;
  inquiry.from = from;
  inquiry.to = to;
  inquiry.protocol = tcp;
  inquiry.port = 443;
  const auto finding = inquire(estate, {}, inquiry);
  EXPECT_TRUE(finding) << finding.error();
  return finding ? *finding : Finding{};
}

TEST(Snapshot, of_a_transit_gateway_whose_table_was_searched_is_exact) {
  SnapshotFolder with, without;
  two_vpcs(with).with("p.json", propagations("tgw-rtb-1", from_a)).with("r.json", routes("tgw-rtb-1", to_b));
  const Finding finding = ask(with, "eni-a", "eni-b");
  EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
  EXPECT_EQ(path_of(finding), "eni-a > subnet-a > vpc-a > tgw-1 > vpc-b > subnet-b > eni-b");
  two_vpcs(without).with("p.json", propagations("tgw-rtb-1", from_a)).with("r.json", routes("tgw-rtb-1", ""));
  EXPECT_EQ(shown(ask(without, "eni-a", "eni-b")), "unreachable: tgw-rtb-1 (transit gateway route table)");
}

TEST(Snapshot, without_the_static_routes_of_this_transit_gateway_table_is_unknown_whatever_another_has) {
  SnapshotFolder folder;
  two_vpcs(folder).with("p.json", propagations("tgw-rtb-1", from_a)).with("r.json", routes("tgw-rtb-2", ""));
  const Finding finding = ask(folder, "eni-a", "eni-b");
  EXPECT_EQ(shown(finding), "unknown");
  EXPECT_EQ(finding.unknown, "tgw-rtb-1: its static routes are not in the source");
}

TEST(Snapshot, without_the_propagations_of_this_transit_gateway_table_is_unknown) {
  SnapshotFolder folder;
  two_vpcs(folder).with("p.json", propagations("tgw-rtb-2", "")).with("r.json", routes("tgw-rtb-1", ""));
  EXPECT_EQ(ask(folder, "eni-a", "eni-b").unknown,
            "tgw-rtb-1: whether routes are propagated to it is not in the source");
}

TEST(Snapshot, takes_routes_that_a_search_calls_propagated) {
  std::string learnt = to_b;
  learnt.replace(learnt.find("static"), 6, "propagated");
  SnapshotFolder folder;
  two_vpcs(folder).with("r.json", routes("tgw-rtb-1", learnt));
  EXPECT_EQ(shown(ask(folder, "eni-a", "eni-b")), "unreachable: tgw-rtb-1 (transit gateway route table), the answer");
}

TEST(Snapshot, without_the_associations_of_transit_gateway_attachments_is_unknown) {
  SnapshotFolder folder;
  two_vpcs(folder)
      .with("attachments.json", R"({"Tags": []})")
      .with("p.json", propagations("tgw-rtb-1", from_a))
      .with("r.json", routes("tgw-rtb-1", to_b));
  EXPECT_EQ(ask(folder, "eni-a", "eni-b").unknown, "attach-a: its route table is not in the source");
  folder.with("1.json", R"({"TransitGatewayRouteTableId": "tgw-rtb-2", "Associations": []})")
      .with("2.json", R"({"TransitGatewayRouteTableId": "tgw-rtb-1", "Associations": [
  {"TransitGatewayAttachmentId": "attach-a", "ResourceType": "vpc", "State": "associated"},
  {"TransitGatewayAttachmentId": "attach-b", "ResourceType": "vpc", "State": "associated"}]})");
  EXPECT_EQ(shown(ask(folder, "eni-a", "eni-b")), "reachable");
}

TEST(Snapshot, of_a_region_does_not_tell_what_another_has) {
  SnapshotFolder folder;
  two_vpcs(folder, "eu-west-1")
      .with("eu-west-1/p.json", propagations("tgw-rtb-1", from_a))
      .with("eu-west-1/r.json", routes("tgw-rtb-1", to_b))
      .with("us-east-1/vpcs.json", R"({"Vpcs": [{"VpcId": "vpc-c", "CidrBlock": "10.2.0.0/16"}]})")
      .with("us-east-1/igws.json", R"({"InternetGateways": []})")
      .with("us-east-1/interfaces.json", R"({"NetworkInterfaces": []})")
      .with("eu-west-1/peerings.json", R"({"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1",
  "RequesterVpcInfo": {"VpcId": "vpc-a"}, "AccepterVpcInfo": {"VpcId": "vpc-c"}, "Status": {"Code": "active"}}]})")
      .with("eu-west-1/more.json", R"({"RouteTables": [{"RouteTableId": "rtb-c", "VpcId": "vpc-a",
  "Associations": [{"RouteTableAssociationId": "z", "SubnetId": "subnet-a"}],
  "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
             {"DestinationCidrBlock": "10.2.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"}]}]})");
  EXPECT_EQ(ask(folder, "eni-a", "10.2.0.7").unknown, "vpc-c: its subnets were not listed");
  folder.with("us-east-1/subnets.json", R"({"Subnets": []})");
  EXPECT_EQ(shown(ask(folder, "eni-a", "10.2.0.7")), "unreachable: vpc-c (VPC)");
}

TEST(Snapshot, with_an_answer_of_one_region_that_failed_or_goes_on_is_unknown) {
  for (const std::string_view bad :
       {R"({"RouteTables": [], "NextToken": "more"})", R"({"TransitGatewayRouteTables": null})",
        "An error occurred (UnauthorizedOperation) when calling the DescribeSubnets operation: no\n"}) {
    SnapshotFolder folder;
    two_vpcs(folder, "eu-west-1")
        .with("eu-west-1/p.json", propagations("tgw-rtb-1", from_a))
        .with("eu-west-1/r.json", routes("tgw-rtb-1", ""));
    EXPECT_EQ(ask(folder, "eni-a", "eni-b").verdict, Verdict::unreachable);
    folder.with("us-east-1/bad.json", bad);
    EXPECT_EQ(ask(folder, "eni-a", "eni-b").verdict, Verdict::unknown) << bad;
  }
}

TEST(Snapshot, with_a_virtual_private_gateway_and_no_list_of_connections_is_unknown) {
  std::string to_vpn = tables;
  to_vpn.replace(to_vpn.find(R"("TransitGatewayId": "tgw-1")"), 27, R"("GatewayId": "vgw-1")");
  SnapshotFolder folder;
  two_vpcs(folder).with("tables.json", to_vpn).with("vgw.json", R"({"VpnGateways": [{"VpnGatewayId": "vgw-1",
  "State": "available", "VpcAttachments": [{"VpcId": "vpc-a", "State": "attached"}]}]})");
  EXPECT_EQ(ask(folder, "eni-a", "10.9.0.1").unknown,
            "vgw-1: the VPN connections of its account and region were not listed");
  folder.with("vpn.json", R"({"VpnConnections": []})");
  EXPECT_EQ(ask(folder, "eni-a", "10.9.0.1").unknown, "vgw-1: what Direct Connect joins to it was not listed");
  folder.with("dx.json", R"({"DirectConnectGatewayAssociations": []})")
      .with("vif.json", R"({"VirtualInterfaces": []})");
  EXPECT_EQ(shown(ask(folder, "eni-a", "10.9.0.1")), "unreachable: vgw-1 (VPN gateway)");
}

TEST(Snapshot, with_the_interface_of_a_load_balancer_that_was_not_listed_is_unknown_where_that_gets) {
  const auto with = [](SnapshotFolder& folder, const std::string& from) {
    std::string narrow = groups;
    // The last but one: what comes into sg-b.
    narrow.replace(narrow.rfind("0.0.0.0/0", narrow.rfind("0.0.0.0/0") - 1), 9, from);
    std::string more = interfaces;
    more.replace(more.rfind("]}"), 2, R"(, {"NetworkInterfaceId": "eni-lb", "SubnetId": "subnet-b", "VpcId": "vpc-b",
  "PrivateIpAddress": "10.1.0.20", "Description": "ELB app/front/1234", "Groups": [{"GroupId": "sg-b"}]}]})");
    two_vpcs(folder)
        .with("groups.json", narrow)
        .with("interfaces.json", more)
        .with("p.json", propagations("tgw-rtb-1", from_a))
        .with("r.json", routes("tgw-rtb-1", to_b));
  };
  SnapshotFolder near, far;
  with(near, "10.1.0.0/24");
  EXPECT_EQ(ask(near, "eni-a", "eni-b").unknown,
            "eni-lb: the load balancer that has this interface is not in the source");
  with(far, "10.7.0.0/16");
  EXPECT_EQ(shown(ask(far, "eni-a", "eni-b")), "unreachable: sg-b (security group)");
}

}  // namespace
}  // namespace redoubt::reach
