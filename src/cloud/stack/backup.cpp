#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

// "The vault lock can be changed for at least 3 days" (AWS Backup Vault Lock): after them nobody can remove it.
constexpr int days_to_think = 3;

Value lifecycle(const Configuration& c) {
  return object({{"DeleteAfterDays", c.vault_days}});
}

Value recovery_vault(const Configuration& c, std::string_view region) {
  return sub(fmt::format("arn:${{AWS::Partition}}:backup:{}:${{AWS::AccountId}}:backup-vault:{}-recovery", region,
                         c.prefix()));
}

Value copies(const Configuration& c) {
  if (c.second_region.empty()) return nothing();
  return list(
      {object({{"DestinationBackupVaultArn", recovery_vault(c, c.second_region)}, {"Lifecycle", lifecycle(c)}})});
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

// AWS Backup calls its snapshots of databases so, and those that it copies to another region.
Value snapshots(std::string_view region = "${AWS::Region}") {
  return sub(fmt::format("arn:${{AWS::Partition}}:rds:{}:${{AWS::AccountId}}:snapshot:awsbackup:*", region));
}

// RDS takes the right to use a key over from whoever asks it to, as a grant that is its own.
Value hand_keys_to_services(Value keys) {
  return allow("kms:CreateGrant", std::move(keys), condition("Bool", "kms:GrantIsForAWSResource", "true"));
}

// The second region's key, by an ARN that is bound to no region: another deployment has it elsewhere.
Value recovery_key_anywhere(const Configuration& c) {
  if (c.recovery_key.empty()) return recovery_key(c);
  std::string key = c.recovery_key;
  key.replace(key.find(c.second_region), c.second_region.size(), "*");
  return estate::text(key);
}

// Of AWSBackupServiceRolePolicyForBackup what concerns a database ("Managed policies for AWS Backup": customer managed
// policies), for this one and its copies.
Value back_up(const Configuration& c) {
  const bool copied = !c.second_region.empty();
  const Value keys =
      list({get_att("DatabaseKey", "Arn"), get_att("BackupKey", "Arn"), copied ? recovery_key_anywhere(c) : nothing()});
  return inline_policy(
      "back-up",
      {allow(list({"rds:CreateDBSnapshot", "rds:DescribeDBInstances", "rds:DescribeDBSnapshots",
                   "rds:ListTagsForResource"}),
             list({get_att("Database", "DBInstanceArn"), snapshots()})),
       allow(list({"rds:AddTagsToResource", "rds:CopyDBSnapshot", "rds:DeleteDBSnapshot", "rds:DescribeDBSnapshots",
                   "rds:ListTagsForResource"}),
             snapshots("*")),
       allow(list({"backup:DescribeBackupVault", "backup:CopyFromBackupVault", "backup:CopyIntoBackupVault"}),
             list({get_att("Vault", "BackupVaultArn"), copied ? recovery_vault(c, "*") : nothing()})),
       // A copy is made from the recovery point, which of a database is its snapshot.
       allow("backup:CopyFromBackupVault", snapshots()), allow("kms:DescribeKey", keys), hand_keys_to_services(keys),
       allow("tag:GetResources", "*")});
}

// Of AWSBackupServiceRolePolicyForRestores what concerns a database, for those that a restore test makes
// ("Restore testing" of the AWS Backup developer guide: their names begin with awsbackup-restore-test-).
Value restore() {
  const Value tested = arn("rds", "db:awsbackup-restore-test-*"), key = get_att("DatabaseKey", "Arn");
  return inline_policy(
      "restore",
      {allow("rds:RestoreDBInstanceFromDBSnapshot",
             list({tested, snapshots(), arn("rds", "subgrp:*"), arn("rds", "og:*"), arn("rds", "pg:*")})),
       allow(list({"rds:AddTagsToResource", "rds:DeleteDBInstance"}), tested),
       allow(list({"rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:ListTagsForResource"}),
             list({tested, get_att("Database", "DBInstanceArn"), snapshots()})),
       allow("kms:DescribeKey", key), hand_keys_to_services(key),
       allow(list({"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}), key,
             condition("StringEquals", "kms:ViaService", sub("rds.${AWS::Region}.${AWS::URLSuffix}")))});
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
        {{"AssumeRolePolicyDocument", taken_by("backup.amazonaws.com", nothing())}, {"Policies", list({back_up(c)})}});
  t.add("RestoreRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("backup.amazonaws.com", nothing())}, {"Policies", list({restore()})}});
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
