// IR-1 to IR-6 and MON-9: what an incident needs to be seen, contained and mended.
#include <fmt/format.h>

#include <algorithm>

#include "containers.hpp"
#include "databases.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

// Is this a topic that somebody reads by e-mail?
const Resource* email_subscription(Inquiry& ask, const Resource& topic) {
  for (const Resource* subscription : ask.resources("AWS::SNS::Subscription")) {
    const Known<std::string> protocol = ask.text(*subscription, "Protocol");
    if (protocol.known() && protocol.value.starts_with("email") &&
        ask.in().target(ask.get(*subscription, "TopicArn")) == &topic)
      return subscription;
  }
  for (const Value& each : items_of(ask.get(topic, "Subscription"))) {
    const Known<std::string> protocol = ask.in().text(each["Protocol"]);
    if (protocol.known() && protocol.value.starts_with("email")) return &topic;
  }
  return nullptr;
}

void security_topic(Inquiry& ask) {
  const auto topics = ask.resources("AWS::SNS::Topic");
  for (const Resource* topic : topics)
    if (const Resource* subscription = email_subscription(ask, *topic))
      return ask.proved(topic, subscription->at, fmt::format("{} sends it to an e-mail address", subscription->id));
  ask.refuted(topics.empty() ? nullptr : topics.front(), {},
              topics.empty() ? "no AWS::SNS::Topic is declared" : "no topic has an e-mail subscription");
}

void topic_encrypted(Inquiry& ask, const Resource& topic) {
  ask.expect_given(topic, "KmsMasterKeyId");
}

// Alarms whose metric tells of an attack: those of the service's security namespace and of the trail.
void alarms_routed(Inquiry& ask) {
  for (const Resource* alarm : ask.resources("AWS::CloudWatch::Alarm")) {
    const Known<std::string> space = ask.text(*alarm, "Namespace");
    if (!space.known() || space.value.starts_with("AWS/")) continue;
    const Resource* topic = nullptr;
    Value unknown_action;
    const Value actions = ask.get(*alarm, "AlarmActions");
    for (const Value& action : items_of(actions)) {
      const Resource* const target = ask.in().target(action);
      if (target != nullptr && target->type == "AWS::SNS::Topic") topic = target;
      if (target == nullptr && !ask.in().text(action).known()) unknown_action = action;
    }
    if (topic != nullptr && email_subscription(ask, *topic) != nullptr)
      ask.proved(alarm, actions.at, fmt::format("it sends to {}", topic->id));
    else if (unknown_action)
      ask.unknown(alarm, unknown_action.at,
                  fmt::format("it sends to {}, which is not among the sources", text_of(ask.estate(), unknown_action)));
    else
      ask.refuted(alarm, actions.at,
                  topic != nullptr ? fmt::format("it sends to {}, which no e-mail address is subscribed to", topic->id)
                                   : "none of its AlarmActions is a topic of the stack");
  }
}

// Rules for the findings of a service, and whether they send them to a topic.
void findings_routed(Inquiry& ask, std::string_view source) {
  for (const Resource* rule : ask.resources("AWS::Events::Rule")) {
    bool matches = false;
    for (const Value& each : items_of(part(ask.get(*rule, "EventPattern"), "source"))) {
      const Known<std::string> text = ask.in().text(each);
      matches = matches || (text.known() && text.value == source);
    }
    if (!matches) continue;
    const Known<std::string> state = ask.text(*rule, "State");
    if (state.unknown()) return ask.unknown(rule, {}, state.why);
    if (state.known() && state.value == "DISABLED") continue;
    for (const Value& target : items_of(ask.get(*rule, "Targets"))) {
      const Resource* const topic = ask.in().target(target["Arn"]);
      if (topic != nullptr && topic->type == "AWS::SNS::Topic")
        return ask.proved(rule, target.at, fmt::format("it sends the findings of {} to {}", source, topic->id));
    }
    return ask.refuted(rule, {},
                       fmt::format("it matches the findings of {} and none of its targets is a topic", source));
  }
  ask.refuted(nullptr, {}, fmt::format("no AWS::Events::Rule matches the findings of {}", source));
}

void isolation_group(Inquiry& ask) {
  for (const Resource* group : ask.resources("AWS::EC2::SecurityGroup")) {
    const Value out = ask.get(*group, "SecurityGroupEgress");
    bool admits_nothing = is_empty(ask.get(*group, "SecurityGroupIngress")) && !is_empty(out) &&
                          naming(ask, "AWS::EC2::SecurityGroupIngress", "GroupId", *group).empty() &&
                          naming(ask, "AWS::EC2::SecurityGroupEgress", "GroupId", *group).empty();
    for (const Value& rule : items_of(out)) {
      const Known<std::string> range = ask.in().text(rule["CidrIp"]);
      const Known<std::string> range6 = ask.in().text(rule["CidrIpv6"]);
      admits_nothing = admits_nothing && ((range.known() && range.value.starts_with("127.")) ||
                                          (range6.known() && range6.value == "::1/128"));
    }
    // Nothing may use it, or it would be a group in use, not one that stands ready.
    const bool used = std::ranges::any_of(ask.estate().resources, [&](const Resource& each) {
      return &each != group && ask.in().exists(each) && mentions(ask, each.properties, *group) &&
             !each.type.starts_with("AWS::SSM::");
    });
    if (admits_nothing && !used) return ask.proved(group, out.at, "it admits nothing, in or out, and nothing uses it");
  }
  ask.refuted(nullptr, {}, "no security group admits nothing in and nothing out and stands unused");
}

void block_list(Inquiry& ask) {
  for (const Resource* acl : ask.resources("AWS::WAFv2::WebACL"))
    for (const Value& rule : items_of(ask.get(*acl, "Rules"))) {
      const Value set = part(rule, "Statement.IPSetReferenceStatement.Arn");
      if (!is_empty(set) && rule["Action"]["Block"])
        return ask.proved(acl, rule.at, fmt::format("it blocks the addresses of {}", text_of(ask.estate(), set)));
    }
  ask.refuted(nullptr, {}, "no rule of a web ACL blocks the addresses of an IP set");
}

void patched(Inquiry& ask, const Resource& database) {
  ask.expect_true(database, "AutoMinorVersionUpgrade", true);
}

}  // namespace

std::vector<Check> incident_checks() {
  return {
      {"IR-1.alarms-routed", Method::property, {}, {}, alarms_routed},
      {"IR-1.hub-findings-routed",
       Method::property,
       {},
       {},
       [](Inquiry& ask) { findings_routed(ask, "aws.securityhub"); }},
      {"MON-9.routed", Method::property, {}, {}, [](Inquiry& ask) { findings_routed(ask, "aws.guardduty"); }},
      {"IR-2.isolation-group", Method::property, {}, {}, isolation_group},
      {"IR-2.block-list", Method::property, {}, {}, block_list},
      {"IR-4.database-patched", Method::property, {db_instance}, patched},
      {"IR-6.topic", Method::property, {}, {}, security_topic},
      {"IR-6.topic-encrypted", Method::property, {"AWS::SNS::Topic"}, topic_encrypted},
      must_be_customer_key("IR-6.topic-customer-key", {{"AWS::SNS::Topic", "KmsMasterKeyId"}}),
  };
}

}  // namespace redoubt::controls
