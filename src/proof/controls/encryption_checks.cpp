// ENC-1 to ENC-5 and ENC-10: encryption at rest, and the keys it is done with. Policies of keys are asked in
// policy_checks.cpp, encryption in transit in transit_checks.cpp.
#include <fmt/format.h>

#include "databases.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

const std::vector<std::string_view> databases{db_instance, db_cluster, docdb_cluster, neptune_cluster};

void storage_encrypted(Inquiry& ask, const Resource& database) {
  if (is_cluster_member(ask, database)) return;
  std::string evidence;
  const Truth encrypted = is_storage_encrypted(ask, database, evidence);
  ask.expect(database, ask.get(database, "StorageEncrypted").at, encrypted, evidence, evidence);
}

void storage_customer_key(Inquiry& ask, const Resource& database) {
  if (is_cluster_member(ask, database)) return;
  if (is_empty(ask.get(database, "KmsKeyId")))
    for (const std::string_view name : {"SourceDBInstanceIdentifier", "SourceDBClusterIdentifier"})
      if (const Value source = ask.get(database, name); !is_empty(source)) {
        const Resource* const origin = ask.in().target(source);
        if (origin != nullptr && origin != &database && origin->region == database.region) {
          const Value key = ask.get(*origin, "KmsKeyId");
          const std::string text =
              fmt::format("it takes over the key of {}: {}", origin->id, text_of(ask.estate(), key));
          return ask.expect(database, source.at, key ? is_customer_key(ask, key) : truth(false), text, text);
        }
        return ask.unknown(&database, source.at,
                           fmt::format("{} is {}, whose key it takes over", name, text_of(ask.estate(), source)));
      }
  expect_customer_key(ask, database, "KmsKeyId");
}

void performance_insights_customer_key(Inquiry& ask, const Resource& database) {
  const std::string_view enabled_name =
      database.type == db_instance ? "EnablePerformanceInsights" : "PerformanceInsightsEnabled";
  const Value value = ask.get(database, enabled_name);
  const Truth enabled = ask.in().boolean(value);
  if (enabled.unknown()) return ask.unknown(&database, value.at, enabled.why);
  if (!surely(enabled)) return;
  expect_customer_key(ask, database,
                      database.type == db_instance ? "PerformanceInsightsKMSKeyId" : "PerformanceInsightsKmsKeyId");
}

// The block devices that an instance, a launch configuration or a launch template lists; none where it lists none.
std::vector<Value> block_devices(Inquiry& ask, const Resource& resource) {
  std::vector<Value> out;
  const std::string_view path =
      resource.type == "AWS::EC2::LaunchTemplate" ? "LaunchTemplateData.BlockDeviceMappings" : "BlockDeviceMappings";
  for (const Value& device : items_of(ask.get(resource, path)))
    if (device.is(Kind::unknown))
      out.push_back(device);
    else if (device["Ebs"])  // else an instance store, or a device taken away
      out.push_back(device["Ebs"]);
  return out;
}

void devices_encrypted(Inquiry& ask, const Resource& resource) {
  const std::vector<Value> devices = block_devices(ask, resource);
  if (devices.empty())
    return ask.unknown(&resource, {}, "its root volume is encrypted as its image and the account's default have it");
  for (const Value& ebs : devices) {
    const Truth encrypted = ask.in().boolean(ebs["Encrypted"]);
    if (encrypted.unknown())
      ask.unknown(&resource, ebs["Encrypted"].at, encrypted.why);
    else if (!surely(encrypted))
      ask.refuted(&resource, ebs["Encrypted"].at.line != 0 ? ebs["Encrypted"].at : ebs.at,
                  encrypted.absent() ? "Ebs.Encrypted is absent from a block device, which EC2 takes as false"
                                     : "Ebs.Encrypted of a block device is false");
  }
  ask.proved(&resource, {}, fmt::format("Ebs.Encrypted is true for every block device ({})", devices.size()));
}

void devices_customer_key(Inquiry& ask, const Resource& resource) {
  for (const Value& ebs : block_devices(ask, resource)) {
    const Truth own = is_customer_key(ask, ebs["KmsKeyId"]);
    if (own.unknown())
      ask.unknown(&resource, ebs["KmsKeyId"].at, own.why);
    else if (!surely(own))
      ask.refuted(&resource, ebs.at, "a block device names no customer managed key in Ebs.KmsKeyId");
    else
      ask.proved(&resource, ebs.at, fmt::format("Ebs.KmsKeyId is {}", text_of(ask.estate(), ebs["KmsKeyId"])));
  }
}

// A volume of a snapshot is encrypted as that is ("AWS::EC2::Volume", Encrypted).
void volume_encrypted(Inquiry& ask, const Resource& volume) {
  const Value encrypted = ask.get(volume, "Encrypted");
  const Value snapshot = ask.get(volume, "SnapshotId");
  if (!snapshot.is(Kind::unknown) && is_empty(snapshot)) return ask.expect_true(volume, "Encrypted");
  const Truth is = ask.in().boolean(encrypted);
  if (encrypted && (is.unknown() || surely(is))) return ask.expect_true(volume, "Encrypted");
  ask.unknown(&volume, snapshot.at,
              fmt::format("Encrypted is {}, so that it is encrypted if its snapshot {} is",
                          encrypted ? "false" : "absent", text_of(ask.estate(), snapshot)));
}

// "Amazon Redshift database encryption": a new cluster is encrypted unless it asks not to be.
void warehouse_encrypted(Inquiry& ask, const Resource& cluster) {
  const Value snapshot = ask.get(cluster, "SnapshotIdentifier");
  if (!ask.get(cluster, "Encrypted") && (snapshot.is(Kind::unknown) || !is_empty(snapshot)))
    return ask.unknown(&cluster, snapshot.at, "Encrypted is absent, and it starts from a snapshot");
  ask.expect_true(cluster, "Encrypted", true);
}

// DynamoDB encrypts every table ("DynamoDB encryption at rest"): SSEEnabled chooses between keys.
void table_encrypted(Inquiry& ask, const Resource& table) {
  const Value enabled = ask.get(table, "SSESpecification.SSEEnabled");
  ask.proved(&table, enabled.at, "DynamoDB encrypts every table");
}

void volume_customer_key(Inquiry& ask, const Resource& volume) {
  expect_customer_key(ask, volume, "KmsKeyId");
}

// "When SqsManagedSseEnabled is not defined, SSE-SQS encryption is enabled by default" (AWS::SQS::Queue).
void queue_encrypted(Inquiry& ask, const Resource& queue) {
  const Value key = ask.get(queue, "KmsMasterKeyId");
  if (!is_empty(key) && !key.is(Kind::unknown))
    return ask.proved(&queue, key.at, fmt::format("KmsMasterKeyId is {}", text_of(ask.estate(), key)));
  ask.expect_true(queue, "SqsManagedSseEnabled", true);
}

void stream_encrypted(Inquiry& ask, const Resource& stream) {
  static constexpr std::string_view wanted[] = {"KMS"};
  ask.expect_one_of(stream, "StreamEncryption.EncryptionType", wanted);
}

void workgroup_encrypted(Inquiry& ask, const Resource& workgroup) {
  static constexpr std::string_view wanted[] = {"SSE_S3", "SSE_KMS", "CSE_KMS"};
  ask.expect_one_of(workgroup, "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration.EncryptionOption",
                    wanted);
}

// Else a client chooses where its results go, and whether they are encrypted.
void workgroup_enforced(Inquiry& ask, const Resource& workgroup) {
  ask.expect_true(workgroup, "WorkGroupConfiguration.EnforceWorkGroupConfiguration", true);
}

void project_encrypted(Inquiry& ask, const Resource& project) {
  ask.expect_false(project, "Artifacts.EncryptionDisabled");
  for (const Value& artifacts : items_of(ask.get(project, "SecondaryArtifacts"))) {
    const Truth disabled = ask.in().boolean(artifacts["EncryptionDisabled"]);
    if (disabled.unknown())
      ask.unknown(&project, artifacts.at, disabled.why);
    else if (surely(disabled))
      ask.refuted(&project, artifacts["EncryptionDisabled"].at, "EncryptionDisabled of a secondary artifact is true");
  }
}

// The cache of an API is not encrypted unless every method that caches says so.
void api_cache_encrypted(Inquiry& ask, const Resource& api) {
  const Value settings = ask.get(api, "MethodSettings");
  const Truth cluster = ask.boolean(api, "CacheClusterEnabled");
  bool any = false;
  for (const Value& method : items_of(settings)) {
    const Truth encrypted = ask.in().boolean(method["CacheDataEncrypted"]);
    const Truth caching = either(cluster, ask.in().boolean(method["CachingEnabled"]));
    if (encrypted.absent() && !caching.unknown() && !surely(caching)) continue;  // there is no cache
    any = true;
    if (encrypted.unknown())
      ask.unknown(&api, method.at, encrypted.why);
    else if (surely(encrypted))
      ask.proved(&api, method.at, "CacheDataEncrypted is true");
    else if (encrypted.absent() && caching.unknown())
      ask.unknown(&api, method.at, caching.why);
    else
      ask.refuted(&api, method.at, "CacheDataEncrypted is not true for a method that may cache");
  }
  if (!any && surely(cluster))
    ask.refuted(&api, {}, "CacheClusterEnabled is true and no MethodSettings encrypt the cache");
}

void file_system_encrypted(Inquiry& ask, const Resource& resource) {
  ask.expect_true(resource, "Encrypted");
}

void domain_encrypted(Inquiry& ask, const Resource& domain) {
  ask.expect_true(domain, "EncryptionAtRestOptions.Enabled");
}

void cache_encrypted(Inquiry& ask, const Resource& cache) {
  ask.expect_true(cache, "AtRestEncryptionEnabled");
}

void workspace_encrypted(Inquiry& ask, const Resource& workspace) {
  ask.expect_true(workspace, "UserVolumeEncryptionEnabled");
  ask.expect_true(workspace, "RootVolumeEncryptionEnabled");
}

void sse_enabled(Inquiry& ask, const Resource& resource) {
  ask.expect_true(resource, "SSESpecification.SSEEnabled");
}

void delivery_stream_encrypted(Inquiry& ask, const Resource& stream) {
  // A stream that reads from Kinesis keeps nothing of its own; that stream's encryption counts.
  static constexpr std::string_view reads_a_stream[] = {"KinesisStreamAsSource", "MSKAsSource"};
  const Known<std::string> type = ask.text(stream, "DeliveryStreamType");
  if (type.known() && std::ranges::find(reads_a_stream, type.value) != std::end(reads_a_stream)) return;
  static constexpr std::string_view wanted[] = {"AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"};
  ask.expect_one_of(stream, "DeliveryStreamEncryptionConfigurationInput.KeyType", wanted);
}

void cluster_secrets_customer_key(Inquiry& ask, const Resource& cluster) {
  const Value configs = ask.get(cluster, "EncryptionConfig");
  if (configs.is(Kind::unknown)) return ask.unknown(&cluster, configs.at, configs.text);
  for (const Value& config : items_of(configs)) {
    const Truth own = is_customer_key(ask, config["Provider"]["KeyArn"]);
    if (own.unknown()) return ask.unknown(&cluster, config.at, own.why);
    if (surely(own))
      return ask.proved(&cluster, config.at,
                        fmt::format("EncryptionConfig names {}", text_of(ask.estate(), config["Provider"]["KeyArn"])));
  }
  ask.refuted(&cluster, configs.at, "no EncryptionConfig names a customer managed key for the cluster's secrets");
}

// "If set to false or not specified, server-side encryption is set to an AWS owned key", whatever key is named beside
// it (AWS::DynamoDB::Table SSESpecification).
void table_customer_key(Inquiry& ask, const Resource& table) {
  const Value enabled = ask.get(table, "SSESpecification.SSEEnabled");
  const Truth own = ask.in().boolean(enabled);
  if (own.unknown()) return ask.unknown(&table, enabled.at, own.why);
  if (!surely(own))
    return ask.refuted(&table, enabled.at,
                       "SSESpecification.SSEEnabled is not true, so that a key of DynamoDB's own encrypts it");
  if (table.type != "AWS::DynamoDB::GlobalTable")
    return expect_customer_key(ask, table, "SSESpecification.KMSMasterKeyId");
  const Value replicas = ask.get(table, "Replicas");
  if (replicas.is(Kind::unknown)) return ask.unknown(&table, replicas.at, replicas.text);
  for (const Value& replica : items_of(replicas))
    ask.expect(
        table, replica.at, is_customer_key(ask, part(replica, "SSESpecification.KMSMasterKeyId")).when_absent(false),
        "every replica names a customer managed key",
        fmt::format("the replica in {} names no customer managed key", text_of(ask.estate(), replica["Region"])));
}

void broker_customer_key(Inquiry& ask, const Resource& broker) {
  const Value options = ask.get(broker, "EncryptionOptions");
  if (is_empty(options))
    return ask.refuted(&broker, {}, "EncryptionOptions is not given, so that a key of Amazon MQ's own encrypts it");
  const Truth aws_owned = ask.in().boolean(options["UseAwsOwnedKey"]);
  if (aws_owned.unknown()) return ask.unknown(&broker, options.at, aws_owned.why);
  if (surely(aws_owned)) return ask.refuted(&broker, options.at, "EncryptionOptions.UseAwsOwnedKey is true");
  expect_customer_key(ask, broker, "EncryptionOptions.KmsKeyId");
}

void backups_encrypted(Inquiry& ask, const Resource& database) {
  if (is_cluster_member(ask, database)) return;
  const Known<double> days = ask.number(database, "BackupRetentionPeriod");
  if (days.known() && days.value == 0) return;  // none are kept, which DR-1 asks about
  std::string evidence;
  const Truth encrypted = is_storage_encrypted(ask, database, evidence);
  ask.expect(database, ask.get(database, "StorageEncrypted").at, encrypted,
             fmt::format("{}, and a backup is encrypted as its database is", evidence),
             fmt::format("{}, and a backup is encrypted as its database is", evidence));
}

// ECR encrypts every image: with AES-256 unless KMS is named ("Encryption at rest", ECR user guide).
void repository_encrypted(Inquiry& ask, const Resource& repository) {
  const Value type = ask.get(repository, "EncryptionConfiguration.EncryptionType");
  ask.proved(&repository, type.at,
             fmt::format("ECR encrypts every image, here with {}",
                         is_empty(type) ? "AES256, its default" : text_of(ask.estate(), type)));
}

// Only symmetric keys whose material KMS made rotate by themselves ("Rotating AWS KMS keys").
Truth can_rotate(Inquiry& ask, const Resource& key) {
  const Known<std::string> spec = ask.text(key, "KeySpec");
  const Known<std::string> usage = ask.text(key, "KeyUsage");
  const Known<std::string> origin = ask.text(key, "Origin");
  if (spec.known() && spec.value != "SYMMETRIC_DEFAULT") return truth(false);
  if (usage.known() && usage.value != "ENCRYPT_DECRYPT") return truth(false);
  if (origin.known() && origin.value != "AWS_KMS") return truth(false);
  for (const Known<std::string>* each : {&spec, &usage, &origin})
    if (each->unknown()) return unknown_truth(each->why);
  return truth(true);
}

void key_rotates(Inquiry& ask, const Resource& key) {
  const Truth rotatable = can_rotate(ask, key);
  if (rotatable.known() && !rotatable.value) return;
  ask.expect_true(key, "EnableKeyRotation");
}

void key_rotates_yearly(Inquiry& ask, const Resource& key) {
  const Truth rotatable = can_rotate(ask, key);
  const Value enabled = ask.get(key, "EnableKeyRotation");
  const Truth rotates = ask.in().boolean(enabled);
  if ((rotatable.known() && !rotatable.value) || (!rotates.unknown() && !surely(rotates))) return;
  if (rotates.unknown()) return ask.unknown(&key, enabled.at, rotates.why);
  constexpr double year = 365;  // KMS's own default, too
  const Value value = ask.get(key, "RotationPeriodInDays");
  const Known<double> days = ask.in().number(value);
  if (days.unknown()) return ask.unknown(&key, value.at, days.why);
  const std::string text =
      days.known() ? fmt::format("it rotates every {} days", days.value) : "it rotates every 365 days, KMS's default";
  if (days.absent() || days.value <= year)
    ask.proved(&key, value.at, text);
  else
    ask.refuted(&key, value.at, text);
}

void key_has_alias(Inquiry& ask, const Resource& key) {
  const auto aliases = naming(ask, "AWS::KMS::Alias", "TargetKeyId", key);
  if (aliases.empty())
    ask.refuted(&key, {}, "no AWS::KMS::Alias has it as its TargetKeyId");
  else
    ask.proved(
        &key, aliases.front()->at,
        fmt::format("{} is {}", aliases.front()->id, text_of(ask.estate(), ask.get(*aliases.front(), "AliasName"))));
}

}  // namespace

std::vector<Check> encryption_checks() {
  constexpr std::string_view template_type = "AWS::EC2::LaunchTemplate";
  constexpr std::string_view configuration_type = "AWS::AutoScaling::LaunchConfiguration";
  return {
      {"ENC-1.encrypted", Method::property, databases, storage_encrypted},
      {"ENC-1.customer-key", Method::property, databases, storage_customer_key},
      {"ENC-1.performance-insights-customer-key",
       Method::property,
       {db_instance, db_cluster},
       performance_insights_customer_key},
      by_type("ENC-1.volume-encrypted", {{"AWS::EC2::Volume", volume_encrypted},
                                         {"AWS::EC2::Instance", devices_encrypted},
                                         {template_type, devices_encrypted},
                                         {configuration_type, devices_encrypted}}),
      by_type("ENC-1.volume-customer-key", {{"AWS::EC2::Volume", volume_customer_key},
                                            {"AWS::EC2::Instance", devices_customer_key},
                                            {template_type, devices_customer_key}}),
      {"ENC-1.queue-encrypted", Method::property, {"AWS::SQS::Queue"}, queue_encrypted},
      must_be_customer_key("ENC-1.queue-customer-key", {{"AWS::SQS::Queue", "KmsMasterKeyId"}}),
      by_type("ENC-1.other-stores-encrypted", {{"AWS::EFS::FileSystem", file_system_encrypted},
                                               {"AWS::ElastiCache::ReplicationGroup", cache_encrypted},
                                               {"AWS::Kinesis::Stream", stream_encrypted},
                                               {"AWS::KinesisFirehose::DeliveryStream", delivery_stream_encrypted},
                                               {"AWS::Elasticsearch::Domain", domain_encrypted},
                                               {"AWS::OpenSearchService::Domain", domain_encrypted},
                                               {"AWS::Redshift::Cluster", warehouse_encrypted},
                                               {"AWS::WorkSpaces::Workspace", workspace_encrypted},
                                               {"AWS::DAX::Cluster", sse_enabled},
                                               {"AWS::Serverless::SimpleTable", table_encrypted},
                                               {"AWS::Athena::WorkGroup", workgroup_encrypted},
                                               {"AWS::Athena::WorkGroup", workgroup_enforced},
                                               {"AWS::CodeBuild::Project", project_encrypted},
                                               {"AWS::ApiGateway::Stage", api_cache_encrypted},
                                               {"AWS::Serverless::Api", api_cache_encrypted}}),
      must_be_customer_key("ENC-1.other-stores-customer-key",
                           {{"AWS::EFS::FileSystem", "KmsKeyId"},
                            {"AWS::ElastiCache::ReplicationGroup", "KmsKeyId"},
                            {"AWS::Kinesis::Stream", "StreamEncryption.KeyId"},
                            {"AWS::Elasticsearch::Domain", "EncryptionAtRestOptions.KmsKeyId"},
                            {"AWS::OpenSearchService::Domain", "EncryptionAtRestOptions.KmsKeyId"},
                            {"AWS::Redshift::Cluster", "KmsKeyId"},
                            {"AWS::WorkSpaces::Workspace", "VolumeEncryptionKey"},
                            {"AWS::MSK::Cluster", "EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId"},
                            {"AWS::Kendra::Index", "ServerSideEncryptionConfiguration.KmsKeyId"},
                            {"AWS::CodeBuild::Project", "EncryptionKey"},
                            {"AWS::FSx::FileSystem", "KmsKeyId"}}),
      by_type("ENC-1.other-stores-customer-key", {{"AWS::EKS::Cluster", cluster_secrets_customer_key},
                                                  {"AWS::DynamoDB::Table", table_customer_key},
                                                  {"AWS::DynamoDB::GlobalTable", table_customer_key},
                                                  {"AWS::Serverless::SimpleTable", table_customer_key},
                                                  {"AWS::AmazonMQ::Broker", broker_customer_key}}),
      {"ENC-2.backups-encrypted", Method::property, databases, backups_encrypted},
      must_be_customer_key("ENC-2.vault-encrypted", {{"AWS::Backup::BackupVault", "EncryptionKeyArn"}}),
      must_be_customer_key("ENC-3.customer-key", {{"AWS::SecretsManager::Secret", "KmsKeyId"}}),
      {"ENC-4.encrypted", Method::property, {"AWS::ECR::Repository"}, repository_encrypted},
      must_be_customer_key("ENC-4.customer-key", {{"AWS::ECR::Repository", "EncryptionConfiguration.KmsKey"}}),
      must_be_customer_key("ENC-5.log-group-encrypted", {{"AWS::Logs::LogGroup", "KmsKeyId"}}),
      {"ENC-10.rotation", Method::property, {"AWS::KMS::Key"}, key_rotates},
      {"ENC-10.rotation-yearly", Method::property, {"AWS::KMS::Key"}, key_rotates_yearly},
      {"ENC-10.alias", Method::property, {"AWS::KMS::Key"}, key_has_alias},
  };
}

}  // namespace redoubt::controls
