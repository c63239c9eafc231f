// Conditions of a Case: which hold, and when two values are equal.
#include <fmt/format.h>

#include <algorithm>

#include "binder.hpp"
#include "case.hpp"
#include "domain.hpp"

namespace redoubt::estate {
namespace {

// The same for the same value, whatever its place.
std::string identity(const Value& value) {
  std::string out =
      fmt::format("{}:{}:{}({}", static_cast<int>(value.kind), value.index, value.text.size(), value.text);
  for (const Value& each : value.items) out += identity(each);
  for (const Member& each : value.members) out += fmt::format("{}={}", each.name, identity(each.value));
  out += ')';
  return out;
}

// A text around one free parameter: what the parameter must be for the whole to equal `text`; none where it cannot.
std::optional<std::string_view> hole_in(const Value& joined, std::string_view text) {
  bool before = true;
  std::string_view rest = text;
  for (const Value& part : joined.items) {
    if (part.is(Kind::symbol)) {
      before = false;
    } else if (before) {
      if (!rest.starts_with(part.text)) return std::nullopt;
      rest.remove_prefix(part.text.size());
    } else {
      if (!rest.ends_with(part.text)) return std::nullopt;
      rest.remove_suffix(part.text.size());
    }
  }
  return rest;
}

// Do the texts at the two ends of a joined value fit?
bool ends_fit(const Value& joined, std::string_view text) {
  const Value& first = joined.items.front();
  const Value& last = joined.items.back();
  return (!first.is(Kind::text) || text.starts_with(first.text)) && (!last.is(Kind::text) || text.ends_with(last.text));
}

// The list parameter whose members a call joins: templates ask in this way whether a list was given.
const Value* joined_list(const Estate& estate, const Value& call) {
  if (!call.is(Kind::call) || call.text != "Fn::Join") return nullptr;
  const Value& members = call.items[1];
  return members.is(Kind::symbol) && is_list(estate.parameters[members.index]) ? &members : nullptr;
}

}  // namespace

bool Case::holds(std::uint32_t stack, std::string_view condition_name) {
  const auto key = std::pair(stack, std::string(condition_name));
  if (const auto found = conditions_.find(key); found != conditions_.end()) return found->second;
  bool result = false;
  if (stack < estate_.stacks.size() && estate_.stacks[stack].conditions.contains(condition_name)) {
    result = condition(estate_.stacks[stack].conditions.find(condition_name)->second, stack);
  } else {
    result = assume(fmt::format("condition {} {}", stack, condition_name),
                    fmt::format("the condition {} is not in the template", condition_name));
  }
  conditions_.emplace(key, result);
  return result;
}

bool Case::condition(const Value& value, std::uint32_t stack) {
  const auto holds_here = [&](const Value& each) { return condition(each, stack); };
  if (value.is(Kind::call)) {
    if (value.text == "Condition") return holds(stack, value.items[0].text);
    if (value.text == "Fn::And") return std::ranges::all_of(value.items, holds_here);
    if (value.text == "Fn::Or") return std::ranges::any_of(value.items, holds_here);
    if (value.text == "Fn::Not") return !holds_here(value.items[0]);
    if (value.text == "Fn::Equals") return equal(value.items[0], value.items[1]);
  }
  if (value.is(Kind::boolean)) return value.boolean;
  return assume(identity(value), "a condition could not be evaluated");
}

bool Case::equal(const Value& left_call, const Value& right_call) {
  const Value left = resolve(left_call);
  const Value right = resolve(right_call);
  const auto left_text = scalar_text(left);
  const auto right_text = scalar_text(right);
  if (left_text && right_text) return *left_text == *right_text;
  for (const auto& [call, text] : {std::pair(&left_call, &right_text), std::pair(&right_call, &left_text)}) {
    const Value* members = joined_list(estate_, *call);
    if (members != nullptr && *text && (*text)->empty()) return equals(members->index, "");
  }
  if (left.is(Kind::symbol) && right_text) return equals(left.index, *right_text);
  if (right.is(Kind::symbol) && left_text) return equals(right.index, *left_text);
  if (left.is(Kind::symbol) && left == right) return true;
  if (left.is(Kind::list) && right.is(Kind::list)) {
    if (left.items.size() != right.items.size()) return false;
    for (std::size_t i = 0; i < left.items.size(); ++i) {
      if (!equal(left.items[i], right.items[i])) return false;
    }
    return true;
  }
  const Value left_concrete = concrete(left);
  const Value right_concrete = concrete(right);
  if (left_concrete != left || right_concrete != right) return equal(left_concrete, right_concrete);

  for (const auto& [joined, text] : {std::pair(&left, &right_text), std::pair(&right, &left_text)}) {
    if (!joined->is(Kind::joined) || !*text) continue;
    if (!ends_fit(*joined, **text)) return false;
    const auto is_text = [](const Value& part) { return part.is(Kind::text); };
    const auto is_symbol = [](const Value& part) { return part.is(Kind::symbol); };
    const auto hole = std::ranges::find_if(joined->items, is_symbol);
    if (hole != joined->items.end() && std::ranges::count_if(joined->items, is_text) + 1 == std::ssize(joined->items)) {
      const auto needed = hole_in(*joined, **text);
      return needed && equals(hole->index, *needed);
    }
  }
  std::string first = identity(left);
  std::string second = identity(right);
  if (second < first) std::swap(first, second);
  return assume(first + "=" + second, "values that are not known were assumed to be equal, or not to be");
}

}  // namespace redoubt::estate
