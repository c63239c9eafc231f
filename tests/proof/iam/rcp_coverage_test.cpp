#include "iam/rcp_coverage.hpp"

#include <gtest/gtest.h>

#include <string>

#include "iam/access.hpp"

namespace redoubt::iam {
namespace {

constexpr const char* jane = "arn:aws:iam::111111111111:user/jane";

// Of a user who may do everything, in an account whose organisation denies everybody everything by an RCP.
Decision under_a_denial(const std::string& action, const std::string& resource) {
  Account account;
  EXPECT_TRUE(account.add_account(R"({"UserDetailList":[{"Arn":")" + std::string(jane) +
                                  R"(","UserPolicyList":[{"PolicyName":"all","PolicyDocument":
    {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}]}],"RoleDetailList":[]})"));
  EXPECT_TRUE(account.add_rcp(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}})"));
  Budget budget(std::chrono::seconds(5));
  return can(account, *Principal::parse(jane), action, resource, {}, budget);
}

TEST(RcpCoverage, is_of_the_services_that_aws_lists) {
  for (const char* action :
       {"s3:GetObject", "S3:getobject", "sts:TagSession", "kms:Decrypt", "dynamodb:GetItem", "ecr:BatchGetImage",
        "secretsmanager:GetSecretValue", "sqs:SendMessage", "logs:PutLogEvents"})
    EXPECT_EQ(under_a_denial(action, "*").answer, Answer::denied) << action;
  for (const char* action : {"sns:Publish", "lambda:InvokeFunction", "iam:CreateUser", "ec2:RunInstances",
                             "s3express:CreateSession", "kinesis:PutRecord"})
    EXPECT_EQ(under_a_denial(action, "*").answer, Answer::allowed) << action;
}

TEST(RcpCoverage, leaves_out_what_aws_names) {
  EXPECT_EQ(under_a_denial("kms:RetireGrant", "*").answer, Answer::allowed);
  EXPECT_EQ(under_a_denial("kms:CreateGrant", "*").answer, Answer::denied);
  EXPECT_EQ(rcp_coverage("sts:AssumeRole", "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/R"),
            RcpCoverage::none);
  EXPECT_EQ(rcp_coverage("sts:AssumeRole", "arn:aws:iam::111111111111:role/R"), RcpCoverage::covered);
}

TEST(RcpCoverage, is_open_where_the_list_has_another_prefix) {
  const Decision decision = under_a_denial("es:ESHttpGet", "*");
  EXPECT_EQ(decision.answer, Answer::undecided);
  EXPECT_NE(decision.why_undecided.find("AWS leaves open whether resource control policies cover es:ESHttpGet"),
            std::string::npos)
      << decision.why_undecided;
}

}  // namespace
}  // namespace redoubt::iam
