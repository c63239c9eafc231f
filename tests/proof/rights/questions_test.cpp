#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "proof/rights/role_template.hpp"

namespace redoubt::rights {
namespace {

using iam::Answer;

TEST(Rights, find_a_principal_and_a_resource_by_their_logical_ids) {
  const std::string text = role_with("{Effect: Allow, Action: 's3:*', Resource: !Sub '${Data.Arn}/*'}",
                                     "  Data: {Type: AWS::S3::Bucket}\n  Other: {Type: AWS::S3::Bucket}\n");
  EXPECT_EQ(ask(text, "AppRole", "s3:GetObject", "Data/key").answer, Answer::allowed);
  EXPECT_EQ(ask(text, "AppRole", "s3:GetObject", "Other/key").answer, Answer::denied);
  EXPECT_THROW((void)ask(text, "NoRole", "s3:GetObject", "Data/key"), std::runtime_error);
}

TEST(Rights, are_undecided_where_aws_may_make_the_name_that_is_asked_about) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:*', Resource: !Sub '${Data.Arn}/*'}", "  Data: {Type: AWS::S3::Bucket}\n");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::stack-data-1abcd2efgh3i/key").answer, Answer::undecided);
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::photos/key").answer, Answer::denied);
}

TEST(Rights, hang_on_a_parameter_that_may_name_the_resource) {
  const std::string text = role_with("{Effect: Allow, Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${Name}/*'}", "",
                                     "Parameters: {Name: {Type: String}}\n");
  const iam::Decision decision = ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_THAT(decision.condition, testing::HasSubstr("allowed where Name is \"data\""));
  EXPECT_THAT(decision.condition, testing::HasSubstr("denied where Name is \"another\""));
  // Whatever it is, it names no queue.
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:sqs:eu-west-1:123456789012:jobs").answer, Answer::denied);
}

TEST(Rights, name_the_cases_beside_what_else_the_answer_hangs_on) {
  const std::string text = role_with(
      "{Effect: Allow, Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${Name}/*', Condition: "
      "{Bool: {'aws:SecureTransport': 'true'}}}",
      "", "Parameters: {Name: {Type: String, AllowedValues: [data, other]}}\n");
  const iam::Decision decision = ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_THAT(decision.condition, testing::HasSubstr("conditional where Name is \"data\""));
  EXPECT_THAT(decision.condition, testing::HasSubstr("aws:SecureTransport"));
  EXPECT_THAT(decision.condition, testing::HasSubstr("denied where Name is \"other\""));
}

TEST(Rights, heed_what_values_a_parameter_can_have) {
  const auto with = [](const std::string& parameter) {
    return ask(role_with("{Effect: Allow, Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${Name}/*'}", "",
                         "Parameters: {Name: {Type: String, " + parameter + "}}\n"),
               app, "s3:GetObject", "arn:aws:s3:::data/key")
        .answer;
  };
  EXPECT_EQ(with("AllowedValues: [data]"), Answer::allowed);
  EXPECT_EQ(with("AllowedValues: [one, two]"), Answer::denied);
  EXPECT_EQ(with("AllowedValues: [one, data]"), Answer::conditional);
  EXPECT_EQ(with("Default: other"), Answer::conditional);
}

TEST(Rights, are_undecided_where_an_open_value_may_grant_or_deny) {
  EXPECT_EQ(ask(role_with("{Effect: Allow, Action: !Ref Actions, Resource: '*'}", "",
                          "Parameters: {Actions: {Type: CommaDelimitedList}}\n"),
                app, "s3:GetObject", "arn:aws:s3:::data/key")
                .answer,
            Answer::undecided);
  EXPECT_EQ(
      ask(role_with(
              "{Effect: Allow, Action: 's3:*', Resource: '*'}, {Effect: Deny, Action: !Ref Actions, Resource: '*'}", "",
              "Parameters: {Actions: {Type: CommaDelimitedList}}\n"),
          app, "s3:GetObject", "arn:aws:s3:::data/key")
          .answer,
      Answer::undecided);
  EXPECT_EQ(
      ask(role_with(
              "{Effect: Allow, Action: 's3:*', Resource: '*'}, {Effect: Allow, Action: !Ref Actions, Resource: '*'}",
              "", "Parameters: {Actions: {Type: CommaDelimitedList}}\n"),
          app, "s3:GetObject", "arn:aws:s3:::data/key")
          .answer,
      Answer::allowed);
}

TEST(Rights, name_the_case_for_which_they_differ) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:GetObject', Resource: '*'}", R"(
  More:
    Type: AWS::IAM::Policy
    Condition: IsTest
    Properties:
      PolicyName: more
      Roles: [!Ref AppRole]
      PolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Action: 's3:PutObject', Resource: '*'}
)",
                "Parameters: {Stage: {Type: String}}\nConditions: {IsTest: !Equals [!Ref Stage, test]}\n");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::allowed);
  const iam::Decision decision = ask(text, app, "s3:PutObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_EQ(decision.condition, "allowed where Stage is \"test\"; denied where Stage is not \"test\"");
}

TEST(Rights, are_none_where_the_role_is_left_out) {
  const std::string text = R"(
Parameters: {Stage: {Type: String}}
Conditions: {IsTest: !Equals [!Ref Stage, test]}
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: IsTest
    Properties:
      RoleName: app
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      Policies:
        - PolicyName: own
          PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '*', Resource: '*'}}
)";
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").condition,
            "allowed where Stage is \"test\"; denied where Stage is not \"test\"");
}

TEST(Rights, presuppose_the_account_and_the_region_of_what_the_template_declares) {
  const std::string text = role_with(
      "{Effect: Allow, Action: 'sqs:*', Resource: !GetAtt Jobs.Arn}, "
      "{Effect: Allow, Action: 'ssm:*', Resource: !Sub 'arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameter/x'}",
      "  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}\n");
  EXPECT_EQ(ask(text, app, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:jobs").answer, Answer::allowed);
  EXPECT_EQ(ask(text, app, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:other").answer, Answer::denied);
  // The template may be deployed to another region.
  const iam::Decision decision = ask(text, app, "ssm:GetParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/x");
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_EQ(decision.condition,
            "allowed where AWS::Region is \"eu-west-1\"; denied where AWS::Region is not \"eu-west-1\"");
}

TEST(Rights, are_undecided_while_a_part_of_the_template_cannot_be_read) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:GetObject', Resource: '*'}",
                "  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/y'}}\n");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::undecided);
  EXPECT_EQ(ask(text, app, "s3:PutObject", "arn:aws:s3:::data/key").answer, Answer::undecided);
}

TEST(Rights, to_a_resource_of_an_open_name_are_undecided_where_a_policy_tells_one_name_from_another) {
  const std::string parameters = "Parameters: {Stage: {Type: String}}\n";
  const std::string bucket = "  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Stage}-data'}}\n";
  const auto with = [&](const std::string& pattern) {
    return ask(role_with("{Effect: Allow, Action: 's3:*', Resource: " + pattern + "}", bucket, parameters), "AppRole",
               "s3:GetObject", "Data/key")
        .answer;
  };
  EXPECT_EQ(with("!Sub '${Data.Arn}/*'"), Answer::allowed);
  EXPECT_EQ(with("'arn:aws:s3:::*-data/*'"), Answer::allowed);
  EXPECT_EQ(with("'arn:aws:s3:::*-logs/*'"), Answer::denied);
  EXPECT_EQ(with("'arn:aws:s3:::test-data/*'"), Answer::undecided);
}

TEST(Rights, survive_names_that_are_made_of_one_another) {
  constexpr const char* circle = R"(
Resources:
  A:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Ref B}
  B:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Ref A}
)";
  EXPECT_EQ(ask(circle, "anonymous", "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::denied);
}

TEST(Rights, that_are_the_same_in_several_cases_are_told_once) {
  const std::string text = role_with(
      "{Effect: Allow, Action: 's3:GetObject', Resource: !If [IsTest, 'arn:aws:s3:::a/*', !If [IsLive, "
      "'arn:aws:s3:::b/*', 'arn:aws:s3:::a/*']]}",
      "", R"(Parameters: {Stage: {Type: String, AllowedValues: [test, live, demo]}}
Conditions: {IsTest: !Equals [!Ref Stage, test], IsLive: !Equals [!Ref Stage, live]})");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::a/key").condition,
            "allowed where Stage is \"test\", or where Stage is \"demo\"; denied where Stage is \"live\"");
}

}  // namespace
}  // namespace redoubt::rights
