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

// What other patterns have where the variable of `pattern` is, as far as they begin alike.
void align(const std::string& pattern, const std::vector<const Statement*>& statements, std::set<std::string>& values) {
  const std::size_t begin = pattern.find("${"), end = pattern.find('}', begin);
  const std::string_view before = std::string_view(pattern).substr(0, begin);
  const std::string_view after = std::string_view(pattern).substr(end + 1);
  for (const Statement* statement : statements) {
    for (const std::string& other : statement->resources) {
      if (!other.starts_with(before) || other.find("${") != std::string::npos) continue;
      std::string value = other.substr(before.size());
      if (value.ends_with(after)) values.insert(value.substr(0, value.size() - after.size()));
      std::ranges::replace(value, '*', 'x');
      std::ranges::replace(value, '?', 'x');
      values.insert(std::move(value));
    }
  }
  std::erase_if(
      values, [](const std::string& value) { return value.empty() || value.find_first_of("*?") != std::string::npos; });
}

std::vector<std::string> values_to_try(const std::vector<const Statement*>& statements, const Pins& pins,
                                       const std::string& key, std::size_t number) {
  std::set<std::string> values;
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
    if (!statement->variables) continue;
    for (const std::string& resource : statement->resources) {
      if (Glob::variables(resource) != std::vector{key}) continue;
      if (pins.resource)
        solve(resource, key, *pins.resource, values);
      else
        align(resource, statements, values);
    }
  }
  // First somebody of whom no policy speaks.
  std::vector<std::string> out{number == 1 ? "example" : "example" + std::to_string(number)};
  out.insert(out.end(), values.begin(), values.end());
  return out;
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
      if (so_far.present.contains(key)) continue;
      longer.push_back(so_far);
      longer.back().absent.insert(key);
    }
    if (longer.size() > most_assignments) longer.resize(most_assignments);
    out = std::move(longer);
  }
  return out;
}

}  // namespace redoubt::iam
