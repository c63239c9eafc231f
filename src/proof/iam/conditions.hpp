// Whether a condition holds in a context, the slow and obvious way: this is the definition that everything else is
// measured against.
#pragma once

#include "iam/glob.hpp"
#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

// Whether the condition holds for a key with these values (null or empty: the key is absent). `context` gives the
// values of policy variables; null where the policy's version knows none.
//
// The rules, from "Condition operators", "Multiple keys or values" and "Single-valued vs. multivalued context keys":
//   absent key   IfExists and ForAllValues hold, ForAnyValue does not; else a negated operator holds, another does not
//   ForAllValues every value of the request satisfies the operator; ForAnyValue: at least one does
//   operator     a value satisfies it if it matches any of the policy's values; a negated one, if it matches none
// An operator without a set operator that meets several values is left open by AWS; here it asks for any of them, and
// its negation for none.
[[nodiscard]] bool holds(const Condition& condition, const std::vector<std::string>* values, const Context* context);

// Whether one value of the request matches one value of the policy, negation aside.
[[nodiscard]] bool value_matches(Comparison comparison, const std::string& policy_value, const std::string& value,
                                 const Context* context);

// How the values of an operator on text are read as patterns; none for operators on numbers, dates and addresses.
[[nodiscard]] std::optional<Glob::Dialect> dialect_of(Comparison comparison);

}  // namespace redoubt::iam
