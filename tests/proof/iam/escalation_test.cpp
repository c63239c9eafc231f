#include "iam/escalation.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "iam/escalation_paths.hpp"
#include "proof/iam/small_accounts.hpp"
#include "redoubt/json.hpp"
#include "support/corpora.hpp"

namespace redoubt::iam {
namespace {

using namespace testing;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Escalation, needs_every_permission_of_each_path_of_the_corpus) {
  const auto folder = redoubt::testing::corpus("iam");
  if (!folder) GTEST_SKIP() << "corpus iam is not here (../shared/corpora/iam)";
  const auto paths = json::parse(read_file(*folder / "escalation_paths.json"));
  ASSERT_TRUE(paths);
  for (const json::Value& path : paths->root().elements()) {
    const std::string_view id = path.find("id")->string();
    std::vector<std::string> permissions;
    for (const json::Value& one : path.find("required")->elements())
      permissions.emplace_back(one.find("permission")->string());
    // Without any one of them the path is closed; with all, it is open.
    for (std::size_t without = 0; without <= permissions.size(); ++without) {
      std::string actions = "\"ec2:DescribeVpcs\"";
      for (std::size_t i = 0; i < permissions.size(); ++i)
        if (i != without) actions += ",\"" + permissions[i] + "\"";
      const Account account = account_of(R"({"Effect":"Allow","Resource":"*","Action":[)" + actions + "]}");
      Budget budget = seconds(5);
      const Escalation found = find_escalation(account, jane, budget);
      EXPECT_TRUE(found.undecided.empty());
      EXPECT_EQ(has_path(found, id), without == permissions.size()) << id << " without " << without;
    }
  }
}

TEST(Escalation, needs_every_step_of_each_known_path) {
  const Principal app = *Principal::parse("arn:aws:iam::111111111111:role/app");
  for (const EscalationPath& path : escalation_paths()) {
    if (path.target == Target::own_boundary) continue;  // there is none
    for (std::size_t without = 0; without <= path.steps().size(); ++without) {
      std::string actions = "\"ec2:DescribeVpcs\"";
      for (std::size_t i = 0; i < path.steps().size(); ++i)
        if (i != without) actions += ",\"" + std::string(path.steps()[i].action) + "\"";
      const bool as_role = path.from == StartsFrom::a_role;
      const Account account = as_role ? account_of_role(actions)
                                      : account_of(R"({"Effect":"Allow","Resource":"*","Action":[)" + actions + "]}");
      Budget budget = seconds(5);
      const Escalation found = find_escalation(account, as_role ? app : jane, budget);
      EXPECT_EQ(has_path(found, path.id), without == path.steps().size()) << path.id << " without " << without;
    }
  }
}

TEST(Escalation, heeds_to_which_service_a_role_may_be_passed) {
  const Account account = account_of(
      R"({"Effect":"Allow","Action":["ec2:*","lambda:*"],"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*",
      "Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}})");
  Budget budget = seconds(5);
  const Escalation found = find_escalation(account, jane, budget);
  EXPECT_TRUE(has_path(found, "ec2-001"));
  EXPECT_FALSE(has_path(found, "lambda-001"));
}

TEST(Escalation, takes_steps_together_only_where_they_meet) {
  const auto with = [&](const std::string& put, const std::string& assume) {
    const Account account =
        account_of(R"({"Effect":"Allow","Action":"iam:PutRolePolicy","Resource":")" + put +
                   R"("},{"Effect":"Allow","Action":"sts:AssumeRole","Resource":")" + assume + "\"}");
    Budget budget = seconds(5);
    return has_path(find_escalation(account, jane, budget), "iam-017");
  };
  EXPECT_TRUE(with("arn:aws:iam::111111111111:role/a*", "arn:aws:iam::111111111111:role/app"));
  EXPECT_FALSE(with("arn:aws:iam::111111111111:role/one", "arn:aws:iam::111111111111:role/other"));
}

TEST(Escalation, names_the_administrator_that_the_data_show) {
  Account account = account_of(R"({"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"*"})");
  ASSERT_TRUE(account.add_account(R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/root2","UserPolicyList":[
    {"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}]}]})"));
  Budget budget = seconds(5);
  const Escalation found = find_escalation(account, jane, budget);
  const auto path = std::ranges::find(found.paths, "iam-002", &OpenPath::id);
  ASSERT_NE(path, found.paths.end());
  EXPECT_EQ(path->through, "arn:aws:iam::111111111111:user/root2");
  EXPECT_TRUE(path->assumes.empty());
}

TEST(Escalation, is_closed_by_a_denial_and_by_the_wrong_resource) {
  Budget budget = seconds(5);
  EXPECT_TRUE(has_path(
      find_escalation(account_of(R"({"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"*"})"), jane, budget),
      "iam-007"));
  EXPECT_TRUE(find_escalation(account_of(R"({"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"*"},
    {"Effect":"Deny","Action":"iam:Put*","Resource":"*"})"),
                              jane, budget)
                  .paths.empty());
  EXPECT_TRUE(find_escalation(account_of(R"({"Effect":"Allow","Action":"iam:PutUserPolicy",
    "Resource":"arn:aws:iam::111111111111:user/joe"})"),
                              jane, budget)
                  .paths.empty());
}

TEST(Escalation, sees_who_is_administrator_already) {
  Budget budget = seconds(5);
  EXPECT_TRUE(
      find_escalation(account_of(R"({"Effect":"Allow","Action":"*","Resource":"*"})"), jane, budget).is_administrator);
}

TEST(Escalation, sees_an_administrator_under_a_guardrail) {
  Account account = account_of(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
  ASSERT_TRUE(account.add_scp(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
    {"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}]})"));
  Budget budget = seconds(5);
  EXPECT_TRUE(find_escalation(account, jane, budget).is_administrator);
}

TEST(Escalation, heeds_the_boundary_of_whom_a_step_is_on) {
  const auto with = [](const std::string& of_jane) {
    return escalation_of({.own = R"({"Effect":"Allow","Action":["iam:PutUserPolicy","iam:AttachUserPolicy"],
      "Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111111111111:policy/fence"}}})",
                          .more_of_jane = of_jane,
                          .users = harmless,
                          .policies = managed("fence", R"("*")")});
  };
  EXPECT_TRUE(with("").paths.empty());
  EXPECT_TRUE(has_path(with(under_fence), "iam-007"));
}

TEST(Escalation, by_ones_own_policy_ends_at_the_boundary) {
  const auto with = [](const std::string& fence) {
    return escalation_of(
        {.own = allowing(R"("iam:PutUserPolicy")"), .more_of_jane = under_fence, .policies = managed("fence", fence)});
  };
  EXPECT_TRUE(with(R"("iam:PutUserPolicy","s3:*")").paths.empty());
  EXPECT_TRUE(has_path(with(R"("*")"), "iam-007"));
  // Given everything that the boundary lets pass, she removes the boundary.
  const Escalation found = with(R"("iam:PutUserPolicy","iam:DeleteUserPermissionsBoundary")");
  ASSERT_TRUE(has_path(found, "delete-permissions-boundary"));
  EXPECT_EQ(found.paths.front().steps.size(), 2U);
  EXPECT_TRUE(has_path(with(R"("iam:PutUserPolicy","iam:PutUserPermissionsBoundary")"), "put-permissions-boundary"));
}

TEST(Escalation, takes_nobody_for_an_administrator_whom_the_organisation_denies_everything) {
  Account account = account_of(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
  ASSERT_TRUE(account.add_scp(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
    {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/jane"}}}]})"));
  Budget budget = seconds(5);
  const Escalation found = find_escalation(account, jane, budget);
  EXPECT_FALSE(found.is_administrator);
  EXPECT_TRUE(found.paths.empty());
}

}  // namespace
}  // namespace redoubt::iam
