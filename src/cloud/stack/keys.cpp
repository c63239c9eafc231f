#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

// A service that uses a key in its own name, for this account's things.
Value by(std::string_view principal) {
  return allow_to(service(principal), list({"kms:Decrypt", "kms:GenerateDataKey*"}), "*", from_this_account());
}

}  // namespace

// "Encrypt log data in CloudWatch Logs using AWS KMS" of the CloudWatch Logs user guide.
Value logs_use_key() {
  return allow_to(service(sub("logs.${AWS::Region}.${AWS::URLSuffix}")),
                  list({"kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"}),
                  "*", condition("ArnLike", "kms:EncryptionContext:aws:logs:arn", arn("logs", "log-group:*")));
}

Value key_policy(std::initializer_list<Item> statements) {
  Value all = list({allow_to(account_root(), "kms:*", "*")});
  for (const Item& statement : statements) all.items.push_back(statement.value);
  return policy(std::move(all));
}

void add_key(Template& t, std::string_view id, const std::string& alias, std::string_view about,
             std::initializer_list<Item> statements) {
  t.add(id, "AWS::KMS::Key",
        {{"Description", about},
         {"EnableKeyRotation", true},
         {"PendingWindowInDays", 30},
         {"KeyPolicy", key_policy(statements)}})
      .keep();
  t.add(fmt::format("{}Alias", id), "AWS::KMS::Alias", {{"AliasName", "alias/" + alias}, {"TargetKeyId", ref_to(id)}});
}

// What RDS, Secrets Manager, ECR and Backup encrypt, they encrypt by the rights of whoever asks them to: their keys
// admit the account's principals as IAM lets them, and nobody else.
void add_keys(Template& t, const Configuration& c) {
  const std::string prefix = c.prefix();
  add_key(t, "DatabaseKey", prefix + "-database", "The database's storage, its backups and its insights", {});
  add_key(t, "SecretsKey", prefix + "-secrets", "The service's secrets", {});
  add_key(t, "ImagesKey", prefix + "-images", "The service's images", {});
  add_key(t, "BackupKey", prefix + "-backup", "The vault of backups", {});
  add_key(t, "MonitoringKey", prefix + "-monitoring", "Logs and alerts",
          {logs_use_key(), by("cloudwatch.amazonaws.com"), by("events.amazonaws.com"), by("events.rds.amazonaws.com"),
           by("backup.amazonaws.com")});
}

void add_audit_key(Template& t, const Configuration& c) {
  add_key(
      t, "AuditKey", c.name + "-audit", "The trail, the recorder's history and security alerts",
      {logs_use_key(), by("cloudwatch.amazonaws.com"), by("events.amazonaws.com"), by("config.amazonaws.com"),
       // "Configure AWS KMS key policies for CloudTrail" of the CloudTrail user guide.
       allow_to(
           service("cloudtrail.amazonaws.com"), "kms:GenerateDataKey*", "*",
           object({{"StringEquals", object({{"aws:SourceArn", arn("cloudtrail", "trail/" + c.name)}})},
                   {"StringLike", object({{"kms:EncryptionContext:aws:cloudtrail:arn",
                                           sub("arn:${AWS::Partition}:cloudtrail:*:${AWS::AccountId}:trail/*")}})}})),
       allow_to(service("cloudtrail.amazonaws.com"), "kms:DescribeKey", "*", from_this_account())});
}

}  // namespace redoubt::stack
