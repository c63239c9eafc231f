// IR-1 to IR-6 and MON-9: what an incident needs to be seen, contained and mended.
#include <fmt/format.h>

#include <algorithm>

#include "containers.hpp"
#include "databases.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "secret_forms.hpp"
#include "secret_values.hpp"
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
  for (const Resource* subscription : ask.resources("AWS::SNS::Subscription"))
    if (const Known<std::string> protocol = ask.text(*subscription, "Protocol"); protocol.unknown() && !topics.empty())
      return ask.unknown(topics.front(), subscription->at,
                         fmt::format("whether {} is an e-mail address: {}", subscription->id, protocol.why));
  ask.refuted(topics.empty() ? nullptr : topics.front(), {},
              topics.empty() ? "no AWS::SNS::Topic is declared" : "no topic has an e-mail subscription");
}

void topic_encrypted(Inquiry& ask, const Resource& topic) {
  ask.expect_given(topic, "KmsMasterKeyId");
}

// Is it one that makes more or fewer of something, or starts an instance anew? ("arn:aws:automate:" and "arn:aws:swf:"
// are EC2's own actions.)
bool is_scaling_action(Inquiry& ask, const Value& action) {
  const Resource* const target = ask.in().target(action);
  if (target != nullptr) return target->type.ends_with("::ScalingPolicy");
  const Known<std::string> arn = ask.in().text(action);
  return starts_with(action, "arn:aws:automate:") || starts_with(action, "arn:aws:swf:") ||
         (arn.known() && arn.value.find(":scalingPolicy:") != std::string::npos);
}

// Alarms whose metric tells of an attack: those of the service's security namespace and of the trail. One that does
// nothing but scale is a part of scaling and nobody's news.
void alarms_routed(Inquiry& ask) {
  for (const Resource* alarm : ask.resources("AWS::CloudWatch::Alarm")) {
    const Known<std::string> space = ask.text(*alarm, "Namespace");
    if (!space.known() || space.value.starts_with("AWS/")) continue;
    const Resource* topic = nullptr;
    Value unknown_action;
    const Value actions = ask.get(*alarm, "AlarmActions");
    const std::vector<Value> list = items_of(actions);
    if (!list.empty() && std::ranges::all_of(list, [&](const Value& action) { return is_scaling_action(ask, action); }))
      continue;
    for (const Value& action : list) {
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

// --- IR-3 ------------------------------------------------------------------------------------------------------------

// Does everything of one type write to log groups? `goes` says of one resource.
void expect_in_log_groups(Inquiry& ask, std::string_view type, std::string_view what,
                          Truth (*goes)(Inquiry&, const Resource&)) {
  const auto all = ask.resources(type);
  if (all.empty()) return ask.refuted(nullptr, {}, fmt::format("no {} is declared", type));
  for (const Resource* each : all)
    ask.expect(*each, {}, goes(ask, *each), fmt::format("its {} are in a log group", what),
               fmt::format("its {} are in no log group", what));
}

Truth is_given(const Value& value) {
  return value.is(Kind::unknown) ? unknown_truth(value.text) : truth(!is_empty(value));
}

Truth trail_in_log_group(Inquiry& ask, const Resource& trail) {
  return is_given(ask.get(trail, "CloudWatchLogsLogGroupArn"));
}

// "AWS::EC2::FlowLog": cloud-watch-logs where LogDestinationType is not given.
Truth flow_log_in_log_group(Inquiry& ask, const Resource& log) {
  const Known<std::string> type = ask.text(log, "LogDestinationType").when_absent("cloud-watch-logs");
  return type.unknown() ? unknown_truth(type.why) : truth(type.value == "cloud-watch-logs");
}

Truth task_in_log_group(Inquiry& ask, const Resource& definition) {
  Truth out = truth(true);
  for (const Container& container : containers_of(ask, definition)) {
    if (container.value.is(Kind::unknown)) {
      out = both(out, unknown_truth(container.value.text));
      continue;
    }
    const Value& group = container.value["LogConfiguration"]["Options"]["awslogs-group"];
    out = both(out, is_given(group));
  }
  return out;
}

void evidence_searchable(Inquiry& ask) {
  expect_in_log_groups(ask, "AWS::CloudTrail::Trail", "events", trail_in_log_group);
  expect_in_log_groups(ask, "AWS::EC2::FlowLog", "records", flow_log_in_log_group);
  expect_in_log_groups(ask, "AWS::ECS::TaskDefinition", "lines", task_in_log_group);
}

// --- IR-4 ------------------------------------------------------------------------------------------------------------

void secret_rotatable(Inquiry& ask, const Resource& secret) {
  ask.proved(&secret, {}, "Secrets Manager takes a new value at any time");
}

void password_rotatable(Inquiry& ask, const Resource& database) {
  if (is_cluster_member(ask, database)) return;
  const Value password = ask.get(database, "MasterUserPassword");
  if (password.is(Kind::unknown)) return ask.unknown(&database, password.at, password.text);
  if (is_empty(password)) {
    const Truth managed = ask.boolean(database, "ManageMasterUserPassword");
    if (managed.unknown()) return ask.unknown(&database, {}, managed.why);
    if (surely(managed)) ask.proved(&database, {}, "RDS manages its master password");
  } else if (is_dynamic_secret(password)) {
    ask.proved(&database, password.at, "its master password is taken from a secret");
  } else {
    ask.refuted(&database, password.at, "its master password stands in the template or a parameter of it");
  }
}

void task_credentials_rotatable(Inquiry& ask, const Resource& definition) {
  for (const Container& container : containers_of(ask, definition)) {
    for (const Value& secret : items_of(container.value["Secrets"]))
      ask.proved(&definition, secret.at, "a new task reads the secret's new value");
    for (const Value& variable : items_of(container.value["Environment"])) {
      const Known<std::string> name = ask.in().text(variable["Name"]);
      if (!name.known() || !is_secret_name(name.value)) continue;
      const Value& value = variable["Value"];
      if (value.is(Kind::unknown))
        ask.unknown(&definition, variable.at, value.text);
      else if (!is_empty(value) && !value.is(Kind::reference) && ask.in().target(value) == nullptr)
        ask.refuted(&definition, variable.at,
                    fmt::format("{} of {} stands in its definition, so that a new one needs a new template", name.value,
                                container.name));
    }
  }
}

void certificate_rotatable(Inquiry& ask, const Resource& certificate) {
  ask.proved(&certificate, {}, "ACM renews it");
}

void uploaded_certificate(Inquiry& ask, const Resource& certificate) {
  ask.refuted(&certificate, {}, "its key stands in the template, so that a new one needs a new template");
}

void access_key(Inquiry& ask, const Resource& key) {
  ask.refuted(&key, {}, "it is replaced by another Serial, that is by a new template");
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
      {"IR-3.evidence-searchable", Method::property, {}, {}, evidence_searchable},
      by_type("IR-4.credentials-rotatable", {{"AWS::SecretsManager::Secret", secret_rotatable},
                                             {db_instance, password_rotatable},
                                             {db_cluster, password_rotatable},
                                             {docdb_cluster, password_rotatable},
                                             {"AWS::ECS::TaskDefinition", task_credentials_rotatable},
                                             {"AWS::CertificateManager::Certificate", certificate_rotatable},
                                             {"AWS::IAM::ServerCertificate", uploaded_certificate},
                                             {"AWS::IAM::AccessKey", access_key}}),
      {"IR-4.database-patched", Method::property, {db_instance}, patched},
      {"IR-6.topic", Method::property, {}, {}, security_topic},
      {"IR-6.topic-encrypted", Method::property, {"AWS::SNS::Topic"}, topic_encrypted},
      must_be_customer_key("IR-6.topic-customer-key", {{"AWS::SNS::Topic", "KmsMasterKeyId"}}),
  };
}

}  // namespace redoubt::controls
