#include "iam/escalation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>
#include <utility>

#include "iam/contains.hpp"
#include "iam/decide.hpp"
#include "iam/escalation_paths.hpp"
#include "iam/escalation_targets.hpp"

namespace redoubt::iam {
namespace {

const Policy& everything() {
  static const Policy policy = [] {
    Policy out{.name = "the policy that was given", .statements = {Statement{}}};
    out.statements.front().actions = {"*"};
    out.statements.front().resources = {"*"};
    out.statements.front().origin = out.name;
    return out;
  }();
  return policy;
}

// Who acts, at one point of the way: with policies that allow everything, without its boundary; and how that came.
struct Node {
  Principal principal;
  const Identity* self = nullptr;
  bool has_all = false;
  bool is_unbound = false;
  std::vector<OpenStep> steps = {};
  std::string how = {};
};

std::string filled_in(std::string_view pattern, const Principal& principal) {
  std::string out(pattern);
  const std::pair<std::string_view, std::string_view> names[] = {
      {"{partition}", arn_field(principal.name, 1)},
      {"{account}", principal.account},
      {"{self}", principal.kind == Principal::Kind::session ? principal.role : principal.name}};
  for (const auto& [name, value] : names)
    if (const std::size_t at = out.find(name); at != std::string::npos) out.replace(at, name.size(), value);
  return out;
}

// Whoever may be reached on the way is asked too, each once.
class Search {
 public:
  Search(const Account& account, Budget& budget) : account_(account), budget_(budget) {}

  Escalation from(const Principal& principal) {
    const Identity* const self = account_.find(principal);
    out_.is_administrator = is_administrator(principal, self);
    if (out_.is_administrator) return std::move(out_);
    reach({.principal = principal, .self = self});
    for (std::size_t next = 0; next < nodes_.size(); ++next) {  // nodes_ grows
      const Node node = nodes_[next];
      for (const EscalationPath& path : escalation_paths()) follow(path, node);
      assume_roles(node);
    }
    std::erase_if(out_.undecided, [&](const std::string& id) { return contains(out_.paths, id, &OpenPath::id); });
    return std::move(out_);
  }

 private:
  enum class Outcome { open, closed, undecided };

  void reach(Node node) {
    if (visited_.emplace(node.self ? node.self->principal.name : node.principal.name, node.has_all, node.is_unbound)
            .second)
      nodes_.push_back(std::move(node));
  }

  bool is_administrator(const Principal& principal, const Identity* self) {
    if (principal.kind == Principal::Kind::root) return true;
    if (!self || !allows_everything(self->policies)) return false;
    Pins pins;
    pins.principals = {principal};
    return decide(account_.scenario(principal, "", ""), pins, budget_).answer == Answer::allowed;
  }

  Scenario scenario(const Node& node, std::string_view action, std::string_view resource) const {
    Scenario out = account_.scenario(node.principal, action, resource);
    if (node.has_all) out.identity.policies.push_back(&everything());
    if (node.is_unbound && out.has_boundary) {
      out.limits.erase(out.limits.begin());  // account.cpp puts it first
      out.has_boundary = false;
    }
    return out;
  }

  // What a step may be on: these, but for those.
  struct Range {
    std::vector<std::string> resources;
    std::vector<std::string> but_for = {};
  };

  // One action, on whatever is in the range, in whatever context.
  Decision decide_step(const Node& node, std::string_view action, const Range& range, std::string_view passed_to) {
    // A role is assumed through its trust policy, where the data show it.
    const bool is_one = range.resources.size() == 1 && account_.identities().contains(range.resources.front());
    Scenario scenario = this->scenario(node, action, is_one ? range.resources.front() : "");
    if (scenario.resource.policies.empty() && !may_allow(scenario.identity, action)) {
      Decision denied;
      denied.answer = Answer::denied;
      return denied;
    }
    Policy within{.name = "the path", .statements = {Statement{}}};
    within.statements.front().actions = {"*"};
    within.statements.front().resources = range.resources;
    if (!range.but_for.empty()) {
      within.statements.push_back(within.statements.front());
      within.statements.back().effect = Effect::deny;
      within.statements.back().resources = range.but_for;
    }
    scenario.ceilings.push_back({within.name, {&within}});
    Pins pins;
    pins.action = action;
    pins.principals = {node.principal};
    if (is_one) pins.resource = range.resources.front();
    if (!passed_to.empty()) pins.context["iam:passedtoservice"] = {std::string(passed_to)};
    Decision decision = decide(scenario, pins, budget_);
    std::erase_if(decision.because, [](const std::string& origin) { return origin.empty(); });
    return decision;
  }

  // A role that is passed is passed to one service: iam:PassedToService says which ("IAM and AWS STS condition context
  // keys"). Where a part of a service has a name of its own (tasks.apprunner.amazonaws.com), either may be meant.
  Decision decide_step(const Node& node, const EscalationPath& path, std::string_view action, const Range& range) {
    if (path.service.empty() || action != "iam:PassRole") return decide_step(node, action, range, "");
    Decision decision = decide_step(node, action, range, path.service);
    const std::string_view whole = path.service.substr(path.service.find('.') + 1);
    if (decision.when_allowed || std::ranges::count(whole, '.') < 2) return decision;
    return decide_step(node, action, range, whole);
  }

  // Whether all steps are allowed; `range_of` says on what each is.
  template <class RangeOf>
  Outcome try_steps(const EscalationPath& path, const Node& node, RangeOf&& range_of, std::vector<OpenStep>& steps) {
    bool undecided = false;
    for (const EscalationStep& wanted : path.steps()) {
      Decision decision = decide_step(node, path, wanted.action, range_of(wanted));
      if (decision.when_allowed)
        steps.push_back({std::move(*decision.when_allowed), std::move(decision.because)});
      else if (decision.answer == Answer::denied)
        return Outcome::closed;
      else
        undecided = true;
    }
    return undecided ? Outcome::undecided : Outcome::open;
  }

  // Each step by itself may be allowed on resources that have nothing to do with one another.
  Outcome try_on_one(const EscalationPath& path, const Node& node, const std::vector<std::string>& but_for,
                     std::vector<OpenStep>& steps) {
    std::vector<std::string> tried;
    for (const OpenStep& step : steps) tried.push_back(step.request.resource);
    for (const std::string& one : tried) {
      if (contains(but_for, one)) continue;
      steps.clear();
      if (try_steps(path, node, [&](const EscalationStep&) { return Range{{one}}; }, steps) == Outcome::open)
        return Outcome::open;
    }
    return Outcome::undecided;
  }

  void follow(const EscalationPath& path, const Node& node) {
    const bool is_user = node.principal.kind == Principal::Kind::user;
    if ((path.from == StartsFrom::a_user && !is_user) || (path.from == StartsFrom::a_role && is_user)) return;
    if (node.is_unbound && path.target == Target::own_boundary) return;
    if (std::ranges::any_of(path.steps(), [&](const EscalationStep& step) {
          return step.action != "sts:AssumeRole" && !node.has_all && node.self &&
                 !may_allow(node.self->policies, step.action);
        }))
      return;
    const bool is_closed = iam::is_closed(account_, node.self);
    if (path.id == "sts-001" && is_closed) return;  // assume_roles asks of each
    const std::vector<Candidate> shown = candidates(account_, path, node.principal, node.self);
    bool found = false;
    for (const Candidate& candidate : shown) {
      if (found || path.id == "sts-001") break;
      found = lead_through(path, node, candidate);
    }
    if (!found && !is_closed && may_be_elsewhere(path, node, !shown.empty())) assume(path, node, shown);
    // An older version, of which it is not known what more it allows.
    if (path.target == Target::own_version && !found && is_closed && node.self &&
        std::ranges::any_of(node.self->managed, [&](const std::string& one) { return account_.other_versions(one); }))
      note_undecided(path);
  }

  // Whether the path could also work on what no data show.
  static bool may_be_elsewhere(const EscalationPath& path, const Node& node, bool has_candidates) {
    if (path.target == Target::own_boundary) return !node.self;
    if (path.target == Target::oneself || path.target == Target::own_policy) return !has_candidates;
    return true;
  }

  // Whether an administrator was reached. Whoever else was reached is asked later.
  bool lead_through(const EscalationPath& path, const Node& node, const Candidate& candidate) {
    const bool is_end = ends(path, node, candidate);
    const bool is_unknown = candidate.identity && !candidate.identity->unread.empty();
    if (!is_end && !is_unknown && !may_lead_on(path, candidate)) return false;
    if (path.target == Target::role_that_trusts &&
        !decide_step(node, "sts:AssumeRole", {candidate.targets}, "").when_allowed)
      return false;
    std::vector<OpenStep> steps;
    Outcome outcome = try_steps(
        path, node,
        [&](const EscalationStep& step) -> Range {
          if (step.resource == paths::any_policy || step.resource == paths::attached_policy)
            return {candidate.policies};
          return step.resource == "*" ? Range{{"*"}} : Range{candidate.targets};
        },
        steps);
    if (outcome == Outcome::open && path.on_one && path.target == Target::held_role)
      outcome = try_on_one(path, node, {}, steps);
    if (outcome == Outcome::closed) return false;
    if (outcome == Outcome::undecided || (is_unknown && !is_end)) {
      note_undecided(path);
      if (is_unknown && out_.missing.empty()) out_.missing = account_.missing(candidate.identity->principal);
      if (outcome == Outcome::undecided) return false;
    }
    const std::string how = node.how + std::string(path.how);
    std::vector<OpenStep> all = node.steps;
    std::ranges::move(steps, std::back_inserter(all));
    if (is_end) {
      const bool needs_more = path.target == Target::held_role;  // what holds the role is not among the data
      out_.paths.push_back(
          {std::string(path.id), how, needs_more ? std::string(path.assumes) : "", candidate.through, std::move(all)});
      return true;
    }
    reach({.principal = candidate.identity ? candidate.identity->principal : node.principal,
           .self = candidate.identity ? candidate.identity : node.self,
           .has_all = candidate.gains_all || (!candidate.identity && node.has_all),
           .is_unbound = path.target == Target::own_boundary,
           .steps = std::move(all),
           .how = how + ", and then: "});
    return false;
  }

  // Whether there is nothing left to gain: what was given before, and what was taken away, counts too.
  [[nodiscard]] static bool ends(const EscalationPath& path, const Node& node, const Candidate& candidate) {
    if (candidate.is_administrator) return true;
    if (candidate.identity) return false;
    return path.target == Target::own_boundary ? node.has_all : candidate.gains_all && node.is_unbound;
  }

  // Whether anything could be gained from there, as far as a look at the policies tells.
  [[nodiscard]] static bool may_lead_on(const EscalationPath& path, const Candidate& candidate) {
    if (candidate.gains_all || path.target == Target::own_boundary) return true;
    if (!candidate.identity) return false;
    const PolicySet& policies = candidate.identity->policies;
    return may_allow(policies, "sts:AssumeRole") ||
           std::ranges::any_of(escalation_paths(), [&](const EscalationPath& next) {
             return std::ranges::all_of(next.steps(),
                                        [&](const EscalationStep& step) { return may_allow(policies, step.action); });
           });
  }

  void note_undecided(const EscalationPath& path) {
    if (!contains(out_.undecided, path.id)) out_.undecided.emplace_back(path.id);
  }

  // What the path needs is not among the data, and may be all the same.
  void assume(const EscalationPath& path, const Node& node, const std::vector<Candidate>& shown) {
    std::vector<std::string> known;
    for (const Candidate& candidate : shown) known.push_back(candidate.through);
    const bool leaves_out = path.target != Target::held_role;
    const auto range_of = [&](const EscalationStep& step) -> Range {
      const bool is_any = step.resource != "*" && step.resource != paths::self;
      const std::string_view pattern = step.resource == paths::attached_policy ? paths::any_policy : step.resource;
      return {{filled_in(pattern, node.principal)}, is_any && leaves_out ? known : std::vector<std::string>()};
    };
    OpenPath open{std::string(path.id), node.how + std::string(path.how), std::string(path.assumes), "", {}};
    std::vector<OpenStep> steps;
    Outcome outcome = try_steps(path, node, range_of, steps);
    if (outcome == Outcome::open && path.on_one)
      outcome = try_on_one(path, node, leaves_out ? known : std::vector<std::string>(), steps);
    if (outcome == Outcome::undecided) note_undecided(path);
    if (outcome != Outcome::open) return;
    open.steps = node.steps;
    std::ranges::move(steps, std::back_inserter(open.steps));
    out_.paths.push_back(std::move(open));
  }

  void assume_roles(const Node& node) {
    for (const auto& [arn, role] : account_.identities()) {
      if (role.principal.kind != Principal::Kind::role || &role == node.self || !may_be_assumed(role) ||
          visited_.contains({arn, false, false}))
        continue;
      Pins pins;
      pins.action = "sts:AssumeRole";
      pins.resource = arn;
      pins.principals = {node.principal};
      Decision assumed = decide(scenario(node, *pins.action, arn), pins, budget_);
      if (!assumed.when_allowed) {
        if (assumed.answer == Answer::undecided && out_.missing.empty())
          out_.missing = fmt::format("whether {} may assume {}: {}", node.principal.name, arn, assumed.why_undecided);
        continue;
      }
      std::vector<OpenStep> steps = node.steps;
      steps.push_back({std::move(*assumed.when_allowed), std::move(assumed.because)});
      if (is_administrator(role.principal, &role)) {
        visited_.emplace(arn, false, false);
        out_.paths.push_back({"assume-role", node.how + "assume an administrator's role", "", arn, std::move(steps)});
        continue;
      }
      if (out_.missing.empty()) out_.missing = account_.missing(role.principal);
      reach({.principal = role.principal,
             .self = &role,
             .steps = std::move(steps),
             .how = node.how + "assume a role, and there: "});
    }
  }

  const Account& account_;
  Budget& budget_;
  Escalation out_;
  std::deque<Node> nodes_;
  std::set<std::tuple<std::string, bool, bool>> visited_;
};

}  // namespace

Escalation find_escalation(const Account& account, const Principal& principal, Budget& budget) {
  return Search(account, budget).from(principal);
}

}  // namespace redoubt::iam
