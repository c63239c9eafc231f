#include "iam/escalation.hpp"

#include <gtest/gtest.h>

#include <string>

#include "proof/iam/small_accounts.hpp"

namespace redoubt::iam {
namespace {

using namespace testing;

TEST(Escalation, leads_through_a_role_of_the_data_that_has_more) {
  const auto passing = [](const std::string& roles) {
    return escalation_of({.own = allowing(R"("iam:PassRole","ec2:RunInstances")"), .roles = roles});
  };
  EXPECT_TRUE(has_path(passing(role("boss", R"("*")", ec2)), "ec2-001"));
  EXPECT_TRUE(passing(role("reader", R"("s3:Get*")", ec2)).paths.empty());
  EXPECT_TRUE(passing(role("boss", R"("*")", R"({"Service":"lambda.amazonaws.com"})")).paths.empty());
  EXPECT_TRUE(passing(role("boss", R"("*")", own_account)).paths.empty());
  // A role that is no administrator, and can become one.
  const Escalation found = passing(role("deployer", R"("iam:PutRolePolicy")", ec2));
  ASSERT_TRUE(has_path(found, "iam-005"));
  EXPECT_EQ(found.paths.front().steps.size(), 3U);
  EXPECT_TRUE(found.paths.front().how.starts_with("start an instance that has the role, and then: "))
      << found.paths.front().how;
}

TEST(Escalation, by_a_policys_version_needs_a_policy_that_is_attached) {
  const std::string role_of_others = role("reader", R"("s3:Get*")", ec2);
  const std::string attached = R"(,"AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::111111111111:policy/mine"}])";
  // No policy at all is what a filtered answer looks like.
  EXPECT_TRUE(
      has_path(escalation_of({.own = allowing(R"("iam:CreatePolicyVersion")"), .roles = role_of_others}), "iam-001"));
  EXPECT_TRUE(
      escalation_of(
          {.own = allowing(R"("iam:CreatePolicyVersion")"),
           .roles = role("other", R"("s3:Get*")", ec2,
                         R"(,"AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::111111111111:policy/theirs"}])"),
           .policies = managed("theirs", R"("s3:Get*")")})
          .paths.empty());
  const Escalation found = escalation_of({.own = allowing(R"("iam:CreatePolicyVersion")"),
                                          .more_of_jane = attached,
                                          .roles = role_of_others,
                                          .policies = managed("mine", R"("s3:Get*")")});
  ASSERT_TRUE(has_path(found, "iam-001"));
  EXPECT_EQ(found.paths.front().steps.front().request.resource, "arn:aws:iam::111111111111:policy/mine");
  const auto back = [&](const std::string& versions) {
    return escalation_of({.own = allowing(R"("iam:SetDefaultPolicyVersion")"),
                          .more_of_jane = attached,
                          .roles = role_of_others,
                          .policies = managed("mine", R"("s3:Get*")", versions)});
  };
  const std::string older =
      R"(,{"VersionId":"v1","IsDefaultVersion":false,"Document":{"Version":"2012-10-17","Statement":)";
  EXPECT_TRUE(has_path(back(older + allowing(R"("*")") + "}}"), "set-default-policy-version"));
  EXPECT_TRUE(back("").paths.empty() && back("").undecided.empty());
  EXPECT_EQ(back(older + allowing(R"("s3:*")") + "}}").undecided,
            std::vector<std::string>{"set-default-policy-version"});
  EXPECT_FALSE(back(older + allowing(R"("s3:*")") + "}}").missing.empty());  // which says why
  const Escalation narrower = back(older + allowing(R"("s3:GetObject")") + "}}");
  EXPECT_TRUE(narrower.paths.empty() && narrower.undecided.empty());
}

TEST(Escalation, through_others_works_on_those_whom_the_data_show) {
  const std::string boss = R"(,{"Arn":"arn:aws:iam::111111111111:user/boss","UserPolicyList":[{"PolicyName":"p",
    "PolicyDocument":{"Version":"2012-10-17","Statement":)" +
                           allowing(R"("*")") + "}}]}";
  const std::string joe = R"(,{"Arn":"arn:aws:iam::111111111111:user/joe","UserPolicyList":[]})";
  EXPECT_TRUE(has_path(escalation_of({.own = allowing(R"("iam:CreateAccessKey")"), .users = boss}), "iam-002"));
  EXPECT_TRUE(escalation_of({.own = allowing(R"("iam:CreateAccessKey")"), .users = joe}).paths.empty());
  EXPECT_TRUE(escalation_of({.own = allowing(R"("iam:CreateAccessKey")", "arn:aws:iam::111111111111:user/joe"),
                             .users = boss + joe})
                  .paths.empty());
  EXPECT_TRUE(escalation_of({.own = allowing(R"("iam:UpdateLoginProfile")"), .users = joe}).paths.empty());
  EXPECT_TRUE(has_path(escalation_of({.own = allowing(R"("iam:PutUserPolicy","iam:CreateAccessKey")",
                                                      "arn:aws:iam::111111111111:user/joe"),
                                      .users = joe}),
                       "iam-018"));
  const std::string staff = R"({"GroupName":"staff","GroupPolicyList":[]})";
  const std::string bosses = R"({"GroupName":"bosses","GroupPolicyList":[{"PolicyName":"p","PolicyDocument":
    {"Version":"2012-10-17","Statement":)" +
                             allowing(R"("*")") + "}}]}";
  EXPECT_TRUE(has_path(escalation_of({.own = allowing(R"("iam:AddUserToGroup")"), .groups = bosses}), "iam-013"));
  EXPECT_TRUE(escalation_of({.own = allowing(R"("iam:AddUserToGroup")"), .groups = staff}).paths.empty());
  EXPECT_TRUE(escalation_of({.own = allowing(R"("iam:PutGroupPolicy")"), .groups = staff}).paths.empty());
  EXPECT_TRUE(has_path(
      escalation_of(
          {.own = allowing(R"("iam:PutGroupPolicy")"), .more_of_jane = R"(,"GroupList":["staff"])", .groups = staff}),
      "iam-011"));
}

TEST(Escalation, heeds_whom_a_role_trusts_before_it_is_assumed) {
  const auto with = [](const std::string& actions, const std::string& roles) {
    return escalation_of({.own = allowing(actions), .roles = roles});
  };
  const std::string put_and_assume = R"("iam:PutRolePolicy","sts:AssumeRole")";
  EXPECT_TRUE(has_path(with(put_and_assume, role("mine", R"("s3:Get*")", own_account)), "iam-017"));
  EXPECT_TRUE(with(put_and_assume, role("mine", R"("s3:Get*")", ec2)).paths.empty());
  EXPECT_TRUE(with(put_and_assume, role("mine", R"("s3:Get*")", own_account, under_fence)).paths.empty());
  EXPECT_TRUE(has_path(with(R"("iam:UpdateAssumeRolePolicy")", role("boss", R"("*")", ec2)), "iam-012"));
  EXPECT_TRUE(with(R"("iam:UpdateAssumeRolePolicy")", role("mine", R"("s3:Get*")", ec2)).paths.empty());
}

TEST(Escalation, through_what_holds_a_role_needs_such_a_role) {
  const auto with = [](const std::string& roles) {
    return escalation_of({.own = allowing(R"("lambda:UpdateFunctionCode","lambda:InvokeFunction")"), .roles = roles});
  };
  EXPECT_TRUE(with(role("reader", R"("s3:Get*")", R"({"Service":"lambda.amazonaws.com"})")).paths.empty());
  EXPECT_TRUE(with(role("boss", R"("*")", ec2)).paths.empty());
  const Escalation found = with(role("boss", R"("*")", R"({"Service":"lambda.amazonaws.com"})"));
  ASSERT_TRUE(has_path(found, "lambda-004"));
  EXPECT_EQ(found.paths.front().through, "arn:aws:iam::111111111111:role/boss");
  EXPECT_FALSE(found.paths.front().assumes.empty());  // a function that has it
}

TEST(Escalation, leaves_service_linked_roles_to_their_services) {
  EXPECT_TRUE(escalation_of({.own = allowing(R"("iam:UpdateAssumeRolePolicy")"),
                             .users = harmless,
                             .roles = role("aws-service-role/x.amazonaws.com/AWSServiceRoleForX", R"("*")",
                                           R"({"Service":"x.amazonaws.com"})")})
                  .paths.empty());
}

TEST(Escalation, on_an_instance_needs_a_role_that_instances_can_have) {
  const auto with = [](const std::string& trusted) {
    return escalation_of({.own = allowing(R"("ssm:StartSession")"), .roles = role("boss", R"("*")", trusted)});
  };
  EXPECT_TRUE(with(R"({"Service":"redshift.amazonaws.com"})").paths.empty());
  EXPECT_TRUE(has_path(with(ec2), "ssm-001"));
  EXPECT_TRUE(has_path(with(R"({"Service":"ssm.amazonaws.com"})"), "ssm-001"));
}

TEST(Escalation, takes_a_kind_of_which_the_data_list_none_for_unknown) {
  const std::string boss = role("boss", R"("*")", ec2);
  EXPECT_TRUE(has_path(escalation_of({.own = allowing(R"("iam:CreateAccessKey")"), .roles = boss}), "iam-002"));
  EXPECT_TRUE(has_path(escalation_of({.own = allowing(R"("iam:AddUserToGroup")"), .roles = boss}), "iam-013"));
  EXPECT_FALSE(
      has_path(escalation_of({.own = allowing(R"("iam:PassRole","lambda:CreateFunction","lambda:InvokeFunction")"),
                              .roles = boss}),
               "lambda-001"));
}

TEST(Escalation, heeds_the_tags_that_the_data_show) {
  const auto passing = [](const std::string& value, const std::string& tags) {
    return escalation_of({.own = allowing(R"("lambda:CreateFunction","lambda:InvokeFunction")") +
                                 R"(,{"Effect":"Allow","Action":"iam:PassRole","Resource":"*",
                "Condition":{"StringEquals":{"aws:ResourceTag/team":")" +
                                 value + R"("}}})",
                          .users = harmless,
                          .roles = role("boss", R"("*")", R"({"Service":"lambda.amazonaws.com"})", tags)});
  };
  const std::string tagged = R"(,"Tags":[{"Key":"team","Value":"blue"}])";
  EXPECT_TRUE(has_path(passing("blue", tagged), "lambda-001"));
  // AWS says that such a condition on iam:PassRole has no reliable results.
  for (const std::string& tags : {tagged, std::string(R"(,"Tags":[])")}) {
    const Escalation other = passing("red", tags);
    EXPECT_TRUE(other.paths.empty());
    EXPECT_EQ(other.undecided, std::vector<std::string>{"lambda-001"});
    EXPECT_FALSE(other.missing.empty());
  }
  const auto assuming = [](const std::string& tags) {
    return escalation_of({.own = R"({"Effect":"Allow","Action":"iam:UpdateAssumeRolePolicy","Resource":"*",
      "Condition":{"StringEquals":{"iam:ResourceTag/team":"red"}}})",
                          .users = harmless,
                          .roles = role("boss", R"("*")", ec2, tags)});
  };
  EXPECT_TRUE(has_path(assuming(""), "iam-012"));  // not known
  EXPECT_TRUE(assuming(tagged).paths.empty() && assuming(tagged).undecided.empty());
}

TEST(Escalation, heeds_the_tags_of_who_asks) {
  const auto with = [](const std::string& tags) {
    return escalation_of({.own = R"({"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"*",
      "Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}})",
                          .more_of_jane = R"(,"Tags":[)" + tags + "]"});
  };
  EXPECT_TRUE(has_path(with(R"({"Key":"team","Value":"red"})"), "iam-007"));
  EXPECT_TRUE(with(R"({"Key":"team","Value":"blue"})").paths.empty());
}

TEST(Escalation, through_a_provider_needs_a_role_that_lets_its_users_in) {
  const auto with = [](const std::string& trusted, const std::string& resource = "*") {
    return escalation_of({.own = allowing(R"("iam:UpdateSAMLProvider")", resource),
                          .users = harmless,
                          .roles = role("boss", R"("*")", trusted)});
  };
  const std::string provider = "arn:aws:iam::111111111111:saml-provider/corp";
  const Escalation found = with(R"({"Federated":")" + provider + "\"}");
  ASSERT_TRUE(has_path(found, "update-saml-provider"));
  EXPECT_EQ(found.paths.front().steps.front().request.resource, provider);
  EXPECT_TRUE(with(R"({"Federated":"cognito-identity.amazonaws.com"})").paths.empty());
  EXPECT_TRUE(with(R"({"Federated":")" + provider + "\"}", "arn:aws:iam::111111111111:saml-provider/o*").paths.empty());
}

}  // namespace
}  // namespace redoubt::iam
