#include "rules.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "binder.hpp"

namespace redoubt::estate {
namespace {

enum class Truth : std::uint8_t { no, yes, unknown };

Truth truth(bool value) {
  return value ? Truth::yes : Truth::no;
}

Truth negated(Truth value) {
  return value == Truth::unknown ? value : truth(value == Truth::no);
}

// One stack's rules, over values of its parameters.
class Rules {
 public:
  Rules(const Estate& estate, std::uint32_t stack, std::span<const Choice> choices)
      : estate_(estate), rules_(estate.stacks[stack].rules) {
    for (std::uint32_t i = 0; i < estate.parameters.size(); ++i)
      if (estate.parameters[i].stack == stack) parameters_[estate.parameters[i].name] = i;
    for (const Choice& choice : choices) {
      if (estate.parameters[choice.parameter].stack != stack) continue;
      if (choice.value) values_[choice.parameter] = *choice.value;
      excluded_[choice.parameter] = choice.excluded;
    }
  }

  Admits ask() {
    if (const Truth now = all(); now != Truth::unknown) return now == Truth::yes ? Admits::yes : Admits::no;
    std::set<std::string> texts;
    for (const Value& rule : rules_) look_for_texts(rule, texts);
    std::vector<std::pair<std::uint32_t, std::vector<std::string>>> open;
    bool is_whole = true;  // no value is left out
    std::size_t combinations = 1;
    for (const std::uint32_t index : named_) {
      if (values_.contains(index)) continue;
      const Parameter& parameter = estate_.parameters[index];
      std::vector<std::string> candidates = finite_values(parameter);
      if (candidates.empty()) {
        is_whole = false;
        if (is_list(parameter) || is_pseudo(parameter)) continue;
        candidates.assign(texts.begin(), texts.end());
        candidates.insert(candidates.end(), {"another", "other"});  // two that no rule names
        std::erase_if(candidates, [&](const std::string& text) { return admits(parameter, text) != Admits::yes; });
      }
      std::erase_if(candidates, [&](const std::string& text) {
        return std::ranges::find(excluded_[index], text) != excluded_[index].end();
      });
      combinations *= std::max<std::size_t>(candidates.size(), 1);
      if (combinations > most_combinations) return Admits::unsure;
      open.emplace_back(index, std::move(candidates));
    }
    const Truth found = search(open, 0);
    if (found == Truth::yes) return Admits::yes;
    return found == Truth::no && is_whole ? Admits::no : Admits::unsure;
  }

 private:
  static constexpr std::size_t most_combinations = 4096;

  // Do some of the candidates keep all rules?
  Truth search(const std::vector<std::pair<std::uint32_t, std::vector<std::string>>>& open, std::size_t at) {
    if (at == open.size()) return all();
    const auto& [index, candidates] = open[at];
    if (candidates.empty()) return search(open, at + 1);
    bool is_unknown = false;
    for (const std::string& candidate : candidates) {
      values_[index] = candidate;
      const Truth found = search(open, at + 1);
      if (found == Truth::yes) return found;
      is_unknown = is_unknown || found == Truth::unknown;
    }
    values_.erase(index);
    return is_unknown ? Truth::unknown : Truth::no;
  }

  void look_for_texts(const Value& value, std::set<std::string>& out) {
    if (const auto text = scalar_text(value)) out.insert(*text);
    if (function_of(value) == "Ref")
      if (const auto found = parameters_.find(value.members[0].value.text); found != parameters_.end())
        named_.insert(found->second);
    for (const Value& each : value.items) look_for_texts(each, out);
    for (const Member& each : value.members) look_for_texts(each.value, out);
  }

  // A rule whose condition does not hold asserts nothing.
  Truth all() {
    Truth out = Truth::yes;
    for (const Value& rule : rules_) {
      const Value& condition = rule["RuleCondition"];
      const Truth applies = condition ? holds(condition) : Truth::yes;
      if (applies == Truth::no) continue;
      Truth kept = Truth::yes;
      for (const Value& assertion : rule["Assertions"].items) kept = both(kept, holds(assertion["Assert"]));
      if (applies == Truth::unknown && kept == Truth::no) kept = Truth::unknown;
      if (!rule["Assertions"].is(Kind::list)) kept = Truth::unknown;
      out = both(out, kept);
    }
    return out;
  }

  static Truth both(Truth left, Truth right) {
    if (left == Truth::no || right == Truth::no) return Truth::no;
    return left == Truth::yes && right == Truth::yes ? Truth::yes : Truth::unknown;
  }

  // "Rule-specific intrinsic functions".
  Truth holds(const Value& value) {
    if (const auto text = scalar_text(value); text && (*text == "true" || *text == "false"))
      return truth(*text == "true");
    const std::string_view function = function_of(value);
    if (function.empty()) return Truth::unknown;
    const Value& argument = value.members[0].value;
    if (!argument.is(Kind::list)) return Truth::unknown;
    const std::vector<Value>& items = argument.items;
    if (function == "Fn::And" || function == "Fn::Or") {
      const bool is_or = function == "Fn::Or";
      Truth out = Truth::yes;
      for (const Value& each : items) out = both(out, is_or ? negated(holds(each)) : holds(each));
      return is_or ? negated(out) : out;
    }
    if (function == "Fn::Not" && items.size() == 1) return negated(holds(items[0]));
    if (items.size() != 2) return Truth::unknown;
    if (function == "Fn::Equals") return same(items[0], items[1]);
    if (function == "Fn::Contains") return contains(texts_of(items[0]), items[1]);
    if (function == "Fn::EachMemberEquals" || function == "Fn::EachMemberIn") {
      const auto members = texts_of(items[0]);
      if (!members) return Truth::unknown;
      Truth out = Truth::yes;
      for (const Value& member : *members)
        out = both(out, function == "Fn::EachMemberIn" ? contains(texts_of(items[1]), member) : same(member, items[1]));
      return out;
    }
    return Truth::unknown;
  }

  Truth contains(const std::optional<std::vector<Value>>& list, const Value& wanted) {
    if (!list) return Truth::unknown;
    Truth none = Truth::yes;
    for (const Value& each : *list) none = both(none, negated(same(each, wanted)));
    return negated(none);
  }

  Truth same(const Value& left, const Value& right) {
    const auto one = text_of(left), other = text_of(right);
    return one && other ? truth(*one == *other) : Truth::unknown;
  }

  // The members of a list that is written out; those of a list parameter or of Fn::RefAll are not known.
  static std::optional<std::vector<Value>> texts_of(const Value& value) {
    if (value.is(Kind::list)) return value.items;
    return std::nullopt;
  }

  std::optional<std::string> text_of(const Value& value) {
    if (auto text = scalar_text(value)) return text;
    if (function_of(value) != "Ref") return std::nullopt;
    const auto index = parameters_.find(value.members[0].value.text);
    if (index == parameters_.end()) return std::nullopt;
    const auto chosen = values_.find(index->second);
    return chosen == values_.end() ? std::nullopt : std::optional(chosen->second);
  }

  const Estate& estate_;
  const std::vector<Value>& rules_;
  std::map<std::string, std::uint32_t, std::less<>> parameters_;
  std::map<std::uint32_t, std::string> values_;
  std::map<std::uint32_t, std::vector<std::string>> excluded_;
  std::set<std::uint32_t> named_;  // by the rules
};

}  // namespace

Admits keep_rules(const Estate& estate, std::span<const Choice> choices) {
  Admits out = Admits::yes;
  for (std::uint32_t stack = 0; stack < estate.stacks.size(); ++stack) {
    if (estate.stacks[stack].rules.empty()) continue;
    if (std::ranges::none_of(choices,
                             [&](const Choice& each) { return estate.parameters[each.parameter].stack == stack; }))
      continue;
    const Admits here = Rules(estate, stack, choices).ask();
    if (here == Admits::no) return here;
    if (here == Admits::unsure) out = here;
  }
  return out;
}

}  // namespace redoubt::estate
