// RDS's and OpenSearch's answers. CloudFormation has no type for a database's snapshots and automated backups: they are
// AWS::RDS::DBSnapshot and so on here, under the API's names.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

// What database instances and clusters have in common.
void managed_password(const Value& item, Made& made) {
  made.resource.properties.set("ManageMasterUserPassword",
                               flag_at(static_cast<bool>(member(item, "MasterUserSecret")), item.at));
}

constexpr Field subnet_group_fields[] = {
    {"DBSubnetGroupName"},
    {"DBSubnetGroupDescription"},
    {"VpcId"},
    {"Subnets[].SubnetIdentifier", "SubnetIds", texts},
};

constexpr Field instance_fields[] = {
    {"DBInstanceIdentifier"},
    {"DBInstanceArn"},
    {"DBInstanceClass"},
    {"DBInstanceStatus"},
    {"DbiResourceId"},
    {"DBName"},
    {"DBClusterIdentifier"},
    {"Engine"},
    {"EngineVersion"},
    {"MasterUsername"},
    {"MasterUserSecret", {}, as_is},
    {"Endpoint", {}, as_is},
    {"Endpoint.Port", "Port", number},
    {"VpcSecurityGroups[].VpcSecurityGroupId", "VPCSecurityGroups", texts},
    {"DBSubnetGroup.DBSubnetGroupName", "DBSubnetGroupName"},
    {"DBParameterGroups[0].DBParameterGroupName", "DBParameterGroupName"},
    {"DBParameterGroups", {}, as_is},
    {"AvailabilityZone"},
    {"SecondaryAvailabilityZone"},
    {"MultiAZ", {}, flag},
    {"PubliclyAccessible", {}, flag},
    {"AllocatedStorage", {}, number},
    {"StorageType"},
    {"StorageEncrypted", {}, flag},
    {"KmsKeyId"},
    {"BackupRetentionPeriod", {}, number},
    {"LatestRestorableTime"},
    {"DBInstanceAutomatedBackupsReplications", {}, as_is},
    {"CopyTagsToSnapshot", {}, flag},
    {"DeletionProtection", {}, flag},
    {"AutoMinorVersionUpgrade", {}, flag},
    {"IAMDatabaseAuthenticationEnabled", "EnableIAMDatabaseAuthentication", flag},
    {"CACertificateIdentifier"},
    {"EnabledCloudwatchLogsExports", "EnableCloudwatchLogsExports", texts},
    {"MonitoringInterval", {}, number},
    {"MonitoringRoleArn"},
    {"PerformanceInsightsEnabled", "EnablePerformanceInsights", flag},
    {"PerformanceInsightsKMSKeyId"},
    {"ReadReplicaSourceDBInstanceIdentifier", "SourceDBInstanceIdentifier"},
    {"ReadReplicaDBInstanceIdentifiers", {}, texts},
    {"PreferredBackupWindow"},
    {"PreferredMaintenanceWindow"},
    {"TagList", "Tags", tags},
};

// The subnet group stands inside the instance too.
void instance_more(const Value& item, Made& made, Reading& reading) {
  managed_password(item, made);
  const Value group = member(item, "DBSubnetGroup");
  if (const std::string name = text_of(group, "DBSubnetGroupName"); !name.empty()) {
    Resource out = part_of(made.resource, "AWS::RDS::DBSubnetGroup", name, group, subnet_group_fields, reading);
    out.arn = text_of(group, "DBSubnetGroupArn");
    made.others.push_back(std::move(out));
  }
}

constexpr Field cluster_fields[] = {
    {"DBClusterIdentifier"},
    {"DBClusterArn"},
    {"DbClusterResourceId", "DBClusterResourceId"},
    {"DatabaseName"},
    {"Status"},
    {"Engine"},
    {"EngineVersion"},
    {"EngineMode"},
    {"MasterUsername"},
    {"MasterUserSecret", {}, as_is},
    {"Endpoint", "Endpoint.Address"},
    {"ReaderEndpoint", "ReadEndpoint.Address"},
    {"Port", {}, number},
    {"DBClusterParameterGroup", "DBClusterParameterGroupName"},
    {"DBSubnetGroup", "DBSubnetGroupName"},
    {"DBClusterMembers", {}, as_is},
    {"VpcSecurityGroups[].VpcSecurityGroupId", "VpcSecurityGroupIds", texts},
    {"AvailabilityZones", {}, texts},
    {"MultiAZ", {}, flag},
    {"PubliclyAccessible", {}, flag},
    {"StorageEncrypted", {}, flag},
    {"KmsKeyId"},
    {"BackupRetentionPeriod", {}, number},
    {"LatestRestorableTime"},
    {"CopyTagsToSnapshot", {}, flag},
    {"DeletionProtection", {}, flag},
    {"AutoMinorVersionUpgrade", {}, flag},
    {"IAMDatabaseAuthenticationEnabled", "EnableIAMDatabaseAuthentication", flag},
    {"EnabledCloudwatchLogsExports", "EnableCloudwatchLogsExports", texts},
    {"ReplicationSourceIdentifier"},
    {"GlobalClusterIdentifier"},
    {"TagList", "Tags", tags},
};

void cluster_more(const Value& item, Made& made, Reading&) {
  managed_password(item, made);
}

constexpr Field parameter_group_fields[] = {
    {"DBParameterGroupName"}, {"DBParameterGroupFamily", "Family"}, {"Description"}};
constexpr Field cluster_parameter_group_fields[] = {
    {"DBClusterParameterGroupName"}, {"DBParameterGroupFamily", "Family"}, {"Description"}};

constexpr Field snapshot_fields[] = {
    {"DBSnapshotIdentifier"},
    {"DBInstanceIdentifier"},
    {"DbiResourceId"},
    {"SnapshotType"},
    {"SnapshotCreateTime"},
    {"Status"},
    {"Engine"},
    {"Encrypted", {}, flag},
    {"KmsKeyId"},
    {"SourceRegion"},
    {"SourceDBSnapshotIdentifier"},
    {"AvailabilityZone"},
    {"TagList", "Tags", tags},
};

constexpr Field cluster_snapshot_fields[] = {
    {"DBClusterSnapshotIdentifier"},
    {"DBClusterIdentifier"},
    {"SnapshotType"},
    {"SnapshotCreateTime"},
    {"Status"},
    {"Engine"},
    {"StorageEncrypted", {}, flag},
    {"StorageEncrypted", "Encrypted", flag},
    {"KmsKeyId"},
    {"SourceDBClusterSnapshotArn"},
    {"TagList", "Tags", tags},
};

constexpr Field automated_backup_fields[] = {
    {"DBInstanceArn"},
    {"DBInstanceIdentifier"},
    {"DbiResourceId"},
    {"Region"},
    {"Status"},
    {"Encrypted", {}, flag},
    {"KmsKeyId"},
    {"BackupRetentionPeriod", {}, number},
    {"RestoreWindow", {}, as_is},
    {"DBInstanceAutomatedBackupsReplications", {}, as_is},
    {"TagList", "Tags", tags},
};

constexpr Field domain_fields[] = {
    {"DomainName"},
    {"ARN", "Arn"},
    {"ARN", "DomainArn"},
    {"DomainId", "Id"},
    {"Endpoint", "DomainEndpoint"},
    {"EngineVersion"},
    {"ElasticsearchVersion"},
    {"AccessPolicies", {}, document},
    {"VPCOptions", {}, as_is},
    {"EncryptionAtRestOptions", {}, as_is},
    {"NodeToNodeEncryptionOptions", {}, as_is},
    {"DomainEndpointOptions", {}, as_is},
    {"AdvancedSecurityOptions", {}, as_is},
    {"LogPublishingOptions", {}, as_is},
    {"ClusterConfig", {}, as_is},
    {"ElasticsearchClusterConfig", {}, as_is},
};

void domain_more(const Value& item, Made& made, Reading&) {
  if (member(item, "ElasticsearchVersion")) made.resource.type = "AWS::Elasticsearch::Domain";
  const Value deleted = member(item, "Deleted");
  made.left_out = deleted.is(Kind::boolean) && deleted.boolean;
}

constexpr Table tables[] = {
    {"DBInstances", "AWS::RDS::DBInstance", "DBInstanceIdentifier", "DBInstanceArn", instance_fields, instance_more},
    {"DBClusters", "AWS::RDS::DBCluster", "DBClusterIdentifier", "DBClusterArn", cluster_fields, cluster_more},
    {"DBSubnetGroups", "AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", "DBSubnetGroupArn", subnet_group_fields},
    {"DBParameterGroups", "AWS::RDS::DBParameterGroup", "DBParameterGroupName", "DBParameterGroupArn",
     parameter_group_fields},
    {"DBClusterParameterGroups", "AWS::RDS::DBClusterParameterGroup", "DBClusterParameterGroupName",
     "DBClusterParameterGroupArn", cluster_parameter_group_fields},
    {"DBSnapshots", "AWS::RDS::DBSnapshot", "DBSnapshotIdentifier", "DBSnapshotArn", snapshot_fields},
    {"DBClusterSnapshots", "AWS::RDS::DBClusterSnapshot", "DBClusterSnapshotIdentifier", "DBClusterSnapshotArn",
     cluster_snapshot_fields},
    {.key = "DBInstanceAutomatedBackups",
     .type = "AWS::RDS::DBInstanceAutomatedBackup",
     .id = "DbiResourceId",
     .arn = "DBInstanceAutomatedBackupsArn",
     .fields = automated_backup_fields},
    {"DomainStatusList", "AWS::OpenSearchService::Domain", "DomainName", "ARN", domain_fields, domain_more},
};

// [{ParameterName, ParameterValue, …}] → {name: value}: those that have a value.
void parameters_more(const Value& answer, Value& properties, Reading& reading) {
  Value parameters = object({});
  parameters.at = answer.at;
  for (const Value& each : items_of(answer, "Parameters", reading)) {
    const std::string name = text_of(each, "ParameterName");
    const Value value = member(each, "ParameterValue");
    if (!name.empty() && value) parameters.set(name, value);
  }
  properties.set("Parameters", std::move(parameters));
}

constexpr Field snapshot_attribute_fields[] = {
    {"DBSnapshotAttributesResult.DBSnapshotAttributes", "DBSnapshotAttributes", as_is}};
constexpr Field cluster_snapshot_attribute_fields[] = {
    {"DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes", "DBClusterSnapshotAttributes", as_is}};

constexpr Part parts[] = {
    {.key = "Parameters",
     .type = "AWS::RDS::DBParameterGroup",
     .subject = "DBParameterGroupName",
     .property = "Parameters",
     .question = "DescribeDBParameters",
     .more = parameters_more,
     .mark = "Parameters[0].ParameterName"},
    {.key = "Parameters",
     .type = "AWS::RDS::DBClusterParameterGroup",
     .subject = "DBClusterParameterGroupName",
     .property = "Parameters",
     .question = "DescribeDBClusterParameters",
     .more = parameters_more,
     .mark = "Parameters[0].ParameterName"},
    {.key = "DBSnapshotAttributesResult",
     .type = "AWS::RDS::DBSnapshot",
     .subject = "DBSnapshotAttributesResult.DBSnapshotIdentifier",
     .fields = snapshot_attribute_fields,
     .property = "DBSnapshotAttributes",
     .question = "DescribeDBSnapshotAttributes"},
    {.key = "DBClusterSnapshotAttributesResult",
     .type = "AWS::RDS::DBClusterSnapshot",
     .subject = "DBClusterSnapshotAttributesResult.DBClusterSnapshotIdentifier",
     .fields = cluster_snapshot_attribute_fields,
     .property = "DBClusterSnapshotAttributes",
     .question = "DescribeDBClusterSnapshotAttributes"},
};

}  // namespace

Service database_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
