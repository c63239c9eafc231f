// What watches an account: CloudWatch's logs and alarms, CloudTrail, EventBridge.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field log_group_fields[] = {
    {"logGroupName", "LogGroupName"},
    {"retentionInDays", "RetentionInDays", number},
    {"kmsKeyId", "KmsKeyId"},
    {"logGroupClass", "LogGroupClass"},
    {"deletionProtectionEnabled", "DeletionProtectionEnabled", flag},
};

// The ARN's old form ends in `:*`, for the streams in it.
void log_group_more(const Value&, Made& made, Reading&) {
  if (made.resource.arn.ends_with(":*")) made.resource.arn.resize(made.resource.arn.size() - 2);
}

constexpr Field metric_filter_fields[] = {
    {"filterName", "FilterName"},
    {"filterPattern", "FilterPattern"},
    {"logGroupName", "LogGroupName"},
    {"metricTransformations", "MetricTransformations", capitalised},
};

void metric_filter_more(const Value& item, Made& made, Reading&) {
  made.resource.id = fmt::format("{}|{}", text_of(item, "logGroupName"), text_of(item, "filterName"));
}

constexpr Field log_policy_fields[] = {{"policyName", "PolicyName"}, {"policyDocument", "PolicyDocument", document}};

constexpr Field trail_fields[] = {
    {"Name", "TrailName"},
    {"S3BucketName"},
    {"S3KeyPrefix"},
    {"SnsTopicARN", "SnsTopicArn"},
    {"SnsTopicName"},
    {"IncludeGlobalServiceEvents", {}, flag},
    {"IsMultiRegionTrail", {}, flag},
    {"IsOrganizationTrail", {}, flag},
    {"HomeRegion"},
    {"LogFileValidationEnabled", "EnableLogFileValidation", flag},
    {"CloudWatchLogsLogGroupArn", "CloudWatchLogsLogGroupArn"},
    {"CloudWatchLogsRoleArn"},
    {"KmsKeyId", "KMSKeyId"},
    {"HasCustomEventSelectors", {}, flag},
    {"HasInsightSelectors", {}, flag},
};

constexpr Field alarm_fields[] = {
    {"AlarmName"},
    {"AlarmDescription"},
    {"ActionsEnabled", {}, flag},
    {"AlarmActions", {}, texts},
    {"OKActions", {}, texts},
    {"InsufficientDataActions", {}, texts},
    {"MetricName"},
    {"Namespace"},
    {"Statistic"},
    {"ExtendedStatistic"},
    {"Dimensions", {}, as_is},
    {"Period", {}, number},
    {"EvaluationPeriods", {}, number},
    {"DatapointsToAlarm", {}, number},
    {"Threshold", {}, number},
    {"ComparisonOperator"},
    {"TreatMissingData"},
    {"Metrics", {}, as_is},
    {"StateValue"},
};
constexpr Field composite_alarm_fields[] = {
    {"AlarmName"},
    {"AlarmDescription"},
    {"AlarmRule"},
    {"ActionsEnabled", {}, flag},
    {"AlarmActions", {}, texts},
    {"OKActions", {}, texts},
    {"StateValue"},
};

constexpr Field rule_fields[] = {
    {"Name"},         {"Description"}, {"EventPattern", {}, document}, {"ScheduleExpression"}, {"State"}, {"RoleArn"},
    {"EventBusName"}, {"ManagedBy"},
};

constexpr Table tables[] = {
    {.key = "logGroups",
     .type = "AWS::Logs::LogGroup",
     .id = "logGroupName",
     .arn = "arn",
     .fields = log_group_fields,
     .more = log_group_more},
    {.key = "metricFilters",
     .type = "AWS::Logs::MetricFilter",
     .fields = metric_filter_fields,
     .more = metric_filter_more,
     .mark = "filterName"},
    {.key = "resourcePolicies",
     .type = "AWS::Logs::ResourcePolicy",
     .id = "policyName",
     .fields = log_policy_fields,
     .mark = "policyDocument"},
    {.key = "trailList", .type = "AWS::CloudTrail::Trail", .id = "TrailARN", .arn = "TrailARN", .fields = trail_fields},
    {.key = "Trail",
     .type = "AWS::CloudTrail::Trail",
     .id = "TrailARN",
     .arn = "TrailARN",
     .fields = trail_fields,
     .mark = "TrailARN"},
    {.key = "MetricAlarms",
     .type = "AWS::CloudWatch::Alarm",
     .id = "AlarmName",
     .arn = "AlarmArn",
     .fields = alarm_fields},
    {.key = "CompositeAlarms",
     .type = "AWS::CloudWatch::CompositeAlarm",
     .id = "AlarmName",
     .arn = "AlarmArn",
     .fields = composite_alarm_fields},
    {.key = "Rules",
     .type = "AWS::Events::Rule",
     .id = "Name",
     .arn = "Arn",
     .fields = rule_fields,
     .mark = "EventBusName"},
};

constexpr Field trail_status_fields[] = {
    {"IsLogging", {}, flag},
    {"LatestDeliveryTime"},
    {"LatestDeliveryError"},
    {"LatestCloudWatchLogsDeliveryTime"},
    {"LatestCloudWatchLogsDeliveryError"},
    {"LatestDigestDeliveryTime"},
    {"LatestDigestDeliveryError"},
    {"StartLoggingTime"},
    {"StopLoggingTime"},
};
constexpr Field insight_fields[] = {{"InsightSelectors", {}, as_is}};
constexpr Field event_selector_fields[] = {{"EventSelectors", {}, as_is}, {"AdvancedEventSelectors", {}, as_is}};
constexpr Field target_fields[] = {{"Targets", {}, as_is}};

constexpr Part parts[] = {
    {.key = "IsLogging",
     .type = "AWS::CloudTrail::Trail",
     .subject = "Name",
     .fields = trail_status_fields,
     .property = "IsLogging",
     .question = "GetTrailStatus"},
    {.key = "InsightSelectors",
     .type = "AWS::CloudTrail::Trail",
     .subject = "TrailARN",
     .fields = insight_fields,
     .property = "InsightSelectors",
     .question = "GetInsightSelectors",
     .none = "InsightNotEnabledException"},
    {.key = "EventSelectors",
     .type = "AWS::CloudTrail::Trail",
     .subject = "TrailARN",
     .fields = event_selector_fields,
     .property = "EventSelectors",
     .question = "GetEventSelectors"},
    {.key = "AdvancedEventSelectors",
     .type = "AWS::CloudTrail::Trail",
     .subject = "TrailARN",
     .fields = event_selector_fields,
     .property = "EventSelectors",
     .question = "GetEventSelectors"},
    {.key = "Targets",
     .type = "AWS::Events::Rule",
     .subject = "Rule",
     .fields = target_fields,
     .property = "Targets",
     .question = "ListTargetsByRule"},
};

}  // namespace

Service monitoring_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
