// Policy documents, for the parts that need one. Every function gives plain CloudFormation; none adds a resource.
#pragma once

#include <initializer_list>
#include <string_view>

#include "template.hpp"

namespace redoubt::stack {

// {"Effect": "Allow", "Action": …, "Resource": …, "Condition": …}
[[nodiscard]] Value allow(Item action, Item resource, Value condition = {});
// A resource's own policy names who: principal is {"Service": …} or {"AWS": …}.
[[nodiscard]] Value allow_to(Value principal, Item action, Item resource, Value condition = {});
[[nodiscard]] Value deny_to_all(Item action, Item resource, Value condition = {});

[[nodiscard]] Value service(Item name);
[[nodiscard]] Value account_root();  // {"AWS": the account}: whom IAM policies of the account let in
[[nodiscard]] Value anybody();

[[nodiscard]] Value policy(std::initializer_list<Item> statements);
[[nodiscard]] Value policy(Value statements);

// {"StringEquals": {key: value}} and its like.
[[nodiscard]] Value condition(std::string_view operation, std::string_view key, Item value);
// Only on behalf of this account (the confused deputy: IAM user guide, "Cross-service confused deputy prevention").
[[nodiscard]] Value from_this_account();

// Who may take a role: one AWS service. Lambda and Backup send no aws:SourceAccount with the call (to them a role is
// handed by iam:PassRole within the account): give them an absent condition.
[[nodiscard]] Value taken_by(std::string_view service_name, Value condition = from_this_account());
// {"PolicyName": …, "PolicyDocument": …} for a role's Policies.
[[nodiscard]] Value inline_policy(std::string_view name, std::initializer_list<Item> statements);
// Nobody without TLS (S3: the bucket and what is in it).
[[nodiscard]] Value deny_plain_text(Item action, Item resource);

}  // namespace redoubt::stack
