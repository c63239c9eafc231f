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

constexpr Field stream_fields[] = {
    {"logStreamName", "LogStreamName"},
    {"lastEventTimestamp", "LastEventTimestamp", number},
    {"lastIngestionTime", "LastIngestionTime", number},
};

// The answer does not repeat the group; the ARN does: "…:log-group:NAME:log-stream:STREAM".
void stream_more(const Value& item, Made& made, Reading&) {
  constexpr std::string_view before = ":log-group:", behind = ":log-stream:";
  const std::string arn = text_of(item, "arn");
  const std::size_t from = arn.find(before);
  const std::size_t to = arn.find(behind);
  if (from == std::string::npos || to == std::string::npos || to < from) return;
  const std::string_view name = std::string_view(arn).substr(from + before.size(), to - from - before.size());
  made.resource.properties.set("LogGroupName", text_at(name, item.at));
}

constexpr Field event_fields[] = {
    {"logStreamName", "LogStreamName"}, {"timestamp", "Timestamp", number}, {"message", "Message"}};

void event_more(const Value& item, Made& made, Reading& reading) {
  made.resource.properties.set("LogGroupName", text_at(reading.subject, item.at));
}

constexpr Field metric_fields[] = {{"Namespace"}, {"MetricName"}, {"Dimensions", {}, as_is}};

// One metric has as many entries as there are combinations of dimensions.
void metric_more(const Value& item, Made& made, Reading&) {
  made.resource.id = fmt::format("{}|{}", text_of(item, "Namespace"), text_of(item, "MetricName"));
  for (const Value& dimension : item["Dimensions"].items)
    made.resource.id += fmt::format("|{}={}", text_of(dimension, "Name"), text_of(dimension, "Value"));
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
    {.key = "logStreams",
     .type = "AWS::Logs::LogStream",
     .id = "arn",
     .arn = "arn",
     .fields = stream_fields,
     .more = stream_more},
    {.key = "events",
     .type = "AWS::Logs::LogEvent",
     .id = "eventId",
     .fields = event_fields,
     .more = event_more,
     .mark = "eventId",
     .subject = "logGroupName"},
    {.key = "Metrics",
     .type = "AWS::CloudWatch::Metric",
     .fields = metric_fields,
     .more = metric_more,
     .mark = "Namespace"},
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
