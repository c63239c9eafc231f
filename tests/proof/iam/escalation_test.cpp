#include "iam/escalation.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "iam/decide.hpp"
#include "iam/escalation_paths.hpp"
#include "redoubt/json.hpp"
#include "support/corpora.hpp"

namespace redoubt::iam {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

Budget seconds(int count) {
  return Budget(std::chrono::seconds(count));
}

// An account of one user with a policy of its own.
Account account_of(const std::string& statements, const std::string& rest = "") {
  Account account;
  const auto result = account.add_account(
      R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane","UserName":"jane","GroupList":[],"UserPolicyList":[
      {"PolicyName":"own","PolicyDocument":{"Version":"2012-10-17","Statement":[)" +
      statements + R"(]}}],"AttachedManagedPolicies":[])" + rest +
      R"(}],"GroupDetailList":[],"RoleDetailList":[],"Policies":[]})");
  EXPECT_TRUE(result) << (result ? "" : result.error());
  return account;
}

const Principal jane = *Principal::parse("arn:aws:iam::111111111111:user/jane");

bool has_path(const Escalation& found, std::string_view id) {
  return std::ranges::any_of(found.paths, [&](const OpenPath& path) { return path.id == id; });
}

TEST(Escalation, needs_every_permission_of_each_path_of_the_corpus) {
  const auto folder = testing::corpus("iam");
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

// The account of one role with a policy of its own that allows the actions on everything.
Account account_of_role(const std::string& actions) {
  Account account;
  const auto result = account.add_account(
      R"({"UserDetailList":[],"GroupDetailList":[],"Policies":[],"RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role/app",
      "RolePolicyList":[{"PolicyName":"own","PolicyDocument":{"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Resource":"*","Action":[)" +
      actions + "]}]}}]}]}");
  EXPECT_TRUE(result) << (result ? "" : result.error());
  return account;
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

// The account of one user, jane, with these statements for her own policy, and of others.
struct Data {
  std::string own, more_of_jane = {}, users = {}, roles = {}, groups = {}, policies = {};
};

Escalation escalation_of(const Data& data) {
  Account account;
  const auto result = account.add_account(
      R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane","UserPolicyList":[{"PolicyName":"own",
      "PolicyDocument":{"Version":"2012-10-17","Statement":[)" +
      data.own + "]}}]" + data.more_of_jane + "}" + data.users + R"(],"RoleDetailList":[)" + data.roles +
      R"(],"GroupDetailList":[)" + data.groups + R"(],"Policies":[)" + data.policies + "]}");
  EXPECT_TRUE(result) << (result ? "" : result.error());
  Budget budget = seconds(5);
  return find_escalation(account, jane, budget);
}

std::string allowing(const std::string& actions, const std::string& resource = "*") {
  return R"({"Effect":"Allow","Action":[)" + actions + R"(],"Resource":")" + resource + "\"}";
}

std::string role(const std::string& name, const std::string& actions, const std::string& trusted,
                 const std::string& more = "") {
  return R"({"Arn":"arn:aws:iam::111111111111:role/)" + name +
         R"(","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
         "Principal":)" +
         trusted + R"(}},"RolePolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17",
         "Statement":)" +
         allowing(actions) + "}}]" + more + "}";
}

std::string managed(const std::string& name, const std::string& actions, const std::string& versions = "") {
  return R"({"Arn":"arn:aws:iam::111111111111:policy/)" + name +
         R"(","PolicyVersionList":[{"VersionId":"v2","IsDefaultVersion":true,"Document":{"Version":"2012-10-17","Statement":)" +
         allowing(actions) + "}}" + versions + "]}";
}

constexpr const char* under_fence =
    R"(,"PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111111111111:policy/fence"})";
constexpr const char* ec2 = R"({"Service":"ec2.amazonaws.com"})";
constexpr const char* own_account = R"({"AWS":"111111111111"})";

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

// Nobody else could do, of each kind of which there is one.
constexpr const char* harmless = R"(,{"Arn":"arn:aws:iam::111111111111:user/harmless","UserPolicyList":[]})";

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

TEST(Escalation, sees_an_administrator_under_a_guardrail) {
  Account account = account_of(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
  ASSERT_TRUE(account.add_scp(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
    {"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}]})"));
  Budget budget = seconds(5);
  EXPECT_TRUE(find_escalation(account, jane, budget).is_administrator);
}

}  // namespace
}  // namespace redoubt::iam
