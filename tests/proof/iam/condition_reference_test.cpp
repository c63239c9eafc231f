// Conditions of every operator, held against a second reading of AWS's pages that shares nothing with the product:
// texts, numbers, dates and addresses are taken apart here by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "iam/decide.hpp"
#include "proof/iam/small_policies.hpp"

namespace redoubt::iam {
namespace {

bool like(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') return like(pattern.substr(1), text) || (!text.empty() && like(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && like(pattern.substr(1), text.substr(1));
}

std::string low(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<std::string> split(std::string text, char at, std::size_t most) {
  std::vector<std::string> out(1);
  for (const char c : text)
    if (c == at && out.size() < most)
      out.emplace_back();
    else
      out.back() += c;
  return out;
}

bool arn_like(const std::string& pattern, const std::string& text) {
  const auto wanted = split(pattern, ':', 6), given = split(text, ':', 6);
  return wanted.size() == 6 && given.size() == 6 && std::ranges::equal(wanted, given, like);
}

unsigned address(const std::string& text) {
  unsigned out = 0;
  for (const std::string& part : split(text, '.', 4)) out = out * 256 + static_cast<unsigned>(std::stoi(part));
  return out;
}

bool in_range(const std::string& range, const std::string& text) {
  const auto parts = split(range, '/', 2);
  const int length = parts.size() == 2 ? std::stoi(parts[1]) : 32;
  const unsigned mask = length == 0 ? 0 : ~0U << (32 - length);
  return (address(parts[0]) & mask) == (address(text) & mask);
}

// Dates of one form only: 2020-01-DDT00:00:00Z.
int day(const std::string& text) {
  return std::stoi(text.substr(8, 2));
}

struct Operator {
  std::string name;
  std::function<bool(const std::string& wanted, const std::string& given)> matches;
  bool is_negated;
  std::vector<std::string> wanted, given;
};

const std::vector<Operator>& operators() {
  using Text = const std::string&;
  static const std::vector<std::string> texts{"a", "A", "ab", "b", "abc"}, globs{"a", "a*", "?", "*b", "A", "*"},
      numbers{"0", "1", "1.5", "2", "10"}, days{"2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", "2020-01-09T00:00:00Z"},
      arns{"arn:aws:s:r:1:a", "arn:aws:s:r:1:a:b", "arn:aws:t:r:1:a"},
      arn_globs{"arn:aws:*:*:*:a", "arn:aws:s:*:1:*", "arn:aws:?:r:1:a*", "arn:*:a"},
      addresses{"10.0.0.1", "10.1.0.0", "192.168.0.1"}, ranges{"10.0.0.0/8", "10.0.0.0/16", "192.168.0.1", "0.0.0.0/0"};
  const auto number = [](auto compare) { return [=](Text a, Text b) { return compare(std::stod(b), std::stod(a)); }; };
  const auto date = [](auto compare) { return [=](Text a, Text b) { return compare(day(b), day(a)); }; };
  const auto same = [](Text a, Text b) { return a == b; };
  const auto same_any_case = [](Text a, Text b) { return low(a) == low(b); };
  static const std::vector<Operator> all{
      {"StringEquals", same, false, texts, texts},
      {"StringNotEquals", same, true, texts, texts},
      {"StringEqualsIgnoreCase", same_any_case, false, texts, texts},
      {"StringNotEqualsIgnoreCase", same_any_case, true, texts, texts},
      {"StringLike", like, false, globs, texts},
      {"StringNotLike", like, true, globs, texts},
      {"NumericEquals", number(std::equal_to<>()), false, numbers, numbers},
      {"NumericNotEquals", number(std::equal_to<>()), true, numbers, numbers},
      {"NumericLessThan", number(std::less<>()), false, numbers, numbers},
      {"NumericLessThanEquals", number(std::less_equal<>()), false, numbers, numbers},
      {"NumericGreaterThan", number(std::greater<>()), false, numbers, numbers},
      {"NumericGreaterThanEquals", number(std::greater_equal<>()), false, numbers, numbers},
      {"DateEquals", date(std::equal_to<>()), false, days, days},
      {"DateNotEquals", date(std::equal_to<>()), true, days, days},
      {"DateLessThan", date(std::less<>()), false, days, days},
      {"DateLessThanEquals", date(std::less_equal<>()), false, days, days},
      {"DateGreaterThan", date(std::greater<>()), false, days, days},
      {"DateGreaterThanEquals", date(std::greater_equal<>()), false, days, days},
      {"Bool", same_any_case, false, {"true", "false"}, {"true", "false"}},
      {"BinaryEquals", same, false, {"QQ==", "Qg=="}, {"QQ==", "Qg=="}},
      {"IpAddress", in_range, false, ranges, addresses},
      {"NotIpAddress", in_range, true, ranges, addresses},
      {"ArnEquals", arn_like, false, arn_globs, arns},
      {"ArnLike", arn_like, false, arn_globs, arns},
      {"ArnNotEquals", arn_like, true, arn_globs, arns},
      {"ArnNotLike", arn_like, true, arn_globs, arns},
  };
  return all;
}

// One condition on one key, as its words go.
bool holds_by_the_page(const Operator& of, const std::string& set, bool if_exists,
                       const std::vector<std::string>& wanted, const std::vector<std::string>& given) {
  if (given.empty()) {
    if (if_exists || set == "ForAllValues:") return true;
    return set.empty() && of.is_negated;
  }
  const auto any = [&](const std::string& value) {
    return std::ranges::any_of(wanted, [&](const std::string& one) { return of.matches(one, value); });
  };
  if (set == "ForAllValues:")
    return std::ranges::all_of(given, [&](const std::string& value) { return any(value) != of.is_negated; });
  if (set == "ForAnyValue:")
    return std::ranges::any_of(given, [&](const std::string& value) { return any(value) != of.is_negated; });
  return any(given.front()) != of.is_negated;
}

TEST(Conditions, of_every_operator_hold_as_the_page_has_it) {
  std::mt19937 random(20241127);
  const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const Principal jane = *Principal::parse("arn:aws:iam::111111111111:user/jane");
  std::array<int, 2> seen{};
  for (int round = 0; round < 4000; ++round) {
    const Operator& of = operators()[pick(operators().size())];
    const std::string set = std::array<std::string, 3>{"", "ForAllValues:", "ForAnyValue:"}[pick(3)];
    const bool if_exists = pick(2) != 0, asks_null = pick(8) == 0;
    std::vector<std::string> wanted, given;
    for (std::size_t n = 1 + pick(2); n-- > 0;) wanted.push_back(of.wanted[pick(of.wanted.size())]);
    for (std::size_t n = pick(set.empty() ? 2 : 4); n-- > 0;) given.push_back(of.given[pick(of.given.size())]);
    bool expected = holds_by_the_page(of, set, if_exists, wanted, given);
    std::string condition = "\"" + set + of.name + (if_exists ? "IfExists" : "") + R"(":{"s:key":[)";
    for (std::size_t i = 0; i < wanted.size(); ++i) condition += (i ? ",\"" : "\"") + wanted[i] + "\"";
    condition += "]}";
    if (asks_null) {
      const bool wants_absent = pick(2) != 0;
      condition += std::string(R"(,"Null":{"s:key":")") + (wants_absent ? "true" : "false") + "\"}";
      expected = expected && wants_absent == given.empty();
    }
    const Policy policy = read(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s:a","Resource":"*",
      "Condition":{)" + condition +
                               "}}}");
    Scenario scenario;
    scenario.identity = {"identity", {&policy}};
    Pins pins;
    pins.action = "s:a";
    pins.resource = "*";
    pins.principals = {jane};
    if (given.empty())
      pins.absent.insert("s:key");
    else
      pins.context["s:key"] = given;
    Budget budget(std::chrono::seconds(5));
    const Decision decision = decide(scenario, pins, budget);
    ASSERT_EQ(decision.answer, expected ? Answer::allowed : Answer::denied) << condition << " given " << given.size();
    // Left open, the key's value may be this one.
    pins.absent.clear();
    pins.context.clear();
    const Decision open = decide(scenario, pins, budget);
    if (open.answer != Answer::undecided) {
      ASSERT_NE(open.answer, expected ? Answer::denied : Answer::allowed) << condition;
    }
    ++seen[expected];
  }
  EXPECT_GT(seen[0], 500);
  EXPECT_GT(seen[1], 500);
}

}  // namespace
}  // namespace redoubt::iam
