// The answers of AWS Organizations: the accounts, what they lie under, and the policies that are attached there. The
// root is AWS::Organizations::Root here. What is above an account, and what is attached to a target, stands in answers
// that do not name it: `"ChildId"`, `"ParentId"`, `"TargetId"` or `"PolicyId"` stands beside them, or the file is named
// after it.
#include <string>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field named_fields[] = {{"Name"}, {"Email"}, {"Status"}, {"ParentIds", {}, texts}, {"ParentId"}};
constexpr Field organisation_fields[] = {{"MasterAccountId", "ManagementAccountId"}, {"FeatureSet"}};
constexpr Field listed_policy_fields[] = {{"Name"}, {"Type"}, {"AwsManaged", {}, flag}};
constexpr Field policy_fields[] = {{"PolicySummary.Name", "Name"},
                                   {"PolicySummary.Type", "Type"},
                                   {"PolicySummary.AwsManaged", "AwsManaged", flag},
                                   {"Content", {}, document}};

void listed_policy_more(const Value& item, Made& made, Reading&) {
  not_told(made.resource.properties, {"Content"}, "DescribePolicy", item.at);
}

constexpr Table tables[] = {
    {.key = "Organization",
     .type = "AWS::Organizations::Organization",
     .id = "Id",
     .arn = "Arn",
     .fields = organisation_fields,
     .mark = "FeatureSet"},
    {.key = "Roots",
     .type = "AWS::Organizations::Root",
     .id = "Id",
     .arn = "Arn",
     .fields = named_fields,
     .mark = "PolicyTypes"},
    {.key = "OrganizationalUnits",
     .type = "AWS::Organizations::OrganizationalUnit",
     .id = "Id",
     .arn = "Arn",
     .fields = named_fields,
     .mark = "Arn"},
    {.key = "OrganizationalUnit",
     .type = "AWS::Organizations::OrganizationalUnit",
     .id = "Id",
     .arn = "Arn",
     .fields = named_fields,
     .mark = "Arn"},
    {.key = "Accounts",
     .type = "AWS::Organizations::Account",
     .id = "Id",
     .arn = "Arn",
     .fields = named_fields,
     .mark = "JoinedMethod"},
    {.key = "Account",
     .type = "AWS::Organizations::Account",
     .id = "Id",
     .arn = "Arn",
     .fields = named_fields,
     .mark = "JoinedMethod"},
    {.key = "Policy",  // describe-policy
     .type = "AWS::Organizations::Policy",
     .id = "PolicySummary.Id",
     .arn = "PolicySummary.Arn",
     .fields = policy_fields,
     .mark = "PolicySummary"},
    {.key = "Policies",
     .type = "AWS::Organizations::Policy",
     .id = "Id",
     .arn = "Arn",
     .fields = listed_policy_fields,
     .more = listed_policy_more,
     .mark = "AwsManaged"},
};

constexpr Field targets_fields[] = {{"Targets[].TargetId", "TargetIds", texts}};
constexpr Field parents_fields[] = {{"Parents[].Id", "ParentIds", texts}};
constexpr Field children_fields[] = {{"Children[].Id", "Children", texts}};
constexpr Field accounts_fields[] = {{"Accounts[].Id", "Accounts", texts}};
constexpr Field units_fields[] = {{"OrganizationalUnits[].Id", "OrganizationalUnits", texts}};

// What is attached, by the kind that list-policies-for-target was asked for.
void attached_more(const Value& answer, Value& properties, Reading&) {
  Value ids = list({});
  ids.at = answer.at;
  for (const Value& each : member(answer, "Policies").items) ids.items.push_back(member(each, "Id"));
  properties.set(text_of(answer, "Policies[0].Type"), std::move(ids));
}

// One operation tells of accounts, organisational units and roots alike.
constexpr Part attached(std::string_view type) {
  return {.key = "Policies",
          .type = type,
          .subject = "TargetId",
          .question = "ListPoliciesForTarget",
          .more = attached_more,
          .mark = "Policies[0].AwsManaged"};
}

constexpr Part below(std::string_view type, std::string_view key, std::span<const Field> fields,
                     std::string_view question) {
  return {.key = key, .type = type, .subject = "ParentId", .fields = fields, .question = question};
}

constexpr std::string_view account = "AWS::Organizations::Account", unit = "AWS::Organizations::OrganizationalUnit",
                           root = "AWS::Organizations::Root";

constexpr Part parts[] = {
    {.key = "Targets",
     .type = "AWS::Organizations::Policy",
     .subject = "PolicyId",
     .fields = targets_fields,
     .property = "TargetIds",
     .question = "ListTargetsForPolicy"},
    {.key = "Parents", .type = account, .subject = "ChildId", .fields = parents_fields, .question = "ListParents"},
    {.key = "Parents", .type = unit, .subject = "ChildId", .fields = parents_fields, .question = "ListParents"},
    below(unit, "Children", children_fields, "ListChildren"),
    below(root, "Children", children_fields, "ListChildren"),
    below(unit, "Accounts", accounts_fields, "ListAccountsForParent"),
    below(root, "Accounts", accounts_fields, "ListAccountsForParent"),
    below(unit, "OrganizationalUnits", units_fields, "ListOrganizationalUnitsForParent"),
    below(root, "OrganizationalUnits", units_fields, "ListOrganizationalUnitsForParent"),
    attached(account),
    attached(unit),
    attached(root),
};

}  // namespace

Service organisation_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
