// Templates in tests: short YAML and a question in, the answer for every case out.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "estate/document.hpp"
#include "estate/template_reader.hpp"
#include "reach/inquiry.hpp"

namespace redoubt::reach::testing {

inline estate::Estate estate_of(std::string_view text) {
  estate::Estate out;
  const auto document = estate::read_document(text, 0, "t.yaml");
  EXPECT_TRUE(document) << document.error().text();
  if (!document) return out;
  const auto added = estate::add_template(out, *document, "t.yaml");
  EXPECT_TRUE(added) << added.error().text();
  return out;
}

// "tcp 443", "udp 53", "icmp", or nothing for some packet.
inline Finding ask(std::string_view text, std::string_view from, std::string_view to, std::string_view what = {},
                   std::string_view source = {}) {
  Inquiry inquiry;
  inquiry.from = from;
  inquiry.to = to;
  if (what.starts_with("tcp")) inquiry.protocol = tcp;
  if (what.starts_with("udp")) inquiry.protocol = udp;
  if (what.starts_with("icmp")) inquiry.protocol = icmp;
  if (what.size() > 4 && inquiry.protocol != icmp)
    inquiry.port = static_cast<std::uint16_t>(std::stoi(std::string(what.substr(4))));
  if (!source.empty()) inquiry.source = parse_address(source);
  const auto finding = inquire(estate_of(text), {}, inquiry);
  EXPECT_TRUE(finding) << finding.error();
  return finding ? *finding : Finding{};
}

// "reachable", "unreachable: Acl (network ACL)", "unreachable: Acl (network ACL), the answer", "unknown".
inline std::string shown(const Finding& finding) {
  std::string out(name_of(finding.verdict));
  if (finding.stopped_by)
    out += ": " + finding.stopped_by->resource + " (" + finding.stopped_by->kind + ")" +
           (finding.stopped_by->answer ? ", the answer" : "");
  return out;
}

inline std::string path_of(const Finding& finding) {
  std::string out;
  for (const std::string& each : finding.path) out += (out.empty() ? "" : " > ") + each;
  return out;
}

// A VPC with a public and a private subnet, a host in each, and an internet gateway. Both hosts have the group Open,
// which lets everything in and out.
inline const std::string two_subnets = R"(
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  Public:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, MapPublicIpOnLaunch: true}
  Private:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}
  PublicTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PublicDefault:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  PublicAssociation:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Public, RouteTableId: !Ref PublicTable}
  PrivateTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PrivateAssociation:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Private, RouteTableId: !Ref PrivateTable}
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: all
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: -1, CidrIp: 0.0.0.0/0}]
  Front:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref Public, SecurityGroupIds: [!Ref Open]}
  Back:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref Private, SecurityGroupIds: [!Ref Open]}
)";

}  // namespace redoubt::reach::testing
