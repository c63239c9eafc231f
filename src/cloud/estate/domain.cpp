#include "domain.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace redoubt::estate {
namespace {

constexpr std::string_view ssm = "AWS::SSM::Parameter::Value<";

bool is_ssm(const Parameter& parameter) {
  return parameter.type.starts_with(ssm);
}

// The types whose values AWS looks up: there is no such thing with an empty name.
bool names_existing(const Parameter& parameter) {
  return parameter.type.starts_with("AWS::EC2::") || parameter.type.starts_with("AWS::Route53::") ||
         parameter.type.starts_with("List<AWS::");
}

bool fits_length(const Parameter& parameter, std::string_view text) {
  // In characters: bytes that continue one do not count.
  const auto length =
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return length >= parameter.min_length.value_or(0) && length <= parameter.max_length.value_or(no_index);
}

bool fits_number(const Parameter& parameter, std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return false;
  return number >= parameter.min_value.value_or(number) && number <= parameter.max_value.value_or(number);
}

}  // namespace

bool is_pseudo(const Parameter& parameter) {
  return parameter.name.find(':') != std::string::npos;
}

bool is_list(const Parameter& parameter) {
  const std::string_view type = parameter.type;
  const std::string_view inner = is_ssm(parameter) ? type.substr(ssm.size()) : type;
  return inner.starts_with("CommaDelimitedList") || inner.starts_with("List<");
}

const std::vector<std::string>& finite_values(const Parameter& parameter) {
  static const std::vector<std::string> none;
  return is_list(parameter) || is_ssm(parameter) ? none : parameter.allowed_values;
}

namespace {

// By all that limits it but AllowedValues.
Admits fits(const Parameter& parameter, std::string_view text) {
  if (parameter.type == "Number" && !fits_number(parameter, text)) return Admits::no;
  if (!fits_length(parameter, text)) return Admits::no;
  if (parameter.allowed_pattern.empty()) return Admits::yes;
  const RE2 pattern(parameter.allowed_pattern, RE2::Quiet);
  if (!pattern.ok()) return Admits::unsure;
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern) ? Admits::yes : Admits::no;
}

// The texts that a pattern of plain alternatives admits: "^10$", "^(dev|prod)$"; none where it is another.
std::vector<std::string> alternatives_of(std::string_view pattern) {
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  if (pattern.ends_with('$') && !pattern.ends_with("\\$")) pattern.remove_suffix(1);
  const bool grouped = pattern.starts_with('(') && pattern.ends_with(')');
  if (grouped) pattern = pattern.substr(1, pattern.size() - 2);
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '|') {
      // Outside of a group the marks of start and end belong to one alternative each: left to the matcher.
      if (!grouped) return {};
      out.emplace_back();
    } else if (c == '\\' && i + 1 < pattern.size() &&
               std::string_view("./-").find(pattern[i + 1]) != std::string_view::npos) {
      out.back() += pattern[++i];
    } else if (std::string_view("\\.[]{}()*+?^$").find(c) != std::string_view::npos) {
      return {};
    } else {
      out.back() += c;
    }
  }
  return out;
}

}  // namespace

void narrow(Parameter& parameter) {
  if (is_list(parameter) || is_ssm(parameter)) return;
  std::vector<std::string> left = parameter.allowed_values;
  if (left.empty() && !parameter.allowed_pattern.empty()) left = alternatives_of(parameter.allowed_pattern);
  std::erase_if(left, [&](const std::string& each) { return fits(parameter, each) == Admits::no; });
  if (!left.empty()) parameter.allowed_values = std::move(left);  // else CloudFormation makes no such stack
  if (parameter.type != "Number" || !parameter.allowed_values.empty()) return;
  const double only = parameter.min_value.value_or(0);
  if (parameter.min_value && parameter.min_value == parameter.max_value && only == std::trunc(only))
    parameter.allowed_values = {fmt::format("{:.0f}", only)};
}

Admits admits(const Parameter& parameter, std::string_view text) {
  if (is_ssm(parameter)) return Admits::yes;
  if (text.empty() && names_existing(parameter)) return Admits::no;
  if (is_list(parameter)) return Admits::yes;
  if (const auto& values = finite_values(parameter); !values.empty()) {
    return std::ranges::find(values, text) == values.end() ? Admits::no : Admits::yes;
  }
  return fits(parameter, text);
}

std::string describe(const Parameter& parameter) {
  if (parameter.type == "Number" && (parameter.min_value || parameter.max_value)) {
    return fmt::format("may be any number{}{}",
                       parameter.min_value ? fmt::format(" from {}", *parameter.min_value) : "",
                       parameter.max_value ? fmt::format(" to {}", *parameter.max_value) : "");
  }
  if (is_ssm(parameter)) return "may be anything: it is read from the SSM parameter store";
  if (is_list(parameter)) return "may be any list";
  if (!parameter.allowed_pattern.empty())
    return fmt::format("may be anything that matches {}", parameter.allowed_pattern);
  return "may be anything";
}

}  // namespace redoubt::estate
