// A policy as AWS's grammar has it ("Grammar of the IAM JSON policy language"), read strictly from JSON. Everything
// that asks about policies starts here. What the reader does not know (an element, an operator, a version) is an error
// with its line and place: it never drops a part of a policy, since a part dropped is a question answered wrongly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/json.hpp"

namespace redoubt::iam {

enum class Effect : std::uint8_t { allow, deny };

// A condition operator without its prefix, suffix or negation; StringNotLike is string_like, negated.
enum class Comparison : std::uint8_t {
  string_equals,
  string_equals_ignore_case,
  string_like,
  numeric_equals,
  numeric_less_than,
  numeric_less_than_equals,
  numeric_greater_than,
  numeric_greater_than_equals,
  date_equals,
  date_less_than,
  date_less_than_equals,
  date_greater_than,
  date_greater_than_equals,
  boolean,
  binary_equals,
  ip_address,
  arn_like,  // ArnEquals is the same operator
  null,
};

enum class SetOperator : std::uint8_t { none, for_all_values, for_any_value };

// One line of a Condition element: `operator: {key: values}`.
struct Condition {
  Comparison comparison = Comparison::string_equals;
  bool negated = false;
  bool if_exists = false;
  SetOperator set = SetOperator::none;
  std::string key;                  // in lower case: keys are compared without regard to case
  std::string written;              // "StringEquals aws:SourceVpc", as the policy has it
  std::vector<std::string> values;  // any of them may match

  bool operator==(const Condition&) const = default;
};

// The values of a Principal or NotPrincipal element, by kind.
struct Principals {
  bool everyone = false;               // "*", {"AWS": "*"}
  std::vector<std::string> aws;        // ARNs, and account ids (12 digits; the account's root ARN is turned into one)
  std::vector<std::string> service;    // lambda.amazonaws.com
  std::vector<std::string> federated;  // provider names and ARNs
  std::vector<std::string> canonical;  // canonical user ids

  bool operator==(const Principals&) const = default;
};

struct Statement {
  std::string sid;
  Effect effect = Effect::allow;
  std::optional<Principals> principals;  // absent in policies of identities
  bool not_principal = false;
  bool generous = false;  // how NotPrincipal is read where AWS's page leaves room: not_principal.hpp
  std::vector<std::string> actions;
  bool not_action = false;
  std::vector<std::string> resources;  // a trust policy has none: it speaks of the role that it belongs to
  bool not_resource = false;
  std::vector<Condition> conditions;
  bool variables = false;  // ${…} is a variable: version 2012-10-17 only
  std::string origin;      // "NAME, statement SID (line 7)": how an answer names it

  // Whether the two say the same; their names aside.
  [[nodiscard]] bool says_the_same(const Statement& other) const;
};

struct Policy {
  std::string name;
  std::vector<Statement> statements;
};

struct PolicyError {
  std::string place;  // "Statement[1].Condition"
  std::size_t line = 0;
  std::string reason;

  [[nodiscard]] std::string text() const;
};

// Reads a policy document. `name` is what answers call it.
[[nodiscard]] std::expected<Policy, PolicyError> parse_policy(std::string text, std::string name);

// Where the lines of a document begin.
class Lines {
 public:
  explicit Lines(std::string_view text);
  // The line of a byte, from 1.
  [[nodiscard]] std::size_t at(std::size_t offset) const;

 private:
  std::vector<std::size_t> ends_;
};

// Reads a policy that stands inside a larger document. A string is a policy in JSON, URL-encoded as the API answers it
// (RFC 3986) or not.
[[nodiscard]] std::expected<Policy, PolicyError> read_policy(const json::Value& value, const Lines& lines,
                                                             std::string name);

// "${aws:username}" → lower case. Shared with what compares keys.
[[nodiscard]] std::string lower(std::string_view text);

}  // namespace redoubt::iam
