#include "reach/picture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "estate/case.hpp"
#include "estate/document.hpp"
#include "estate/template_reader.hpp"
#include "reach/network_of.hpp"

namespace redoubt::reach {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view server_and_store = R"(
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, MapPublicIpOnLaunch: true}}
  Routed: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Public, RouteTableId: !Ref Table}}
  Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: open
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
  Closed:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: closed
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Open}]
      SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 127.0.0.1/32}]
  Server:
    Type: AWS::EC2::Instance
    Properties: {ImageId: ami-1, SubnetId: !Ref Public, SecurityGroupIds: [!Ref Open]}
  Store:
    Type: AWS::EC2::Instance
    Properties: {ImageId: ami-1, SubnetId: !Ref Private, SecurityGroupIds: [!Ref Closed]}
)";

std::string drawn(const std::vector<Mark>& marks, std::size_t most = 40) {
  estate::Estate estate;
  estate.files = {"test"};
  const auto document = estate::read_document(server_and_store, 0, "test");
  EXPECT_TRUE(document.has_value());
  EXPECT_TRUE(estate::add_template(estate, *document, "test").has_value());
  std::string out;
  estate::for_each_case(estate, 1, [&](estate::Case& in) { out = draw_network(network_of(in), marks, most); });
  return out;
}

TEST(NetworkPicture, HasAnArrowForEachConnectionThatCanBeOpenedAndNoOther) {
  const std::string svg = drawn({});
  EXPECT_THAT(svg, HasSubstr("<title>Internet → Server: tcp 22</title>"));
  EXPECT_THAT(svg, HasSubstr("<title>Server → Store: tcp 5432</title>"));
  EXPECT_THAT(svg, HasSubstr("<title>Server → Internet: "));
  EXPECT_THAT(svg, Not(HasSubstr("Internet → Store")));
  EXPECT_THAT(svg, Not(HasSubstr("<title>Store → ")));
  EXPECT_THAT(svg, HasSubstr(">public subnets<"));
  EXPECT_THAT(svg, HasSubstr(">isolated subnets<"));
}

TEST(NetworkPicture, DrawsInRedWhatAMarkSpeaksOf) {
  const auto count = [](std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  constexpr std::string_view red = "marker-end=\"url(#arrow-refuted)\"";
  EXPECT_EQ(count(drawn({}), red), 0U);
  EXPECT_EQ(count(drawn({{"Open", false}}), red), 1U);   // the Internet's arrow
  EXPECT_EQ(count(drawn({{"Server", true}}), red), 1U);  // to the Internet, not to the store
}

TEST(NetworkPicture, IsLeftOutWhereNobodyCouldReadIt) {
  EXPECT_EQ(drawn({}, 1), "");
}

}  // namespace
}  // namespace redoubt::reach
