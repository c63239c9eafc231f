// Random templates asked in two ways: through cases that decide what the answer depends on, and by a naive evaluator
// that tries every value of every parameter. Both must see the same set of answers.
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <random>

#include "cloud/estate/support.hpp"

namespace redoubt::estate {
namespace {

const std::vector<std::string> letters{"a", "b", "c", "d"};

// A value or a condition; JSON for the reader, and evaluated here over texts alone.
struct Term {
  std::string function;  // "text", "Ref", "Fn::If" …
  std::string text;      // of text, Ref, Condition; the condition of Fn::If
  std::vector<Term> arguments;
};

struct Template {
  std::map<std::string, std::vector<std::string>> parameters;  // without values: free, and compared only
  std::map<std::string, Term> conditions;
  std::map<std::string, std::map<std::string, std::string>> mapping;
  Term value;
};

std::string json(const Term& term) {
  std::vector<std::string> arguments;
  for (const Term& each : term.arguments) arguments.push_back(json(each));
  const std::string list = fmt::format("{}", fmt::join(arguments, ", "));
  if (term.function == "text") return fmt::format("\"{}\"", term.text);
  if (term.function == "Ref" || term.function == "Condition")
    return fmt::format(R"({{"{}": "{}"}})", term.function, term.text);
  if (term.function == "Fn::If") return fmt::format(R"({{"Fn::If": ["{}", {}]}})", term.text, list);
  if (term.function == "Fn::Sub") return fmt::format(R"({{"Fn::Sub": ["{}${{x}}", {{"x": {}}}]}})", term.text, list);
  if (term.function == "Fn::Join") return fmt::format(R"({{"Fn::Join": ["-", [{}]]}})", list);
  if (term.function == "Fn::Select") return fmt::format(R"({{"Fn::Select": ["{}", [{}]]}})", term.text, list);
  if (term.function == "Fn::FindInMap") return fmt::format(R"({{"Fn::FindInMap": ["M", {}]}})", list);
  return fmt::format(R"({{"{}": [{}]}})", term.function, list);
}

std::string json(const Template& whole) {
  std::vector<std::string> parameters, conditions, mapping;
  for (const auto& [name, values] : whole.parameters) {
    const std::string allowed =
        values.empty() ? "" : fmt::format(R"(, "AllowedValues": ["{}"])", fmt::join(values, "\", \""));
    parameters.push_back(fmt::format(R"("{}": {{"Type": "String"{}}})", name, allowed));
  }
  for (const auto& [name, term] : whole.conditions) conditions.push_back(fmt::format(R"("{}": {})", name, json(term)));
  for (const auto& [key, inner] : whole.mapping) {
    std::vector<std::string> entries;
    for (const auto& [second, text] : inner) entries.push_back(fmt::format(R"("{}": "{}")", second, text));
    mapping.push_back(fmt::format(R"("{}": {{{}}})", key, fmt::join(entries, ", ")));
  }
  return fmt::format(
      R"({{"Parameters": {{{}}}, "Conditions": {{{}}}, "Mappings": {{"M": {{{}}}}},
          "Resources": {{"R": {{"Type": "A::B::C", "Properties": {{"V": {}}}}}}}}})",
      fmt::join(parameters, ", "), fmt::join(conditions, ", "), fmt::join(mapping, ", "), json(whole.value));
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  // Whether the mapping has every key: else there are values with which CloudFormation makes no stack.
  [[nodiscard]] bool is_total() const { return is_total_; }

  Template whole() {
    Template out;
    for (std::size_t i = 0; i < 3; ++i) {
      std::vector<std::string> values;
      for (const std::string& each : letters) {
        if (pick(2) == 0) values.push_back(each);
      }
      out.parameters[fmt::format("P{}", i)] = values;
      (values.empty() ? free_ : finite_).push_back(fmt::format("P{}", i));
    }
    is_total_ = pick(2) == 0;
    for (const std::string& first : letters) {
      if (!is_total_ && pick(4) == 0) continue;
      for (const std::string& second : letters) {
        if (is_total_ || pick(4) != 0) out.mapping[first][second] = letters[pick(4)];
      }
      if (out.mapping[first].empty()) out.mapping.erase(first);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string name = fmt::format("C{}", i);
      out.conditions[name] = condition(2);
      conditions_.push_back(name);  // later ones may refer to it
    }
    out.value = value(3);
    return out;
  }

 private:
  Term condition(std::size_t depth) {
    switch (depth == 0 ? pick(2) : pick(6)) {
      case 0:
      case 1: {
        Term left = !free_.empty() && pick(3) == 0 ? Term{"Ref", free_[pick(free_.size())], {}} : value(0);
        Term right = left.function == "Ref" && std::ranges::count(free_, left.text) != 0
                         ? Term{"text", letters[pick(4)], {}}
                         : value(depth == 0 ? 0 : pick(2));
        return {"Fn::Equals", {}, {left, right}};
      }
      case 2:
        return {"Fn::And", {}, {condition(depth - 1), condition(depth - 1)}};
      case 3:
        return {"Fn::Or", {}, {condition(depth - 1), condition(depth - 1)}};
      case 4:
        return {"Fn::Not", {}, {condition(depth - 1)}};
      default:
        return conditions_.empty() ? condition(depth - 1)
                                   : Term{"Condition", conditions_[pick(conditions_.size())], {}};
    }
  }

  Term value(std::size_t depth) {
    switch (depth == 0 ? pick(2) : pick(8)) {
      case 0:
        return {"text", letters[pick(4)], {}};
      case 1:
        return finite_.empty() ? Term{"text", letters[pick(4)], {}} : Term{"Ref", finite_[pick(finite_.size())], {}};
      case 2:
        return {"Fn::Join", {}, {value(depth - 1), value(depth - 1)}};
      case 3:
        return {"Fn::Sub", letters[pick(4)], {value(depth - 1)}};
      case 4:
        return {"Fn::Select", std::to_string(pick(2)), {value(depth - 1), value(depth - 1)}};
      case 5:
        return {"Fn::FindInMap", {}, {value(0), value(0)}};
      default:
        if (conditions_.empty()) return value(depth - 1);
        return {"Fn::If", conditions_[pick(conditions_.size())], {value(depth - 1), value(depth - 1)}};
    }
  }

  std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  std::mt19937 random_;
  bool is_total_ = false;
  std::vector<std::string> finite_, free_, conditions_;
};

// Nothing where CloudFormation could not make the stack.
class Naive {
 public:
  Naive(const Template& whole, const std::map<std::string, std::string>& chosen) : whole_(whole), chosen_(chosen) {}

  std::optional<std::string> value(const Term& term) const {
    if (term.function == "text") return term.text;
    if (term.function == "Ref") return chosen_.at(term.text);
    if (term.function == "Fn::If") {
      const auto holds = condition(whole_.conditions.at(term.text));
      if (!holds) return std::nullopt;
      return value(term.arguments[*holds ? 0 : 1]);
    }
    std::vector<std::string> parts;
    for (const Term& each : term.arguments) {
      const auto part = value(each);
      if (!part) return std::nullopt;
      parts.push_back(*part);
    }
    if (term.function == "Fn::Join") return parts[0] + "-" + parts[1];
    if (term.function == "Fn::Sub") return term.text + parts[0];
    if (term.function == "Fn::Select") return parts[term.text == "0" ? 0 : 1];
    const auto outer = whole_.mapping.find(parts[0]);
    if (outer == whole_.mapping.end() || !outer->second.contains(parts[1])) return std::nullopt;
    return outer->second.at(parts[1]);
  }

 private:
  std::optional<bool> condition(const Term& term) const {
    if (term.function == "Condition") return condition(whole_.conditions.at(term.text));
    if (term.function == "Fn::Equals") {
      const auto left = value(term.arguments[0]);
      const auto right = value(term.arguments[1]);
      if (!left || !right) return std::nullopt;
      return *left == *right;
    }
    if (term.function == "Fn::Not") {
      const auto inner = condition(term.arguments[0]);
      if (!inner) return std::nullopt;
      return !*inner;
    }
    const bool stops_at = term.function == "Fn::Or";
    for (const Term& each : term.arguments) {
      const auto holds = condition(each);
      if (!holds) return std::nullopt;
      if (*holds == stops_at) return stops_at;
    }
    return !stops_at;
  }

  const Template& whole_;
  const std::map<std::string, std::string>& chosen_;
};

std::set<std::string> tried(const Template& whole) {
  std::set<std::string> out;
  std::vector<std::map<std::string, std::string>> all{{}};
  for (const auto& [name, values] : whole.parameters) {
    std::vector<std::string> domain = values;
    if (domain.empty()) {
      domain = letters;
      domain.emplace_back("something else");
    }
    std::vector<std::map<std::string, std::string>> more;
    for (const auto& chosen : all) {
      for (const std::string& each : domain) {
        more.push_back(chosen);
        more.back()[name] = each;
      }
    }
    all = std::move(more);
  }
  for (const auto& chosen : all) {
    if (const auto answer = Naive(whole, chosen).value(whole.value)) out.insert(*answer);
  }
  return out;
}

TEST(BruteForce, Cases_see_exactly_the_answers_that_some_values_of_the_parameters_give) {
  std::size_t several = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Generator generator(seed);
    const Template whole = generator.whole();
    const std::string text = json(whole);
    const Estate estate = testing::estate_of(text);
    ASSERT_TRUE(estate.faults.empty()) << text;
    std::set<std::string> seen;
    std::size_t cases = 0;
    const bool complete = for_each_case(estate, 10'000, [&](Case& c) {
      ++cases;
      const auto answer = c.text(c.get(estate.resources[0], "V"));
      if (generator.is_total()) ASSERT_TRUE(answer.known() && c.inexact().empty()) << text;
      if (answer.known()) seen.insert(answer.value);
    });
    ASSERT_TRUE(complete) << text;
    const std::set<std::string> wanted = tried(whole);
    if (generator.is_total()) ASSERT_EQ(seen, wanted) << "seed " << seed << "\n" << text;
    // Of a stack that cannot be made a case may answer, but none that can be made may be missed.
    ASSERT_TRUE(std::ranges::includes(seen, wanted)) << "seed " << seed << "\n" << text;
    several += seen.size() > 1 ? 1 : 0;
  }
  EXPECT_GT(several, 500U);
}

}  // namespace
}  // namespace redoubt::estate
