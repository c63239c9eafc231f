#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {

void add_bucket(Template& t, const Bucket& bucket, std::initializer_list<Item> statements) {
  const std::string id(bucket.id);
  const bool locked = !bucket.lock.empty();
  const Value encryption =
      bucket.key.empty()
          ? object({{"ServerSideEncryptionByDefault", object({{"SSEAlgorithm", "AES256"}})}})
          : object({{"ServerSideEncryptionByDefault",
                     object({{"SSEAlgorithm", "aws:kms"}, {"KMSMasterKeyID", get_att(bucket.key, "Arn")}})},
                    {"BucketKeyEnabled", true}});
  const int days = locked ? bucket.days + 1 : bucket.days;  // no rule deletes what is locked
  t.add(id, "AWS::S3::Bucket",
        {{"BucketEncryption", object({{"ServerSideEncryptionConfiguration", list({encryption})}})},
         {"PublicAccessBlockConfiguration", object({{"BlockPublicAcls", true},
                                                    {"BlockPublicPolicy", true},
                                                    {"IgnorePublicAcls", true},
                                                    {"RestrictPublicBuckets", true}})},
         {"OwnershipControls", object({{"Rules", list({object({{"ObjectOwnership", "BucketOwnerEnforced"}})})}})},
         {"VersioningConfiguration", object({{"Status", "Enabled"}})},
         {"ObjectLockEnabled", locked ? estate::boolean(true) : nothing()},
         {"ObjectLockConfiguration",
          locked ? object({{"ObjectLockEnabled", "Enabled"},
                           {"Rule",
                            object({{"DefaultRetention", object({{"Mode", bucket.lock}, {"Days", bucket.days}})}})}})
                 : nothing()},
         {"LoggingConfiguration",
          bucket.access_log.empty()
              ? nothing()
              : object({{"DestinationBucketName", ref_to(bucket.access_log)}, {"LogFilePrefix", id + "/"}})},
         {"LifecycleConfiguration",
          object({{"Rules",
                   list({object({{"Id", "expire"},
                                 {"Status", "Enabled"},
                                 {"ExpirationInDays", days},
                                 {"NoncurrentVersionExpiration", object({{"NoncurrentDays", days}})},
                                 {"AbortIncompleteMultipartUpload", object({{"DaysAfterInitiation", 1}})}})})}})}})
      .keep();
  Value all = list({deny_plain_text("s3:*", list({get_att(id, "Arn"), sub(fmt::format("${{{}.Arn}}/*", id))}))});
  for (const Item& statement : statements) all.items.push_back(statement.value);
  t.add(id + "Policy", "AWS::S3::BucketPolicy", {{"Bucket", ref_to(id)}, {"PolicyDocument", policy(std::move(all))}});
}

}  // namespace redoubt::stack
