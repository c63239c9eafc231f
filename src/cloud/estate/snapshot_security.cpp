// What guards an account: WAF, GuardDuty, Security Hub, Config, Access Analyzer. A finding of the analyzer has no type
// in CloudFormation: it is AWS::AccessAnalyzer::Finding here.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field web_acl_fields[] = {
    {"Name"},
    {"Id"},
    {"Description"},
    {"DefaultAction", {}, as_is},
    {"Rules", {}, as_is},
    {"VisibilityConfig", {}, as_is},
    {"Capacity", {}, number},
    {"ManagedByFirewallManager", {}, flag},
};

void listed_web_acl_more(const Value& item, Made& made, Reading&) {
  not_told(made.resource.properties, {"Rules", "DefaultAction", "VisibilityConfig"}, "GetWebACL", item.at);
}

// The answer to get-web-acl-for-resource: with the request's parameter beside it.
constexpr Field association_fields[] = {{"ResourceArn"}, {"WebACL.ARN", "WebACLArn"}};

void association_more(const Value& item, Made& made, Reading&) {
  made.resource.id = fmt::format("{}|{}", text_of(item, "ResourceArn"), text_of(item, "WebACL.ARN"));
}

// The items of list-resources-for-web-acl are bare ARNs.
constexpr Field associated_fields[] = {{"ResourceArn"}};

void associated_more(const Value& item, Made& made, Reading& reading) {
  made.resource.properties.set("WebACLArn", text_at(reading.subject, item.at));
  made.resource.id += fmt::format("|{}", reading.subject);
}

constexpr Field logging_fields[] = {
    {"ResourceArn"}, {"LogDestinationConfigs", {}, texts}, {"RedactedFields", {}, as_is}, {"LoggingFilter", {}, as_is}};

constexpr Field hub_fields[] = {
    {"HubArn", "ARN"}, {"SubscribedAt"}, {"AutoEnableControls", {}, flag}, {"ControlFindingGenerator"}};

constexpr Field standard_fields[] = {
    {"StandardsArn"}, {"StandardsSubscriptionArn"}, {"StandardsStatus"}, {"StandardsStatusReason", {}, as_is}};

constexpr Field recorder_fields[] = {
    {"name", "Name"},
    {"roleARN", "RoleARN"},
    {"recordingGroup", "RecordingGroup", capitalised},
    {"recordingMode", "RecordingMode", capitalised},
};
constexpr Field recorder_status_fields[] = {
    {"recording", "Recording", flag},          {"lastStatus", "LastStatus"},
    {"lastErrorCode", "LastErrorCode"},        {"lastErrorMessage", "LastErrorMessage"},
    {"lastStartTime", "LastStartTime", as_is},
};

void listed_recorder_more(const Value& item, Made& made, Reading&) {
  not_told(made.resource.properties, {"Recording"}, "DescribeConfigurationRecorderStatus", item.at);
}

constexpr Field channel_fields[] = {
    {"name", "Name"},
    {"s3BucketName", "S3BucketName"},
    {"s3KeyPrefix", "S3KeyPrefix"},
    {"s3KmsKeyArn", "S3KmsKeyArn"},
    {"snsTopicARN", "SnsTopicARN"},
    {"configSnapshotDeliveryProperties", "ConfigSnapshotDeliveryProperties", capitalised},
};
constexpr Field channel_status_fields[] = {
    {"configSnapshotDeliveryInfo", "ConfigSnapshotDeliveryInfo", capitalised},
    {"configHistoryDeliveryInfo", "ConfigHistoryDeliveryInfo", capitalised},
    {"configStreamDeliveryInfo", "ConfigStreamDeliveryInfo", capitalised},
};

constexpr Field analyzer_fields[] = {
    {"name", "AnalyzerName"}, {"type", "Type"},
    {"status", "Status"},     {"configuration", "AnalyzerConfiguration", capitalised},
    {"tags", "Tags", tags},
};

constexpr Field finding_fields[] = {
    {"status", "Status"},
    {"resource", "Resource"},
    {"resourceType", "ResourceType"},
    {"resourceOwnerAccount", "ResourceOwnerAccount"},
    {"findingType", "FindingType"},
    {"isPublic", "IsPublic", flag},
    {"principal", "Principal", as_is},
    {"action", "Action", as_is},
    {"condition", "Condition", as_is},
};

constexpr Table tables[] = {
    {.key = "WebACL", .type = "AWS::WAFv2::WebACL", .id = "ARN", .arn = "ARN", .fields = web_acl_fields, .mark = "ARN"},
    {.key = "WebACLs",
     .type = "AWS::WAFv2::WebACL",
     .id = "ARN",
     .arn = "ARN",
     .fields = web_acl_fields,
     .more = listed_web_acl_more,
     .mark = "ARN"},
    {.key = "WebACL",
     .type = "AWS::WAFv2::WebACLAssociation",
     .fields = association_fields,
     .more = association_more,
     .mark = "ResourceArn",
     .whole = true},
    {.key = "ResourceArns",
     .type = "AWS::WAFv2::WebACLAssociation",
     .id = "ResourceArn",
     .fields = associated_fields,
     .more = associated_more,
     .mark = "ResourceArn",
     .subject = "WebACLArn"},
    {.key = "LoggingConfigurations",
     .type = "AWS::WAFv2::LoggingConfiguration",
     .id = "ResourceArn",
     .fields = logging_fields,
     .mark = "LogDestinationConfigs"},
    {.key = "LoggingConfiguration",
     .type = "AWS::WAFv2::LoggingConfiguration",
     .id = "ResourceArn",
     .fields = logging_fields,
     .mark = "LogDestinationConfigs"},
    {.key = "DetectorIds", .type = "AWS::GuardDuty::Detector", .id = "DetectorId"},
    {.key = "HubArn",
     .type = "AWS::SecurityHub::Hub",
     .id = "HubArn",
     .arn = "HubArn",
     .fields = hub_fields,
     .mark = "SubscribedAt",
     .whole = true},
    {.key = "StandardsSubscriptions",
     .type = "AWS::SecurityHub::Standard",
     .id = "StandardsSubscriptionArn",
     .arn = "StandardsSubscriptionArn",
     .fields = standard_fields},
    {.key = "ConfigurationRecordersStatus",
     .type = "AWS::Config::ConfigurationRecorder",
     .id = "name",
     .fields = recorder_status_fields},
    {.key = "ConfigurationRecorders",
     .type = "AWS::Config::ConfigurationRecorder",
     .id = "name",
     .arn = "arn",
     .fields = recorder_fields,
     .more = listed_recorder_more},
    {.key = "DeliveryChannels", .type = "AWS::Config::DeliveryChannel", .id = "name", .fields = channel_fields},
    {.key = "DeliveryChannelsStatus",
     .type = "AWS::Config::DeliveryChannel",
     .id = "name",
     .fields = channel_status_fields},
    {.key = "analyzers",
     .type = "AWS::AccessAnalyzer::Analyzer",
     .id = "arn",
     .arn = "arn",
     .fields = analyzer_fields,
     .mark = "type"},
    {.key = "findings",
     .type = "AWS::AccessAnalyzer::Finding",
     .id = "id",
     .fields = finding_fields,
     .mark = "resourceType"},
};

// Whether the detector is on is a flag in CloudFormation, and a status in the answer.
void detector_more(const Value& answer, Value& properties, Reading&) {
  properties.set("Enable", flag_at(text_of(answer, "Status") == "ENABLED", answer.at));
}

constexpr Field detector_fields[] = {
    {"FindingPublishingFrequency"},
    {"DataSources", {}, as_is},
    {"Features", {}, capitalised},
    {"Tags", {}, tags},
};

constexpr Part parts[] = {
    {.key = "FindingPublishingFrequency",
     .type = "AWS::GuardDuty::Detector",
     .subject = "DetectorId",
     .fields = detector_fields,
     .property = "Enable",
     .question = "GetDetector",
     .more = detector_more},
    {.key = "FindingPublishingFrequency",
     .type = "AWS::GuardDuty::Detector",
     .subject = "DetectorId",
     .fields = detector_fields,
     .property = "FindingPublishingFrequency",
     .question = "GetDetector",
     .more = detector_more},
};

}  // namespace

Service security_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
