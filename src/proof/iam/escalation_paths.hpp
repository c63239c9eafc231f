// The known ways from some permissions to all of them, as data: what each needs, and what must stand ready. A path is
// open only when every one of its steps is allowed. Ids and permissions are those of pathfinding.cloud (DataDog), which
// has grown from Rhino Security Labs' "AWS IAM Privilege Escalation"; ids of words name paths that it does not list.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace redoubt::iam {

enum class StartsFrom : std::uint8_t { anyone, a_user, a_role };

// What the steps work on, and what they give. Where the account's data show one, the answer names it.
enum class Target : std::uint8_t {
  oneself,           // whose own policies then allow everything
  own_policy,        // a customer managed policy of one's own, which then allows everything
  own_version,       // an older version of such a policy
  own_group,         // whose policies then allow everything
  own_boundary,      // which then limits no more
  group,             // of administrators, which one joins
  group_with_all,    // any: it is given policies that allow everything, and one joins it
  user,              // who may do it: one becomes that user
  role,              // likewise
  user_with_all,     // any: it is given policies that allow everything, and one becomes it
  role_with_all,     // likewise
  role_that_trusts,  // likewise, and one can assume it already
  role_by_policy,    // any that has a customer managed policy, which then allows everything
  passed_role,       // one that is handed to a service
  held_role,         // one that something has already
  federated_role,    // one that lets in the users of an identity provider; `service` is the provider's kind
  new_user,          // one that is made, given policies that allow everything, and become
  new_group,         // likewise, and joined
  new_role,          // likewise, and assumed: it trusts whom its maker says
  elsewhere,         // what the data of an account never show
};

struct EscalationStep {
  std::string_view action;
  std::string_view resource = "*";  // {partition} and {account} stand for the principal's, {self} for its ARN,
                                    // {attached} for the customer managed policies attached to it, where any are,
                                    // {stack} for its account, or for any where no source says it
};

struct EscalationPath {
  static constexpr std::size_t most_steps = 7;

  std::string_view id;
  std::string_view how;              // what the steps achieve
  std::string_view assumes;          // what must exist besides; empty when nothing
  std::string_view service = {};     // the role that is passed, or held, must trust it; empty: any may be
  std::string_view or_service = {};  // or this one
  StartsFrom from = StartsFrom::anyone;
  Target target = Target::oneself;
  bool on_one = false;  // the steps are all on one and the same resource, a role that is passed aside
  std::array<EscalationStep, most_steps> listed = {};

  [[nodiscard]] constexpr std::span<const EscalationStep> steps() const {
    std::size_t count = 0;
    while (count < listed.size() && !listed[count].action.empty()) ++count;
    return std::span(listed).first(count);
  }
};

namespace paths {

inline constexpr std::string_view any_role = "arn:{partition}:iam::{account}:role/?*";
inline constexpr std::string_view any_user = "arn:{partition}:iam::{account}:user/?*";
inline constexpr std::string_view any_group = "arn:{partition}:iam::{account}:group/?*";
inline constexpr std::string_view any_policy = "arn:{partition}:iam::{account}:policy/?*";
inline constexpr std::string_view attached_policy = "{attached}";
inline constexpr std::string_view self = "{self}";
inline constexpr std::string_view any_saml_provider = "arn:{partition}:iam::{account}:saml-provider/?*";
// What has a role ("Actions, resources, and condition keys for AWS services", resource types).
inline constexpr std::string_view any_endpoint = "arn:{partition}:glue:*:{stack}:devEndpoint/?*";
inline constexpr std::string_view any_function = "arn:{partition}:lambda:*:{stack}:function:?*";
inline constexpr std::string_view any_instance = "arn:{partition}:ec2:*:{stack}:instance/?*";
inline constexpr std::string_view any_machine = "arn:{partition}:states:*:{stack}:stateMachine:?*";
inline constexpr std::string_view any_notebook = "arn:{partition}:sagemaker:*:{stack}:notebook-instance/?*";
inline constexpr std::string_view any_project = "arn:{partition}:codebuild:*:{stack}:project/?*";

// Services that roles are passed to, and held by.
inline constexpr std::string_view ecs = "ecs-tasks.amazonaws.com", ec2 = "ec2.amazonaws.com",
                                  glue = "glue.amazonaws.com", lambda = "lambda.amazonaws.com",
                                  sagemaker = "sagemaker.amazonaws.com", agent_core = "bedrock-agentcore.amazonaws.com",
                                  codebuild = "codebuild.amazonaws.com",
                                  cloudformation = "cloudformation.amazonaws.com", ssm = "ssm.amazonaws.com";

using StepList = std::initializer_list<EscalationStep>;

consteval EscalationPath with(EscalationPath path, StepList steps) {
  std::size_t at = 0;
  for (const EscalationStep& step : path.listed) at += !step.action.empty();
  for (const EscalationStep& step : steps) path.listed[at++] = step;
  return path;
}

// An administrator's role is handed to a service that then acts on one's behalf.
consteval EscalationPath passes(std::string_view id, std::string_view service, std::string_view how, StepList steps,
                                bool on_one = false) {
  const EscalationPath path{.id = id,
                            .how = how,
                            .assumes = "an administrator's role that trusts the service",
                            .service = service,
                            .target = Target::passed_role,
                            .on_one = on_one};
  return with(with(path, {{"iam:PassRole", any_role}}), steps);
}

// Something that has an administrator's role already is made to act on one's behalf.
consteval EscalationPath uses(std::string_view id, std::string_view service, std::string_view assumes,
                              std::string_view how, StepList steps, bool on_one = false,
                              std::string_view or_service = {}) {
  return with({.id = id,
               .how = how,
               .assumes = assumes,
               .service = service,
               .or_service = or_service,
               .target = Target::held_role,
               .on_one = on_one},
              steps);
}

// IAM itself.
consteval EscalationPath changes(std::string_view id, StartsFrom from, Target target, std::string_view assumes,
                                 std::string_view how, StepList steps, bool on_one = false) {
  return with({.id = id, .how = how, .assumes = assumes, .from = from, .target = target, .on_one = on_one}, steps);
}

// What an identity provider says of its users is forged.
consteval EscalationPath forges(std::string_view id, std::string_view how, StepList steps) {
  return with({.id = id,
               .how = how,
               .assumes = "an administrator's role that lets in the users of a SAML provider",
               .service = "saml-provider",
               .target = Target::federated_role,
               .on_one = true},
              steps);
}

}  // namespace paths

// The table: of IAM itself and of who signs in (escalation_paths_iam.cpp), of roles that are handed to a service
// (escalation_paths_passed.cpp), and of those that something has (escalation_paths_held.cpp).
[[nodiscard]] std::span<const EscalationPath> paths_of_iam();
[[nodiscard]] std::span<const EscalationPath> paths_of_passed_roles();
[[nodiscard]] std::span<const EscalationPath> paths_of_held_roles();
[[nodiscard]] std::span<const EscalationPath> escalation_paths();

}  // namespace redoubt::iam
