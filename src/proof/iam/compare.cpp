#include "iam/compare.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "iam/assignments.hpp"
#include "iam/contains.hpp"
#include "iam/evaluate.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {
namespace {

struct Boxes {
  std::vector<Box> allow;
  std::vector<Box> deny;

  Boxes(const Space& space, const Policy& policy) {
    for (const Statement& statement : policy.statements) {
      Box box = space.box(statement);
      if (!space.shape().is_empty(box)) (statement.effect == Effect::allow ? allow : deny).push_back(std::move(box));
    }
  }
};

// A box of requests that `left` allows and `right` does not.
std::optional<Box> beyond(const Space& space, const Boxes& left, const Boxes& right, Budget& budget) {
  const Shape& shape = space.shape();
  std::vector<Box> holes = left.deny;
  holes.insert(holes.end(), right.allow.begin(), right.allow.end());
  for (const Box& world : space.worlds()) {
    for (const Box& allow : left.allow) {
      const auto allowed = shape.intersection(allow, world);
      if (!allowed) continue;
      // What the right policy does not allow at all…
      if (auto found = shape.find_outside(*allowed, holes, budget)) return found;
      // …and what it denies.
      for (const Box& deny : right.deny) {
        const auto denied = shape.intersection(*allowed, deny);
        if (!denied) continue;
        if (auto found = shape.find_outside(*denied, left.deny, budget)) return found;
      }
      if (budget.was_spent()) return std::nullopt;
    }
  }
  return std::nullopt;
}

bool has_variable(const std::string& text) {
  return text.find("${") != std::string::npos;
}

// Whether some statement of the policy says the same.
bool says(const Policy& policy, const Statement& statement) {
  return std::ranges::any_of(policy.statements, [&](const Statement& other) { return statement.says_the_same(other); });
}

// Proves containment where variables are left open: in every pattern a variable is one symbol, its marker. A pattern
// that matches a text with markers matches it with any values in their place, so that what the left policy allows with
// values, it allows with markers. The right must then allow that whatever the values are: its Allows are rounded down,
// its Denies up, and the left's Denies down. Conditions are not rounded; where those would have to be, there is no
// proof.
class MarkerProof {
 public:
  MarkerProof(const Policy& left, const Policy& right) {
    // What both deny in the same words is not allowed on the left; and what both allow so needs no proof, unless the
    // right denies it after all.
    for (const Statement& statement : right.statements)
      if (statement.effect == Effect::allow || !says(left, statement)) right_.statements.push_back(statement);
    const bool denies = contains(right_.statements, Effect::deny, &Statement::effect);
    for (const Statement& statement : left.statements)
      if (denies || statement.effect == Effect::deny || !says(right, statement)) left_.statements.push_back(statement);
    for (const Policy* policy : {&left_, &right_})
      for (const Statement& statement : policy->statements) note_variables(statement);
  }

  [[nodiscard]] bool holds(const Pins& pins, Budget& budget) const {
    Pins marked = pins;
    std::vector<const Statement*> statements;
    for (const Statement& statement : left_.statements) {
      if (statement.effect == Effect::deny && complements(statement)) return false;
      statements.push_back(&statement);
      marked.rounding[&statement] = statement.effect == Effect::allow ? Rounding::exact : Rounding::down;
    }
    for (const Statement& statement : right_.statements) {
      if (statement.effect == Effect::deny ? touches(statement) : complements(statement)) return false;
      statements.push_back(&statement);
      marked.rounding[&statement] = statement.effect == Effect::allow ? Rounding::down : Rounding::up;
    }
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
      const auto space = Space::make(statements, tried, budget);
      if (!space || !space->is_complete()) return false;
      if (beyond(*space, Boxes(*space, left_), Boxes(*space, right_), budget) || budget.was_spent()) return false;
    }
    return true;
  }

 private:
  void note_variables(const Statement& statement) {
    if (!statement.variables) return;
    for (const Condition& condition : statement.conditions)
      if (std::ranges::any_of(condition.values, has_variable)) keys_.insert(condition.key);
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

  Policy left_;
  Policy right_;
  std::set<std::string, std::less<>> keys_;  // of conditions that have a variable
};

// The request with an account in its resource where a person would expect one, if it still shows the same.
template <class ShowsTheSame>
Request presentable(Request request, ShowsTheSame shows_the_same) {
  constexpr std::string_view example_account = "123456789012";
  if (!request.resource.starts_with("arn:") || arn_field(request.resource, 2) == "s3" ||
      arn_field(request.resource, 4).size() == example_account.size())
    return request;
  std::string filled;
  for (int field = 0; field < 5; ++field)
    filled += std::string(field == 4 ? example_account : arn_field(request.resource, field)) + ":";
  filled += arn_field(request.resource, 5);
  Request other = request;
  other.resource = std::move(filled);
  return shows_the_same(other) ? other : request;
}

// What was found out in one direction: a request that `left` allows and `right` does not, or that there is none.
struct Direction {
  const Policy* left;
  const Policy* right;
  std::optional<Request> found = std::nullopt;
  bool excluded = true;  // as far as was looked, there is none
  std::string why_undecided = {};
};

// Looks in each direction that is open; the directions share the space, which is most of the work. False when the
// budget is spent or the space does not tell everything.
bool look(std::vector<Direction*>& open, const std::vector<const Statement*>& statements, const Pins& pins,
          Budget& budget) {
  const auto space = Space::make(statements, pins, budget);
  if (!space) return false;
  std::erase_if(open, [&](Direction* direction) {
    const auto box = beyond(*space, Boxes(*space, *direction->left), Boxes(*space, *direction->right), budget);
    if (!box) return false;
    const auto shows = [&](const Request& request) {
      return allows(*direction->left, request) && !allows(*direction->right, request);
    };
    Request request = space->request(*box);
    if (shows(request)) {
      direction->found = presentable(std::move(request), shows);
    } else {
      direction->excluded = false;
      direction->why_undecided = "the engine and the evaluator disagree about a request; please report these policies";
    }
    return true;
  });
  return space->is_complete() && !budget.was_spent();
}

void search(std::vector<Direction>& directions, const std::vector<const Statement*>& statements, const Pins& pins,
            Budget& budget) {
  std::vector<Direction*> open;
  for (Direction& direction : directions)
    if (!direction.found) open.push_back(&direction);
  const std::vector<Pins> tries = assignments(statements, pins);
  bool complete = look(open, statements, tries.front(), budget);
  const bool variables = tries.size() > 1;
  if (variables)
    std::erase_if(open, [&](const Direction* direction) {
      return MarkerProof(*direction->left, *direction->right).holds(pins, budget);
    });
  for (std::size_t next = 1; next < tries.size() && !open.empty() && !budget.was_spent(); ++next)
    complete = look(open, statements, tries[next], budget) && complete;
  for (Direction* direction : open) {
    if (budget.was_spent())
      direction->why_undecided = "the budget is spent";
    else if (!complete)
      direction->why_undecided = "a condition key is compared as text and as another type at once";
    else if (variables)
      direction->why_undecided = "it depends on the values of policy variables";
    direction->excluded = direction->excluded && direction->why_undecided.empty();
  }
}

}  // namespace

std::string_view name_of(Order order) {
  switch (order) {
    case Order::equivalent:
      return "equivalent";
    case Order::narrower:
      return "narrower";
    case Order::broader:
      return "broader";
    case Order::incomparable:
      return "incomparable";
    case Order::undecided:
      break;
  }
  return "undecided";
}

std::optional<bool> Difference::is_contained() const {
  if (only_left) return false;
  if (order == Order::equivalent || order == Order::narrower) return true;
  return std::nullopt;
}

Difference compare(const Policy& left, const Policy& right, std::chrono::milliseconds time) {
  Budget budget(time);
  std::vector<const Statement*> statements;
  bool principals = false;
  for (const Policy* policy : {&left, &right}) {
    for (const Statement& statement : policy->statements) {
      statements.push_back(&statement);
      principals = principals || statement.principals.has_value();
    }
  }
  // Without principals nothing relates a request's keys to who asks; with them, each asks in turn.
  std::vector<Pins> who(1);
  if (principals) {
    who.front().principals = representative_principals(statements, budget);
    if (!open_variables(statements, who.front()).empty()) {
      const std::vector<Principal> all = std::exchange(who, {}).front().principals;
      for (const Principal& principal : all) {
        who.emplace_back().principals = {principal};
        who.back().context = principal.keys();
      }
    }
  }

  std::vector<Direction> directions{{.left = &left, .right = &right}, {.left = &right, .right = &left}};
  for (const Pins& pins : who) search(directions, statements, pins, budget);

  Difference out;
  const bool no_left = directions[0].excluded && !directions[0].found;
  const bool no_right = directions[1].excluded && !directions[1].found;
  for (const Direction& direction : directions)
    if (!direction.why_undecided.empty()) out.why_undecided = direction.why_undecided;
  out.only_left = std::move(directions[0].found);
  out.only_right = std::move(directions[1].found);
  if (out.only_left && out.only_right)
    out.order = Order::incomparable;
  else if (out.only_left && no_right)
    out.order = Order::broader;
  else if (out.only_right && no_left)
    out.order = Order::narrower;
  else if (no_left && no_right && !out.only_left && !out.only_right)
    out.order = Order::equivalent;
  if (out.order != Order::undecided) out.why_undecided.clear();
  return out;
}

Outsider find_outsider(const Policy& policy, std::string_view account, std::chrono::milliseconds time) {
  Budget budget(time);
  std::vector<const Statement*> statements;
  for (const Statement& statement : policy.statements) statements.push_back(&statement);
  const Policy nothing;
  Outsider out;
  for (const Principal& principal : representative_principals(statements, budget)) {
    if (principal.account == account || principal.kind == Principal::Kind::service) continue;
    Pins pins;
    pins.principals = {principal};
    pins.context = principal.keys();
    std::vector<Direction> found{{.left = &policy, .right = &nothing}};
    search(found, statements, pins, budget);
    if (found.front().found) return {.request = found.front().found, .undecided = false};
    out.undecided = out.undecided || !found.front().excluded;
  }
  out.undecided = out.undecided || budget.was_spent();
  return out;
}

}  // namespace redoubt::iam
