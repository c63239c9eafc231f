#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

// "The vault lock can be changed for at least 3 days" (AWS Backup Vault Lock): after them nobody can remove it.
constexpr int days_to_think = 3;

Value lifecycle(const Configuration& c) {
  return object({{"DeleteAfterDays", c.vault_days}});
}

Value copies(const Configuration& c) {
  if (c.second_region.empty()) return nothing();
  return list(
      {object({{"DestinationBackupVaultArn",
                sub(fmt::format("arn:${{AWS::Partition}}:backup:{}:${{AWS::AccountId}}:backup-vault:{}-recovery",
                                c.second_region, c.prefix()))},
               {"Lifecycle", lifecycle(c)}})});
}

Value rule(const Configuration& c, std::string_view name, std::string_view schedule) {
  return object({{"RuleName", name},
                 {"TargetBackupVault", ref_to("Vault")},
                 {"ScheduleExpression", schedule},
                 {"StartWindowMinutes", 60},
                 {"CompletionWindowMinutes", 360},
                 {"Lifecycle", lifecycle(c)},
                 {"CopyActions", copies(c)}});
}

Value managed(std::string_view name) {
  return sub(fmt::format("arn:${{AWS::Partition}}:iam::aws:policy/service-role/{}", name));
}

}  // namespace

void add_vault(Template& t, const Configuration& c, std::string_view id, const std::string& name,
               std::string_view key) {
  const bool compliance = c.vault_lock == "compliance";
  t.add(id, "AWS::Backup::BackupVault",
        {{"BackupVaultName", name},
         {"EncryptionKeyArn", get_att(key, "Arn")},
         {"LockConfiguration", object({{"MinRetentionDays", 7},
                                       {"MaxRetentionDays", 3650},
                                       {"ChangeableForDays", compliance ? estate::number(days_to_think) : nothing()}})},
         // A backup belongs to this account, whoever asks.
         {"AccessPolicy",
          policy({deny_to_all(list({"backup:CopyIntoBackupVault"}), "*",
                              condition("StringNotEquals", "aws:PrincipalAccount", ref_to("AWS::AccountId"))),
                  deny_to_all(list({"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle",
                                    "backup:DeleteBackupVaultAccessPolicy"}),
                              "*")})}})
      .keep();
}

void add_backup(Template& t, const Configuration& c) {
  add_vault(t, c, "Vault", c.prefix(), "BackupKey");
  t.add("BackupRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("backup.amazonaws.com", nothing())},
         {"ManagedPolicyArns", list({managed("AWSBackupServiceRolePolicyForBackup")})}});
  t.add("RestoreRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("backup.amazonaws.com", nothing())},
         {"ManagedPolicyArns", list({managed("AWSBackupServiceRolePolicyForRestores")})}});
  t.add("BackupPlan", "AWS::Backup::BackupPlan",
        {{"BackupPlan", object({{"BackupPlanName", c.prefix()},
                                {"BackupPlanRule", list({rule(c, "daily", "cron(0 3 * * ? *)")})}})}});
  t.add("BackupSelection", "AWS::Backup::BackupSelection",
        {{"BackupPlanId", ref_to("BackupPlan")},
         {"BackupSelection", object({{"SelectionName", "database"},
                                     {"IamRoleArn", get_att("BackupRole", "Arn")},
                                     {"Resources", list({get_att("Database", "DBInstanceArn")})}})}});

  // A backup that was never restored is a hope: each month one is, into the private subnets, and goes again.
  std::string test_name = c.prefix();
  std::ranges::replace(test_name, '-', '_');
  t.add("RestoreTest", "AWS::Backup::RestoreTestingPlan",
        {{"RestoreTestingPlanName", test_name},
         {"ScheduleExpression", "cron(0 5 1 * ? *)"},
         {"StartWindowHours", 8},
         {"RecoveryPointSelection", object({{"Algorithm", "LATEST_WITHIN_WINDOW"},
                                            {"IncludeVaults", list({get_att("Vault", "BackupVaultArn")})},
                                            {"RecoveryPointTypes", list({"SNAPSHOT"})},
                                            {"SelectionWindowDays", 7}})}});
  t.add("RestoreTestSelection", "AWS::Backup::RestoreTestingSelection",
        {{"RestoreTestingPlanName", ref_to("RestoreTest")},
         {"RestoreTestingSelectionName", "database"},
         {"IamRoleArn", get_att("RestoreRole", "Arn")},
         {"ProtectedResourceType", "RDS"},
         {"ProtectedResourceArns", list({get_att("Database", "DBInstanceArn")})},
         {"RestoreMetadataOverrides", object({{"dbSubnetGroupName", ref_to("DatabaseSubnets")}})},
         {"ValidationWindowHours", 4}});
  add_event_alert(
      t, "BackupFailed", "A backup, a copy or a test of a restore failed",
      object({{"source", list({"aws.backup"})},
              {"detail-type", list({"Backup Job State Change", "Copy Job State Change", "Restore Job State Change"})},
              {"detail", object({{"state", list({"FAILED", "ABORTED", "EXPIRED"})}})}}),
      "AlertTopic");
}

// What the second region holds until it is needed: a key, and a vault under it that copies are made into. The service's
// own template, made for that region, is deployed there when it has to take over.
void add_recovery(Template& t, const Configuration& c) {
  add_key(t, "RecoveryKey", c.prefix() + "-recovery", "Copies of backups", {});
  add_vault(t, c, "RecoveryVault", c.prefix() + "-recovery", "RecoveryKey");
  t.output("KeyArn", "For the service's parameter RecoveryKeyArn", get_att("RecoveryKey", "Arn"));
}

}  // namespace redoubt::stack
