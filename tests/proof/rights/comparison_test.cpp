#include "rights/comparison.hpp"

#include <gtest/gtest.h>

#include "cloud/estate/support.hpp"

namespace redoubt::rights {
namespace {

Known known(const std::string& text) {
  return Known(estate::testing::estate_of(text));
}

iam::Policy policy(const std::string& action, const std::string& resource = "*") {
  return *iam::parse_policy(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + action +
                                R"(","Resource":")" + resource + R"("}]})",
                            "the envelope");
}

// A role, app, with this statement.
std::string role_with(const std::string& statement, const std::string& before = "", const std::string& rest = "") {
  return before + R"(
Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      Policies: [{PolicyName: own, PolicyDocument: {Version: 2012-10-17, Statement: )" +
         statement + "}}]\n" + rest;
}

Containment within(const std::string& text, const iam::Policy& envelope, const std::string& name = "AppRole") {
  return contained(policy_of(known(text), name), policy_alone(envelope));
}

TEST(Comparison, of_a_role_with_an_envelope_shows_what_is_beyond) {
  const std::string text = role_with("{Effect: Allow, Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*'}");
  EXPECT_EQ(within(text, policy("s3:*")).found.holds, true);
  const Containment beyond = within(text, policy("s3:Get*"), "arn:aws:iam::123456789012:role/app");
  EXPECT_EQ(beyond.found.holds, false);
  ASSERT_TRUE(beyond.found.counterexample);
  EXPECT_EQ(beyond.found.counterexample->action, "s3:ListBucket");
  EXPECT_EQ(within(text, policy("*"), "Other").found.holds, std::nullopt);
}

TEST(Comparison, names_the_case_that_is_beyond) {
  const std::string parameters =
      "Parameters: {Stage: {Type: String}}\nConditions: {IsTest: !Equals [!Ref Stage, test]}\n";
  const Containment found =
      within(role_with("{Effect: Allow, Action: !If [IsTest, 's3:*', 's3:GetObject'], Resource: '*'}", parameters),
             policy("s3:Get*"));
  EXPECT_EQ(found.found.holds, false);
  EXPECT_EQ(found.where, "Stage is \"test\"");
}

TEST(Comparison, is_undecided_where_it_hangs_on_what_is_open) {
  const std::string open = role_with("{Effect: Allow, Action: !Ref Actions, Resource: '*'}",
                                     "Parameters: {Actions: {Type: CommaDelimitedList}}\n");
  EXPECT_EQ(within(open, policy("s3:*")).found.holds, std::nullopt);
  EXPECT_EQ(within(open, policy("*")).found.holds, true);
  const std::string managed = R"(
Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
)";
  EXPECT_EQ(within(managed, policy("s3:*")).found.holds, std::nullopt);
}

TEST(Comparison, takes_a_name_that_aws_makes_for_any) {
  const std::string text = role_with("{Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${Data.Arn}/*'}", "",
                                     "  Data: {Type: AWS::S3::Bucket}\n");
  EXPECT_EQ(within(text, policy("s3:GetObject", "arn:aws:s3:::*")).found.holds, true);
  EXPECT_EQ(within(text, policy("s3:GetObject", "arn:aws:s3:::*-data-*")).found.holds, std::nullopt);
}

TEST(Comparison, of_two_policies_of_one_template_knows_the_same_resource) {
  const std::string text = role_with("{Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${Data.Arn}/*'}", "", R"(
  Data: {Type: AWS::S3::Bucket}
  Fence: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: !Sub '${Data.Arn}/*'}}}}
)");
  EXPECT_EQ(contained(policy_of(known(text), "AppRole"), policy_of(known(text), "Fence")).found.holds, true);
  EXPECT_EQ(contained(policy_of(known(text), "Fence"), policy_of(known(text), "AppRole")).found.holds, std::nullopt);
}

}  // namespace
}  // namespace redoubt::rights
