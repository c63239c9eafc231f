// The answers of the notification and the queue service. Attributes are an object whose values are all texts.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field topic_fields[] = {{"TopicArn"}};

constexpr Field subscription_fields[] = {{"SubscriptionArn"}, {"TopicArn"}, {"Protocol"}, {"Endpoint"}, {"Owner"}};

// `SubscriptionArn` is no ARN but "PendingConfirmation" until somebody has confirmed it.
void subscription_more(const Value& item, Made& made, Reading&) {
  made.resource.id =
      fmt::format("{}|{}|{}", text_of(item, "TopicArn"), text_of(item, "Protocol"), text_of(item, "Endpoint"));
  if (const std::string arn = text_of(item, "SubscriptionArn"); arn.starts_with("arn:")) made.resource.arn = arn;
}

constexpr Field queue_fields[] = {{"QueueUrl"}};

void queue_more(const Value& item, Made& made, Reading&) {
  made.resource.properties.set("QueueName", text_at(last_of_arn(made.resource.id), item.at));
}

constexpr Table tables[] = {
    {.key = "Topics",
     .type = "AWS::SNS::Topic",
     .id = "TopicArn",
     .arn = "TopicArn",
     .fields = topic_fields,
     .mark = "TopicArn"},
    {.key = "Subscriptions",
     .type = "AWS::SNS::Subscription",
     .fields = subscription_fields,
     .more = subscription_more,
     .mark = "SubscriptionArn"},
    {.key = "QueueUrls",
     .type = "AWS::SQS::Queue",
     .id = "QueueUrl",
     .fields = queue_fields,
     .more = queue_more,
     .mark = "QueueUrl"},
};

constexpr Field topic_attribute_fields[] = {
    {"Attributes.KmsMasterKeyId", "KmsMasterKeyId"},
    {"Attributes.DisplayName", "DisplayName"},
    {"Attributes.SubscriptionsConfirmed", "SubscriptionsConfirmed", number},
    {"Attributes.SubscriptionsPending", "SubscriptionsPending", number},
};
constexpr Field topic_policy_fields[] = {{"Attributes.Policy", "PolicyDocument", document}};
constexpr Field queue_attribute_fields[] = {
    {"Attributes.QueueArn", "Arn"},
    {"Attributes.KmsMasterKeyId", "KmsMasterKeyId"},
    {"Attributes.SqsManagedSseEnabled", "SqsManagedSseEnabled", flag},
};

void topics_more(const Value& answer, Value& properties, Reading&) {
  properties.set("Topics", list({text_at(text_of(answer, "Attributes.TopicArn"), answer.at)}));
}

constexpr Part parts[] = {
    {.key = "Attributes",
     .type = "AWS::SNS::Topic",
     .subject = "Attributes.TopicArn",
     .fields = topic_attribute_fields,
     .property = "KmsMasterKeyId",
     .question = "GetTopicAttributes",
     .mark = "Attributes.TopicArn"},
    {.key = "Attributes",
     .type = "AWS::SNS::Topic",
     .subject = "Attributes.TopicArn",
     .fields = topic_policy_fields,
     .property = "PolicyDocument",
     .question = "GetTopicAttributes",
     .separate = "AWS::SNS::TopicPolicy",
     .link = "TopicArn",
     .more = topics_more,
     .mark = "Attributes.TopicArn"},
    {.key = "Attributes",
     .type = "AWS::SQS::Queue",
     .subject = "QueueUrl",
     .fields = queue_attribute_fields,
     .property = "KmsMasterKeyId",
     .question = "GetQueueAttributes",
     .mark = "Attributes.QueueArn"},
    {.key = "Attributes",
     .type = "AWS::SQS::Queue",
     .subject = "QueueUrl",
     .fields = topic_policy_fields,
     .property = "PolicyDocument",
     .question = "GetQueueAttributes",
     .separate = "AWS::SQS::QueuePolicy",
     .link = "QueueUrl",
     .mark = "Attributes.QueueArn"},
};

}  // namespace

Service messaging_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
