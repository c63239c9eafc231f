#include "coverage.hpp"

#include <algorithm>

namespace redoubt::controls {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits that follow each other are one number.
bool before(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    if (is_digit(left.front()) && is_digit(right.front())) {
      const auto number = [](std::string_view& text) {
        unsigned value = 0;
        for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1))
          value = value * 10 + static_cast<unsigned>(text.front() - '0');
        return value;
      };
      const unsigned first = number(left), second = number(right);
      if (first != second) return first < second;
    } else if (left.front() != right.front()) {
      return left.front() < right.front();
    } else {
      left.remove_prefix(1);
      right.remove_prefix(1);
    }
  }
  return left.size() < right.size();
}

}  // namespace

const Framework* find_framework(std::string_view name) {
  const auto at = std::ranges::find(frameworks(), name, &Framework::name);
  return at == frameworks().end() ? nullptr : &*at;
}

std::string framework_names() {
  std::string out;
  for (const Framework& framework : frameworks()) {
    if (!out.empty()) out += ", ";
    out += framework.name;
  }
  return out;
}

std::vector<Requirement> requirements_of(const Framework& framework) {
  std::vector<Requirement> out;
  for (const Control& control : catalogue())
    for (const FrameworkReference& reference : control.frameworks) {
      if (reference.framework != framework.name) continue;
      for (const std::string& number : reference.requirements) {
        auto at = std::ranges::lower_bound(out, number, before, &Requirement::number);
        if (at == out.end() || at->number != number) at = out.insert(at, {number, {}});
        at->controls.push_back(&control);
      }
    }
  return out;
}

}  // namespace redoubt::controls
