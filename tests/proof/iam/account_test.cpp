#include "iam/account.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "iam/access.hpp"
#include "proof/iam/small_accounts.hpp"
#include "redoubt/json.hpp"
#include "support/corpora.hpp"

namespace redoubt::iam {
namespace {

using iam::testing::account_of;
using iam::testing::jane;
using iam::testing::seconds;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Account, meets_every_verdict_of_the_corpus) {
  const auto folder = redoubt::testing::corpus("iam");
  if (!folder) GTEST_SKIP() << "corpus iam is not here (../shared/corpora/iam)";
  const auto verdicts = json::parse(read_file(*folder / "verdicts.json"));
  ASSERT_TRUE(verdicts);
  int asked = 0;
  for (const json::Value& verdict : verdicts->root().elements()) {
    std::vector<json::Value> parts;
    for (const json::Value& part : verdict.find("values")->elements()) parts.push_back(part);
    Account account;
    const auto read = [&](std::string_view kind, Account::Result (Account::*add)(std::string)) {
      if (const auto files = parts[0].find(kind))
        for (const json::Value& name : files->elements()) {
          const auto result = (account.*add)(read_file(*folder / "account-policies" / name.string()));
          EXPECT_TRUE(result) << name.string() << ": " << (result ? "" : result.error());
        }
    };
    read("gaads", &Account::add_account);
    read("scps", &Account::add_scp);
    read("resources", &Account::add_resource_policy);
    std::vector<json::Value> input;
    for (const json::Value& one : parts[1].elements()) input.push_back(one);
    Pins pins;
    if (input.size() > 3)
      for (const json::Value& pair : input[3].elements()) {
        const std::string text(pair.string());
        pins.context[lower(text.substr(0, text.find('=')))] = {text.substr(text.find('=') + 1)};
      }
    pins.others_absent = input.size() > 5 && input[5].is_boolean() && input[5].boolean();
    Budget budget = seconds(5);
    const Decision decision =
        can(account, *Principal::parse(input[0].string()), input[1].string(), input[2].string(), pins, budget);
    const bool allowed = decision.answer == Answer::allowed || decision.answer == Answer::conditional;
    EXPECT_NE(decision.answer, Answer::undecided) << decision.why_undecided;
    EXPECT_EQ(allowed, parts[2].boolean()) << "verdict " << asked;
    ++asked;
  }
  EXPECT_EQ(asked, 12);
}

Decision ask(const Account& account, const Principal& principal, const std::string& action,
             const std::string& resource) {
  Pins pins;
  pins.action = action;
  pins.resource = resource;
  pins.principals = {principal};
  Budget budget = seconds(5);
  return decide(account.scenario(principal, action, resource), pins, budget);
}

TEST(Decision, solves_a_policy_variable_from_who_asks) {
  const Account account =
      account_of(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/*"})");
  EXPECT_EQ(ask(account, jane, "s3:GetObject", "arn:aws:s3:::home/jane/a").answer, Answer::allowed);
  EXPECT_EQ(ask(account, jane, "s3:GetObject", "arn:aws:s3:::home/joe/a").answer, Answer::denied);
}

TEST(Decision, is_conditional_on_a_variable_that_stands_open) {
  const Account account =
      account_of(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:PrincipalTag/team}/*"})");
  const Decision decision = ask(account, jane, "s3:GetObject", "arn:aws:s3:::home/red/a");
  EXPECT_EQ(decision.answer, Answer::conditional);
  ASSERT_TRUE(decision.when_allowed);
  EXPECT_EQ(decision.when_allowed->context.at("aws:principaltag/team"), std::vector<std::string>{"red"});
  EXPECT_EQ(ask(account, jane, "s3:GetObject", "arn:aws:s3:::other/red/a").answer, Answer::denied);
}

TEST(Decision, lets_a_service_control_policy_limit_and_never_grant) {
  Account account = account_of(R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*"})");
  ASSERT_TRUE(account.add_scp(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
    {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}]})"));
  EXPECT_EQ(ask(account, jane, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::conditional);
  EXPECT_EQ(ask(account, jane, "s3:PutObject", "arn:aws:s3:::b/k").answer, Answer::denied);
}

TEST(Decision, lets_a_resource_policy_grant_to_a_user_beyond_its_boundary) {
  Account account;
  ASSERT_TRUE(
      account.add_account(R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane","UserPolicyList":[],
    "PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111111111111:policy/none"}}],
    "RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role/app","RolePolicyList":[],
    "PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111111111111:policy/none"}}],
    "Policies":[{"Arn":"arn:aws:iam::111111111111:policy/none","PolicyVersionList":[{"IsDefaultVersion":true,"Document":
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}}]}]})"));
  ASSERT_TRUE(account.add_resource_policy(R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":
    {"AWS":["arn:aws:iam::111111111111:user/jane","arn:aws:iam::111111111111:role/app"]}}]}})"));
  EXPECT_EQ(ask(account, jane, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::allowed);
  EXPECT_EQ(
      ask(account, *Principal::parse("arn:aws:iam::111111111111:role/app"), "s3:GetObject", "arn:aws:s3:::b/k").answer,
      Answer::denied);
}

TEST(Decision, spares_nobody_with_a_boundary_from_a_denial_of_all_but_some) {
  const auto with = [](const std::string& boundary) {
    Account account = account_of(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})", boundary);
    EXPECT_TRUE(account.add_resource_policy(R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":
      {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","NotPrincipal":
      {"AWS":["arn:aws:iam::111111111111:user/jane","arn:aws:iam::111111111111:root"]}}]}})"));
    return ask(account, jane, "s3:GetObject", "arn:aws:s3:::b/k").answer;
  };
  EXPECT_EQ(with(""), Answer::allowed);
  EXPECT_EQ(with(R"(,"PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::aws:policy/PowerUserAccess"})"),
            Answer::denied);
}

TEST(Decision, needs_a_trust_policy_to_assume_a_role) {
  Account account;
  ASSERT_TRUE(account.add_account(R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane","UserPolicyList":[
    {"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}]}],
    "RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role/app","RolePolicyList":[],"AssumeRolePolicyDocument":
    {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}},
    {"Arn":"arn:aws:iam::111111111111:role/open","RolePolicyList":[],"AssumeRolePolicyDocument":
    {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}}],"Policies":[]})"));
  EXPECT_EQ(ask(account, jane, "sts:AssumeRole", "arn:aws:iam::111111111111:role/app").answer, Answer::denied);
  EXPECT_EQ(ask(account, jane, "sts:AssumeRole", "arn:aws:iam::111111111111:role/open").answer, Answer::allowed);
  EXPECT_EQ(
      ask(account, *Principal::parse("lambda.amazonaws.com"), "sts:AssumeRole", "arn:aws:iam::111111111111:role/app")
          .answer,
      Answer::allowed);
}

}  // namespace
}  // namespace redoubt::iam
