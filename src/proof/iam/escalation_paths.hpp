// The known ways from some permissions to all of them, as data: what each needs, and what must stand ready. A path is
// open only when every one of its steps is allowed. The ids and permissions of "pathfinding.cloud" (DataDog) are kept
// where it names a path.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace redoubt::iam {

enum class StartsFrom : std::uint8_t { anyone, user, role };

// What the account's data must hold for a path; checked. What they cannot show (a stack, a build project) is told in
// words instead.
enum class Needs : std::uint8_t {
  nothing,
  administrator_user,
  administrator_role,
  administrator_group,
  managed_policy
};

struct EscalationStep {
  std::string_view action;
  std::string_view resource = "*";  // {partition} and {account} stand for the principal's, {self} for its ARN,
                                    // {attached} for the customer managed policies attached to it, where any are
};

struct EscalationPath {
  std::string_view id;
  std::string_view how;      // what the steps achieve
  std::string_view assumes;  // what must exist besides; empty when nothing
  std::array<EscalationStep, 4> listed;
  StartsFrom from = StartsFrom::anyone;
  Needs needs = Needs::nothing;
  std::string_view trusting = {};  // a role of the account must trust this service

  [[nodiscard]] constexpr std::span<const EscalationStep> steps() const {
    std::size_t count = 0;
    while (count < listed.size() && !listed[count].action.empty()) ++count;
    return std::span(listed).first(count);
  }
};

inline constexpr std::string_view any_role = "arn:{partition}:iam::{account}:role/*";
inline constexpr std::string_view any_user = "arn:{partition}:iam::{account}:user/*";
inline constexpr std::string_view any_group = "arn:{partition}:iam::{account}:group/*";
inline constexpr std::string_view own_policy = "{attached}";
inline constexpr std::string_view any_policy = "arn:{partition}:iam::{account}:policy/*";

inline constexpr std::array escalation_paths{
    EscalationPath{"apprunner-001",
                   "start a service that runs as an administrator's role",
                   "an administrator's role that trusts tasks.apprunner.amazonaws.com",
                   {{{"iam:PassRole", any_role}, {"apprunner:CreateService"}}}},
    EscalationPath{"cloudformation-002",
                   "update a stack whose service role is an administrator's",
                   "a stack with an administrator's service role",
                   {{{"cloudformation:UpdateStack"}}}},
    EscalationPath{"codebuild-002",
                   "start a build of one's own commands under an administrator's role",
                   "a build project with an administrator's service role",
                   {{{"codebuild:StartBuild"}}}},
    EscalationPath{"ec2-002",
                   "replace the start-up script of an instance that has an administrator's role",
                   "an instance with an administrator's instance profile",
                   {{{"ec2:ModifyInstanceAttribute"}, {"ec2:StopInstances"}, {"ec2:StartInstances"}}}},
    EscalationPath{
        "ecs-002",
        "run a task as an administrator's role, in a new cluster",
        "an administrator's role that trusts ecs-tasks.amazonaws.com",
        {{{"iam:PassRole", any_role}, {"ecs:CreateCluster"}, {"ecs:RegisterTaskDefinition"}, {"ecs:RunTask"}}}},
    EscalationPath{"glue-002",
                   "put one's own key on a development endpoint that has an administrator's role",
                   "a development endpoint with an administrator's role",
                   {{{"glue:UpdateDevEndpoint"}}}},
    EscalationPath{"iam-001",
                   "give a policy that is one's own a version that allows everything",
                   "a customer managed policy that is attached to the principal",
                   {{{"iam:CreatePolicyVersion", own_policy}}}},
    EscalationPath{"iam-006",
                   "set an administrator's console password",
                   "an administrator who has a console password",
                   {{{"iam:UpdateLoginProfile", any_user}}}},
    EscalationPath{"iam-011",
                   "write a policy that allows everything into one's own group",
                   "a group of which the principal is a member",
                   {{{"iam:PutGroupPolicy", any_group}}},
                   StartsFrom::user},
    EscalationPath{"iam-016",
                   "give a role's policy a version that allows everything, and assume the role",
                   "a role that trusts the principal and has a customer managed policy",
                   {{{"iam:CreatePolicyVersion", any_policy}, {"sts:AssumeRole", any_role}}}},
    EscalationPath{"iam-021",
                   "write a policy that allows everything into a role, and let it trust oneself",
                   "a role",
                   {{{"iam:PutRolePolicy", any_role}, {"iam:UpdateAssumeRolePolicy", any_role}}}},
    EscalationPath{"lambda-005",
                   "replace the code of a function that has an administrator's role, and call it",
                   "a function with an administrator's role",
                   {{{"lambda:UpdateFunctionCode"}, {"lambda:AddPermission"}}}},
    EscalationPath{"sagemaker-004",
                   "enter a notebook that has an administrator's role",
                   "a running notebook instance with an administrator's role",
                   {{{"sagemaker:CreatePresignedNotebookInstanceUrl"}}}},
    // Of these, what must stand ready is looked up in the account's data.
    EscalationPath{"attach-user-policy",
                   "attach AdministratorAccess to oneself",
                   "",
                   {{{"iam:AttachUserPolicy", "{self}"}}},
                   StartsFrom::user},
    EscalationPath{"put-user-policy",
                   "write a policy that allows everything into oneself",
                   "",
                   {{{"iam:PutUserPolicy", "{self}"}}},
                   StartsFrom::user},
    EscalationPath{"attach-role-policy",
                   "attach AdministratorAccess to one's own role",
                   "",
                   {{{"iam:AttachRolePolicy", "{self}"}}},
                   StartsFrom::role},
    EscalationPath{"put-role-policy",
                   "write a policy that allows everything into one's own role",
                   "",
                   {{{"iam:PutRolePolicy", "{self}"}}},
                   StartsFrom::role},
    EscalationPath{"add-user-to-group",
                   "join the administrators' group",
                   "",
                   {{{"iam:AddUserToGroup", any_group}}},
                   StartsFrom::user,
                   Needs::administrator_group},
    EscalationPath{"create-access-key",
                   "make a key of an administrator",
                   "",
                   {{{"iam:CreateAccessKey", any_user}}},
                   StartsFrom::anyone,
                   Needs::administrator_user},
    EscalationPath{"create-login-profile",
                   "give an administrator a console password of one's own",
                   "",
                   {{{"iam:CreateLoginProfile", any_user}}},
                   StartsFrom::anyone,
                   Needs::administrator_user},
    EscalationPath{"update-assume-role-policy",
                   "let an administrator's role trust oneself",
                   "",
                   {{{"iam:UpdateAssumeRolePolicy", any_role}}},
                   StartsFrom::anyone,
                   Needs::administrator_role},
    EscalationPath{"set-default-policy-version",
                   "bring back a wider version of one's own policy",
                   "an older version that allows more",
                   {{{"iam:SetDefaultPolicyVersion", own_policy}}},
                   StartsFrom::anyone,
                   Needs::managed_policy},
    EscalationPath{"lambda-create",
                   "run a function of one's own as an administrator's role",
                   "",
                   {{{"iam:PassRole", any_role}, {"lambda:CreateFunction"}, {"lambda:InvokeFunction"}}},
                   StartsFrom::anyone,
                   Needs::administrator_role,
                   "lambda.amazonaws.com"},
    EscalationPath{"ec2-run",
                   "start an instance that has an administrator's role",
                   "",
                   {{{"iam:PassRole", any_role}, {"ec2:RunInstances"}}},
                   StartsFrom::anyone,
                   Needs::administrator_role,
                   "ec2.amazonaws.com"},
    EscalationPath{"cloudformation-create",
                   "create a stack under an administrator's service role",
                   "",
                   {{{"iam:PassRole", any_role}, {"cloudformation:CreateStack"}}},
                   StartsFrom::anyone,
                   Needs::administrator_role,
                   "cloudformation.amazonaws.com"},
    EscalationPath{"glue-create",
                   "make a development endpoint that has an administrator's role",
                   "",
                   {{{"iam:PassRole", any_role}, {"glue:CreateDevEndpoint"}}},
                   StartsFrom::anyone,
                   Needs::administrator_role,
                   "glue.amazonaws.com"},
};

}  // namespace redoubt::iam
