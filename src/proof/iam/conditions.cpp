#include "iam/conditions.hpp"

#include <algorithm>

#include "iam/values.hpp"

namespace redoubt::iam {
namespace {

template <class Number>
bool compare(Comparison comparison, Number value, Number limit) {
  switch (comparison) {
    case Comparison::numeric_equals:
    case Comparison::date_equals:
      return value == limit;
    case Comparison::numeric_less_than:
    case Comparison::date_less_than:
      return value < limit;
    case Comparison::numeric_less_than_equals:
    case Comparison::date_less_than_equals:
      return value <= limit;
    case Comparison::numeric_greater_than:
    case Comparison::date_greater_than:
      return value > limit;
    default:
      return value >= limit;
  }
}

}  // namespace

std::optional<Glob::Dialect> dialect_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::string_equals:
    case Comparison::binary_equals:
      return Glob::Dialect::exact;
    case Comparison::string_equals_ignore_case:
    case Comparison::boolean:
      return Glob::Dialect::exact_any_case;
    case Comparison::string_like:
      return Glob::Dialect::like;
    case Comparison::arn_like:
      return Glob::Dialect::arn;
    default:
      return std::nullopt;
  }
}

bool value_matches(Comparison comparison, const std::string& policy_value, const std::string& value,
                   const Context* context) {
  if (const auto dialect = dialect_of(comparison)) {
    const auto pattern = Glob::read(*dialect, policy_value, context);
    return pattern && pattern->matches(value);
  }
  std::string limit_text = policy_value;
  if (context && policy_value.find("${") != std::string::npos) {
    const auto text = Glob::read(Glob::Dialect::exact, policy_value, context);
    if (!text) return false;
    limit_text.clear();
    for (const Symbol& symbol : text->symbols()) limit_text += symbol.byte;
  }
  switch (comparison) {
    case Comparison::ip_address: {
      const auto range = parse_address_range(limit_text);
      const auto address = parse_address(value);
      return range && address && range->contains(*address);
    }
    case Comparison::date_equals:
    case Comparison::date_less_than:
    case Comparison::date_less_than_equals:
    case Comparison::date_greater_than:
    case Comparison::date_greater_than_equals: {
      const auto limit = parse_date(limit_text), date = parse_date(value);
      return limit && date && compare(comparison, *date, *limit);
    }
    default: {
      const auto limit = parse_number(limit_text), number = parse_number(value);
      return limit && number && compare(comparison, *number, *limit);
    }
  }
}

bool holds(const Condition& condition, const std::vector<std::string>* values, const Context* context) {
  const bool absent = !values || values->empty();
  if (condition.comparison == Comparison::null)
    return std::ranges::any_of(condition.values,
                               [&](const std::string& text) { return (lower(text) == "true") == absent; });
  if (absent) {
    if (condition.if_exists || condition.set == SetOperator::for_all_values) return true;
    return condition.set == SetOperator::none && condition.negated;
  }
  const auto matches = [&](const std::string& value) {
    return std::ranges::any_of(condition.values, [&](const std::string& policy_value) {
      return value_matches(condition.comparison, policy_value, value, context);
    });
  };
  const auto satisfies = [&](const std::string& value) { return matches(value) != condition.negated; };
  switch (condition.set) {
    case SetOperator::for_all_values:
      return std::ranges::all_of(*values, satisfies);
    case SetOperator::for_any_value:
      return std::ranges::any_of(*values, satisfies);
    case SetOperator::none:
      return std::ranges::any_of(*values, matches) != condition.negated;
  }
  return false;
}

}  // namespace redoubt::iam
