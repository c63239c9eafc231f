#include "policy.hpp"

namespace redoubt::stack {

Value allow(Item action, Item resource, Value condition) {
  return object({{"Effect", "Allow"},
                 {"Action", std::move(action)},
                 {"Resource", std::move(resource)},
                 {"Condition", std::move(condition)}});
}

Value allow_to(Value principal, Item action, Item resource, Value condition) {
  return object({{"Effect", "Allow"},
                 {"Principal", std::move(principal)},
                 {"Action", std::move(action)},
                 {"Resource", std::move(resource)},
                 {"Condition", std::move(condition)}});
}

Value deny_to_all(Item action, Item resource, Value condition) {
  return object({{"Effect", "Deny"},
                 {"Principal", anybody()},
                 {"Action", std::move(action)},
                 {"Resource", std::move(resource)},
                 {"Condition", std::move(condition)}});
}

Value service(Item name) {
  return object({{"Service", std::move(name)}});
}

Value account_root() {
  return object({{"AWS", sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}});
}

Value anybody() {
  return object({{"AWS", "*"}});
}

Value policy(std::initializer_list<Item> statements) {
  return policy(list(statements));
}

Value policy(Value statements) {
  return object({{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
}

Value condition(std::string_view operation, std::string_view key, Item value) {
  return object({{operation, object({{key, std::move(value)}})}});
}

Value from_this_account() {
  return condition("StringEquals", "aws:SourceAccount", ref_to("AWS::AccountId"));
}

Value taken_by(std::string_view service_name, Value condition) {
  return policy({allow_to(service(service_name), "sts:AssumeRole", nothing(), std::move(condition))});
}

Value inline_policy(std::string_view name, std::initializer_list<Item> statements) {
  return object({{"PolicyName", name}, {"PolicyDocument", policy(statements)}});
}

Value deny_plain_text(Item action, Item resource) {
  return deny_to_all(std::move(action), std::move(resource), condition("Bool", "aws:SecureTransport", "false"));
}

}  // namespace redoubt::stack
