// Checks of what one policy document lets somebody do, or keeps everybody from doing: who takes over a role, who may
// publish to a topic, whether CloudWatch Logs may use a key, that a bucket's policy turns away requests without TLS.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "containers.hpp"
#include "documents.hpp"
#include "iam/compare.hpp"
#include "iam/evaluate.hpp"
#include "iam/plain_request.hpp"
#include "policies.hpp"
#include "reading.hpp"
#include "shared_providers.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view bucket_type = "AWS::S3::Bucket";
constexpr std::string_view topic_type = "AWS::SNS::Topic";
constexpr std::string_view definition_type = "AWS::ECS::TaskDefinition";

iam::Policy policy_from(std::string text) {
  auto read = iam::parse_policy(std::move(text), "the request");
  return read ? *std::move(read) : iam::Policy{};
}

// How policies may write the ARN of a resource whose id AWS or its owner chose.
std::vector<std::string> arns_of(Inquiry& ask, const Resource& resource, std::string_view prefix,
                                 std::string_view name_property) {
  std::vector<std::string> out{fmt::format("arn:aws:own:own-region-1:{}:{}.Arn", own_account, resource.id),
                               fmt::format("{}{}", prefix, resource.id)};
  if (!resource.arn.empty()) out.push_back(resource.arn);
  const Known<std::string> name = ask.text(resource, name_property);
  if (name.known()) out.push_back(fmt::format("{}{}", prefix, name.value));
  return out;
}

// Is every request without TLS to one of these resources denied by the policy? What is left after its denials of all
// that anybody could be allowed must be nothing.
Truth turns_away(const iam::Policy& policy, const std::vector<std::string>& resources, std::string_view suffix,
                 std::string& counterexample) {
  static const iam::Policy nothing = policy_from(
      R"({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]})");
  Truth out = truth(false);
  for (const std::string& resource : resources) {
    iam::Policy left = policy_from(fmt::format(
        R"({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "s3:*", )"
        R"("Resource": "{}{}", "Condition": {{"Bool": {{"aws:SecureTransport": "false"}}}}}}]}})",
        resource, suffix));
    for (const iam::Statement& statement : policy.statements)
      if (statement.effect == iam::Effect::deny) left.statements.push_back(statement);
    const iam::Containment found = iam::contained(left, nothing);
    if (!found.holds) {
      out = either(out, unknown_truth(found.why_undecided));
      continue;
    }
    if (*found.holds) return truth(true);
    const iam::Request shown = plainly(*found.counterexample, left, nothing);
    counterexample = fmt::format("{} on {} without TLS is not denied", shown.action, shown.resource);
  }
  return out;
}

void refuses_plain_http(Inquiry& ask, const Resource& bucket) {
  const std::vector<std::string> arns = arns_of(ask, bucket, "arn:aws:s3:::", "BucketName");
  Truth whole = truth(false);
  std::string counterexample = "no AWS::S3::BucketPolicy speaks of it";
  Location at;
  for (const Resource* holder : ask.resources("AWS::S3::BucketPolicy")) {
    const Value of = ask.get(*holder, "Bucket");
    if (!names_resource(ask, of, bucket) && !mentions(ask, of, bucket)) continue;
    for (const Document& document : resource_documents(ask, *holder)) {
      at = document.value.at;
      const Known<Readable> policy = policy_of(ask, document);
      if (!policy.known()) {
        whole = either(whole, unknown_truth(policy.why));
        continue;
      }
      Truth is = both(turns_away(policy.value.policy, arns, "", counterexample),
                      turns_away(policy.value.policy, arns, "/*", counterexample));
      if (!surely(is) && policy.value.assumes_parameters)
        is = unknown_truth("a parameter stands in its policy, and may be anything");
      whole = either(whole, is);
    }
  }
  ask.expect(bucket, at, whole, "every request without TLS is denied by its policy", counterexample);
}

// Who may take over the execution role of a task definition.
void trusted_by_tasks_only(Inquiry& ask, const Resource& definition) {
  const Value name = ask.get(definition, "ExecutionRoleArn");
  if (is_empty(name)) return;
  const Resource* const role = ask.in().target(name);
  if (role == nullptr)
    return ask.unknown(&definition, name.at,
                       fmt::format("its role {} is not among the sources", text_of(ask.estate(), name)));
  for (const Document& document : trust_documents(ask, *role)) {
    const Known<Readable> policy = policy_of(ask, document);
    if (!policy.known()) return ask.unknown(&definition, document.value.at, policy.why);
    if (policy.value.assumes_parameters)
      return ask.unknown(&definition, document.value.at, "a parameter stands in the trust policy");
    for (const iam::Statement& statement : policy.value.policy.statements) {
      if (statement.effect != iam::Effect::allow) continue;
      const bool only_tasks = statement.principals && !statement.not_principal && !statement.principals->everyone &&
                              statement.principals->aws.empty() && statement.principals->federated.empty() &&
                              statement.principals->canonical.empty() &&
                              std::ranges::all_of(statement.principals->service, [](const std::string& service) {
                                return service == "ecs-tasks.amazonaws.com";
                              });
      if (!only_tasks)
        return ask.refuted(
            &definition, document.value.at,
            fmt::format("{} trusts others than ecs-tasks.amazonaws.com: {}", role->id, statement.origin));
    }
    ask.proved(&definition, document.value.at, fmt::format("{} trusts ecs-tasks.amazonaws.com only", role->id));
  }
}

void own_task_role(Inquiry& ask, const Resource& definition) {
  const Value task = ask.get(definition, "TaskRoleArn");
  const Value execution = ask.get(definition, "ExecutionRoleArn");
  if (task.is(Kind::unknown)) return ask.unknown(&definition, task.at, task.text);
  if (is_empty(task)) return ask.refuted(&definition, {}, "TaskRoleArn is not given");
  const Resource* const first = ask.in().target(task);
  const Resource* const second = ask.in().target(execution);
  if (is_empty(execution) || (first != nullptr && second != nullptr && first != second))
    return ask.proved(&definition, task.at, fmt::format("TaskRoleArn is {}", text_of(ask.estate(), task)));
  if ((first != nullptr && first == second) || task == execution)
    return ask.refuted(&definition, task.at, "TaskRoleArn and ExecutionRoleArn are the same role");
  const Known<std::string> left = ask.in().text(task);
  const Known<std::string> right = ask.in().text(execution);
  if (left.known() && right.known())
    ask.proved(&definition, task.at, fmt::format("TaskRoleArn is {}", left.value));
  else
    ask.unknown(&definition, task.at, left.unknown() ? left.why : right.why);
}

// Keys that tell one principal of another account, or one identity of a provider, from the rest ("How to use an
// external ID", "Create a role for OpenID Connect federation", AWS global condition context keys).
bool identifies(const iam::Condition& condition) {
  if (condition.negated || condition.if_exists || condition.comparison == iam::Comparison::null) return false;
  static constexpr std::array known{
      "sts:externalid",    "aws:principalorgid", "aws:principalarn", "aws:principalaccount",  "aws:userid",
      "saml:aud",          "saml:sub",           "saml:iss",         "aws:principalorgpaths", "sts:rolesessionname",
      "aws:sourceaccount", "aws:sourcearn",      "aws:sourceorgid"};
  const std::string& key = condition.key;
  const bool is_known = std::ranges::find(known, std::string_view(key)) != known.end() || key.ends_with(":sub") ||
                        key.ends_with(":aud") || key.ends_with(":amr");
  return is_known && std::ranges::none_of(condition.values, [](const std::string& value) {
           return value.find_first_not_of('*') == std::string::npos;
         });
}

void trust_conditioned(Inquiry& ask, const Resource& role) {
  const std::string_view own = role.account.empty() ? own_account : std::string_view(role.account);
  for (const Document& document : trust_documents(ask, role)) {
    const Known<Readable> policy = policy_of(ask, document);
    if (!policy.known()) return ask.unknown(&role, document.value.at, policy.why);
    for (const iam::Statement& statement : policy.value.policy.statements) {
      if (statement.effect != iam::Effect::allow || !statement.principals) continue;
      const iam::Principals& who = *statement.principals;
      const auto is_outside = [&](const std::string& principal) {
        const std::string_view account = principal.starts_with("arn:") ? iam::arn_field(principal, 4) : principal;
        return account != own && account != own_account;
      };
      const bool outside = who.everyone || statement.not_principal || !who.federated.empty() ||
                           !who.canonical.empty() || std::ranges::any_of(who.aws, is_outside);
      const std::string open = open_claim(statement);
      if (!outside) continue;
      if (claim_rests_on_parameter(statement) && open.empty())
        return ask.unknown(&role, document.value.at, "a parameter says whose tokens it takes, and may be anything");
      if (open.empty() && std::ranges::any_of(statement.conditions, identifies)) continue;
      // A parameter may be an account or a condition's value.
      if (policy.value.assumes_parameters && open.empty())
        return ask.unknown(&role, document.value.at, "a parameter stands in its trust policy, and may be anything");
      return ask.refuted(
          &role, document.value.at,
          open.empty() ? fmt::format("{} trusts a principal outside the account under no condition that identifies it",
                                     statement.origin)
                       : fmt::format("{} says not whose tokens it takes: {} is open", statement.origin, open));
    }
    ask.proved(&role, document.value.at,
               "nobody outside the account is trusted without a condition that identifies it");
  }
}

// Does the topic's policy let that service publish for this account?
// `source`: what stands for the sender's ARN where AWS makes it.
Truth lets_publish(Inquiry& ask, const Resource& topic, const Resource& sender, std::string_view service,
                   std::string_view source) {
  bool any = false;
  Truth out = truth(false);
  for (const Resource* holder : ask.resources("AWS::SNS::TopicPolicy")) {
    bool of_topic = false;
    for (const Value& item : items_of(ask.get(*holder, "Topics")))
      of_topic = of_topic || ask.in().target(item) == &topic || mentions(ask, item, topic);
    if (!of_topic) continue;
    any = true;
    for (const Document& document : resource_documents(ask, *holder)) {
      const Known<Readable> policy = policy_of(ask, document);
      if (!policy.known()) {
        out = either(out, unknown_truth(policy.why));
        continue;
      }
      for (const std::string& arn : arns_of(ask, topic, "", "TopicName")) {
        iam::Request request;
        request.principal = iam::Principal::parse(service);
        request.action = "sns:Publish";
        request.resource = arn;
        request.context = {{"aws:sourceaccount", {topic.account.empty() ? std::string(own_account) : topic.account}},
                           {"aws:sourcearn", {sender.arn.empty() ? std::string(source) : sender.arn}},
                           {"aws:securetransport", {"true"}}};
        if (request.principal)
          for (const auto& [key, values] : request.principal->keys()) request.context[key] = values;
        if (iam::allows(policy.value.policy, request)) return truth(true);
      }
      const bool by_sender = std::ranges::any_of(policy.value.policy.statements, [](const iam::Statement& statement) {
        return std::ranges::find(statement.conditions, "aws:sourcearn", &iam::Condition::key) !=
               statement.conditions.end();
      });
      if (policy.value.assumes_parameters)
        out = either(out, unknown_truth("a parameter stands in the topic's policy, and may be anything"));
      else if (by_sender && sender.arn.empty())
        out = either(out, unknown_truth("its policy asks for the sender's ARN, which AWS makes"));
    }
  }
  // The default policy lets the account's owner publish; alarms of the account do so in the owner's name, EventBridge
  // does not ("Using resource-based policies for Amazon EventBridge").
  if (!any) return truth(service == "cloudwatch.amazonaws.com");
  return out;
}

void topic_admits_senders(Inquiry& ask, const Resource& topic) {
  struct Sender {
    std::string_view type, actions, service, source;
  };
  static constexpr std::array senders{
      Sender{"AWS::CloudWatch::Alarm", "AlarmActions", "cloudwatch.amazonaws.com",
             "arn:aws:cloudwatch:own-region-1:000000000000:alarm:one"},
      Sender{"AWS::Events::Rule", "Targets", "events.amazonaws.com",
             "arn:aws:events:own-region-1:000000000000:rule/one"},
  };
  for (const Sender& sender : senders)
    for (const Resource* each : ask.resources(sender.type)) {
      bool sends = false;
      for (const Value& item : items_of(ask.get(*each, sender.actions)))
        sends = sends || ask.in().target(item.is(Kind::object) ? item["Arn"] : item) == &topic;
      if (!sends) continue;
      const Truth lets = lets_publish(ask, topic, *each, sender.service, sender.source);
      ask.expect(topic, {}, lets, fmt::format("its policy lets {} publish", sender.service),
                 fmt::format("{} sends to it, and its policy does not let {} publish", each->id, sender.service));
      break;
    }
}

// --- ENC-5 -----------------------------------------------------------------------------------------------------------

// "Encrypt log data in CloudWatch Logs using AWS KMS": what the service does with the key of a log group, in whose ARN
// it shows for which.
constexpr std::array log_actions{"kms:Encrypt",     "kms:Decrypt",         "kms:ReEncryptFrom",
                                 "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"};
constexpr std::string_view stranger = "111111111111";

// The names by which a policy may call the service: of the region, or of none.
std::vector<std::string> log_services(const iam::Policy& policy) {
  std::vector<std::string> out;
  for (const iam::Statement& statement : policy.statements)
    if (statement.principals)
      for (const std::string& service : statement.principals->service)
        if (service.starts_with("logs.") && std::ranges::find(out, service) == out.end()) out.push_back(service);
  return out;
}

iam::Request log_request(const std::string& service, std::string_view action, const std::string& account,
                         const std::string& group) {
  iam::Request out;
  out.principal = iam::Principal::parse(service);
  out.action = action;
  out.resource = "arn:aws:kms:own-region-1:000000000000:key/own";
  const std::string arn = fmt::format("arn:aws:logs:own-region-1:{}:log-group:{}", account, group);
  out.context = {{"kms:encryptioncontext:aws:logs:arn", {arn}},
                 {"aws:sourceaccount", {account}},
                 {"aws:sourcearn", {arn}},
                 {"aws:securetransport", {"true"}}};
  if (out.principal)
    for (const auto& [key, values] : out.principal->keys()) out.context[key] = values;
  return out;
}

void log_key_usable(Inquiry& ask, const Resource& group) {
  const Value named = ask.get(group, "KmsKeyId");
  if (is_empty(named)) return;  // which ENC-5.log-group-encrypted tells
  const Resource* const key = ask.in().target(named);
  if (key == nullptr || key->type != "AWS::KMS::Key")
    return ask.unknown(&group, named.at,
                       fmt::format("the key {} is not among the sources", text_of(ask.estate(), named)));
  const Known<std::string> own_name = ask.text(group, "LogGroupName");
  const std::string name = own_name.known() ? own_name.value : group.id;
  for (const Document& document : resource_documents(ask, *key)) {
    const Known<Readable> policy = policy_of(ask, document);
    if (!policy.known()) return ask.unknown(&group, document.value.at, policy.why);
    if (policy.value.assumes_parameters)
      return ask.unknown(&group, document.value.at, "a parameter stands in the key's policy, and may be anything");
    bool admits = false;
    for (const std::string& service : log_services(policy.value.policy)) {
      const auto allows = [&](std::string_view account) {
        return std::ranges::all_of(log_actions, [&](std::string_view action) {
          return iam::allows(policy.value.policy, log_request(service, action, std::string(account), name));
        });
      };
      admits = admits || allows(own_account);
      if (iam::allows(policy.value.policy, log_request(service, "kms:Decrypt", std::string(stranger), name)))
        return ask.refuted(
            &group, document.value.at,
            fmt::format("the policy of {} admits {} for log groups of account {} too", key->id, service, stranger));
    }
    if (admits)
      return ask.proved(
          &group, document.value.at,
          fmt::format("the policy of {} admits CloudWatch Logs, for groups of the account only", key->id));
    if (!own_name.known())
      return ask.unknown(&group, document.value.at,
                         fmt::format("whether the policy of {} admits the group's name, which AWS makes", key->id));
    return ask.refuted(&group, document.value.at,
                       fmt::format("the policy of {} does not let CloudWatch Logs use it for the group", key->id));
  }
  ask.unknown(&group, key->at, fmt::format("the policy of {} is not in the sources", key->id));
}

}  // namespace

std::vector<Check> admission_checks() {
  return {
      {"MON-6.bucket-refuses-plain-http", Method::policy, {bucket_type}, refuses_plain_http},
      {"ENC-5.key-usable", Method::policy, {"AWS::Logs::LogGroup"}, log_key_usable},
      {"IAM-1.trusted-by-tasks-only", Method::policy, {definition_type}, trusted_by_tasks_only},
      {"IAM-2.own-task-role", Method::property, {definition_type}, own_task_role},
      {"IAM-3.trust-outside-conditioned", Method::policy, {"AWS::IAM::Role"}, trust_conditioned},
      {"IR-1.topic-admits-senders", Method::policy, {topic_type}, topic_admits_senders},
  };
}

}  // namespace redoubt::controls
