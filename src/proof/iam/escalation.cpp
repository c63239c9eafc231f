#include "iam/escalation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>
#include <utility>

#include "iam/compare.hpp"
#include "iam/contains.hpp"
#include "iam/decide.hpp"
#include "iam/escalation_paths.hpp"
#include "iam/escalation_requests.hpp"
#include "iam/escalation_targets.hpp"

namespace redoubt::iam {
namespace {

// Who acts, at one point of the way: with policies that allow everything, without its boundary; and how that came.
struct Node {
  Principal principal;
  const Identity* self = nullptr;
  bool has_all = false;
  bool is_unbound = false;
  std::vector<OpenStep> steps = {};
  std::string how = {};
};

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
    // An organisation's policies bear on administrators as on everybody.
    Scenario alone = account_.scenario(principal, "", "");
    alone.ceilings.clear();
    alone.denials.clear();
    Pins pins;
    pins.principals = {principal};
    return decide(alone, pins, budget_).answer == Answer::allowed;
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
  Decision decide_step(const Node& node, std::string_view action, const Range& range, std::string_view passed_to,
                       std::string_view attached = wide_policies.front()) {
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
    add_attached(pins, attached);
    add_boundary(pins, is_one ? &account_.identities().at(range.resources.front()) : nullptr,
                 range.resources.front() == filled_in(paths::self, node.principal));
    Decision decision = decide(scenario, pins, budget_);
    if (decision.when_allowed) name_readably(*decision.when_allowed, scenario);
    std::erase_if(decision.because, [](const std::string& origin) { return origin.empty(); });
    return decision;
  }

  // A role that is passed is passed to one service: iam:PassedToService says which ("IAM and AWS STS condition context
  // keys"). Where a part of a service has a name of its own (tasks.apprunner.amazonaws.com), either may be meant.
  Decision decide_step(const Node& node, const EscalationPath& path, std::string_view action, const Range& range) {
    if (attaches(action)) {
      Decision decision = decide_step(node, action, range, "");
      return decision.when_allowed ? decision : decide_step(node, action, range, "", wide_policies.back());
    }
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
    const bool is_closed = iam::is_closed(account_, node.self, path.target);
    if (path.target == Target::own_version && node.self && weigh_versions(path, node)) return;
    if (path.id == "sts-001" && is_closed) return;  // assume_roles asks of each
    const std::vector<Candidate> shown = candidates(account_, path, node.principal, node.self);
    bool found = false;
    for (const Candidate& candidate : shown) {
      if (found || path.id == "sts-001") break;
      found = lead_through(path, node, candidate);
    }
    if (!found && !is_closed && may_be_elsewhere(path, node, !shown.empty())) assume(path, node, shown);
  }

  // Versions that allow more than the one in force, but not everything: where they lead is not looked into. Whether
  // the data tell the other versions of a policy of one's own, and none allows everything.
  bool weigh_versions(const EscalationPath& path, const Node& node) {
    bool are_told = false;
    for (const std::string& policy : node.self->managed) {
      const auto* others = account_.other_versions(policy);
      if (!others) continue;
      const auto in_force = std::ranges::find(node.self->policies.policies, "policy " + policy,
                                              [](const Policy* one) { return one->name; });
      for (const Policy* other : *others) {
        if (other && allows_everything(*other)) return false;
        are_told = true;
        if (other && in_force != node.self->policies.policies.end() &&
            contained(*other, **in_force).holds == std::optional(true))
          continue;
        if (decide_step(node, path.steps().front().action, {{policy}}, "").answer == Answer::denied) continue;
        note_undecided(path);
        if (out_.missing.empty())
          out_.missing =
              fmt::format("{} has another version that allows more than the one in force, but not everything", policy);
      }
    }
    return are_told;
  }

  // Whether the path could also work on what no data show.
  static bool may_be_elsewhere(const EscalationPath& path, const Node& node, bool has_candidates) {
    if (path.target == Target::own_boundary) return !node.self;
    if (path.target == Target::oneself || path.target == Target::own_policy) return !has_candidates;
    return true;
  }

  // Whether an administrator was reached. Whoever else was reached is asked later.
  bool lead_through(const EscalationPath& path, const Node& before, const Candidate& shown) {
    const auto [node, candidate] = grown(path, before, shown);
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
    const std::string how = node.how + told(path.how, steps);
    std::vector<OpenStep> all = node.steps;
    std::ranges::move(steps, std::back_inserter(all));
    if (is_end) {
      // What holds the role is not among the data.
      const std::string_view assumes = path.target == Target::held_role ? path.assumes : candidate.assumes;
      out_.paths.push_back({std::string(path.id), how, std::string(assumes), candidate.through, std::move(all)});
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

  // A role that is handed to a service, or that something has, may be given policies that allow everything first.
  std::pair<Node, Candidate> grown(const EscalationPath& path, const Node& node, const Candidate& candidate) {
    std::pair<Node, Candidate> out{node, candidate};
    if ((path.target != Target::passed_role && path.target != Target::held_role) || candidate.is_administrator ||
        !candidate.identity || is_capped(*candidate.identity))
      return out;
    static constexpr EscalationPath growth{.id = "", .how = "", .assumes = ""};
    const std::tuple<std::string_view, std::string_view, const std::vector<std::string>&> ways[] = {
        {"iam:AttachRolePolicy", "attach AdministratorAccess to a role, and then: ", candidate.targets},
        {"iam:PutRolePolicy", "write a policy that allows everything into a role, and then: ", candidate.targets},
        {"iam:CreatePolicyVersion",
         "give a role's policy a version that allows everything, and then: ", candidate.policies}};
    for (const auto& [action, how, on] : ways) {
      if (on.empty()) continue;
      Decision decision = decide_step(node, growth, action, {on});
      if (!decision.when_allowed) continue;
      out.first.steps.push_back({std::move(*decision.when_allowed), std::move(decision.because)});
      out.first.how += told(how, out.first.steps);
      out.second.gains_all = out.second.is_administrator = true;
      break;
    }
    return out;
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
    if (path.target == Target::new_user || path.target == Target::new_role)
      for (const auto& [arn, identity] : account_.identities()) known.push_back(arn);
    if (path.target == Target::new_role && !may_assume_new(node)) return;
    const bool leaves_out = path.target != Target::held_role;
    const auto range_of = [&](const EscalationStep& step) -> Range {
      const bool is_any = step.resource != "*" && step.resource != paths::self;
      const std::string_view pattern = step.resource == paths::attached_policy ? paths::any_policy : step.resource;
      return {{filled_in(pattern, node.principal)}, is_any && leaves_out ? known : std::vector<std::string>()};
    };
    std::vector<OpenStep> steps;
    Outcome outcome = try_steps(path, node, range_of, steps);
    if (outcome == Outcome::open && path.on_one)
      outcome = try_on_one(path, node, leaves_out ? known : std::vector<std::string>(), steps);
    if (outcome == Outcome::undecided) note_undecided(path);
    if (outcome != Outcome::open) return;
    OpenPath open{std::string(path.id), node.how + told(path.how, steps), std::string(path.assumes), "", node.steps};
    std::ranges::move(steps, std::back_inserter(open.steps));
    if (is_own(path.target) && node.self && is_capped(*node.self) && !node.is_unbound) {
      reach(
          {.principal = node.principal,
           .self = node.self,
           .has_all = true,
           .steps = std::move(open.steps),
           .how = open.how + (path.assumes.empty() ? "" : fmt::format(" (given {})", path.assumes)) + ", and then: "});
      return;
    }
    out_.paths.push_back(std::move(open));
  }

  // A role of one's own making trusts oneself by name: then only a denial is in the way.
  bool may_assume_new(const Node& node) {
    Policy trust{.name = "the trust policy of the new role", .statements = {Statement{}}};
    trust.statements.front().actions = {"sts:AssumeRole"};
    trust.statements.front().principals.emplace().aws = {filled_in(paths::self, node.principal)};
    Scenario scenario = this->scenario(node, "sts:AssumeRole", "");
    scenario.resource.policies.push_back(&trust);
    Pins pins;
    pins.action = "sts:AssumeRole";
    pins.principals = {node.principal};
    return decide(scenario, pins, budget_).when_allowed.has_value();
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
