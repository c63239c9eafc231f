#include "iam/marker_proof.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "iam/contains.hpp"

namespace redoubt::iam {
namespace {

// The keys that are compared with a variable's value.
class ComparedKeys {
 public:
  explicit ComparedKeys(const std::vector<const Statement*>& statements) {
    for (const Statement* statement : statements) {
      if (!statement->variables) continue;
      for (const Condition& condition : statement->conditions)
        if (std::ranges::any_of(condition.values, [](const std::string& text) { return text.contains("${"); }))
          keys_.insert(condition.key);
    }
  }

  // Whether a condition looks at what may hold a marker, or takes its complement.
  [[nodiscard]] bool touches(const Statement& statement) const {
    return std::ranges::any_of(statement.conditions,
                               [&](const Condition& condition) { return keys_.contains(condition.key); });
  }
  [[nodiscard]] bool complements(const Statement& statement) const {
    return std::ranges::any_of(statement.conditions, [&](const Condition& condition) {
      return condition.negated && keys_.contains(condition.key);
    });
  }

 private:
  std::set<std::string_view> keys_;
};

}  // namespace

bool proved_with_markers(const Question& question, const std::vector<const Statement*>& statements, const Pins& pins,
                         Budget& budget) {
  const ComparedKeys compared(statements);
  const auto touches = [&](const Statement* one) { return compared.touches(*one); };
  const auto complements = [&](const Statement* one) { return compared.complements(*one); };
  if (std::ranges::any_of(question.left.deny, complements) || std::ranges::any_of(question.right.allow, complements) ||
      std::ranges::any_of(question.right.deny, touches))
    return false;
  Pins marked = pins;
  for (const Statement* one : question.left.deny) marked.rounding[one] = Rounding::down;
  for (const Statement* one : question.right.allow) marked.rounding[one] = Rounding::down;
  for (const Statement* one : question.right.deny) marked.rounding[one] = Rounding::up;
  // Each of the variables' keys may be absent, or have a value.
  const std::vector<std::string> keys = open_variables(statements, pins);
  constexpr std::size_t most_keys = 4;
  if (keys.size() > most_keys) return false;
  for (std::size_t absent = 0; absent < std::size_t{1} << keys.size(); ++absent) {
    Pins tried = marked;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (absent >> i & 1)
        tried.absent.insert(keys[i]);
      else
        tried.markers[keys[i]] = {std::string(1, static_cast<char>(i + 1))};
    }
    const auto space = Space::make(statements, question.left.allow, tried, budget);
    if (!space || !space->is_complete()) return false;
    if (question.find(*space, budget) || budget.was_spent()) return false;
  }
  return true;
}

}  // namespace redoubt::iam
