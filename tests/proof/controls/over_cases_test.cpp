// What a verdict says of the case in which it was found, and of the line at which it stands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controls/prove.hpp"
#include "estate/document.hpp"
#include "estate/template_reader.hpp"

namespace redoubt::controls {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Verdict verdict_of(std::string_view text, std::string_view check, std::string_view resource) {
  estate::Estate in;
  const auto document = estate::read_document(text, 0, "t.yaml");
  EXPECT_TRUE(document) << document.error().text();
  EXPECT_TRUE(estate::add_template(in, *document, "t.yaml"));
  Question question;
  question.controls = {std::string(check)};
  for (Verdict& each : prove(in, question).verdicts)
    if (each.resource == resource) return std::move(each);
  ADD_FAILURE() << "nothing is said of " << resource;
  return {};
}

constexpr std::string_view open_host = R"(
Parameters:
  Pub: {Type: String, AllowedValues: ['true', 'false']}
  Zone: {Type: String, AllowedValues: [a, b]}
  Nat: {Type: String, AllowedValues: ['true', 'false']}
Conditions:
  IsPublic: !Equals [!Ref Pub, 'true']
  HasNat: !Equals [!Ref Nat, 'true']
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !If [IsPublic, 0.0.0.0/0, 10.0.0.0/16]}]
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Ref Zone, MapPublicIpOnLaunch: true}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Route: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  Association: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
  Extra: {Type: AWS::EC2::VPCCidrBlock, Condition: HasNat, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Subnet, SecurityGroupIds: [!Ref Group]}}
  Database: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, StorageEncrypted: !Ref Pub, PubliclyAccessible: true}}
)";

TEST(Verdicts, name_the_values_on_which_they_rest_and_no_others) {
  const Verdict admin = verdict_of(open_host, "NET-14.not-reachable-for-administration", "Host");
  EXPECT_EQ(admin.outcome, Outcome::refuted) << admin.evidence;
  EXPECT_THAT(admin.counterexample, HasSubstr("when Pub is \"true\""));
  EXPECT_THAT(admin.counterexample, Not(HasSubstr("Zone is")));
  EXPECT_THAT(admin.counterexample, Not(HasSubstr("Nat is")));
}

TEST(Verdicts, name_no_value_where_all_are_alike) {
  const std::string text = std::string(open_host).replace(open_host.find("10.0.0.0/16]}]"), 11, "0.0.0.0/0");
  const Verdict admin = verdict_of(text, "NET-14.not-reachable-for-administration", "Host");
  EXPECT_EQ(admin.outcome, Outcome::refuted) << admin.evidence;
  EXPECT_THAT(admin.counterexample, Not(HasSubstr("when ")));
}

TEST(Verdicts, of_a_policy_name_the_line_of_its_statement_in_the_source) {
  const Verdict trust = verdict_of(R"(
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}
          - {Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:root'}, Action: sts:AssumeRole}
)",
                                   "IAM-3.trust-outside-conditioned", "Role");
  EXPECT_EQ(trust.outcome, Outcome::refuted) << trust.evidence;
  EXPECT_THAT(trust.counterexample, HasSubstr("statement 2 (line 10)"));
  EXPECT_EQ(trust.line, 7);
}

TEST(Verdicts, of_a_policy_written_as_a_text_name_the_line_of_the_text) {
  const Verdict trust = verdict_of(R"(
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}}'
)",
                                   "IAM-3.trust-outside-conditioned", "Role");
  EXPECT_EQ(trust.outcome, Outcome::refuted) << trust.evidence;
  EXPECT_EQ(trust.line, 6);
  EXPECT_THAT(trust.counterexample, HasSubstr("(line 6)"));
}

}  // namespace
}  // namespace redoubt::controls
