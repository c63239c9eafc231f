// AWS Backup's answers: plans, what they select, vaults, restore testing. Recovery points and restore jobs have no type
// in CloudFormation: they are AWS::Backup::RecoveryPoint and AWS::Backup::RestoreJob here.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field plan_fields[] = {
    {"BackupPlanId"},
    {"BackupPlan.BackupPlanName", "BackupPlan.BackupPlanName"},
    {"BackupPlan.AdvancedBackupSettings", {}, as_is},
};
constexpr Field plan_rule_fields[] = {
    {"RuleName"},
    {"TargetBackupVaultName", "TargetBackupVault"},
    {"ScheduleExpression"},
    {"ScheduleExpressionTimezone"},
    {"StartWindowMinutes", {}, number},
    {"CompletionWindowMinutes", {}, number},
    {"Lifecycle", {}, as_is},
    {"CopyActions", {}, as_is},
    {"EnableContinuousBackup", {}, flag},
    {"RecoveryPointTags", {}, as_is},
};

void plan_more(const Value& item, Made& made, Reading& reading) {
  Value rules = list({});
  rules.at = item.at;
  for (const Value& each : items_of(item, "BackupPlan.Rules", reading)) {
    Value& rule = rules.items.emplace_back(object({}));
    rule.at = each.at;
    apply(plan_rule_fields, each, rule, reading);
  }
  Value plan = made.resource.properties["BackupPlan"];
  plan.set("BackupPlanRule", std::move(rules));
  made.resource.properties.set("BackupPlan", std::move(plan));
}

void listed_plan_more(const Value& item, Made& made, Reading&) {
  not_told(made.resource.properties, {"BackupPlan"}, "GetBackupPlan", item.at);
}
constexpr Field listed_plan_fields[] = {{"BackupPlanId"}, {"BackupPlanName"}, {"LastExecutionDate"}};

constexpr Field selection_fields[] = {{"BackupPlanId"}, {"SelectionId"}, {"BackupSelection", {}, as_is}};
constexpr Field listed_selection_fields[] = {{"BackupPlanId"}, {"SelectionId"}};

void listed_selection_more(const Value& item, Made& made, Reading&) {
  not_told(made.resource.properties, {"BackupSelection"}, "GetBackupSelection", item.at);
}

// `Locked` says that a lock is on, `LockDate` from when it cannot be taken off again.
constexpr Field vault_fields[] = {
    {"BackupVaultName"},
    {"EncryptionKeyArn"},
    {"Locked", {}, flag},
    {"LockDate", {}, as_is},
    {"MinRetentionDays", "LockConfiguration.MinRetentionDays", number},
    {"MaxRetentionDays", "LockConfiguration.MaxRetentionDays", number},
    {"NumberOfRecoveryPoints", {}, number},
};

constexpr Field restore_plan_fields[] = {
    {"RestoreTestingPlanName"},
    {"ScheduleExpression"},
    {"ScheduleExpressionTimezone"},
    {"StartWindowHours", {}, number},
    {"RecoveryPointSelection", {}, as_is},
    {"LastExecutionTime", {}, as_is},
};
constexpr Field restore_selection_fields[] = {
    {"RestoreTestingPlanName"},
    {"RestoreTestingSelectionName"},
    {"ProtectedResourceType"},
    {"IamRoleArn"},
    {"ValidationWindowHours", {}, number},
};

void restore_selection_more(const Value& item, Made& made, Reading&) {
  made.resource.id =
      fmt::format("{}|{}", text_of(item, "RestoreTestingPlanName"), text_of(item, "RestoreTestingSelectionName"));
}

constexpr Field point_fields[] = {
    {"BackupVaultName"},         {"ResourceArn"},          {"ResourceType"},          {"Status"},
    {"CreationDate", {}, as_is}, {"CreatedBy", {}, as_is}, {"IsEncrypted", {}, flag}, {"EncryptionKeyArn"},
};
constexpr Field job_fields[] = {
    {"SourceResourceArn"},         {"ResourceType"},         {"Status"},           {"CreationDate", {}, as_is},
    {"CompletionDate", {}, as_is}, {"CreatedBy", {}, as_is}, {"ValidationStatus"},
};

constexpr Table tables[] = {
    {.key = "BackupPlan",
     .type = "AWS::Backup::BackupPlan",
     .id = "BackupPlanId",
     .arn = "BackupPlanArn",
     .fields = plan_fields,
     .more = plan_more,
     .mark = "BackupPlanId",
     .whole = true},
    {.key = "BackupPlansList",
     .type = "AWS::Backup::BackupPlan",
     .id = "BackupPlanId",
     .arn = "BackupPlanArn",
     .fields = listed_plan_fields,
     .more = listed_plan_more},
    {.key = "BackupSelection",
     .type = "AWS::Backup::BackupSelection",
     .id = "SelectionId",
     .fields = selection_fields,
     .mark = "SelectionId",
     .whole = true},
    {.key = "BackupSelectionsList",
     .type = "AWS::Backup::BackupSelection",
     .id = "SelectionId",
     .fields = listed_selection_fields,
     .more = listed_selection_more},
    {.key = "BackupVaultList",
     .type = "AWS::Backup::BackupVault",
     .id = "BackupVaultName",
     .arn = "BackupVaultArn",
     .fields = vault_fields},
    {.key = "NumberOfRecoveryPoints",  // describe-backup-vault
     .type = "AWS::Backup::BackupVault",
     .id = "BackupVaultName",
     .arn = "BackupVaultArn",
     .fields = vault_fields,
     .mark = "BackupVaultName",
     .whole = true},
    {.key = "RestoreTestingPlan",
     .type = "AWS::Backup::RestoreTestingPlan",
     .id = "RestoreTestingPlanName",
     .arn = "RestoreTestingPlanArn",
     .fields = restore_plan_fields},
    {.key = "RestoreTestingPlans",
     .type = "AWS::Backup::RestoreTestingPlan",
     .id = "RestoreTestingPlanName",
     .arn = "RestoreTestingPlanArn",
     .fields = restore_plan_fields},
    {.key = "RestoreTestingSelections",
     .type = "AWS::Backup::RestoreTestingSelection",
     .fields = restore_selection_fields,
     .more = restore_selection_more,
     .mark = "RestoreTestingSelectionName"},
    {.key = "RecoveryPoints",
     .type = "AWS::Backup::RecoveryPoint",
     .id = "RecoveryPointArn",
     .arn = "RecoveryPointArn",
     .fields = point_fields},
    {.key = "RestoreJobs", .type = "AWS::Backup::RestoreJob", .id = "RestoreJobId", .fields = job_fields},
};

constexpr Field vault_policy_fields[] = {{"Policy", "AccessPolicy", document}};

constexpr Part parts[] = {
    {.key = "Policy",
     .type = "AWS::Backup::BackupVault",
     .subject = "BackupVaultName",
     .fields = vault_policy_fields,
     .property = "AccessPolicy",
     .question = "GetBackupVaultAccessPolicy",
     .none = "ResourceNotFoundException"},
};

}  // namespace

Service backup_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
