#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

Value parameters() {
  return object({{"rds.force_ssl", "1"},
                 {"ssl_min_protocol_version", "TLSv1.2"},
                 {"password_encryption", "scram-sha-256"},
                 {"log_connections", "1"},
                 {"log_disconnections", "1"},
                 {"log_statement", "ddl"},
                 {"log_min_duration_statement", "1000"},
                 {"log_lock_waits", "1"},
                 // Parameters of a statement are what users sent: they stay out of the log.
                 {"log_parameter_max_length", "0"},
                 {"log_parameter_max_length_on_error", "0"}});
}

}  // namespace

Value recovery_key(const Configuration& c) {
  return c.recovery_key.empty() ? ref_to("RecoveryKeyArn") : estate::text(c.recovery_key);
}

void add_database(Template& t, const Configuration& c) {
  const std::string instance = c.prefix();
  Value subnets = list({});
  for (std::size_t zone = 1; zone <= c.private_subnets.size(); ++zone)
    subnets.items.push_back(ref_to(fmt::format("PrivateSubnet{}", zone)));
  t.add("DatabaseSubnets", "AWS::RDS::DBSubnetGroup",
        {{"DBSubnetGroupDescription", "The private subnets"}, {"SubnetIds", subnets}});
  t.add("DatabaseParameters", "AWS::RDS::DBParameterGroup",
        {{"Description", "PostgreSQL that refuses plain connections"},
         {"Family", "postgres" + c.database_version.substr(0, 2)},
         {"Parameters", parameters()}});
  // What AmazonRDSEnhancedMonitoringRole allows, for the one log group that RDS writes its measurements to.
  t.add(
      "DatabaseMonitoringRole", "AWS::IAM::Role",
      {{"AssumeRolePolicyDocument", taken_by("monitoring.rds.amazonaws.com")},
       {"Policies",
        list({inline_policy(
            "write-measurements",
            {allow(list({"logs:CreateLogGroup", "logs:PutRetentionPolicy"}), arn("logs", "log-group:RDSOSMetrics")),
             allow(list({"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "logs:GetLogEvents"}),
                   arn("logs", "log-group:RDSOSMetrics:log-stream:*"))})})}});

  // RDS would make the groups itself, unencrypted and kept for ever.
  add_log_group(t, "DatabaseLogGroup", fmt::format("/aws/rds/instance/{}/postgresql", instance), c.log_days,
                "MonitoringKey");
  add_log_group(t, "DatabaseUpgradeLogGroup", fmt::format("/aws/rds/instance/{}/upgrade", instance), c.log_days,
                "MonitoringKey");

  const bool copied = !c.second_region.empty();
  const bool restored = !c.database_snapshot.empty();
  t.add("Database", "AWS::RDS::DBInstance",
        {{"DBInstanceIdentifier", instance},
         {"DBSnapshotIdentifier", restored ? estate::text(c.database_snapshot) : nothing()},
         {"Engine", "postgres"},
         {"EngineVersion", c.database_version},
         {"DBInstanceClass", c.database_class},
         {"DBName", restored ? nothing() : estate::text(c.database_name)},
         {"Port", "5432"},
         {"AllocatedStorage", std::to_string(c.database_gib)},
         {"MaxAllocatedStorage", c.database_max_gib},
         {"StorageType", "gp3"},
         {"StorageEncrypted", true},
         {"KmsKeyId", get_att("DatabaseKey", "Arn")},
         {"MasterUsername", restored ? nothing() : estate::text("administrator")},
         {"ManageMasterUserPassword", true},
         {"MasterUserSecret", object({{"KmsKeyId", get_att("SecretsKey", "Arn")}})},
         {"EnableIAMDatabaseAuthentication", true},
         {"CACertificateIdentifier", "rds-ca-rsa2048-g1"},
         {"DBSubnetGroupName", ref_to("DatabaseSubnets")},
         {"VPCSecurityGroups", list({get_att("DatabaseGroup", "GroupId")})},
         {"PubliclyAccessible", false},
         {"MultiAZ", c.multi_az},
         {"DBParameterGroupName", ref_to("DatabaseParameters")},
         {"BackupRetentionPeriod", c.backup_days},
         {"PreferredBackupWindow", "02:00-03:00"},
         {"PreferredMaintenanceWindow", "sun:04:00-sun:05:00"},
         {"CopyTagsToSnapshot", true},
         {"DeleteAutomatedBackups", false},
         {"DeletionProtection", true},
         {"AutoMinorVersionUpgrade", true},
         {"AllowMajorVersionUpgrade", false},
         {"AutomaticBackupReplicationRegion", copied ? estate::text(c.second_region) : nothing()},
         {"AutomaticBackupReplicationKmsKeyId", copied ? recovery_key(c) : nothing()},
         {"AutomaticBackupReplicationRetentionPeriod", copied ? estate::number(c.backup_days) : nothing()},
         {"EnableCloudwatchLogsExports", list({"postgresql", "upgrade"})},
         {"MonitoringInterval", 60},
         {"MonitoringRoleArn", get_att("DatabaseMonitoringRole", "Arn")},
         {"EnablePerformanceInsights", true},
         {"PerformanceInsightsKMSKeyId", get_att("DatabaseKey", "Arn")},
         {"PerformanceInsightsRetentionPeriod", 7}})
      .snapshot()
      .after({"DatabaseLogGroup", "DatabaseUpgradeLogGroup"});
  if (copied && c.recovery_key.empty())
    t.parameter(
        "RecoveryKeyArn",
        object({{"Type", "String"},
                {"Description", "The key in the second region: output KeyArn of second-region.template.json"},
                {"AllowedPattern", fmt::format("arn:aws[a-z-]*:kms:{}:[0-9]{{12}}:key/[0-9a-f-]+", c.second_region)},
                {"ConstraintDescription", fmt::format("The ARN of a KMS key in {}", c.second_region)}}));
  t.add("DatabaseEvents", "AWS::RDS::EventSubscription",
        {{"SnsTopicArn", ref_to("AlertTopic")},
         {"SourceType", "db-instance"},
         {"SourceIds", list({ref_to("Database")})},
         {"EventCategories", list({"availability", "configuration change", "deletion", "failover", "failure",
                                   "low storage", "maintenance", "notification", "recovery", "security"})}})
      .after({"AlertTopicPolicy"});
  t.output("DatabaseHost", "Where the database is", get_att("Database", "Endpoint.Address"));
  t.output("DatabaseMasterSecret", "The credentials of the database's master, managed by RDS",
           get_att("Database", "MasterUserSecret.SecretArn"));
}

}  // namespace redoubt::stack
