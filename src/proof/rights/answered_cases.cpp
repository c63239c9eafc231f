#include "rights/answered_cases.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>

#include "iam/contains.hpp"

namespace redoubt::rights {

using iam::contains;

namespace {

bool contradict(const estate::Choice& a, const estate::Choice& b) {
  if (a.parameter != b.parameter) return false;
  if (a.value && b.value) return *a.value != *b.value;
  return (a.value && contains(b.excluded, *a.value)) || (b.value && contains(a.excluded, *b.value));
}

// Cases that differ in nothing else must have the same answer for a parameter not to matter.
bool matters(const std::vector<AnsweredCase>& cases, std::uint32_t parameter) {
  for (const AnsweredCase& a : cases) {
    for (const AnsweredCase& b : cases) {
      if (a.answer == b.answer) continue;
      const bool are_apart = std::ranges::any_of(a.decided, [&](const estate::Choice& one) {
        return one.parameter != parameter && std::ranges::any_of(b.decided, [&](const estate::Choice& other) {
                 return other.parameter != parameter && contradict(one, other);
               });
      });
      if (!are_apart) return true;
    }
  }
  return false;
}

}  // namespace

void keep_what_matters(std::vector<AnsweredCase>& cases) {
  constexpr std::size_t most_compared = 256;
  if (cases.size() > most_compared) return;
  std::vector<std::uint32_t> parameters;
  for (const AnsweredCase& one : cases)
    for (const estate::Choice& choice : one.decided)
      if (!contains(parameters, choice.parameter)) parameters.push_back(choice.parameter);
  for (const std::uint32_t parameter : parameters) {
    if (matters(cases, parameter)) continue;
    for (AnsweredCase& one : cases)
      std::erase_if(one.decided, [&](const estate::Choice& choice) { return choice.parameter == parameter; });
  }
}

std::string where(const estate::Estate& estate, const AnsweredCase& of_case) {
  std::vector<std::string> parts;
  for (const estate::Choice& choice : of_case.decided)
    if (std::string text = estate::describe(estate, choice); !text.empty()) parts.push_back(std::move(text));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string where(const estate::Estate& estate, const std::vector<AnsweredCase>& cases, std::string_view answer) {
  constexpr std::size_t most_named = 8;
  std::vector<std::string> parts;
  for (const AnsweredCase& one : cases) {
    if (one.answer != answer) continue;
    std::string part = where(estate, one);
    if (part.empty() || contains(parts, part)) continue;
    if (parts.size() == most_named) return fmt::format("{}; and other cases", fmt::join(parts, ", or where "));
    parts.push_back(std::move(part));
  }
  return fmt::format("{}", fmt::join(parts, ", or where "));
}

}  // namespace redoubt::rights
