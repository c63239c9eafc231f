// MON-6's demands on buckets, asked of every bucket: a trail's is closed only as far as any is.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view bucket_type = "AWS::S3::Bucket";

// "Canned ACL" (S3 user guide): those that admit more than the owner and S3's own log delivery.
void acl_private(Inquiry& ask, const Resource& bucket) {
  static constexpr std::array open{"PublicRead", "PublicReadWrite", "AuthenticatedRead"};
  const Value value = ask.get(bucket, "AccessControl");
  const Known<std::string> acl = ask.in().text(value);
  if (acl.unknown()) return ask.unknown(&bucket, value.at, acl.why);
  const std::string text = acl.known() ? fmt::format("AccessControl is \"{}\"", acl.value)
                                       : "AccessControl is absent, which AWS takes as Private";
  if (std::ranges::find(open, acl.value) == open.end())
    ask.proved(&bucket, value.at, text);
  else
    ask.refuted(&bucket, value.at, text);
}

// A bucket made since April 2023 blocks public access unless it is told otherwise; one made earlier does not, and a
// template may be the update of such a one. What is not said is therefore not proved.
void blocks(Inquiry& ask, const Resource& bucket, std::string_view name) {
  const std::string path = fmt::format("PublicAccessBlockConfiguration.{}", name);
  const Value value = ask.get(bucket, path);
  const Truth is = ask.in().boolean(value);
  ask.expect(bucket, value.at, is.absent() ? truth(false) : is, fmt::format("{} is true", path),
             is.absent() ? fmt::format("{} is not given, and a bucket made before April 2023 has it off", path)
                         : fmt::format("{} is false", path));
}

Check must_block(std::string_view id, std::string_view name) {
  return {id,
          Method::property,
          {bucket_type},
          [name](Inquiry& ask, const Resource& bucket) { blocks(ask, bucket, name); },
          {}};
}

// The first rule's defaults: there can be one rule only.
Value encryption_of(Inquiry& ask, const Resource& bucket) {
  Value rules = ask.get(bucket, "BucketEncryption.ServerSideEncryptionConfiguration");
  if (rules.is(Kind::unknown)) return rules;
  const std::vector<Value> list = items_of(rules);
  return list.empty() ? Value{} : list.front()["ServerSideEncryptionByDefault"];
}

void bucket_encrypted(Inquiry& ask, const Resource& bucket) {
  const Value encryption = encryption_of(ask, bucket);
  const Known<std::string> algorithm = ask.in().text(encryption["SSEAlgorithm"]);
  if (algorithm.unknown())
    ask.unknown(&bucket, encryption.at, algorithm.why);
  else if (algorithm.known())
    ask.proved(&bucket, encryption.at, fmt::format("SSEAlgorithm is {}", algorithm.value));
  else
    ask.refuted(&bucket, {}, "BucketEncryption is not given, so that S3's default decides (SSE-S3 since 2023)");
}

// Whether a bucket is where access logs are written to: S3's own and those of load balancers can be written to buckets
// with SSE-S3 only, and logging them would never end.
bool is_log_target(Inquiry& ask, const Resource& bucket) {
  for (const Resource* other : ask.resources(bucket_type))
    if (ask.in().target(ask.get(*other, "LoggingConfiguration.DestinationBucketName")) == &bucket) return true;
  for (const Resource* balancer : ask.resources("AWS::ElasticLoadBalancingV2::LoadBalancer")) {
    const Value target = value_for(ask, ask.get(*balancer, "LoadBalancerAttributes"), "access_logs.s3.bucket");
    if (ask.in().target(target) == &bucket) return true;
  }
  for (const Resource* balancer : ask.resources("AWS::ElasticLoadBalancing::LoadBalancer"))
    if (ask.in().target(ask.get(*balancer, "AccessLoggingPolicy.S3BucketName")) == &bucket) return true;
  const Known<std::string> acl = ask.text(bucket, "AccessControl");
  return acl.known() && acl.value == "LogDeliveryWrite";
}

void bucket_customer_key(Inquiry& ask, const Resource& bucket) {
  if (is_log_target(ask, bucket)) return;
  const Value encryption = encryption_of(ask, bucket);
  const Known<std::string> algorithm = ask.in().text(encryption["SSEAlgorithm"]);
  if (algorithm.unknown()) return ask.unknown(&bucket, encryption.at, algorithm.why);
  if (!algorithm.known() || !algorithm.value.starts_with("aws:kms"))
    return ask.refuted(
        &bucket, encryption.at,
        algorithm.known() ? fmt::format("SSEAlgorithm is {}", algorithm.value) : "BucketEncryption is not given");
  const Value& key = encryption["KMSMasterKeyID"];
  const Truth own = is_customer_key(ask, key);
  if (own.absent())
    return ask.refuted(&bucket, encryption.at, "KMSMasterKeyID is not given, so that AWS's key is used");
  const std::string text = fmt::format("KMSMasterKeyID is {}", text_of(ask.estate(), key));
  ask.expect(bucket, key.at, own, text, fmt::format("{}, a key that AWS manages", text));
}

void bucket_versioned(Inquiry& ask, const Resource& bucket) {
  static constexpr std::string_view enabled[] = {"Enabled"};
  ask.expect_one_of(bucket, "VersioningConfiguration.Status", enabled);
}

void bucket_access_logged(Inquiry& ask, const Resource& bucket) {
  if (is_log_target(ask, bucket)) return;
  ask.expect_given(bucket, "LoggingConfiguration");
}

}  // namespace

std::vector<Check> bucket_checks() {
  return {
      {"MON-6.bucket-acl-private", Method::property, {bucket_type}, acl_private},
      must_block("MON-6.bucket-blocks-public-acls", "BlockPublicAcls"),
      must_block("MON-6.bucket-ignores-public-acls", "IgnorePublicAcls"),
      must_block("MON-6.bucket-blocks-public-policy", "BlockPublicPolicy"),
      must_block("MON-6.bucket-restricts-public-access", "RestrictPublicBuckets"),
      {"MON-6.bucket-encrypted", Method::property, {bucket_type}, bucket_encrypted},
      {"MON-6.bucket-customer-key", Method::property, {bucket_type}, bucket_customer_key},
      {"MON-6.bucket-versioned", Method::property, {bucket_type}, bucket_versioned},
      {"MON-6.bucket-access-logged", Method::property, {bucket_type}, bucket_access_logged},
  };
}

}  // namespace redoubt::controls
