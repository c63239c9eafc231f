#include "iam/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>
#include <utility>

#include "iam/glob.hpp"
#include "iam/values.hpp"

namespace redoubt::iam {
namespace {

using json::Value;

struct OperatorName {
  std::string_view name;
  Comparison comparison;
  bool negated = false;
};

// "IAM JSON policy elements: Condition operators".
constexpr std::array operators{
    OperatorName{"StringEquals", Comparison::string_equals},
    OperatorName{"StringNotEquals", Comparison::string_equals, true},
    OperatorName{"StringEqualsIgnoreCase", Comparison::string_equals_ignore_case},
    OperatorName{"StringNotEqualsIgnoreCase", Comparison::string_equals_ignore_case, true},
    OperatorName{"StringLike", Comparison::string_like},
    OperatorName{"StringNotLike", Comparison::string_like, true},
    OperatorName{"NumericEquals", Comparison::numeric_equals},
    OperatorName{"NumericNotEquals", Comparison::numeric_equals, true},
    OperatorName{"NumericLessThan", Comparison::numeric_less_than},
    OperatorName{"NumericLessThanEquals", Comparison::numeric_less_than_equals},
    OperatorName{"NumericGreaterThan", Comparison::numeric_greater_than},
    OperatorName{"NumericGreaterThanEquals", Comparison::numeric_greater_than_equals},
    OperatorName{"DateEquals", Comparison::date_equals},
    OperatorName{"DateNotEquals", Comparison::date_equals, true},
    OperatorName{"DateLessThan", Comparison::date_less_than},
    OperatorName{"DateLessThanEquals", Comparison::date_less_than_equals},
    OperatorName{"DateGreaterThan", Comparison::date_greater_than},
    OperatorName{"DateGreaterThanEquals", Comparison::date_greater_than_equals},
    OperatorName{"Bool", Comparison::boolean},
    OperatorName{"BinaryEquals", Comparison::binary_equals},
    OperatorName{"IpAddress", Comparison::ip_address},
    OperatorName{"NotIpAddress", Comparison::ip_address, true},
    OperatorName{"ArnEquals", Comparison::arn_like},
    OperatorName{"ArnLike", Comparison::arn_like},
    OperatorName{"ArnNotEquals", Comparison::arn_like, true},
    OperatorName{"ArnNotLike", Comparison::arn_like, true},
    OperatorName{"Null", Comparison::null},
};

bool is_account_id(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The account of "arn:PARTITION:iam::ACCOUNT:root": naming the root names the account ("Principal").
std::optional<std::string> account_of_root(std::string_view arn) {
  if (!arn.starts_with("arn:") || !arn.ends_with(":root")) return std::nullopt;
  const std::size_t iam = arn.find(":iam::");
  if (iam == std::string_view::npos) return std::nullopt;
  const std::string_view account = arn.substr(iam + 6, arn.size() - iam - 6 - 5);
  if (!is_account_id(account)) return std::nullopt;
  return std::string(account);
}

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Reads one document; stops at the first error, which is thrown inside this file only.
class Reader {
 public:
  Reader(const Lines& lines, std::string name) : lines_(lines), name_(std::move(name)) {}

  Policy policy(const Value& root) const {
    if (!root.is_object()) fail(root, "", "a policy is an object");
    Policy out{name_, {}};
    bool variables = false;
    std::optional<Value> statements;
    for (const auto& [name, value] : root.members()) {
      if (name == "Version") {
        const std::string version = string(value, "Version");
        if (version != "2012-10-17" && version != "2008-10-17")
          fail(value, "Version", fmt::format("\"{}\" is no version: 2012-10-17 or 2008-10-17", version));
        variables = version == "2012-10-17";
      } else if (name == "Id") {
        (void)string(value, "Id");
      } else if (name == "Statement") {
        statements = value;
      } else {
        fail(value, std::string(name), "there is no such element in a policy");
      }
    }
    if (!statements) fail(root, "", "it has no Statement");
    if (statements->is_object()) {
      out.statements.push_back(statement(*statements, "Statement", 0, variables));
    } else if (statements->is_array()) {
      std::size_t index = 0;
      for (const Value& element : statements->elements()) {
        out.statements.push_back(statement(element, fmt::format("Statement[{}]", index), index, variables));
        ++index;
      }
    } else {
      fail(*statements, "Statement", "it is an object or a list of objects");
    }
    return out;
  }

 private:
  [[noreturn]] void fail(const Value& at, std::string place, std::string reason) const {
    throw PolicyError{std::move(place), line(at), std::move(reason)};
  }

  [[nodiscard]] std::size_t line(const Value& at) const { return lines_.at(at.offset()); }

  [[nodiscard]] std::string string(const Value& value, const std::string& place) const {
    if (!value.is_string()) fail(value, place, "it is a string");
    return std::string(value.string());
  }

  // One string or a list of at least one. Condition values may also be numbers and booleans.
  [[nodiscard]] std::vector<std::string> strings(const Value& value, const std::string& place,
                                                 bool scalars = false) const {
    std::vector<std::string> out;
    const auto add = [&](const Value& one) {
      if (scalars && one.is_boolean())
        out.emplace_back(one.boolean() ? "true" : "false");
      else if (scalars && one.is_number())
        out.push_back(one.integer() ? fmt::format("{}", *one.integer()) : fmt::format("{}", one.number()));
      else
        out.push_back(string(one, place));
    };
    if (value.is_array()) {
      for (const Value& one : value.elements()) add(one);
      // An empty list of condition values is accepted by AWS and matches nothing.
      if (out.empty() && !scalars) fail(value, place, "the list is empty");
    } else {
      add(value);
    }
    return out;
  }

  [[nodiscard]] Statement statement(const Value& value, const std::string& place, std::size_t index,
                                    bool variables) const {
    if (!value.is_object()) fail(value, place, "a statement is an object");
    Statement out;
    out.variables = variables;
    bool effect = false;
    const auto only_one = [&](bool taken, const Value& at, std::string_view pair) {
      if (taken) fail(at, place, fmt::format("{} exclude one another", pair));
    };
    for (const auto& [name, member] : value.members()) {
      const std::string here = fmt::format("{}.{}", place, name);
      if (name == "Sid") {
        out.sid = string(member, here);
      } else if (name == "Effect") {
        const std::string text = string(member, here);
        if (text != "Allow" && text != "Deny")
          fail(member, here, fmt::format("\"{}\" is neither Allow nor Deny", text));
        out.effect = text == "Allow" ? Effect::allow : Effect::deny;
        effect = true;
      } else if (name == "Principal" || name == "NotPrincipal") {
        only_one(out.principals.has_value(), member, "Principal and NotPrincipal");
        out.principals = principals(member, here);
        out.not_principal = name == "NotPrincipal";
      } else if (name == "Action" || name == "NotAction") {
        only_one(!out.actions.empty(), member, "Action and NotAction");
        out.actions = strings(member, here);
        out.not_action = name == "NotAction";
        for (const std::string& action : out.actions)
          if (action != "*" && action.find(':') == std::string::npos)
            fail(member, here, fmt::format("\"{}\" has no service: an action is SERVICE:NAME or *", action));
      } else if (name == "Resource" || name == "NotResource") {
        only_one(!out.resources.empty(), member, "Resource and NotResource");
        out.resources = strings(member, here);
        out.not_resource = name == "NotResource";
        if (out.resources.empty()) fail(member, here, "the list is empty");
        if (variables)
          for (const std::string& resource : out.resources) check_variables(resource, member, here);
      } else if (name == "Condition") {
        out.conditions = conditions(member, here, variables);
      } else {
        fail(member, here, "there is no such element in a statement");
      }
    }
    if (!effect) fail(value, place, "it has no Effect");
    if (out.actions.empty()) fail(value, place, "it has neither Action nor NotAction");
    if (out.resources.empty() && !out.principals)  // a trust policy names who may assume the role
      fail(value, place, "it has neither Resource nor NotResource");
    out.origin = out.sid.empty() ? fmt::format("{}, statement {} (line {})", name_, index + 1, line(value))
                                 : fmt::format("{}, statement {} (line {})", name_, out.sid, line(value));
    return out;
  }

  [[nodiscard]] Principals principals(const Value& value, const std::string& place) const {
    Principals out;
    const auto add_aws = [&](const std::string& text) {
      if (text == "*")
        out.everyone = true;
      else if (const auto account = account_of_root(text))
        out.aws.push_back(*account);
      else if (is_account_id(text) || text.starts_with("arn:") || text.starts_with("AIDA") || text.starts_with("AROA"))
        out.aws.push_back(text);  // AIDA…, AROA…: the id left of a user or role that was deleted; nobody has it
      else
        fail(value, place, fmt::format("\"{}\" is no account id, ARN or *", text));
      if (text.starts_with("arn:") && text.find(":group/") != std::string::npos)
        fail(value, place, fmt::format("\"{}\": a group is no principal (name its users, or a role)", text));
      if (text != "*" && text.find_first_of("*?") != std::string::npos)
        fail(value, place, fmt::format("\"{}\": a principal has no wildcards, only * alone", text));
    };
    if (value.is_string()) {
      add_aws(std::string(value.string()));
      return out;
    }
    if (!value.is_object()) fail(value, place, "it is \"*\" or an object");
    for (const auto& [kind, member] : value.members()) {
      const std::string here = fmt::format("{}.{}", place, kind);
      const std::vector<std::string> values = strings(member, here);
      if (kind == "AWS") {
        for (const std::string& text : values) add_aws(text);
      } else if (kind == "Service") {
        out.service = values;
      } else if (kind == "Federated") {
        out.federated = values;
      } else if (kind == "CanonicalUser") {
        out.canonical = values;
      } else {
        fail(member, here, "the kinds are AWS, Service, Federated and CanonicalUser");
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<Condition> conditions(const Value& value, const std::string& place, bool variables) const {
    if (!value.is_object()) fail(value, place, "it is an object");
    std::vector<Condition> out;
    for (const auto& [name, keys] : value.members()) {
      const std::string here = fmt::format("{}.{}", place, name);
      const Condition kind = condition_operator(name, keys, here);
      if (!keys.is_object()) fail(keys, here, "it is an object of keys and values");
      for (const auto& [key, values] : keys.members()) {
        Condition condition = kind;
        condition.key = lower(key);
        condition.written = fmt::format("{} {}", name, key);
        condition.values = strings(values, fmt::format("{}.{}", here, key), true);
        for (const std::string& text : condition.values) {
          if (variables) check_variables(text, values, here);
          if (const auto reason = value_error(condition, text);
              reason && !(variables && text.find("${") != std::string::npos))
            fail(values, fmt::format("{}.{}", here, key), *reason);
        }
        out.push_back(std::move(condition));
      }
    }
    return out;
  }

  [[nodiscard]] Condition condition_operator(std::string_view written, const Value& at,
                                             const std::string& place) const {
    Condition out;
    std::string_view name = written;
    // Operator names, prefixes included, are compared without regard to case.
    const auto strip_prefix = [&](std::string_view prefix) {
      if (lower(name.substr(0, prefix.size())) != lower(prefix)) return false;
      name.remove_prefix(prefix.size());
      return true;
    };
    if (strip_prefix("ForAllValues:"))
      out.set = SetOperator::for_all_values;
    else if (strip_prefix("ForAnyValue:"))
      out.set = SetOperator::for_any_value;
    constexpr std::string_view if_exists = "IfExists";
    if (name.size() > if_exists.size() && lower(name.substr(name.size() - if_exists.size())) == lower(if_exists)) {
      name.remove_suffix(if_exists.size());
      out.if_exists = true;
    }
    for (const OperatorName& known : operators) {
      if (lower(known.name) != lower(name)) continue;
      out.comparison = known.comparison;
      out.negated = known.negated;
      if (out.comparison == Comparison::null && (out.if_exists || out.set != SetOperator::none))
        fail(at, place, "Null takes neither IfExists nor a set operator");
      return out;
    }
    fail(at, place, fmt::format("\"{}\" is no condition operator", written));
  }

  void check_variables(std::string_view text, const Value& at, const std::string& place) const {
    if (const auto reason = Glob::variable_error(text)) fail(at, place, *reason);
  }

  static std::optional<std::string> value_error(const Condition& condition, const std::string& value);

  const Lines& lines_;
  std::string name_;
};

std::optional<std::string> Reader::value_error(const Condition& condition, const std::string& value) {
  switch (condition.comparison) {
    case Comparison::numeric_equals:
    case Comparison::numeric_less_than:
    case Comparison::numeric_less_than_equals:
    case Comparison::numeric_greater_than:
    case Comparison::numeric_greater_than_equals:
      if (!parse_number(value)) return fmt::format("\"{}\" is no number", value);
      break;
    case Comparison::date_equals:
    case Comparison::date_less_than:
    case Comparison::date_less_than_equals:
    case Comparison::date_greater_than:
    case Comparison::date_greater_than_equals:
      if (!parse_date(value)) return fmt::format("\"{}\" is no date (ISO 8601, or seconds since 1970)", value);
      break;
    case Comparison::ip_address:
      if (!parse_address_range(value)) return fmt::format("\"{}\" is no IP address or range (CIDR)", value);
      break;
    case Comparison::boolean:
    case Comparison::null:
      if (lower(value) != "true" && lower(value) != "false")
        return fmt::format("\"{}\" is neither true nor false", value);
      break;
    default:
      break;
  }
  return std::nullopt;
}

}  // namespace

bool Statement::says_the_same(const Statement& other) const {
  const auto said = [](const Statement& s) {
    return std::tie(s.effect, s.principals, s.not_principal, s.generous, s.actions, s.not_action, s.resources,
                    s.not_resource, s.conditions, s.variables);
  };
  return said(*this) == said(other);
}

std::string PolicyError::text() const {
  std::string out = line ? fmt::format("line {}", line) : std::string();
  if (!place.empty()) out += fmt::format("{}{}", out.empty() ? "" : ", ", place);
  return out.empty() ? reason : fmt::format("{}: {}", out, reason);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

Lines::Lines(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    ends_.push_back(at);
}

std::size_t Lines::at(std::size_t offset) const {
  return 1 + static_cast<std::size_t>(std::ranges::lower_bound(ends_, offset) - ends_.begin());
}

std::expected<Policy, PolicyError> read_policy(const json::Value& value, const Lines& lines, std::string name) {
  if (value.is_string()) {
    std::string inner(value.string());
    if (const std::size_t first = inner.find_first_not_of(" \t\r\n"); first != std::string::npos && inner[first] == '%')
      inner = percent_decoded(inner);
    return parse_policy(std::move(inner), std::move(name));
  }
  try {
    return Reader(lines, std::move(name)).policy(value);
  } catch (PolicyError& error) {
    return std::unexpected(std::move(error));
  }
}

std::expected<Policy, PolicyError> parse_policy(std::string text, std::string name) {
  const Lines lines(text);  // of the original: reading decodes strings in place
  const auto document = json::parse(std::move(text));
  if (!document) return std::unexpected(PolicyError{"", document.error().line, document.error().reason});
  return read_policy(document->root(), lines, std::move(name));
}

}  // namespace redoubt::iam
