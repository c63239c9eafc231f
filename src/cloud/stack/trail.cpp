#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

// "Amazon S3 bucket policy for CloudTrail" and "… for AWS Config": a service writes in this account's name, for itself.
Value writes(std::string_view principal, std::string_view objects, Item source) {
  return allow_to(service(principal), "s3:PutObject", sub(objects),
                  object({{"StringEquals", object({{"aws:SourceAccount", ref_to("AWS::AccountId")},
                                                   {"s3:x-amz-acl", "bucket-owner-full-control"}})},
                          {"ArnLike", object({{"aws:SourceArn", std::move(source)}})}}));
}

Value looks(std::string_view principal, Item action, std::string_view bucket) {
  return allow_to(service(principal), std::move(action), get_att(bucket, "Arn"), from_this_account());
}

Value equals(std::string_view field, Item value) {
  return object({{"Field", field}, {"Equals", list({std::move(value)})}});
}

Value selectors(const Configuration& c) {
  Value out = list({object(
      {{"Name", "Every call that manages"}, {"FieldSelectors", list({equals("eventCategory", "Management")})}})});
  if (c.trail_data_events)
    out.items.push_back(object(
        {{"Name", "Every read and write of an object, the trail's own left out"},
         {"FieldSelectors",
          list({equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"),
                object({{"Field", "resources.ARN"}, {"NotStartsWith", list({sub("${TrailBucket.Arn}/")})}})})}}));
  return out;
}

}  // namespace

void add_log_buckets(Template& t, const Configuration& c) {
  const Value buckets = sub("arn:${AWS::Partition}:s3:::*");
  add_bucket(t, {.id = "BucketAccessLog", .key = {}, .access_log = {}, .days = c.log_days, .lock = {}},
             {allow_to(service("logging.s3.amazonaws.com"), "s3:PutObject", sub("${BucketAccessLog.Arn}/*"),
                       object({{"StringEquals", object({{"aws:SourceAccount", ref_to("AWS::AccountId")}})},
                               {"ArnLike", object({{"aws:SourceArn", buckets}})}}))});
  add_bucket(t,
             {.id = "TrailBucket",
              .key = "AuditKey",
              .access_log = "BucketAccessLog",
              .days = c.trail_days,
              .lock = c.production() ? "COMPLIANCE" : "GOVERNANCE"},
             {looks("cloudtrail.amazonaws.com", "s3:GetBucketAcl", "TrailBucket"),
              writes("cloudtrail.amazonaws.com", "${TrailBucket.Arn}/AWSLogs/${AWS::AccountId}/*",
                     arn("cloudtrail", "trail/" + c.name))});
  // Config cannot deliver to a bucket that locks by default ("Using S3 Object Lock" of its developer guide).
  add_bucket(
      t, {.id = "RecorderBucket", .key = "AuditKey", .access_log = "BucketAccessLog", .days = c.trail_days, .lock = {}},
      {looks("config.amazonaws.com", list({"s3:GetBucketAcl", "s3:ListBucket"}), "RecorderBucket"),
       writes("config.amazonaws.com", "${RecorderBucket.Arn}/AWSLogs/${AWS::AccountId}/Config/*", arn("config", "*"))});
}

void add_trail(Template& t, const Configuration& c) {
  add_log_group(t, "TrailLogGroup", c.trail_log_group, c.log_days, "AuditKey");
  t.add("TrailLogRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("cloudtrail.amazonaws.com")},
         {"Policies", list({inline_policy("write-log", {allow(list({"logs:CreateLogStream", "logs:PutLogEvents"}),
                                                              get_att("TrailLogGroup", "Arn"))})})}})
      .when("OwnTrail");
  t.add("Trail", "AWS::CloudTrail::Trail",
        {{"TrailName", c.name},
         {"S3BucketName", ref_to("TrailBucket")},
         {"KMSKeyId", get_att("AuditKey", "Arn")},
         {"IsLogging", true},
         {"IsMultiRegionTrail", true},
         {"IncludeGlobalServiceEvents", true},
         {"EnableLogFileValidation", true},
         {"CloudWatchLogsLogGroupArn", get_att("TrailLogGroup", "Arn")},
         {"CloudWatchLogsRoleArn", get_att("TrailLogRole", "Arn")},
         {"AdvancedEventSelectors", selectors(c)},
         {"InsightSelectors",
          list({object({{"InsightType", "ApiCallRateInsight"}}), object({{"InsightType", "ApiErrorRateInsight"}})})}})
      .when("OwnTrail")
      .after({"TrailBucketPolicy"});
}

}  // namespace redoubt::stack
