#include "parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "domain.hpp"

namespace redoubt::estate {
namespace {

// CloudFormation takes the spaces around the members of a list away.
std::vector<std::string> members_of(std::string_view value) {
  std::vector<std::string> out;
  for (bool more = !value.empty(); more;) {
    const std::size_t comma = value.find(',');
    more = comma != std::string_view::npos;
    std::string_view member = value.substr(0, comma);
    if (more) value.remove_prefix(comma + 1);
    while (member.starts_with(' ')) member.remove_prefix(1);
    while (member.ends_with(' ')) member.remove_suffix(1);
    out.emplace_back(member);
  }
  return out;
}

// Why CloudFormation would not take this one of a parameter's values; empty: it would.
std::string refusal(const Parameter& parameter, const std::string& value) {
  if (admits(parameter, value) != Admits::no) return {};
  if (!parameter.allowed_values.empty())
    return fmt::format("{} can be {} only", parameter.name, fmt::join(parameter.allowed_values, ", "));
  return fmt::format(
      "{} {}", parameter.name,
      parameter.type == "Number" && !parameter.min_value && !parameter.max_value ? "is a number" : describe(parameter));
}

// AllowedValues and AllowedPattern of a list are about each of its members.
Parameter member_type(const Parameter& parameter) {
  Parameter out = parameter;
  if (is_list(parameter)) out.type = parameter.type == "List<Number>" ? "Number" : "String";
  return out;
}

void replace(Value& value, std::uint32_t parameter, const Value& with) {
  if (value.is(Kind::symbol) && value.index == parameter) {
    const Location at = value.at;
    value = with;
    value.at = at;
    return;
  }
  for (Value& item : value.items) replace(item, parameter, with);
  for (Member& member : value.members) replace(member.value, parameter, with);
}

// A list has no domain that a case could choose from: its value takes the place of the parameter.
void set_list(Estate& estate, std::uint32_t parameter, const std::vector<std::string>& members) {
  std::vector<Value> items;
  for (const std::string& member : members) items.push_back(text(member));
  const Value with = list(std::move(items));
  const std::uint32_t stack = estate.parameters[parameter].stack;
  for (auto* values : {&estate.stacks[stack].conditions, &estate.stacks[stack].outputs})
    for (auto& [name, value] : *values) replace(value, parameter, with);
  for (Resource& each : estate.resources)
    if (each.stack == stack) {
      replace(each.properties, parameter, with);
      replace(each.metadata, parameter, with);
    }
}

}  // namespace

std::expected<void, std::string> give(Estate& estate, const std::vector<std::string>& pairs) {
  std::set<std::string, std::less<>> given;
  for (const std::string& pair : pairs) {
    const auto refuse = [&](std::string_view why) { return std::unexpected(fmt::format("{}: {}", pair, why)); };
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) return refuse("it is no NAME=VALUE (for example Port=443)");
    const std::string name = pair.substr(0, equals), value = pair.substr(equals + 1);
    if (!given.insert(name).second) return refuse("the parameter has a value already (give it once)");
    bool found = false;
    for (std::uint32_t i = 0; i < estate.parameters.size(); ++i) {
      Parameter& parameter = estate.parameters[i];
      if (parameter.name != name || is_pseudo(parameter)) continue;
      found = true;
      if (parameter.type.starts_with("AWS::SSM::"))
        return refuse(
            "its value is the name of one in the Parameter Store, and what stands there stays unknown "
            "(leave it out, or make it a String in a copy of the template)");
      const std::vector<std::string> members = is_list(parameter) ? members_of(value) : std::vector{value};
      for (const std::string& member : members)
        if (const std::string why = refusal(member_type(parameter), member); !why.empty())
          return refuse(fmt::format("CloudFormation refuses the value: {} (give one that the template allows)", why));
      parameter.default_value = value;
      if (is_list(parameter))
        set_list(estate, i, members);
      else
        parameter.allowed_values = {value};
    }
    if (found) continue;
    std::vector<std::string> names;
    for (const Parameter& each : estate.parameters)
      if (!is_pseudo(each) && std::ranges::find(names, each.name) == names.end()) names.push_back(each.name);
    return refuse(names.empty() ? std::string("no template among the sources has parameters (leave it out)")
                                : fmt::format("no template among the sources has such a parameter (there are {})",
                                              fmt::join(names, ", ")));
  }
  return {};
}

}  // namespace redoubt::estate
