#include "binder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace redoubt::estate {
namespace {

// "Pseudo parameters" in the CloudFormation template reference. The partition and its domain are those of the
// commercial regions: see docs/estate.md.
constexpr std::array<std::string_view, 5> pseudo_parameters{"AWS::AccountId", "AWS::NotificationARNs", "AWS::Region",
                                                            "AWS::StackId", "AWS::StackName"};

// What their values look like, so that a condition may compare them with a text.
std::string_view pattern_of_pseudo(std::string_view name) {
  if (name == "AWS::AccountId") return "[0-9]{12}";
  if (name == "AWS::Region") return "[a-z]+(-[a-z]+)+-[0-9]+";
  if (name == "AWS::StackName") return "[a-zA-Z][-a-zA-Z0-9]*";
  if (name == "AWS::StackId") return "arn:.*";
  return {};
}

// Functions whose arguments need nothing but to be bound, and how many they take.
struct Plain {
  std::string_view name;
  std::size_t least, most;
};
constexpr std::array<Plain, 9> plain_functions{{
    {"Fn::Base64", 1, 1},
    {"Fn::Cidr", 2, 3},
    {"Fn::GetAZs", 1, 1},
    {"Fn::ImportValue", 1, 1},
    {"Fn::Join", 2, 2},
    {"Fn::Length", 1, 1},
    {"Fn::Select", 2, 2},
    {"Fn::Split", 2, 2},
    {"Fn::ToJsonString", 1, 1},
}};
// These take one argument that may be a list itself.
constexpr std::array<std::string_view, 5> unary_functions{"Fn::Base64", "Fn::GetAZs", "Fn::ImportValue", "Fn::Length",
                                                          "Fn::ToJsonString"};
// "Condition functions" and "Rule-specific intrinsic functions": in Conditions and Rules only.
constexpr std::array<Plain, 7> condition_functions{{
    {"Fn::And", 2, 10},
    {"Fn::Contains", 2, 2},
    {"Fn::EachMemberEquals", 2, 2},
    {"Fn::EachMemberIn", 2, 2},
    {"Fn::Equals", 2, 2},
    {"Fn::Not", 1, 1},
    {"Fn::Or", 2, 10},
}};

template <class Table>
auto find_function(const Table& table, std::string_view name) {
  return std::ranges::find(table, name, &Plain::name);
}

Value at_place(Value value, Location at) {
  value.at = at;
  return value;
}

bool is_variable_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':';
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::optional<std::string> scalar_text(const Value& value) {
  if (value.is(Kind::text) || value.is(Kind::number)) return value.text;
  if (value.is(Kind::boolean)) return value.boolean ? "true" : "false";
  return std::nullopt;
}

std::string_view function_of(const Value& value) {
  if (!value.is(Kind::object) || value.members.size() != 1) return {};
  const std::string_view name = value.members[0].name;
  return name == "Ref" || (name.starts_with("Fn::") && !name.starts_with("Fn::ForEach::")) ? name : std::string_view();
}

Binder::Binder(const Declarations& declarations, std::vector<Parameter>& parameters, std::uint32_t stack,
               std::uint32_t first_parameter)
    : declarations_(declarations), parameters_(parameters), stack_(stack), first_parameter_(first_parameter) {}

Value Binder::wrong(std::string reason, Location at) {
  faults_.push_back(unknown(std::move(reason), at));
  return faults_.back();
}

// Recursion is bounded by the depth that read_document allows.
Value Binder::bind(const Value& value) {
  Value out;
  out.at = value.at;
  out.kind = value.kind;
  if (value.is(Kind::list)) {
    out.items.reserve(value.items.size());
    for (const Value& each : value.items) out.items.push_back(bind(each));
    return out;
  }
  if (!value.is(Kind::object)) return value;
  if (const std::string_view function = function_of(value); !function.empty()) {
    return bind_function(function, value.members[0].value, value.at);
  }
  out.members.reserve(value.members.size());
  for (const Member& each : value.members) {
    if (each.name == "Fn::Transform") return unknown("a macro of Fn::Transform may change this", each.at);
    out.members.push_back({each.name, bind(each.value), each.at});
  }
  return out;
}

Value Binder::bind_condition(const Value& value) {
  const bool was_in_condition = std::exchange(in_condition_, true);
  Value out;
  const bool is_reference = value.is(Kind::object) && value.members.size() == 1 && value.members[0].name == "Condition";
  const std::string_view function = is_reference ? std::string_view("Condition") : function_of(value);
  if (function == "Condition") {
    const Value& name = value.members[0].value;
    if (!name.is(Kind::text)) {
      out = wrong("Condition takes the name of a condition", value.at);
    } else {
      check_condition(name.text, value.at);
      out = begin_call(function, value.at);
      out.items.push_back(name);
    }
  } else if (const auto* found = find_function(condition_functions, function); found != condition_functions.end()) {
    const Value& argument = value.members[0].value;
    const bool is_logical = function == "Fn::And" || function == "Fn::Or" || function == "Fn::Not";
    if (!argument.is(Kind::list) || argument.items.size() < found->least || argument.items.size() > found->most) {
      out = wrong(found->least == found->most
                      ? fmt::format("{} takes a list of {}", function, found->least)
                      : fmt::format("{} takes a list of {} to {}", function, found->least, found->most),
                  value.at);
    } else {
      out = begin_call(function, value.at);
      for (const Value& each : argument.items) out.items.push_back(is_logical ? bind_condition(each) : bind(each));
    }
  } else if (value.is(Kind::boolean)) {
    out = value;
  } else {
    out = wrong("a condition is one of Fn::And, Fn::Equals, Fn::Not, Fn::Or and Condition", value.at);
  }
  out.at = value.at;
  in_condition_ = was_in_condition;
  return out;
}

Value Binder::bind_function(std::string_view function, const Value& argument, Location at) {
  if (function_of(argument) == "Fn::Transform") return unknown("a macro of Fn::Transform may change this", at);
  if (function == "Ref") return bind_ref(argument, at);
  if (function == "Fn::GetAtt") return bind_get_att(argument, at);
  if (function == "Fn::Sub") return bind_sub(argument, at);
  if (function == "Fn::If") return bind_if(argument, at);
  if (function == "Fn::Select") return bind_select(argument, at);
  if (function == "Fn::FindInMap") return bind_find_in_map(argument, at);
  if (const auto* found = find_function(plain_functions, function); found != plain_functions.end()) {
    return call(function, argument, found->least, found->most, at);
  }
  if (function == "Fn::Transform") return unknown("a macro of Fn::Transform yields this", at);
  if (find_function(condition_functions, function) != condition_functions.end()) {
    return wrong(fmt::format("{} may stand in Conditions only", function), at);
  }
  return unknown(fmt::format("Redoubt does not know the function {}", function), at);
}

Value Binder::call(std::string_view function, const Value& argument, std::size_t least, std::size_t most, Location at) {
  Value out = begin_call(function, at);
  if (std::ranges::find(unary_functions, function) != unary_functions.end()) {
    out.items.push_back(bind(argument));
    return out;
  }
  if (!argument.is(Kind::list) || argument.items.size() < least || argument.items.size() > most) {
    return wrong(least == most ? fmt::format("{} takes a list of {}", function, least)
                               : fmt::format("{} takes a list of {} to {}", function, least, most),
                 at);
  }
  out.items.reserve(argument.items.size());
  for (const Value& each : argument.items) out.items.push_back(bind(each));
  return out;
}

// The stack tells whose conditions and mappings a call names.
Value Binder::begin_call(std::string_view function, Location at) const {
  Value out;
  out.kind = Kind::call;
  out.index = stack_;
  out.text = function;
  out.at = at;
  return out;
}

Value Binder::symbol(std::uint32_t index, Location at) {
  Value out;
  out.kind = Kind::symbol;
  out.index = index;
  out.at = at;
  return out;
}

// Any stack has the pseudo parameters; one becomes a parameter of the estate when something refers to it.
Value Binder::pseudo(std::string_view name, Location at) {
  const auto [found, is_new] = pseudo_.try_emplace(std::string(name), 0);
  if (is_new) {
    found->second = first_parameter_ + static_cast<std::uint32_t>(parameters_.size());
    Parameter& parameter = parameters_.emplace_back();
    parameter.name = name;
    parameter.stack = stack_;
    parameter.allowed_pattern = pattern_of_pseudo(name);
    if (name == "AWS::NotificationARNs") parameter.type = "CommaDelimitedList";
  }
  return symbol(found->second, at);
}

Value Binder::named(std::string_view name, Location at, std::string_view in) {
  if (const auto found = declarations_.parameters.find(name); found != declarations_.parameters.end()) {
    return symbol(found->second, at);
  }
  if (name == "AWS::NoValue") return at_place(Value{}, at);
  if (name == "AWS::Partition") return at_place(text("aws"), at);
  if (name == "AWS::URLSuffix") return at_place(text("amazonaws.com"), at);
  if (std::ranges::find(pseudo_parameters, name) != pseudo_parameters.end()) return pseudo(name, at);
  if (const auto found = declarations_.resources.find(name); found != declarations_.resources.end()) {
    if (in_condition_) return wrong(fmt::format("a condition cannot refer to the resource {}", name), at);
    Value out;
    out.kind = Kind::reference;
    out.index = found->second;
    out.at = at;
    return out;
  }
  if (!declarations_.open.empty())
    return unknown(fmt::format("{} is not in the template; {}", name, declarations_.open), at);
  return wrong(fmt::format("{} {} names no parameter or resource of this template", in, name), at);
}

Value Binder::attribute(std::string_view resource, std::string_view attribute, Location at, std::string_view in) {
  const auto found = declarations_.resources.find(resource);
  if (found == declarations_.resources.end()) {
    if (!declarations_.open.empty()) {
      return unknown(fmt::format("{}.{} is not in the template; {}", resource, attribute, declarations_.open), at);
    }
    return wrong(fmt::format("{} {}.{} names no resource of this template", in, resource, attribute), at);
  }
  if (in_condition_) return wrong(fmt::format("a condition cannot refer to the resource {}", resource), at);
  Value out;
  out.kind = Kind::reference;
  out.index = found->second;
  out.text = attribute;
  out.at = at;
  return out;
}

Value Binder::bind_ref(const Value& argument, Location at) {
  const Value name = argument.is(Kind::object) ? bind(argument) : argument;  // AWS::LanguageExtensions allow calls
  if (name.is(Kind::text)) return named(name.text, at, "Ref");
  if (argument.is(Kind::object)) return unknown("Ref of a name that is not known before the stack is made", at);
  return wrong("Ref takes the name of a parameter or resource", at);
}

Value Binder::bind_get_att(const Value& argument, Location at) {
  if (argument.is(Kind::text)) {
    const std::size_t dot = argument.text.find('.');
    if (dot == std::string::npos) return wrong("Fn::GetAtt takes a resource and an attribute", at);
    const std::string_view whole = argument.text;
    return attribute(whole.substr(0, dot), whole.substr(dot + 1), at, "Fn::GetAtt");
  }
  if (!argument.is(Kind::list) || argument.items.size() < 2) {
    return wrong("Fn::GetAtt takes a resource and an attribute", at);
  }
  std::string path;
  std::string resource;
  bool is_known = true;
  for (const Value& part : argument.items) {
    const Value bound = bind(part);
    const bool first = &part == argument.items.data();
    if (const auto content = scalar_text(bound); content && !content->empty()) {
      if (first) {
        resource = *content;
      } else {
        path.append(path.empty() ? "" : ".").append(*content);
      }
    } else if (part.is(Kind::object)) {
      is_known = false;
    } else {
      return wrong("Fn::GetAtt takes a resource and an attribute", at);
    }
  }
  if (!is_known) return unknown("Fn::GetAtt of a name that is not known before the stack is made", at);
  return attribute(resource, path, at, "Fn::GetAtt");
}

// The parts, texts among them, one after the other ("Fn::Sub" in the template reference).
Value Binder::bind_sub(const Value& argument, Location at) {
  const bool has_map = argument.is(Kind::list) && argument.items.size() == 2 && argument.items[1].is(Kind::object);
  const Value& format = has_map ? argument.items[0] : argument;
  if (!format.is(Kind::text))
    return wrong("Fn::Sub takes a text, or a list of a text and a mapping of its variables", at);
  static const Value no_map;
  const Value& map = has_map ? argument.items[1] : no_map;

  Value out = begin_call("Fn::Sub", at);
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) out.items.push_back(at_place(text(literal), at));
    literal.clear();
  };
  std::string_view rest = format.text;
  while (!rest.empty()) {
    const std::size_t open = rest.find("${");
    const std::size_t close = open == std::string_view::npos ? open : rest.find('}', open);
    if (close == std::string_view::npos) break;
    literal += rest.substr(0, open);
    const std::string_view raw = rest.substr(open + 2, close - open - 2);
    rest.remove_prefix(close + 1);
    if (raw.starts_with('!')) {  // `${!Literal}` stands for `${Literal}`
      literal.append("${").append(raw.substr(1)).append("}");
      continue;
    }
    const std::string_view name = trimmed(raw);
    if (name.empty() || !std::ranges::all_of(name, is_variable_character)) {
      return wrong(
          fmt::format("Fn::Sub: ${{{}}} is no variable (letters, digits, '_', '.' and ':'; ${{!…}} for a literal)",
                      raw),
          at);
    }
    flush();
    if (const auto given = std::ranges::find(map.members, name, &Member::name); given != map.members.end()) {
      out.items.push_back(bind(given->value));
      continue;
    }
    const std::size_t dot = name.find('.');
    out.items.push_back(dot == std::string_view::npos
                            ? named(name, at, "Fn::Sub")
                            : attribute(name.substr(0, dot), name.substr(dot + 1), at, "Fn::Sub"));
  }
  literal += rest;
  flush();
  if (out.items.empty()) return at_place(text(""), at);
  const bool is_text = std::ranges::all_of(out.items, [](const Value& part) { return scalar_text(part).has_value(); });
  if (!is_text) return out;
  std::string whole;
  for (const Value& part : out.items) whole += *scalar_text(part);
  return at_place(text(whole), at);
}

void Binder::check_condition(std::string_view name, Location at) {
  if (declarations_.conditions.contains(name) || !declarations_.open.empty()) return;
  wrong(fmt::format("the template has no condition {}", name), at);
}

Value Binder::bind_if(const Value& argument, Location at) {
  if (!argument.is(Kind::list) || argument.items.size() != 3) {
    return wrong("Fn::If takes the name of a condition and two values", at);
  }
  const Value& name = argument.items[0];
  if (!name.is(Kind::text)) return wrong("Fn::If takes the name of a condition and two values", at);
  check_condition(name.text, at);
  return call("Fn::If", argument, 3, 3, at);
}

// The Availability Zones of a region are not known, but the first is always another than the second.
Value Binder::bind_select(const Value& argument, Location at) {
  Value out = call("Fn::Select", argument, 2, 2, at);
  if (!out.is(Kind::call) || !out.items[1].is(Kind::call) || out.items[1].text != "Fn::GetAZs") return out;
  const auto index = scalar_text(out.items[0]);
  const Value& region = out.items[1].items[0];
  if (!index || in_condition_) return out;
  const bool is_own = region.is(Kind::absent) || (region.is(Kind::text) && region.text.empty()) ||
                      (region.is(Kind::symbol) && region.index == pseudo("AWS::Region", at).index);
  if (is_own) return pseudo(fmt::format("Fn::GetAZs.{}", *index), at);
  if (region.is(Kind::text)) return pseudo(fmt::format("Fn::GetAZs.{}.{}", region.text, *index), at);
  return out;
}

Value Binder::bind_find_in_map(const Value& argument, Location at) {
  Value out = call("Fn::FindInMap", argument, 3, 4, at);
  if (!out.is(Kind::call)) return out;
  const Value& map = out.items[0];
  if (map.is(Kind::text) && !declarations_.mappings.contains(map.text) && declarations_.open.empty() &&
      out.items.size() == 3) {
    return wrong(fmt::format("Fn::FindInMap: the template has no mapping {}", map.text), at);
  }
  return out;
}

}  // namespace redoubt::estate
