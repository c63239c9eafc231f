#include "iam/question.hpp"

#include <algorithm>
#include <string_view>

#include "iam/contains.hpp"

namespace redoubt::iam {
namespace {

bool starts_alike(std::string_view a, std::string_view b, bool any_case) {
  const auto same = [&](char x, char y) {
    const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    return x == y || (any_case && low(x) == low(y));
  };
  return std::ranges::equal(a.substr(0, b.size()), b.substr(0, a.size()), same);
}

// Whether a pattern surely matches everything that the other matches. No claim where it says no.
bool covers(std::string_view wide, std::string_view narrow, bool any_case) {
  if (wide == "*" || wide == narrow) return true;
  if (any_case && wide.size() == narrow.size() && wide.find_first_of("*?") == std::string_view::npos)
    return starts_alike(wide, narrow, true);
  if (!wide.ends_with('*')) return false;
  // A * at the end takes anything, colons included. A $ before it could begin a variable in the other pattern.
  wide.remove_suffix(1);
  return wide.find_first_of("*?") == std::string_view::npos && !wide.ends_with('$') && narrow.size() >= wide.size() &&
         starts_alike(wide, narrow, any_case);
}

bool all_covered(const std::vector<std::string>& wide, const std::vector<std::string>& narrow, bool any_case) {
  return std::ranges::all_of(narrow, [&](const std::string& one) {
    return std::ranges::any_of(wide, [&](const std::string& other) { return covers(other, one, any_case); });
  });
}

// Whether a statement surely applies wherever the other does, their effects aside.
bool covers(const Statement& wide, const Statement& narrow) {
  const bool variables = wide.variables == narrow.variables;
  if (wide.not_action != narrow.not_action || wide.not_principal != narrow.not_principal ||
      wide.generous != narrow.generous || wide.principals != narrow.principals)
    return false;
  if (wide.not_action ? !all_covered(narrow.actions, wide.actions, true)
                      : !all_covered(wide.actions, narrow.actions, true))
    return false;
  if (!wide.resources.empty() && !(contains(wide.resources, "*") && !wide.not_resource)) {
    if (!variables || narrow.resources.empty() || wide.not_resource != narrow.not_resource) return false;
    // Under NotResource a pattern with a variable that has no value matches nothing, so that more is left: only the
    // same words are known to mean the same.
    if (wide.not_resource ? wide.resources != narrow.resources : !all_covered(wide.resources, narrow.resources, false))
      return false;
  }
  return std::ranges::all_of(
      wide.conditions, [&](const Condition& condition) { return variables && contains(narrow.conditions, condition); });
}

bool any_covers(const std::vector<const Statement*>& wide, const Statement& narrow) {
  return std::ranges::any_of(wide, [&](const Statement* one) { return covers(*one, narrow); });
}

// The part of a pattern that every match begins with.
std::string_view beginning(std::string_view pattern) {
  return pattern.substr(0, std::min(pattern.find_first_of("*?"), pattern.find("${")));
}

// Whether no pattern of the one list can meet one of the other.
bool apart(const std::vector<std::string>& some, const std::vector<std::string>& others, bool any_case) {
  return std::ranges::all_of(some, [&](const std::string& one) {
    return std::ranges::none_of(
        others, [&](const std::string& other) { return starts_alike(beginning(one), beginning(other), any_case); });
  });
}

bool apart(const Statement& a, const Statement& b) {
  if (!a.not_action && !b.not_action && apart(a.actions, b.actions, true)) return true;
  return !a.not_resource && !b.not_resource && !a.resources.empty() && !b.resources.empty() &&
         apart(a.resources, b.resources, false);
}

Rules rules_of(const Policy& policy) {
  Rules out;
  for (const Statement& statement : policy.statements)
    (statement.effect == Effect::allow ? out.allow : out.deny).push_back(&statement);
  return out;
}

std::vector<Box> boxes(const Space& space, const std::vector<const Statement*>& statements) {
  std::vector<Box> out;
  out.reserve(statements.size());
  for (const Statement* statement : statements)
    if (Box box = space.box(*statement); !space.shape().is_empty(box)) out.push_back(std::move(box));
  return out;
}

}  // namespace

Question Question::of(const Policy& left, const Policy& right) {
  Question out{rules_of(left), rules_of(right)};
  // What the left does not allow on its own account, and what the right denies that the left denies too.
  std::erase_if(out.left.allow, [&](const Statement* one) { return any_covers(out.left.deny, *one); });
  std::erase_if(out.right.deny, [&](const Statement* one) { return any_covers(out.left.deny, *one); });
  // What both allow, unless the right may deny it after all.
  std::erase_if(out.left.allow, [&](const Statement* one) {
    return any_covers(out.right.allow, *one) &&
           std::ranges::all_of(out.right.deny, [&](const Statement* deny) { return apart(*deny, *one); });
  });
  // What has nothing to do with what is left.
  const auto meets_nothing = [&](const Statement* one) {
    return std::ranges::all_of(out.left.allow, [&](const Statement* allow) { return apart(*one, *allow); });
  };
  std::erase_if(out.left.deny, meets_nothing);
  std::erase_if(out.right.allow, meets_nothing);
  std::erase_if(out.right.deny, meets_nothing);
  return out;
}

std::vector<const Statement*> Question::statements() const {
  std::vector<const Statement*> out;
  for (const auto* list : {&left.allow, &left.deny, &right.allow, &right.deny})
    out.insert(out.end(), list->begin(), list->end());
  return out;
}

std::optional<Box> Question::find(const Space& space, Budget& budget) const {
  const Shape& shape = space.shape();
  const std::vector<Box> denied_left = boxes(space, left.deny), denied_right = boxes(space, right.deny);
  std::vector<Box> holes = denied_left;
  for (Box& box : boxes(space, right.allow)) holes.push_back(std::move(box));
  for (const Box& allow : boxes(space, left.allow)) {
    for (const Box& world : space.worlds()) {
      const auto allowed = shape.intersection(allow, world);
      if (!allowed) continue;
      // What the right policy does not allow at all…
      if (auto found = shape.find_outside(*allowed, holes, budget)) return found;
      // …and what it denies.
      for (const Box& deny : denied_right) {
        const auto denied = shape.intersection(*allowed, deny);
        if (!denied) continue;
        if (auto found = shape.find_outside(*denied, denied_left, budget)) return found;
      }
      if (budget.was_spent()) return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace redoubt::iam
