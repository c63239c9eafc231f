// What RDS keeps beside a database: the secret of its master, and its backups in another region.
#include <fmt/format.h>

#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

// "Password management with Amazon RDS and AWS Secrets Manager": without a key the secret is encrypted with AWS's.
void master_secret_key(Inquiry& ask, const Resource& database) {
  const Known<bool> managed = ask.boolean(database, "ManageMasterUserPassword");
  if (managed.unknown()) return ask.unknown(&database, {}, managed.why);
  if (managed.known() && managed.value) expect_customer_key(ask, database, "MasterUserSecret.KmsKeyId");
}

// "AutomaticBackupReplicationRetentionPeriod" of AWS::RDS::DBInstance, which gives no default; RDS takes 7
// (StartDBInstanceAutomatedBackupsReplication, BackupRetentionPeriod).
void replicated_retention(Inquiry& ask, const Resource& database) {
  constexpr double week = 7;
  const Value region = ask.get(database, "AutomaticBackupReplicationRegion");
  if (region.is(Kind::unknown)) return ask.unknown(&database, region.at, region.text);
  if (!is_empty(region)) ask.expect_at_least(database, "AutomaticBackupReplicationRetentionPeriod", week, week);
}

}  // namespace

std::vector<Check> database_companion_checks() {
  return {
      {"ENC-3.customer-key", Method::property, {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster"}, master_secret_key},
      {"DR-1.replicated-retention", Method::property, {"AWS::RDS::DBInstance"}, replicated_retention},
  };
}

}  // namespace redoubt::controls
