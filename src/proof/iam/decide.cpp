#include "iam/decide.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "iam/assignments.hpp"
#include "iam/contains.hpp"
#include "iam/not_principal.hpp"
#include "iam/presence.hpp"

namespace redoubt::iam {
namespace {

std::vector<const Statement*> statements_of(const Scenario& scenario) {
  std::vector<const Statement*> out;
  const auto add = [&](const PolicySet& set) {
    for (const Policy* policy : set.policies)
      for (const Statement& statement : policy->statements) out.push_back(&statement);
  };
  add(scenario.identity);
  add(scenario.resource);
  std::ranges::for_each(scenario.limits, add);
  std::ranges::for_each(scenario.ceilings, add);
  std::ranges::for_each(scenario.denials, add);
  return out;
}

// The scenario as boxes: the evaluation logic once more, as the union of the ways in which a request can be allowed.
class Allowed {
 public:
  Allowed(const Scenario& scenario, const Space& space, const Principal& principal, Budget& budget)
      : space_(space), budget_(budget) {
    if (is_shut_out(scenario, principal)) return;
    const Shape& shape = space.shape();
    for (const Statement* statement : statements_of(scenario))
      if (Box box = space.box(*statement); statement->effect == Effect::deny && !shape.is_empty(box))
        denies_.push_back(std::move(box));

    std::vector<Box> open = space.worlds();
    for (const PolicySet& ceiling : scenario.ceilings) open = within(open, allows(ceiling));
    std::vector<Box> limited = open;
    for (const PolicySet& limit : scenario.limits) limited = within(limited, allows(limit));

    const bool has_identity = !principal.account.empty();
    if (!has_identity) {
      add(within(open, grants(scenario.resource, principal, Naming::account)));
      return;
    }
    if (scenario.same_account) {
      add(within(open, grants(scenario.resource, principal, Naming::direct)));
      add(within(limited, grants(scenario.resource, principal, Naming::role)));
    }
    if (principal.kind != Principal::Kind::root) limited = within(limited, allows(scenario.identity));
    if (!scenario.same_account || scenario.resource_must_allow)
      limited = within(limited, grants(scenario.resource, principal, Naming::account));
    add(limited);
  }

  [[nodiscard]] const std::vector<Box>& boxes() const { return boxes_; }

 private:
  [[nodiscard]] std::vector<Box> allows(const PolicySet& set) const {
    std::vector<Box> out;
    for (const Policy* policy : set.policies)
      for (const Statement& statement : policy->statements)
        if (statement.effect == Effect::allow) keep(out, space_.box(statement));
    return out;
  }

  // What the resource's policy allows to the principal, by naming it at least that directly.
  [[nodiscard]] std::vector<Box> grants(const PolicySet& set, const Principal& principal, Naming least) const {
    std::vector<Box> out;
    for (const Policy* policy : set.policies) {
      for (const Statement& statement : policy->statements) {
        if (statement.effect != Effect::allow) continue;
        const Naming here = statement.not_principal || !statement.principals ? Naming::direct
                                                                             : naming(*statement.principals, principal);
        if (here >= least) keep(out, space_.box(statement));
      }
    }
    return out;
  }

  // Adds a box unless it is empty or another holds it already.
  void keep(std::vector<Box>& boxes, Box box) const {
    const auto within_box = [](const Box& inner, const Box& outer) {
      for (std::size_t word = 0; word < inner.size(); ++word)
        if (inner[word] & ~outer[word]) return false;
      return true;
    };
    if (space_.shape().is_empty(box)) return;
    if (std::ranges::any_of(boxes, [&](const Box& other) { return within_box(box, other); })) return;
    std::erase_if(boxes, [&](const Box& other) { return within_box(other, box); });
    boxes.push_back(std::move(box));
  }

  [[nodiscard]] std::vector<Box> within(const std::vector<Box>& some, const std::vector<Box>& others) const {
    std::vector<Box> out;
    for (const Box& a : some) {
      for (const Box& b : others) {
        if (budget_.spent()) return out;
        if (auto both = space_.shape().intersection(a, b)) keep(out, std::move(*both));
      }
    }
    return out;
  }

  void add(const std::vector<Box>& allowed) {
    for (const Box& box : allowed)
      space_.shape().outside(box, denies_, budget_, [&](Box left) {
        keep(boxes_, std::move(left));
        return true;
      });
  }

  const Space& space_;
  Budget& budget_;
  std::vector<Box> denies_;
  std::vector<Box> boxes_;
};

// The conditions that an answer hangs on: those of the statements that allow, and of the denials that could.
std::string condition_text(const Scenario& scenario, const Request& allowed, const Request& denied) {
  std::vector<std::string> parts;
  const auto written = [](const Statement& statement) {
    std::vector<std::string> conditions;
    for (const Condition& condition : statement.conditions)
      conditions.push_back(fmt::format("{} \"{}\"", condition.written, fmt::join(condition.values, "\", \"")));
    return fmt::format("{}", fmt::join(conditions, " and "));
  };
  for (const Statement* statement : statements_of(scenario)) {
    if (statement->conditions.empty()) continue;
    std::string part;
    if (statement->effect == Effect::allow && applies(*statement, allowed) && !applies(*statement, denied))
      part = fmt::format("when {}", written(*statement));
    if (statement->effect == Effect::deny && applies(*statement, denied))
      part = fmt::format("unless {}", written(*statement));
    if (!part.empty() && !contains(parts, part)) parts.push_back(std::move(part));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

std::string_view name_of(Answer answer) {
  switch (answer) {
    case Answer::allowed:
      return "allowed";
    case Answer::denied:
      return "denied";
    case Answer::conditional:
      return "conditional";
    case Answer::undecided:
      break;
  }
  return "undecided";
}

namespace {

// What the principal says of the request's context, as far as the question does not.
Pins completed(Pins pins, const std::vector<const Statement*>& statements) {
  const Principal& principal = pins.principals.front();
  pins.context.merge(principal.keys());  // what the question itself gives goes before
  const auto look = [&](const std::string& key) {
    if (pins.is_pinned(key)) return;
    switch (presence(key, principal)) {
      case Presence::never:
        pins.absent.insert(key);
        break;
      case Presence::always:
        pins.present.insert(key);
        break;
      case Presence::sometimes:
        break;
    }
  };
  for (const Statement* statement : statements)
    for (const Condition& condition : statement->conditions) look(condition.key);
  for (const std::string& key : open_variables(statements, pins)) look(key);
  return pins;
}

// As the statements are read.
Decision decide_as_read(const Scenario& scenario, const Pins& pins, Budget& budget) {
  const std::vector<const Statement*> statements = statements_of(scenario);
  const Pins known = completed(pins, statements);
  const Principal& principal = known.principals.front();

  Decision out;
  bool complete = true;
  for (const Pins& tried : assignments(statements, known)) {
    const auto space = Space::make(statements, {}, tried, budget);
    if (!space) break;
    complete = complete && space->is_complete();
    const Allowed allowed(scenario, *space, principal, budget);
    if (budget.was_spent()) break;
    if (!out.when_allowed && !allowed.boxes().empty()) out.when_allowed = space->request(allowed.boxes().front());
    for (const Box& world : space->worlds()) {
      if (out.when_denied) break;
      if (const auto rest = space->shape().find_outside(world, allowed.boxes(), budget))
        out.when_denied = space->request(*rest);
    }
  }
  if ((out.when_allowed && !evaluate(scenario, *out.when_allowed).allowed) ||
      (out.when_denied && evaluate(scenario, *out.when_denied).allowed)) {
    return {.answer = Answer::undecided,
            .because = {},
            .condition = {},
            .when_allowed = {},
            .when_denied = {},
            .why_undecided = "the engine and the evaluator disagree about a request; please report these policies"};
  }
  if (out.when_allowed) out.because = evaluate(scenario, *out.when_allowed).because;
  if (out.when_allowed && out.when_denied) {
    out.answer = Answer::conditional;
    out.condition = condition_text(scenario, *out.when_allowed, *out.when_denied);
    return out;
  }
  // With the action and the resource known, the values to try for a variable are all that matter unless conditions
  // speak of it too; otherwise one answer for all that were tried is none for the rest.
  const std::vector<std::string> variables = open_variables(statements, known);
  bool tied = !variables.empty() && !pins.resource;
  for (const Statement* statement : statements)
    for (const Condition& condition : statement->conditions)
      tied = tied || contains(variables, condition.key) ||
             (!variables.empty() && std::ranges::any_of(condition.values, [](const std::string& text) {
               return text.find("${") != std::string::npos;
             }));
  if (budget.was_spent())
    out.why_undecided = "the budget is spent";
  else if (!complete)
    out.why_undecided = "a condition key is compared as text and as another type at once";
  else if (tied)
    out.why_undecided = "it depends on the values of policy variables";
  if (!out.why_undecided.empty()) return out;
  out.answer = out.when_allowed ? Answer::allowed : Answer::denied;
  if (out.when_denied) out.because = evaluate(scenario, *out.when_denied).because;
  return out;
}

}  // namespace

Decision agreed(Decision generous, Decision strict, const std::string& open) {
  if (generous.answer == strict.answer && generous.answer != Answer::undecided) return strict;
  if (generous.answer == Answer::denied) return generous;
  Decision out;
  out.when_allowed = std::move(strict.when_allowed);  // whatever is open
  out.when_denied = std::move(generous.when_denied);
  out.because = std::move(strict.because);
  out.why_undecided = !strict.why_undecided.empty() ? strict.why_undecided : open;
  if (out.when_allowed && out.when_denied) {
    out.answer = Answer::conditional;
    out.condition = strict.condition.empty() ? generous.condition : strict.condition;
    out.why_undecided.clear();
  }
  return out;
}

Decision decide(const Scenario& scenario, const Pins& pins, Budget& budget) {
  Pins known = pins;
  Principal& principal = known.principals.front();
  principal.bounded = scenario.has_boundary;
  const std::vector<const Statement*> statements = statements_of(scenario);
  const auto room =
      std::ranges::find_if(statements, [&](const Statement* one) { return leaves_room(*one, principal); });
  Decision strict = decide_as_read(scenario, known, budget);
  if (room == statements.end()) return strict;
  std::deque<Policy> kept;
  return agreed(decide_as_read(generous(scenario, kept), known, budget), std::move(strict),
                fmt::format("{}: AWS leaves open whether its NotPrincipal excepts {} (name its account, its role and "
                            "itself)",
                            (*room)->origin, principal.name));
}

}  // namespace redoubt::iam
