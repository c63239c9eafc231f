// One request as IAM sees it ("Components of a request"): who asks for what, on which resource, with which context.
// The evaluator judges it, and every counterexample is one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redoubt::iam {

// Condition keys in lower case, each with its values. A key that is not here is absent from the request; a key with no
// values counts as absent ("Single-valued vs. multivalued context keys": a null data set).
using Context = std::map<std::string, std::vector<std::string>, std::less<>>;

// The values of a key; null when it is absent.
[[nodiscard]] inline const std::vector<std::string>* values_of(const Context& context, std::string_view key) {
  const auto found = context.find(key);
  return found == context.end() || found->second.empty() ? nullptr : &found->second;
}

// Who asks, as in the Principal element.
struct Principal {
  enum class Kind { anonymous, root, user, role, session, federated_user, service, federated, canonical };

  Kind kind = Kind::anonymous;
  std::string name;     // the ARN (root: arn:aws:iam::ACCOUNT:root); a service's or provider's name; "*" when anonymous
  std::string account;  // 12 digits; empty for services, providers and the anonymous
  std::string role;     // of a session: the ARN of its role, as far as known (its path is not part of a session's ARN)
  bool bounded = false;  // a permissions boundary is attached to it

  // What the data say of it (Account::known): before that, nothing.
  bool role_is_open = false;                   // of a session: the path of its role is not known
  std::string user_id = {};                    // aws:userid, as AWS makes it
  std::optional<Context> tags = std::nullopt;  // of a user: all its tags, by condition key; it has no others

  // From an ARN, an account id, a service name ("lambda.amazonaws.com"), or "anonymous"; none when it is none of these.
  [[nodiscard]] static std::optional<Principal> parse(std::string_view text);

  // Whether it is that role, or a session of it: the ARN of a session leaves out the path of its role, and names of
  // roles are unique within an account.
  [[nodiscard]] bool is_session_of(std::string_view role_arn) const;

  // The condition keys that follow from who asks: aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType,
  // aws:username, aws:PrincipalIsAWSService, the tags that are known, and aws:userid where it is known ("AWS global
  // condition context keys"; "IAM policy elements: Variables and tags", the table of principal key values). There is no
  // aws:PrincipalArn of a session whose role's path is open.
  [[nodiscard]] Context keys() const;

  bool operator==(const Principal&) const = default;
};

struct Request {
  std::optional<Principal> principal;  // absent: nobody in particular, where no policy asks who
  std::string action;
  std::string resource;
  Context context;
  // Keys of the context as the policies spell them, where they do: for people, who find them there again.
  std::map<std::string, std::string, std::less<>> spelling = {};
};

// The field of an ARN, counted from 0 ("arn" is field 0); the sixth and last, 5, keeps its colons. Empty when there is
// none.
[[nodiscard]] std::string_view arn_field(std::string_view arn, int field);

}  // namespace redoubt::iam
