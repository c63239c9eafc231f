#include "iam/escalation.hpp"

#include <gtest/gtest.h>

#include <string>

#include "proof/iam/small_accounts.hpp"

namespace redoubt::iam {
namespace {

using namespace testing;

TEST(Escalation, by_attaching_a_policy_needs_one_that_leads_to_everything) {
  const auto with = [](const std::string& more) {
    return escalation_of(
        {.own = R"({"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"*")" + more, .users = harmless});
  };
  EXPECT_TRUE(has_path(with("}"), "iam-008"));
  EXPECT_TRUE(
      with(R"(,"Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/ReadOnlyAccess"}}})").paths.empty());
  const Escalation other = with(
      R"(},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"}}})");
  ASSERT_TRUE(has_path(other, "iam-008"));
  EXPECT_EQ(other.paths.front().how, "attach IAMFullAccess to oneself");
}

TEST(Escalation, makes_somebody_and_lets_them_grow) {
  const auto with = [](const std::string& actions, const std::string& resource = "*", const std::string& more = "") {
    return escalation_of({.own = allowing(actions, resource) + more, .users = harmless});
  };
  const std::string new_user = "arn:aws:iam::111111111111:user/new*";
  EXPECT_TRUE(has_path(with(R"("iam:CreateUser","iam:CreateAccessKey","iam:AttachUserPolicy")", new_user),
                       "create-user-attach"));
  EXPECT_TRUE(with(R"("iam:CreateUser","iam:CreateAccessKey")", new_user).paths.empty());
  const std::string make_role = R"("iam:CreateRole","iam:PutRolePolicy")",
                    new_role = "arn:aws:iam::111111111111:role/n*";
  EXPECT_TRUE(has_path(with(make_role, new_role), "create-role-put"));
  EXPECT_FALSE(
      has_path(with(make_role, new_role, R"(,{"Effect":"Deny","Action":"sts:*","Resource":"*"})"), "create-role-put"));
  EXPECT_TRUE(
      has_path(with(R"("iam:CreateGroup","iam:AddUserToGroup","iam:AttachGroupPolicy")"), "create-group-attach"));
}

TEST(Escalation, gives_a_group_more_and_joins_it) {
  EXPECT_TRUE(has_path(escalation_of({.own = allowing(R"("iam:AddUserToGroup","iam:AttachGroupPolicy")"),
                                      .users = harmless,
                                      .groups = R"({"GroupName":"staff","GroupPolicyList":[]})"}),
                       "join-group-attach"));
}

TEST(Escalation, gives_a_role_more_and_hands_it_to_a_service) {
  const std::string weak = role("weak", R"("s3:Get*")", R"({"Service":"lambda.amazonaws.com"})");
  const auto with = [&](const std::string& actions, const std::string& roles) {
    return escalation_of({.own = allowing(actions), .users = harmless, .roles = roles});
  };
  const std::string pass = R"("iam:PassRole","lambda:CreateFunction","lambda:InvokeFunction")";
  const Escalation found = with(pass + R"(,"iam:AttachRolePolicy")", weak);
  ASSERT_TRUE(has_path(found, "lambda-001"));
  EXPECT_EQ(found.paths.front().steps.front().request.action, "iam:AttachRolePolicy");
  EXPECT_TRUE(with(pass, weak).paths.empty());
  EXPECT_TRUE(
      has_path(with(R"("lambda:UpdateFunctionCode","lambda:InvokeFunction","iam:PutRolePolicy")", weak), "lambda-004"));
}

// Attaching AWS's two wide policies is denied; what else may be attached.
std::string attaching_others(const std::string& more) {
  return allowing(more + R"("iam:AttachUserPolicy")") +
         R"(,{"Effect":"Deny","Action":"iam:AttachUserPolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":[
         "arn:aws:iam::aws:policy/AdministratorAccess","arn:aws:iam::aws:policy/IAMFullAccess"]}}})";
}

TEST(Escalation, attaches_a_policy_of_the_account_that_allows_everything) {
  const auto with = [](const std::string& own, const std::string& policies) {
    return escalation_of({.own = own, .users = harmless, .policies = policies});
  };
  EXPECT_TRUE(with(attaching_others(""), managed("narrow", R"("s3:*")")).paths.empty());
  const Escalation found = with(attaching_others(""), managed("wide", R"("*")"));
  ASSERT_TRUE(has_path(found, "iam-008"));
  EXPECT_EQ(found.paths.front().how, "attach arn:aws:iam::111111111111:policy/wide to oneself");
}

TEST(Escalation, makes_the_policy_that_it_attaches) {
  const auto with = [](const std::string& own) {
    return escalation_of({.own = own, .users = harmless, .policies = managed("narrow", R"("s3:*")")});
  };
  const Escalation found = with(attaching_others(R"("iam:CreatePolicy",)"));
  ASSERT_TRUE(has_path(found, "iam-008"));
  ASSERT_EQ(found.paths.front().steps.size(), 2U);
  EXPECT_EQ(found.paths.front().steps.front().request.action, "iam:CreatePolicy");
  EXPECT_EQ(found.paths.front().steps.back().request.context.at("iam:policyarn").front(),
            found.paths.front().steps.front().request.resource);
  EXPECT_TRUE(has_path(with(attaching_others(R"("iam:CreatePolicyVersion",)")), "iam-008"));
  // What may be attached is not what may be made.
  const std::string attach_team = R"({"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"*",
    "Condition":{"ArnLike":{"iam:PolicyARN":"arn:aws:iam::111111111111:policy/team/*"}}},)";
  EXPECT_TRUE(has_path(with(attach_team + allowing(R"("iam:CreatePolicy")", "arn:aws:iam::111111111111:policy/team/*")),
                       "iam-008"));
  EXPECT_FALSE(has_path(
      with(attach_team + allowing(R"("iam:CreatePolicy")", "arn:aws:iam::111111111111:policy/other/*")), "iam-008"));
}

TEST(Escalation, makes_another_user_an_administrator_and_becomes_it) {
  const std::string joe = R"(,{"Arn":"arn:aws:iam::111111111111:user/joe","UserPolicyList":[])";
  const std::string of_joe = "arn:aws:iam::111111111111:user/joe";
  const auto with = [&](const std::string& own, const std::string& more_of_joe = "", const std::string& groups = "") {
    return escalation_of(
        {.own = own, .users = joe + more_of_joe + "}", .groups = groups, .policies = managed("mine", R"("s3:Get*")")});
  };
  EXPECT_TRUE(has_path(with(allowing(R"("iam:AttachUserPolicy","iam:UpdateLoginProfile")", of_joe)), "iam-006"));
  EXPECT_TRUE(has_path(with(allowing(R"("iam:PutUserPolicy","iam:CreateLoginProfile")", of_joe)), "iam-004"));
  EXPECT_TRUE(with(allowing(R"("iam:UpdateLoginProfile")", of_joe)).paths.empty());
  EXPECT_TRUE(has_path(with(allowing(R"("iam:CreatePolicyVersion","iam:CreateAccessKey")"),
                            R"(,"AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::111111111111:policy/mine"}])"),
                       "iam-002"));
  const std::string bosses = R"({"GroupName":"bosses","GroupPolicyList":[{"PolicyName":"p","PolicyDocument":
    {"Version":"2012-10-17","Statement":)" +
                             allowing(R"("*")") + "}}]}";
  const std::string make_key = allowing(R"("iam:CreateAccessKey")", of_joe);
  const Escalation found = with(make_key + "," + allowing(R"("iam:AddUserToGroup")") +
                                    R"(,{"Effect":"Deny","Action":"iam:AddUserToGroup","Resource":"*",
      "Condition":{"Null":{"aws:MultiFactorAuthPresent":"false"}}})",
                                "", bosses);
  ASSERT_TRUE(has_path(found, "iam-002"));
  EXPECT_TRUE(with(make_key, "", bosses).paths.empty());
}

TEST(Escalation, takes_the_boundary_away_of_whom_it_becomes) {
  const auto with = [](const std::string& actions, const std::string& of_role) {
    return escalation_of({.own = allowing(actions),
                          .users = harmless,
                          .roles = role("mine", of_role, own_account, under_fence),
                          .policies = managed("fence", R"("s3:*")")});
  };
  const std::string free = R"("iam:DeleteRolePermissionsBoundary")";
  EXPECT_TRUE(has_path(with(R"("sts:AssumeRole","iam:PutRolePolicy",)" + free, R"("s3:*")"), "iam-017"));
  EXPECT_TRUE(with(R"("sts:AssumeRole","iam:PutRolePolicy")", R"("s3:*")").paths.empty());
  const Escalation found = with(R"("iam:UpdateAssumeRolePolicy",)" + free, R"("*")");
  ASSERT_TRUE(has_path(found, "iam-012"));
  EXPECT_EQ(found.paths.front().steps.front().request.action, "iam:DeleteRolePermissionsBoundary");
  EXPECT_TRUE(with(R"("iam:UpdateAssumeRolePolicy")", R"("*")").paths.empty());
}

TEST(Escalation, joins_a_group_that_leads_on) {
  const auto group = [](const std::string& name, const std::string& actions) {
    return R"({"GroupName":")" + name +
           R"(","GroupPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":)" +
           allowing(actions) + "}}]}";
  };
  const auto with = [](const std::string& own, const std::string& groups) {
    return escalation_of({.own = own, .users = harmless, .groups = groups});
  };
  const std::string join = allowing(R"("iam:AddUserToGroup")");
  const Escalation found = with(join, group("ops", R"("iam:PutUserPolicy")"));
  ASSERT_TRUE(has_path(found, "iam-007"));
  EXPECT_EQ(found.paths.front().how, "join group ops, and then: write a policy that allows everything into oneself");
  EXPECT_EQ(found.paths.front().steps.size(), 2U);
  EXPECT_TRUE(with(join, group("ops", R"("s3:Get*")")).paths.empty());
  EXPECT_TRUE(with(allowing(R"("s3:Get*")"), group("ops", R"("iam:PutUserPolicy")")).paths.empty());
  // Both together.
  EXPECT_TRUE(has_path(with(join, group("a", R"("iam:CreateUser","iam:AttachUserPolicy")") + "," +
                                      group("b", R"("iam:CreateAccessKey")")),
                       "create-user-attach"));
}

}  // namespace
}  // namespace redoubt::iam
