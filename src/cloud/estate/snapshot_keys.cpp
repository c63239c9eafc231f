// The answers of the key management service and of Secrets Manager.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field key_fields[] = {
    {"KeyId"},    {"Arn"},    {"KeyState"},    {"KeyManager"},   {"Enabled", {}, flag},     {"KeySpec"},
    {"KeyUsage"}, {"Origin"}, {"Description"}, {"DeletionDate"}, {"MultiRegion", {}, flag},
};
constexpr Field listed_key_fields[] = {{"KeyId"}, {"KeyArn", "Arn"}};

void listed_key_more(const Value& item, Made& made, Reading&) {
  not_told(made.resource.properties, {"KeyManager", "KeyState", "Enabled", "KeySpec", "Origin"}, "DescribeKey",
           item.at);
}

constexpr Field alias_fields[] = {{"AliasName"}, {"TargetKeyId"}};

constexpr Field secret_fields[] = {
    {"Name"},
    {"Description"},
    {"KmsKeyId"},
    {"OwningService"},
    {"PrimaryRegion"},
    {"RotationEnabled", {}, flag},
    {"RotationLambdaARN"},
    {"RotationRules", {}, as_is},
    {"LastRotatedDate"},
    {"LastChangedDate"},
    {"CreatedDate"},
    {"NextRotationDate"},
    {"LastAccessedDate"},
    {"DeletedDate"},
    {"ReplicationStatus", "ReplicaRegions", as_is},
    {"Tags", {}, tags},
};
constexpr Field rotation_fields[] = {{"RotationLambdaARN"}, {"RotationRules", {}, as_is}};

// Rotation is a resource of its own in CloudFormation, where it is on.
void secret_more(const Value& item, Made& made, Reading& reading) {
  const Value on = member(item, "RotationEnabled");
  if (!on.is(Kind::boolean) || !on.boolean) {
    if (!on) made.resource.properties.set("RotationEnabled", flag_at(false, item.at));  // the API says only "true"
    return;
  }
  Resource out =
      part_of(made.resource, "AWS::SecretsManager::RotationSchedule", made.resource.id, item, rotation_fields, reading);
  out.properties.set("SecretId", text_at(made.resource.id, item.at));
  made.others.push_back(std::move(out));
}

constexpr Table tables[] = {
    {.key = "KeyMetadata", .type = "AWS::KMS::Key", .id = "KeyId", .arn = "Arn", .fields = key_fields},
    {.key = "Keys",
     .type = "AWS::KMS::Key",
     .id = "KeyId",
     .arn = "KeyArn",
     .fields = listed_key_fields,
     .more = listed_key_more,
     .mark = "KeyArn"},
    {.key = "Aliases",
     .type = "AWS::KMS::Alias",
     .id = "AliasName",
     .arn = "AliasArn",
     .fields = alias_fields,
     .mark = "AliasName"},
    {.key = "VersionIdsToStages",  // describe-secret
     .type = "AWS::SecretsManager::Secret",
     .id = "ARN",
     .arn = "ARN",
     .fields = secret_fields,
     .more = secret_more,
     .mark = "ARN",
     .whole = true},
    {.key = "SecretList",
     .type = "AWS::SecretsManager::Secret",
     .id = "ARN",
     .arn = "ARN",
     .fields = secret_fields,
     .more = secret_more},
};

constexpr Field rotation_status_fields[] = {{"KeyRotationEnabled", "EnableKeyRotation", flag},
                                            {"RotationPeriodInDays", {}, number}};
constexpr Field key_policy_fields[] = {{"Policy", "KeyPolicy", document}};
constexpr Field secret_policy_fields[] = {{"ResourcePolicy", {}, document}};

constexpr Part parts[] = {
    {.key = "KeyRotationEnabled",
     .type = "AWS::KMS::Key",
     .subject = "KeyId",
     .fields = rotation_status_fields,
     .property = "EnableKeyRotation",
     .question = "GetKeyRotationStatus"},
    {.key = "Policy",
     .type = "AWS::KMS::Key",
     .subject = "KeyId",
     .fields = key_policy_fields,
     .property = "KeyPolicy",
     .question = "GetKeyPolicy"},
    {.key = "ResourcePolicy",
     .type = "AWS::SecretsManager::Secret",
     .subject = "ARN",
     .fields = secret_policy_fields,
     .property = "ResourcePolicy",
     .question = "GetResourcePolicy",
     .none = "ResourceNotFoundException",
     .separate = "AWS::SecretsManager::ResourcePolicy",
     .link = "SecretId"},
};

}  // namespace

Service key_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
