// Who has which rights, by IAM's answers: users, groups, roles and policies in full
// (get-account-authorization-details), or gathered one by one (list-roles, get-role, list-attached-role-policies,
// list-role-policies, get-role-policy and their like). What was not asked stays unknown, never empty.
#include <fmt/format.h>

#include <array>
#include <set>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field policy_fields[] = {{"PolicyName"}, {"PolicyDocument", {}, document}};

// Inline policies, as CloudFormation writes them inside a user, a group or a role. None is an empty list.
void inline_policies(const Value& item, std::string_view path, Made& made, Reading& reading) {
  Value policies = list({});
  policies.at = item.at;
  for (const Value& each : items_of(item, path, reading)) {
    Value& policy = policies.items.emplace_back(object({}));
    policy.at = each.at;
    apply(policy_fields, each, policy, reading);
  }
  made.resource.properties.set("Policies", std::move(policies));
}

constexpr Field user_fields[] = {
    {"UserName"},
    {"Path"},
    {"Arn"},
    {"CreateDate"},
    {"PasswordLastUsed"},
    {"GroupList", "Groups", texts},
    {"AttachedManagedPolicies[].PolicyArn", "ManagedPolicyArns", texts},
    {"PermissionsBoundary.PermissionsBoundaryArn", "PermissionsBoundary"},
    {"Tags", {}, tags},
};
constexpr Field group_fields[] = {
    {"GroupName"},
    {"Path"},
    {"Arn"},
    {"CreateDate"},
    {"AttachedManagedPolicies[].PolicyArn", "ManagedPolicyArns", texts},
};
constexpr Field role_fields[] = {
    {"RoleName"},
    {"Path"},
    {"Arn"},
    {"CreateDate"},
    {"Description"},
    {"MaxSessionDuration", {}, number},
    {"AssumeRolePolicyDocument", {}, document},
    {"AttachedManagedPolicies[].PolicyArn", "ManagedPolicyArns", texts},
    {"PermissionsBoundary.PermissionsBoundaryArn", "PermissionsBoundary"},
    {"RoleLastUsed", {}, as_is},
    {"Tags", {}, tags},
};
constexpr Field group_answer_fields[] = {
    {"Group.GroupName", "GroupName"}, {"Group.Path", "Path"}, {"Group.Arn", "Arn"}, {"Group.CreateDate", "CreateDate"}};
constexpr Field instance_profile_fields[] = {
    {"InstanceProfileName"}, {"Path"}, {"Arn"}, {"Roles[].RoleName", "Roles", texts}};

void user_more(const Value& item, Made& made, Reading& reading) {
  inline_policies(item, "UserPolicyList", made, reading);
}

void group_more(const Value& item, Made& made, Reading& reading) {
  inline_policies(item, "GroupPolicyList", made, reading);
}

void role_more(const Value& item, Made& made, Reading& reading) {
  inline_policies(item, "RolePolicyList", made, reading);
  for (const Value& each : items_of(item, "InstanceProfileList", reading)) {
    Resource out = part_of(made.resource, "AWS::IAM::InstanceProfile", text_of(each, "InstanceProfileName"), each,
                           instance_profile_fields, reading);
    out.arn = text_of(each, "Arn");
    made.others.push_back(std::move(out));
  }
}

// list-users and list-roles name them, and leave out the boundary ("ListRoles", IAM API reference).
void listed_user_more(const Value& item, Made& made, Reading&) {
  not_told(made.resource.properties, {"PermissionsBoundary"}, "GetAccountAuthorizationDetails or GetUser", item.at);
}

void listed_role_more(const Value& item, Made& made, Reading&) {
  not_told(made.resource.properties, {"PermissionsBoundary"}, "GetAccountAuthorizationDetails or GetRole", item.at);
}

// get-group names the members too.
void group_answer_more(const Value& item, Made& made, Reading& reading) {
  Resource members = part_of(made.resource, "AWS::IAM::UserToGroupAddition", made.resource.id, item, {}, reading);
  members.properties.set("GroupName", text_at(made.resource.id, item.at));
  Value users = list({});
  users.at = item.at;
  for (const Value& user : items_of(item, "Users", reading))
    users.items.push_back(text_at(text_of(user, "UserName"), user.at));
  members.properties.set("Users", std::move(users));
  made.others.push_back(std::move(members));
}

constexpr Field inline_fields[] = {
    {"RoleName"}, {"UserName"}, {"GroupName"}, {"PolicyName"}, {"PolicyDocument", {}, document}};

void inline_more(const Value& item, Made& made, Reading&) {
  made.resource.id = fmt::format("{}{}{}/{}", text_of(item, "RoleName"), text_of(item, "UserName"),
                                 text_of(item, "GroupName"), text_of(item, "PolicyName"));
}

constexpr Field managed_policy_fields[] = {
    {"PolicyName", "ManagedPolicyName"}, {"Path"},           {"Arn"}, {"Description"}, {"DefaultVersionId"},
    {"AttachmentCount", {}, number},     {"Tags", {}, tags},
};
constexpr Field version_fields[] = {{"Document", "PolicyDocument", document}};

void managed_policy_more(const Value& item, Made& made, Reading& reading) {
  for (const Value& version : items_of(item, "PolicyVersionList", reading))
    if (const Value chosen = member(version, "IsDefaultVersion"); chosen.is(Kind::boolean) && chosen.boolean)
      apply(version_fields, version, made.resource.properties, reading);
}

constexpr Table tables[] = {
    {"UserDetailList", "AWS::IAM::User", "UserName", "Arn", user_fields, user_more},
    {"GroupDetailList", "AWS::IAM::Group", "GroupName", "Arn", group_fields, group_more},
    {"RoleDetailList", "AWS::IAM::Role", "RoleName", "Arn", role_fields, role_more},
    {.key = "User",
     .type = "AWS::IAM::User",
     .id = "UserName",
     .arn = "Arn",
     .fields = user_fields,
     .mark = "UserName"},
    {.key = "Group",
     .type = "AWS::IAM::Group",
     .id = "Group.GroupName",
     .arn = "Group.Arn",
     .fields = group_answer_fields,
     .more = group_answer_more,
     .mark = "Group.GroupName",
     .whole = true},
    {.key = "Role",
     .type = "AWS::IAM::Role",
     .id = "RoleName",
     .arn = "Arn",
     .fields = role_fields,
     .mark = "RoleName"},
    {.key = "Users",
     .type = "AWS::IAM::User",
     .id = "UserName",
     .arn = "Arn",
     .fields = user_fields,
     .more = listed_user_more,
     .mark = "UserName"},
    {.key = "Groups",
     .type = "AWS::IAM::Group",
     .id = "GroupName",
     .arn = "Arn",
     .fields = group_fields,
     .mark = "Arn"},
    {.key = "Roles",
     .type = "AWS::IAM::Role",
     .id = "RoleName",
     .arn = "Arn",
     .fields = role_fields,
     .more = listed_role_more,
     .mark = "RoleName"},
    {.key = "PolicyDocument",
     .type = "AWS::IAM::RolePolicy",
     .fields = inline_fields,
     .more = inline_more,
     .mark = "RoleName",
     .whole = true},
    {.key = "PolicyDocument",
     .type = "AWS::IAM::UserPolicy",
     .fields = inline_fields,
     .more = inline_more,
     .mark = "UserName",
     .whole = true},
    {.key = "PolicyDocument",
     .type = "AWS::IAM::GroupPolicy",
     .fields = inline_fields,
     .more = inline_more,
     .mark = "GroupName",
     .whole = true},
    {.key = "InstanceProfiles",
     .type = "AWS::IAM::InstanceProfile",
     .id = "InstanceProfileName",
     .arn = "Arn",
     .fields = instance_profile_fields,
     .mark = "InstanceProfileName"},
    {.key = "Policies",
     .type = "AWS::IAM::ManagedPolicy",
     .id = "Arn",
     .arn = "Arn",
     .fields = managed_policy_fields,
     .more = managed_policy_more,
     .mark = "DefaultVersionId"},
    {.key = "Policy",  // get-policy; other services' policies are texts
     .type = "AWS::IAM::ManagedPolicy",
     .id = "Arn",
     .arn = "Arn",
     .fields = managed_policy_fields,
     .mark = "DefaultVersionId"},
};

// Only the default version counts ("Versioning IAM policies").
void version_more(const Value& answer, Value& properties, Reading& reading) {
  constexpr Field fields[] = {{"PolicyVersion.Document", "PolicyDocument", document}};
  if (const Value in_force = member(answer, "PolicyVersion.IsDefaultVersion"); !in_force.boolean) return;
  apply(fields, answer, properties, reading);
}

constexpr Field attached_fields[] = {{"AttachedPolicies[].PolicyArn", "ManagedPolicyArns", texts}};
constexpr Field inline_names_fields[] = {{"PolicyNames", {}, texts}};
constexpr Field groups_of_user_fields[] = {{"Groups[].GroupName", "Groups", texts}};
constexpr Field entities_fields[] = {{"PolicyRoles[].RoleName", "Roles", texts},
                                     {"PolicyUsers[].UserName", "Users", texts},
                                     {"PolicyGroups[].GroupName", "Groups", texts}};

constexpr Part parts[] = {
    {.key = "PolicyVersion",
     .type = "AWS::IAM::ManagedPolicy",
     .subject = "PolicyArn",
     .property = "PolicyDocument",
     .question = "GetPolicyVersion",
     .more = version_more},
    {.key = "PolicyRoles",
     .type = "AWS::IAM::ManagedPolicy",
     .subject = "PolicyArn",
     .fields = entities_fields,
     .question = "ListEntitiesForPolicy"},
    {.key = "AttachedPolicies",
     .type = "AWS::IAM::Role",
     .subject = "RoleName",
     .fields = attached_fields,
     .property = "ManagedPolicyArns",
     .question = "ListAttachedRolePolicies"},
    {.key = "AttachedPolicies",
     .type = "AWS::IAM::User",
     .subject = "UserName",
     .fields = attached_fields,
     .property = "ManagedPolicyArns",
     .question = "ListAttachedUserPolicies"},
    {.key = "AttachedPolicies",
     .type = "AWS::IAM::Group",
     .subject = "GroupName",
     .fields = attached_fields,
     .property = "ManagedPolicyArns",
     .question = "ListAttachedGroupPolicies"},
    {.key = "PolicyNames",
     .type = "AWS::IAM::Role",
     .subject = "RoleName",
     .fields = inline_names_fields,
     .property = "Policies",
     .question = "ListRolePolicies"},
    {.key = "PolicyNames",
     .type = "AWS::IAM::User",
     .subject = "UserName",
     .fields = inline_names_fields,
     .property = "Policies",
     .question = "ListUserPolicies"},
    {.key = "PolicyNames",
     .type = "AWS::IAM::Group",
     .subject = "GroupName",
     .fields = inline_names_fields,
     .property = "Policies",
     .question = "ListGroupPolicies"},
    {.key = "Groups",
     .type = "AWS::IAM::User",
     .subject = "UserName",
     .fields = groups_of_user_fields,
     .property = "Groups",
     .question = "ListGroupsForUser"},
};

}  // namespace

void join_inline_policies(std::vector<Resource>& resources) {
  struct Owners {
    std::string_view type, policy, name, question;
  };
  constexpr std::array all{Owners{"AWS::IAM::Role", "AWS::IAM::RolePolicy", "RoleName", "GetRolePolicy"},
                           Owners{"AWS::IAM::User", "AWS::IAM::UserPolicy", "UserName", "GetUserPolicy"},
                           Owners{"AWS::IAM::Group", "AWS::IAM::GroupPolicy", "GroupName", "GetGroupPolicy"}};
  std::set<const Resource*> joined;
  for (const Owners& owners : all)
    for (Resource& owner : resources) {
      const Value names = owner.properties["PolicyNames"];
      if (owner.type != owners.type || !names.is(Kind::list) || owner.properties["Policies"].is(Kind::list)) continue;
      Value policies = list({});
      policies.at = names.at;
      for (const Value& name : names.items) {
        Value& policy = policies.items.emplace_back(object({{"PolicyName", name}}));
        policy.at = name.at;
        for (const Resource& each : resources) {
          if (each.type != owners.policy || each.properties[owners.name].text != owner.id ||
              each.properties["PolicyName"].text != name.text ||
              (each.account != owner.account && !each.account.empty() && !owner.account.empty()))
            continue;
          policy.set("PolicyDocument", each.properties["PolicyDocument"]);
          joined.insert(&each);
        }
        not_told(policy, {"PolicyDocument"}, owners.question, name.at);
      }
      owner.properties.set("Policies", std::move(policies));
    }
  std::erase_if(resources, [&](const Resource& each) { return joined.contains(&each); });
}

Service principal_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
