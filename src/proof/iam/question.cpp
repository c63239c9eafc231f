#include "iam/question.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "iam/contains.hpp"
#include "iam/glob.hpp"
#include "iam/request.hpp"

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

// How much is done to see that patterns cover others: that one begins as the other does, or symbol by symbol.
enum class Depth : std::uint8_t { beginnings, symbols };

bool all_covered(const std::vector<std::string>& wide, const std::vector<std::string>& narrow, bool any_case,
                 Depth depth) {
  const auto begins = [&](const std::string& one) {
    return std::ranges::any_of(wide, [&](const std::string& other) { return covers(other, one, any_case); });
  };
  if (depth == Depth::beginnings) return std::ranges::all_of(narrow, begins);
  const Glob::Dialect dialect = any_case ? Glob::Dialect::action : Glob::Dialect::resource;
  const auto has_variable = [](const std::string& text) { return text.find("${") != std::string::npos; };
  std::vector<Glob> globs;
  for (const std::string& other : wide)
    if (!has_variable(other))
      if (auto glob = Glob::read(dialect, other, nullptr)) globs.push_back(*std::move(glob));
  return std::ranges::all_of(narrow, [&](const std::string& one) {
    if (begins(one)) return true;
    if (has_variable(one)) return false;
    const auto glob = Glob::read(dialect, one, nullptr);
    return !glob || std::ranges::any_of(globs, [&](const Glob& other) { return other.surely_covers(*glob); });
  });
}

// Whether a statement surely applies wherever the other does, their effects aside.
bool covers(const Statement& wide, const Statement& narrow, Depth depth) {
  const bool variables = wide.variables == narrow.variables;
  if (wide.not_action != narrow.not_action || wide.not_principal != narrow.not_principal ||
      wide.generous != narrow.generous || wide.principals != narrow.principals)
    return false;
  if (wide.not_action ? !all_covered(narrow.actions, wide.actions, true, depth)
                      : !all_covered(wide.actions, narrow.actions, true, depth))
    return false;
  if (!wide.resources.empty() && !(contains(wide.resources, "*") && !wide.not_resource)) {
    if (!variables || narrow.resources.empty() || wide.not_resource != narrow.not_resource) return false;
    // Under NotResource a pattern with a variable that has no value matches nothing, so that more is left: only the
    // same words are known to mean the same.
    if (wide.not_resource ? wide.resources != narrow.resources
                          : !all_covered(wide.resources, narrow.resources, false, depth))
      return false;
  }
  return std::ranges::all_of(
      wide.conditions, [&](const Condition& condition) { return variables && contains(narrow.conditions, condition); });
}

bool any_covers(const std::vector<const Statement*>& wide, const Statement& narrow, Depth depth = Depth::beginnings) {
  return std::ranges::any_of(wide, [&](const Statement* one) { return covers(*one, narrow, depth); });
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
  // Patterns of which many can match at once make many cells: then it is worth a closer look at each.
  if (out.is_hard())
    std::erase_if(out.left.allow, [&](const Statement* one) {
      return std::ranges::all_of(out.right.deny, [&](const Statement* deny) { return apart(*deny, *one); }) &&
             any_covers(out.right.allow, *one, Depth::symbols);
    });
  return out;
}

bool Question::is_hard() const {
  constexpr std::size_t many = 10;
  std::size_t count = 0;
  const auto is_inner = [](const std::string& pattern) { return pattern.find('*') + 1 < pattern.size(); };
  for (const Rules* rules : {&left, &right})
    for (const auto* list : {&rules->allow, &rules->deny})
      for (const Statement* statement : *list)
        count += static_cast<std::size_t>(std::ranges::count_if(statement->resources, is_inner) +
                                          std::ranges::count_if(statement->actions, is_inner));
  return count >= many;
}

std::vector<std::pair<std::string, std::string>> Question::examples() const {
  const auto filled = [](const std::string& pattern) {
    std::string out;
    for (const char c : pattern)
      if (c != '*') out += c == '?' ? 'x' : c;
    return out;
  };
  const auto action_of = [&](const std::string& pattern) {
    const std::string text = filled(pattern), service = text.substr(0, text.find(':'));
    const std::string name = service.size() < text.size() ? text.substr(service.size() + 1) : "";
    return (service.empty() ? "x" : service) + ":" + (name.empty() ? "x" : name);
  };
  const auto resource_of = [&](const std::string& pattern) {
    std::string text = filled(pattern);
    if (!text.starts_with("arn:")) text.insert(0, "arn:aws:s3:::");
    if (text.ends_with(':') || text.ends_with('/')) text += 'x';
    return text;
  };
  std::vector<std::pair<std::string, std::string>> out;
  for (const Statement* statement : left.allow) {
    if (statement->not_action || statement->not_resource) continue;
    for (const std::string& action : statement->actions)
      for (const std::string& resource : statement->resources)
        if (resource.find("${") == std::string::npos && !arn_field(resource_of(resource), 5).empty())
          out.emplace_back(action_of(action), resource_of(resource));
  }
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
