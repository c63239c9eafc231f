#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proof/rights/role_template.hpp"

namespace redoubt::rights {
namespace {

using iam::Answer;

TEST(Rights, of_a_role_are_those_of_its_inline_policies) {
  const std::string text = role_with("{Effect: Allow, Action: 's3:Get*', Resource: 'arn:aws:s3:::data/*'}");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::allowed);
  EXPECT_EQ(ask(text, app, "s3:PutObject", "arn:aws:s3:::data/key").answer, Answer::denied);
  const iam::Decision decision = ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.because, std::vector<std::string>{"policy own of AppRole, statement 1 (t.yaml:14)"});
}

TEST(Rights, never_guess_what_a_managed_policy_of_aws_says) {
  const std::string text = R"(
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
      PermissionsBoundary: !Ref Fence
  Fence:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}
)";
  const iam::Decision decision = ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.answer, Answer::undecided);
  EXPECT_THAT(decision.why_undecided, testing::HasSubstr("ReadOnlyAccess"));
  // It cannot matter where the boundary does not allow.
  EXPECT_EQ(ask(text, app, "ec2:RunInstances", "*").answer, Answer::denied);
}

TEST(Rights, add_up_from_every_way_of_attaching_a_policy) {
  const auto document = [](const std::string& action) {
    return "PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '" + action + "', Resource: '*'}}";
  };
  const std::string text = R"(
Resources:
  Jane:
    Type: AWS::IAM::User
    Properties:
      UserName: jane
      Groups: [!Ref Staff]
      ManagedPolicyArns: [!Ref Managed]
      Policies: [{PolicyName: own, )" +
                           document("a:own") + R"(}]
  Staff: {Type: AWS::IAM::Group, Properties: {Policies: [{PolicyName: own, )" +
                           document("a:group") + R"(}]}}
  Night: {Type: AWS::IAM::Group, Properties: {GroupName: night}}
  Joins: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: night, Users: [jane]}}
  Managed: {Type: AWS::IAM::ManagedPolicy, Properties: {)" +
                           document("a:managed") + R"(}}
  ToUser: {Type: AWS::IAM::ManagedPolicy, Properties: {Users: [jane], )" +
                           document("a:to-user") + R"(}}
  ToGroup: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Groups: [!Ref Night], )" +
                           document("a:to-group") + R"(}}
  Alone: {Type: AWS::IAM::UserPolicy, Properties: {PolicyName: p, UserName: !Ref Jane, )" +
                           document("a:user-policy") + R"(}}
  OfGroup: {Type: AWS::IAM::GroupPolicy, Properties: {PolicyName: p, GroupName: !Ref Staff, )" +
                           document("a:group-policy") + R"(}}
)";
  for (const char* action :
       {"a:own", "a:group", "a:managed", "a:to-user", "a:to-group", "a:user-policy", "a:group-policy"})
    EXPECT_EQ(ask(text, "arn:aws:iam::123456789012:user/jane", action, "*").answer, Answer::allowed) << action;
  EXPECT_EQ(ask(text, "arn:aws:iam::123456789012:user/jane", "a:other", "*").answer, Answer::denied);
}

TEST(Rights, heed_boundaries) {
  const std::string text = R"(
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      PermissionsBoundary: !Ref Fence
  All: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: p, RoleName: app, PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '*', Resource: '*'}}}}
  Fence: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}}}
)";
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::allowed);
  EXPECT_EQ(ask(text, app, "ec2:RunInstances", "*").answer, Answer::denied);
}

std::string attaching(const std::string& arn) {
  return role_with("", R"(
  Other:
    Type: AWS::IAM::Role
    Properties:
      RoleName: other
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}
      ManagedPolicyArns: [)" +
                           arn + "]\n");
}

TEST(Rights, know_the_text_of_administrator_access_in_every_partition) {
  constexpr const char* other = "arn:aws:iam::123456789012:role/other";
  for (const std::string arn :
       {"'arn:aws:iam::aws:policy/AdministratorAccess'",
        "!Sub 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess'",
        "'arn:aws-cn:iam::aws:policy/AdministratorAccess'", "'arn:aws-us-gov:iam::aws:policy/AdministratorAccess'"}) {
    EXPECT_EQ(ask(attaching(arn), other, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::allowed) << arn;
    EXPECT_TRUE(find_escalation(known(attaching(arn)), "Other").found.is_administrator) << arn;
  }
}

TEST(Rights, do_not_guess_the_text_of_other_managed_policies) {
  constexpr const char* other = "arn:aws:iam::123456789012:role/other";
  for (const std::string arn :
       {"'arn:aws:iam::aws:policy/PowerUserAccess'", "'arn:aws:iam::aws:policy/service-role/AdministratorAccess'",
        "'arn:aws:iam::210987654321:policy/AdministratorAccess'"})
    EXPECT_EQ(ask(attaching(arn), other, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::undecided) << arn;
}

}  // namespace
}  // namespace redoubt::rights
