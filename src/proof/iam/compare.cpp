#include "iam/compare.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "iam/assignments.hpp"
#include "iam/contains.hpp"
#include "iam/evaluate.hpp"
#include "iam/marker_proof.hpp"
#include "iam/not_principal.hpp"
#include "iam/presence.hpp"
#include "iam/question.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {
namespace {

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

// What was found out about one question.
struct Answer {
  std::optional<Request> found = std::nullopt;
  bool excluded = true;  // as far as was looked, there is none
  std::string why_undecided = {};

  void give_up(std::string why) {
    excluded = false;
    why_undecided = std::move(why);
  }
};

// Looks for a request that one policy allows and the other does not, as pins leave it open.
class Search {
 public:
  Search(const Policy& left, const Policy& right, Budget& budget)
      : left_(left), right_(right), budget_(budget), question_(Question::of(left, right)) {}

  // For whoever may ask, where the policies ask who.
  Answer run() {
    Answer out;
    if (question_.is_settled() || try_examples(out)) return out;
    statements_ = question_.statements();
    const bool principals =
        std::ranges::any_of(statements_, [](const Statement* one) { return one->principals.has_value(); });
    if (!principals) {  // nothing relates a request's keys to who asks
      look(Pins(), out);
      return out;
    }
    Pins all;
    all.principals = representative_principals(statements_, budget_);
    if (open_variables(statements_, all).empty()) {
      look(all, out);
      return out;
    }
    for (const Principal& principal : all.principals) {
      Pins one;
      one.principals = {principal};
      one.context = principal.keys();
      look(one, out);
      if (out.found) break;
    }
    return out;
  }

  // For one principal alone.
  Answer run(const Principal& principal) {
    Answer out;
    if (question_.is_settled()) return out;
    statements_ = question_.statements();
    Pins one;
    one.principals = {principal};
    one.context = principal.keys();
    look(one, out);
    return out;
  }

 private:
  // Where the work may be too much, what the policies name is tried first.
  bool try_examples(Answer& out) const {
    const std::vector<const Statement*> statements = question_.statements();
    if (!question_.is_hard() || std::ranges::any_of(statements, [](const Statement* one) {
          return one->principals.has_value() || std::ranges::any_of(one->conditions, [](const Condition& condition) {
                   return is_in_every_request(condition.key);
                 });
        }))
      return false;
    for (auto& [action, resource] : question_.examples()) {
      Request request{.principal = {}, .action = action, .resource = resource, .context = {}};
      if (!allows(left_, request) || allows(right_, request)) continue;
      out.found = std::move(request);
      return true;
    }
    return false;
  }

  void look(Pins pins, Answer& out) {
    for (const Statement* statement : statements_)
      for (const Condition& condition : statement->conditions)
        if (is_in_every_request(condition.key)) pins.present.insert(condition.key);
    const auto all = all_assignments(statements_, question_.left.allow, pins);
    const bool variables = !all;  // they may have other values than those that are tried
    const std::vector<Pins> tries = all ? *all : assignments(statements_, pins);
    bool complete = true;
    for (std::size_t next = 0; next < tries.size() && !budget_.was_spent(); ++next) {
      complete = try_one(tries[next], out) && complete;
      if (out.found) return;
      if (next == 0 && variables && proved_with_markers(question_, statements_, pins, budget_)) return;
    }
    if (budget_.was_spent())
      out.give_up("the budget is spent");
    else if (!complete)
      out.give_up("a condition key is compared as text and as another type at once");
    else if (variables)
      out.give_up("it depends on the values of policy variables");
  }

  // False when the budget is spent or the space does not tell everything.
  bool try_one(const Pins& pins, Answer& out) {
    const auto space = Space::make(statements_, question_.left.allow, pins, budget_);
    if (!space) return false;
    if (const auto box = question_.find(*space, budget_)) {
      const auto shows = [&](const Request& request) { return allows(left_, request) && !allows(right_, request); };
      Request request = space->request(*box);
      if (shows(request))
        out.found = presentable(std::move(request), shows);
      else
        out.give_up("the engine and the evaluator disagree about a request; please report these policies");
    }
    return space->is_complete() && !budget_.was_spent();
  }

  const Policy& left_;
  const Policy& right_;
  Budget& budget_;
  Question question_;
  std::vector<const Statement*> statements_;
};

bool leaves_room(const Policy& policy) {
  return std::ranges::any_of(policy.statements, [](const Statement& one) { return leaves_room(one); });
}

// Where NotPrincipal can be read in two ways, what holds in both holds; a request tells the policies apart for certain
// if the strict reading of the left allows it and the generous reading of the right does not.
Answer ask(const Policy& left, const Policy& right, Budget& budget) {
  if (!leaves_room(left) && !leaves_room(right)) return Search(left, right, budget).run();
  const Policy generous_left = generous(left), generous_right = generous(right);
  Answer certain = Search(left, generous_right, budget).run();
  if (certain.found) return certain;
  for (const Answer& answer :
       {Search(left, right, budget).run(), Search(generous_left, generous_right, budget).run()}) {
    if (!certain.excluded) break;
    if (answer.found)
      certain.give_up("AWS leaves open whom a NotPrincipal excepts that does not name account, role and session");
    else if (!answer.excluded)
      certain.give_up(answer.why_undecided);
  }
  return certain;
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

Containment contained(const Policy& policy, const Policy& envelope, std::chrono::milliseconds time) {
  Budget budget(time);
  Answer answer = ask(policy, envelope, budget);
  Containment out;
  out.counterexample = std::move(answer.found);
  if (out.counterexample)
    out.holds = false;
  else if (answer.excluded)
    out.holds = true;
  else
    out.why_undecided = std::move(answer.why_undecided);
  return out;
}

Difference compare(const Policy& left, const Policy& right, std::chrono::milliseconds time) {
  Budget budget(time);
  Answer beyond_right = ask(left, right, budget);
  Answer beyond_left = ask(right, left, budget);
  Difference out;
  out.only_left = std::move(beyond_right.found);
  out.only_right = std::move(beyond_left.found);
  if (out.only_left && out.only_right)
    out.order = Order::incomparable;
  else if (out.only_left && beyond_left.excluded)
    out.order = Order::broader;
  else if (out.only_right && beyond_right.excluded)
    out.order = Order::narrower;
  else if (!out.only_left && !out.only_right && beyond_left.excluded && beyond_right.excluded)
    out.order = Order::equivalent;
  else
    out.why_undecided = beyond_right.why_undecided.empty() ? beyond_left.why_undecided : beyond_right.why_undecided;
  return out;
}

Outsider find_outsider(const Policy& policy, const std::vector<std::string>& accounts, std::chrono::milliseconds time) {
  Budget budget(time);
  std::vector<const Statement*> statements;
  for (const Statement& statement : policy.statements) statements.push_back(&statement);
  const Policy nothing;
  Outsider out;
  Search search(policy, nothing, budget);
  const Policy widest = generous(policy);
  const bool has_room = leaves_room(policy);
  Search in_widest(widest, nothing, budget);
  for (const Principal& principal : representative_principals(statements, budget)) {
    if (contains(accounts, principal.account) || principal.kind == Principal::Kind::service) continue;
    Answer answer = search.run(principal);
    if (answer.found) return {.request = std::move(answer.found), .undecided = false};
    out.undecided = out.undecided || !answer.excluded;
    if (!has_room || out.undecided) continue;
    answer = in_widest.run(principal);
    out.undecided = answer.found || !answer.excluded;
  }
  out.undecided = out.undecided || budget.was_spent();
  return out;
}

}  // namespace redoubt::iam
