// S3's answers. Every one but the list is about one bucket and does not name it: `"Bucket": "NAME"` stands beside it,
// or the file is named after the bucket. The account's own public access block is AWS::S3::AccountPublicAccessBlock
// here.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field bucket_fields[] = {{"Name", "BucketName"}, {"CreationDate"}, {"BucketRegion"}};

void bucket_more(const Value& item, Made& made, Reading&) {
  if (made.resource.arn.empty()) made.resource.arn = fmt::format("arn:aws:s3:::{}", made.resource.id);
  if (std::string region = text_of(item, "BucketRegion"); !region.empty()) made.resource.region = std::move(region);
}

constexpr Table tables[] = {
    {.key = "Buckets",
     .type = "AWS::S3::Bucket",
     .id = "Name",
     .arn = "BucketArn",
     .fields = bucket_fields,
     .more = bucket_more,
     .mark = "Name"},
};

constexpr Field encryption_rule_fields[] = {
    {"ApplyServerSideEncryptionByDefault.SSEAlgorithm", "ServerSideEncryptionByDefault.SSEAlgorithm"},
    {"ApplyServerSideEncryptionByDefault.KMSMasterKeyID", "ServerSideEncryptionByDefault.KMSMasterKeyID"},
    {"BucketKeyEnabled", {}, flag},
};

void encryption_more(const Value& answer, Value& properties, Reading& reading) {
  Value rules = list({});
  rules.at = answer.at;
  for (const Value& each : items_of(answer, "ServerSideEncryptionConfiguration.Rules", reading)) {
    Value& rule = rules.items.emplace_back(object({}));
    rule.at = each.at;
    apply(encryption_rule_fields, each, rule, reading);
  }
  Value encryption = object({{"ServerSideEncryptionConfiguration", std::move(rules)}});
  encryption.at = answer.at;
  properties.set("BucketEncryption", std::move(encryption));
}

constexpr Field policy_fields[] = {{"Policy", "PolicyDocument", document}};
constexpr Field policy_status_fields[] = {{"PolicyStatus", {}, as_is}};
constexpr Field access_block_fields[] = {{"PublicAccessBlockConfiguration", {}, as_is}};
constexpr Field versioning_fields[] = {{"Status", "VersioningConfiguration.Status"},
                                       {"MFADelete", "VersioningConfiguration.MFADelete"}};
constexpr Field object_lock_fields[] = {{"ObjectLockConfiguration", {}, as_is}};
constexpr Field logging_fields[] = {
    {"LoggingEnabled.TargetBucket", "LoggingConfiguration.DestinationBucketName"},
    {"LoggingEnabled.TargetPrefix", "LoggingConfiguration.LogFilePrefix"},
};
constexpr Field ownership_fields[] = {{"OwnershipControls", {}, as_is}};
constexpr Field grant_fields[] = {{"Grants", {}, as_is}};
constexpr Field account_block_fields[] = {
    {"PublicAccessBlockConfiguration.BlockPublicAcls", "BlockPublicAcls", flag},
    {"PublicAccessBlockConfiguration.IgnorePublicAcls", "IgnorePublicAcls", flag},
    {"PublicAccessBlockConfiguration.BlockPublicPolicy", "BlockPublicPolicy", flag},
    {"PublicAccessBlockConfiguration.RestrictPublicBuckets", "RestrictPublicBuckets", flag},
};

constexpr Part parts[] = {
    {.key = "ServerSideEncryptionConfiguration",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .property = "BucketEncryption",
     .question = "GetBucketEncryption",
     .none = "ServerSideEncryptionConfigurationNotFoundError",
     .more = encryption_more},
    {.key = "Policy",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .fields = policy_fields,
     .property = "PolicyDocument",
     .question = "GetBucketPolicy",
     .none = "NoSuchBucketPolicy",
     .separate = "AWS::S3::BucketPolicy",
     .link = "Bucket"},
    {.key = "PolicyStatus",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .fields = policy_status_fields,
     .property = "PolicyStatus",
     .question = "GetBucketPolicyStatus",
     .none = "NoSuchBucketPolicy"},
    {.key = "PublicAccessBlockConfiguration",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .fields = access_block_fields,
     .property = "PublicAccessBlockConfiguration",
     .question = "GetPublicAccessBlock",
     .none = "NoSuchPublicAccessBlockConfiguration"},
    {.key = "PublicAccessBlockConfiguration",
     .type = "AWS::S3::AccountPublicAccessBlock",
     .subject = "AccountId",
     .fields = account_block_fields,
     .property = "BlockPublicAcls",
     .question = "GetPublicAccessBlock"},
    {.key = "Status",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .fields = versioning_fields,
     .property = "VersioningConfiguration",
     .question = "GetBucketVersioning"},
    {.key = "ObjectLockConfiguration",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .fields = object_lock_fields,
     .property = "ObjectLockConfiguration",
     .question = "GetObjectLockConfiguration",
     .none = "ObjectLockConfigurationNotFoundError"},
    {.key = "LoggingEnabled",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .fields = logging_fields,
     .property = "LoggingConfiguration",
     .question = "GetBucketLogging"},
    {.key = "OwnershipControls",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .fields = ownership_fields,
     .property = "OwnershipControls",
     .question = "GetBucketOwnershipControls",
     .none = "OwnershipControlsNotFoundError"},
    {.key = "Grants",
     .type = "AWS::S3::Bucket",
     .subject = "Bucket",
     .fields = grant_fields,
     .property = "Grants",
     .question = "GetBucketAcl"},
};

}  // namespace

Service bucket_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
