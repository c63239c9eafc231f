// DR-1 to DR-6: backups, and a second region.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "containers.hpp"
#include "databases.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

const std::vector<std::string_view> databases{db_instance, db_cluster, docdb_cluster, neptune_cluster};

constexpr double default_retention = 1;  // "AWS::RDS::DBInstance", BackupRetentionPeriod; clusters alike

// A replica's backups are off unless it says otherwise, and its source's count.
bool is_replica(Inquiry& ask, const Resource& database) {
  return !is_empty(ask.get(database, "SourceDBInstanceIdentifier")) &&
         is_empty(ask.get(database, "BackupRetentionPeriod"));
}

void retention_at_least(Inquiry& ask, const Resource& database, double days) {
  if (is_cluster_member(ask, database) || is_replica(ask, database)) return;
  ask.expect_at_least(database, "BackupRetentionPeriod", days, default_retention);
}

void backups_enabled(Inquiry& ask, const Resource& database) {
  retention_at_least(ask, database, 1);
}

void backups_kept(Inquiry& ask, const Resource& database) {
  constexpr double week = 7;
  retention_at_least(ask, database, week);
}

void cache_retention(Inquiry& ask, const Resource& cache) {
  if (cache.type == "AWS::ElastiCache::CacheCluster") {
    const Known<std::string> engine = ask.text(cache, "Engine");
    if (engine.known() && engine.value == "memcached") return;  // has no snapshots
    const Known<std::string> node = ask.text(cache, "CacheNodeType");
    if (node.known() && node.value.starts_with("cache.t1.")) return;  // nor have these
  }
  ask.expect_at_least(cache, "SnapshotRetentionLimit", 1, 0);
}

void deletion_protection(Inquiry& ask, const Resource& database) {
  if (!is_cluster_member(ask, database)) ask.expect_true(database, "DeletionProtection");
}

bool keeps(std::string_view policy) {
  return policy == "Snapshot" || policy == "Retain" || policy == "RetainExceptOnCreate";
}

// "DeletionPolicy attribute": Snapshot by default for clusters, and for instances that belong to none.
void final_snapshot(Inquiry& ask, const Resource& database) {
  if (database.stack == estate::no_index || is_cluster_member(ask, database)) return;
  const bool by_default = database.type == db_instance || database.type == db_cluster;
  const std::string_view policy = database.deletion_policy;
  if (keeps(policy))
    ask.proved(&database, {}, fmt::format("DeletionPolicy is {}", policy));
  else if (policy.empty() && by_default)
    ask.proved(&database, {}, "DeletionPolicy is absent, which CloudFormation takes as Snapshot for it");
  else
    ask.refuted(&database, {},
                policy.empty() ? "DeletionPolicy is absent, which CloudFormation takes as Delete"
                               : fmt::format("DeletionPolicy is {}", policy));
}

void replacement_snapshot(Inquiry& ask, const Resource& database) {
  if (database.stack == estate::no_index || is_cluster_member(ask, database)) return;
  const std::string_view policy = database.update_replace_policy;
  if (keeps(policy))
    ask.proved(&database, {}, fmt::format("UpdateReplacePolicy is {}", policy));
  else
    ask.refuted(&database, {},
                policy.empty() ? "UpdateReplacePolicy is absent, which CloudFormation takes as Delete"
                               : fmt::format("UpdateReplacePolicy is {}", policy));
}

void stateful_retained(Inquiry& ask, const Resource& resource) {
  if (resource.stack == estate::no_index) return;
  struct Policy {
    std::string_view name, is;
  };
  for (const Policy& policy : {Policy{"DeletionPolicy", resource.deletion_policy},
                               Policy{"UpdateReplacePolicy", resource.update_replace_policy}}) {
    if (policy.is == "Retain" || policy.is == "RetainExceptOnCreate")
      ask.proved(&resource, {}, fmt::format("{} is {}", policy.name, policy.is));
    else if (policy.is == "unknown")
      ask.unknown(&resource, {}, fmt::format("a function yields its {}", policy.name));
    else
      ask.refuted(&resource, {},
                  policy.is.empty() ? fmt::format("{} is absent, which CloudFormation takes as Delete", policy.name)
                                    : fmt::format("{} is {}", policy.name, policy.is));
  }
}

// Rules of backup plans, with the plan that holds them.
struct PlanRule {
  const Resource* plan;
  Value rule;
};

std::vector<PlanRule> plan_rules(Inquiry& ask) {
  std::vector<PlanRule> out;
  for (const Resource* plan : ask.resources("AWS::Backup::BackupPlan"))
    for (const Value& rule : items_of(ask.get(*plan, "BackupPlan.BackupPlanRule"))) out.push_back({plan, rule});
  return out;
}

void copy_declared(Inquiry& ask) {
  for (const PlanRule& each : plan_rules(ask))
    for (const Value& copy : items_of(each.rule["CopyActions"]))
      if (!is_empty(copy["DestinationBackupVaultArn"]))
        return ask.proved(
            each.plan, copy.at,
            fmt::format("{} copies to {}", each.plan->id, text_of(ask.estate(), copy["DestinationBackupVaultArn"])));
  for (const std::string_view type : {db_instance, db_cluster})
    for (const Resource* database : ask.resources(type))
      if (const Value region = ask.get(*database, "AutomaticBackupReplicationRegion"); !is_empty(region))
        return ask.proved(database, region.at,
                          fmt::format("its backups are replicated to {}", text_of(ask.estate(), region)));
  ask.refuted(nullptr, {},
              "no backup plan has a copy action, and no database replicates its backups to another region");
}

// The vault that an ARN names, by reference or by the name at its end.
const Resource* vault_of(Inquiry& ask, const Value& arn) {
  if (const Resource* found = ask.in().target(arn)) return found;
  const Known<estate::Rendered> text = ask.in().rendered(arn);
  if (!text.known()) return nullptr;
  for (const Resource* vault : ask.in().resources("AWS::Backup::BackupVault")) {
    const Known<std::string> name = ask.text(*vault, "BackupVaultName");
    if (name.known() && text.value.text.ends_with(fmt::format(":backup-vault:{}", name.value))) return vault;
  }
  return nullptr;
}

void copy_customer_key(Inquiry& ask, const Resource& plan) {
  for (const Value& rule : items_of(ask.get(plan, "BackupPlan.BackupPlanRule")))
    for (const Value& copy : items_of(rule["CopyActions"])) {
      const Value& named = copy["DestinationBackupVaultArn"];
      const Resource* const vault = vault_of(ask, named);
      if (vault == nullptr || vault->type != "AWS::Backup::BackupVault") {
        ask.unknown(&plan, copy.at, fmt::format("the vault {} is not among the sources", text_of(ask.estate(), named)));
        continue;
      }
      const Value key = ask.get(*vault, "EncryptionKeyArn");
      const Truth own = is_customer_key(ask, key);
      ask.expect(plan, key.at.line != 0 ? key.at : vault->at, own.absent() ? truth(false) : own,
                 fmt::format("{} has a customer managed key, {}", vault->id, text_of(ask.estate(), key)),
                 fmt::format("{}, to which it copies, has no customer managed key", vault->id));
    }
}

void plan_holds_database(Inquiry& ask) {
  const auto plans = ask.resources("AWS::Backup::BackupPlan");
  if (plans.empty()) return ask.refuted(nullptr, {}, "no AWS::Backup::BackupPlan is declared");
  std::vector<const Resource*> kept;
  for (const std::string_view type : databases)
    for (const Resource* database : ask.resources(type))
      if (!is_cluster_member(ask, *database)) kept.push_back(database);
  if (kept.empty()) return ask.proved(plans.front(), {}, "a backup plan is declared, and no database to select");
  for (const Resource* database : kept) {
    const Resource* selection = nullptr;
    for (const Resource* each : ask.resources("AWS::Backup::BackupSelection")) {
      // A plan without a rule backs nothing up.
      const Resource* const plan = ask.in().target(ask.get(*each, "BackupPlanId"));
      if (plan != nullptr && is_empty(ask.get(*plan, "BackupPlan.BackupPlanRule"))) continue;
      for (const Value& item : items_of(ask.get(*each, "BackupSelection.Resources"))) {
        const Known<std::string> text = ask.in().text(item);
        if (mentions(ask, item, *database) ||
            (text.known() && (text.value == "*" || text.value.ends_with(":rds:*:*:db:*"))))
          selection = each;
      }
      for (const Value& tag : items_of(ask.get(*each, "BackupSelection.ListOfTags"))) {
        const Known<std::string> key = ask.in().text(tag["ConditionKey"]);
        const Known<std::string> wanted = ask.in().text(tag["ConditionValue"]);
        const Known<std::string> has =
            key.known() ? ask.in().text(value_for(ask, ask.get(*database, "Tags"), key.value)) : Known<std::string>{};
        if (wanted.known() && has.known() && wanted.value == has.value) selection = each;
      }
    }
    if (selection != nullptr)
      ask.proved(database, selection->at, fmt::format("{} selects it", selection->id));
    else
      ask.refuted(database, {}, "no AWS::Backup::BackupSelection of a plan with rules names it, by ARN or by tag");
  }
}

void vault_locked(Inquiry& ask, const Resource& vault) {
  ask.expect_given(vault, "LockConfiguration");
}

void restore_testing(Inquiry& ask) {
  const auto plans = ask.resources("AWS::Backup::RestoreTestingPlan");
  if (plans.empty()) return ask.refuted(nullptr, {}, "no AWS::Backup::RestoreTestingPlan is declared");
  const auto selections = ask.resources("AWS::Backup::RestoreTestingSelection");
  if (selections.empty())
    ask.refuted(plans.front(), {}, "no AWS::Backup::RestoreTestingSelection says what is restored");
  else
    ask.proved(plans.front(), {},
               fmt::format("{} restores what {} selects", plans.front()->id, selections.front()->id));
}

void data_in_second_region(Inquiry& ask) {
  for (const PlanRule& each : plan_rules(ask))
    if (!is_empty(each.rule["CopyActions"]))
      return ask.proved(each.plan, each.rule.at,
                        "backups are copied to another vault, from which they can be restored");
  for (const std::string_view type : {db_instance, db_cluster})
    for (const Resource* database : ask.resources(type))
      for (const std::string_view name : {"AutomaticBackupReplicationRegion", "GlobalClusterIdentifier"})
        if (const Value value = ask.get(*database, name); !is_empty(value))
          return ask.proved(database, value.at, fmt::format("{} is {}", name, text_of(ask.estate(), value)));
  ask.refuted(nullptr, {}, "neither a copy of backups, nor a replica, nor a global cluster is declared");
}

void image_in_second_region(Inquiry& ask) {
  const auto configurations = ask.resources("AWS::ECR::ReplicationConfiguration");
  if (configurations.empty())
    ask.refuted(nullptr, {}, "no AWS::ECR::ReplicationConfiguration is declared");
  else
    ask.expect_given(*configurations.front(), "ReplicationConfiguration.Rules");
}

// Where a template says to which other region something is copied: it has to name that one.
bool names_second_region(std::string_view member) {
  static constexpr std::array members{"AutomaticBackupReplicationRegion",
                                      "AutomaticBackupReplicationKmsKeyId",
                                      "CopyActions",  // of a backup plan's rule
                                      "ReplicationConfiguration",
                                      "ReplicaRegions",
                                      "Replicas"};
  return std::ranges::find(members, member) != members.end();
}

// The first text within a value that names a region, or none.
const Value* names_region(const Value& value) {
  static constexpr std::array areas{"us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-", "cn-"};
  static constexpr std::array directions{"north", "south", "east", "west", "central"};
  if (value.is(Kind::text)) {
    const std::string_view text = value.text;
    for (const std::string_view area : areas)
      for (std::size_t at = text.find(area); at != std::string_view::npos; at = text.find(area, at + 1)) {
        const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
        if (at > 0 && is_letter(text[at - 1])) continue;
        std::string_view rest = text.substr(at + area.size());
        if (rest.starts_with("gov-")) rest.remove_prefix(4);
        bool any = false;
        for (bool again = true; again;) {
          again = false;
          for (const std::string_view direction : directions)
            if (rest.starts_with(direction)) {
              rest.remove_prefix(direction.size());
              any = again = true;
            }
        }
        if (any && rest.size() >= 2 && rest[0] == '-' && rest[1] >= '1' && rest[1] <= '9') return &value;
      }
    return nullptr;
  }
  for (const Value& item : value.items)
    if (const Value* found = names_region(item)) return found;
  for (const estate::Member& member : value.members)
    if (!names_second_region(member.name))
      if (const Value* found = names_region(member.value)) return found;
  return nullptr;
}

void no_region_bound(Inquiry& ask) {
  bool any = false;
  for (const Resource& resource : ask.estate().resources) {
    if (resource.stack == estate::no_index) continue;
    any = true;
    if (const Value* found = names_region(resource.properties))
      ask.refuted(&resource, found->at, fmt::format("it names {}", text_of(ask.estate(), *found)));
  }
  if (any) ask.proved(nullptr, {}, "no property of a template names a region or zone");
}

void table_point_in_time(Inquiry& ask, const Resource& table) {
  ask.expect_true(table, "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled");
}

// A global table says it of each replica.
void replicas_point_in_time(Inquiry& ask, const Resource& table) {
  const Value replicas = ask.get(table, "Replicas");
  if (replicas.is(Kind::unknown)) return ask.unknown(&table, replicas.at, replicas.text);
  if (is_empty(replicas)) return ask.refuted(&table, {}, "Replicas is not given");
  for (const Value& replica : items_of(replicas)) {
    const Value enabled = part(replica, "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled");
    ask.expect(table, replica.at, ask.in().boolean(enabled).when_absent(false),
               "every replica can be restored to any second",
               fmt::format("PointInTimeRecoveryEnabled of the replica in {} is not true",
                           text_of(ask.estate(), replica["Region"])));
  }
}

}  // namespace

std::vector<Check> recovery_checks() {
  return {
      {"DR-1.enabled", Method::property, databases, backups_enabled},
      {"DR-1.retention", Method::property, databases, backups_kept},
      {"DR-1.cache-retention",
       Method::property,
       {"AWS::ElastiCache::CacheCluster", "AWS::ElastiCache::ReplicationGroup"},
       cache_retention},
      by_type("DR-1.table-point-in-time",
              {{"AWS::DynamoDB::Table", table_point_in_time}, {"AWS::DynamoDB::GlobalTable", replicas_point_in_time}}),
      {"DR-2.deletion-protection", Method::property, databases, deletion_protection},
      {"DR-2.final-snapshot", Method::property, databases, final_snapshot},
      {"DR-2.replacement-snapshot", Method::property, databases, replacement_snapshot},
      {"DR-2.stateful-retained",
       Method::property,
       {"AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup",
        "AWS::ECR::Repository", "AWS::Backup::BackupVault"},
       stateful_retained},
      {"DR-4.copy-declared", Method::property, {}, {}, copy_declared},
      {"DR-4.copy-customer-key", Method::property, {"AWS::Backup::BackupPlan"}, copy_customer_key},
      {"DR-5.plan", Method::property, {}, {}, plan_holds_database},
      {"DR-5.vault-locked", Method::property, {"AWS::Backup::BackupVault"}, vault_locked},
      {"DR-5.restore-testing", Method::property, {}, {}, restore_testing},
      {"DR-6.no-region-bound", Method::property, {}, {}, no_region_bound},
      {"DR-6.data-in-second-region", Method::property, {}, {}, data_in_second_region},
      {"DR-6.image-in-second-region", Method::property, {}, {}, image_in_second_region},
  };
}

}  // namespace redoubt::controls
