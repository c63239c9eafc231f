// What values a parameter can have ("Parameters" in the CloudFormation template reference). Asked by a Case.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "estate.hpp"

namespace redoubt::estate {

// AWS::Region and its like. The names of a template's own parameters have letters and digits only.
[[nodiscard]] bool is_pseudo(const Parameter& parameter);

// CommaDelimitedList and List<…>: its value is a list of texts, of a length that is not known.
[[nodiscard]] bool is_list(const Parameter& parameter);

// All values that it can have; empty where they are not listed. A list's AllowedValues limit its members, and those of
// an SSM parameter type its key, not what is stored there: neither is a domain.
[[nodiscard]] const std::vector<std::string>& finite_values(const Parameter& parameter);

// Takes out of AllowedValues what the bounds, lengths and pattern beside them refuse. A pattern of plain alternatives
// lists the values, and a whole number that is both the least and the greatest is the only one.
void narrow(Parameter& parameter);

enum class Admits : std::uint8_t { no, yes, unsure };

// Can the parameter be this text? Unsure where its pattern is not one that Redoubt can match (lookahead).
[[nodiscard]] Admits admits(const Parameter& parameter, std::string_view text);

// "may be anything that matches [a-z]+"
[[nodiscard]] std::string describe(const Parameter& parameter);

}  // namespace redoubt::estate
