#include "iam/assignments.hpp"

#include <algorithm>
#include <set>

namespace redoubt::iam {
namespace {

// What stands in `text` where the only variable of `pattern` is: every part of it that makes the pattern match.
void solve(const std::string& pattern, const std::string& key, const std::string& text, std::set<std::string>& values) {
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    for (std::size_t length = 1; begin + length <= text.size(); ++length) {
      std::string value = text.substr(begin, length);
      const Context context{{key, {value}}};
      const auto glob = Glob::read(Glob::Dialect::resource, pattern, &context);
      if (glob && glob->matches(text)) values.insert(std::move(value));
    }
  }
}

std::vector<std::string> values_to_try(const std::vector<const Statement*>& statements, const Pins& pins,
                                       const std::string& key, std::size_t number) {
  // A user's name, a tag: something that nobody wrote into a policy.
  std::set<std::string> values{"someone" + std::to_string(number)};
  for (const Statement* statement : statements) {
    for (const Condition& condition : statement->conditions) {
      if (condition.key != key || (condition.comparison != Comparison::string_equals &&
                                   condition.comparison != Comparison::string_equals_ignore_case &&
                                   condition.comparison != Comparison::string_like))
        continue;
      for (std::string value : condition.values) {
        if (value.find("${") != std::string::npos) continue;
        std::erase(value, '*');
        std::ranges::replace(value, '?', 'x');
        if (!value.empty()) values.insert(std::move(value));
      }
    }
    if (!pins.resource || !statement->variables) continue;
    for (const std::string& resource : statement->resources)
      if (Glob::variables(resource) == std::vector{key}) solve(resource, key, *pins.resource, values);
  }
  return {values.begin(), values.end()};
}

}  // namespace

std::vector<Pins> assignments(const std::vector<const Statement*>& statements, const Pins& pins) {
  std::vector<Pins> out{pins};
  std::size_t number = 0;
  for (const std::string& key : open_variables(statements, pins)) {
    const std::vector<std::string> values = values_to_try(statements, pins, key, ++number);
    std::vector<Pins> longer;
    for (const Pins& so_far : out) {
      for (const std::string& value : values) {
        longer.push_back(so_far);
        longer.back().context[key] = {value};
      }
      longer.push_back(so_far);
      longer.back().absent.insert(key);
    }
    if (longer.size() > most_assignments) longer.resize(most_assignments);
    out = std::move(longer);
  }
  return out;
}

}  // namespace redoubt::iam
