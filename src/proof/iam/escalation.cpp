#include "iam/escalation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "iam/compare.hpp"
#include "iam/contains.hpp"
#include "iam/decide.hpp"
#include "iam/escalation_growth.hpp"
#include "iam/escalation_paths.hpp"
#include "iam/escalation_requests.hpp"
#include "iam/escalation_steps.hpp"
#include "iam/escalation_targets.hpp"
#include "iam/glob.hpp"

namespace redoubt::iam {
namespace {

// Whoever may be reached on the way is asked too, each once.
class Search {
 public:
  Search(const Account& account, Budget& budget) : account_(account), budget_(budget), steps_(account, budget) {}

  Escalation from(const Principal& principal) {
    const Identity* const self = account_.find(principal);
    out_.is_administrator = is_administrator(principal, self);
    if (out_.is_administrator) return std::move(out_);
    reach({.principal = principal, .self = self});
    for (std::size_t next = 0; next < nodes_.size(); ++next) {  // nodes_ grows
      const Node node = nodes_[next];
      for (const EscalationPath& path : escalation_paths()) follow(path, node);
      join_groups(node);
      assume_roles(node);
    }
    if (out_.missing.empty()) out_.missing = steps_.doubt();
    std::erase_if(out_.undecided, [&](const std::string& id) { return contains(out_.paths, id, &OpenPath::id); });
    return std::move(out_);
  }

 private:
  // One who joined groups is somebody else.
  static std::string name_of(const Node& node) {
    if (!node.self) return node.principal.name;
    return fmt::format("{} {}", node.self->principal.name, fmt::join(node.self->groups, " "));
  }

  void reach(Node node) {
    if (visited_.emplace(name_of(node), node.has_all, node.is_unbound).second) nodes_.push_back(std::move(node));
  }

  bool is_administrator(const Principal& principal, const Identity* self) {
    if (principal.kind == Principal::Kind::root) return true;
    if (!self || !allows_everything(self->policies)) return false;
    // An organisation's policies bear on administrators as on everybody; only whom they deny everything is none.
    Pins pins;
    pins.principals = {account_.known(principal)};
    Scenario scenario = account_.scenario(principal, "", "");
    if (decide(scenario, pins, budget_).answer == Answer::denied) return false;
    scenario.ceilings.clear();
    scenario.denials.clear();
    return decide(scenario, pins, budget_).answer == Answer::allowed;
  }

  void follow(const EscalationPath& path, const Node& node) {
    const bool is_user = node.principal.kind == Principal::Kind::user;
    if ((path.from == StartsFrom::a_user && !is_user) || (path.from == StartsFrom::a_role && is_user)) return;
    if (node.is_unbound && path.target == Target::own_boundary) return;
    if (std::ranges::any_of(path.steps(), [&](const EscalationStep& step) {
          return step.action != "sts:AssumeRole" && !Steps::may_take(node, step.action);
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
        std::vector<OpenStep> taken;
        if (steps_.take(node, path.steps().front().action, {{policy}}, taken) == Outcome::closed) continue;
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

  // Whether something else is made an administrator first, by more than taking its boundary away.
  static bool may_be_given(Target target) {
    return target == Target::user || target == Target::role || target == Target::passed_role ||
           target == Target::held_role || target == Target::federated_role;
  }

  // Whether an administrator was reached. Whoever else was reached is asked later.
  bool lead_through(const EscalationPath& path, const Node& before, const Candidate& shown) {
    const auto [node, candidate, is_undecided] = grow(steps_, account_, before, shown, may_be_given(path.target));
    const bool is_end = ends(path, node, candidate);
    const bool is_unread = candidate.identity && !candidate.identity->unread.empty();
    const bool is_unknown = is_unread || is_undecided;
    if (!is_end && !is_unknown && !may_lead_on(path, candidate)) return false;
    if (path.target == Target::role_that_trusts) {
      std::vector<OpenStep> assumed;
      const Outcome outcome = steps_.take(node, "sts:AssumeRole", {candidate.targets}, assumed);
      if (outcome == Outcome::undecided) note_undecided(path);
      if (outcome != Outcome::open) return false;
    }
    Taken taken = take(path, node, candidate);
    if (taken.outcome == Outcome::closed) return false;
    if (taken.outcome == Outcome::undecided || (is_unknown && !is_end)) {
      note_undecided(path);
      if (is_unread && out_.missing.empty()) out_.missing = account_.missing(candidate.identity->principal);
      if (taken.outcome == Outcome::undecided) return false;
    }
    const std::string how = node.how + told(path.how, taken.steps);
    std::vector<OpenStep> all = node.steps;
    std::ranges::move(taken.steps, std::back_inserter(all));
    if (is_end) {
      out_.paths.push_back(
          {std::string(path.id), how, std::move(taken.assumes), std::move(taken.through), std::move(all)});
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

  struct Taken {
    Outcome outcome = Outcome::closed;
    std::vector<OpenStep> steps = {};
    std::string assumes = {}, through = {};
  };

  // The steps of a path on the candidate, or on what has the candidate's role: first on what the data show to have it,
  // then on whatever they do not show to have another.
  Taken take(const EscalationPath& path, const Node& node, const Candidate& candidate) {
    const bool is_held = path.target == Target::held_role;
    std::vector<std::string> others;
    for (const auto& [resource, role] : account_.holders()) {
      if (!is_held || role != candidate.through) {
        if (is_held) add_with_parts(others, resource);
        continue;
      }
      if (!may_be_on(path, node, resource)) continue;
      Taken here{.through = fmt::format("{}, which has {}", resource, role)};
      const auto range_of = [&](const EscalationStep& step) {
        return step.resource == "*" ? Range{{"*"}} : Range{{resource}};
      };
      here.outcome = steps_.take_all(path, node, range_of, here.steps);
      if (here.outcome == Outcome::open) return here;
    }
    Taken out{.assumes = std::string(is_held ? path.assumes : candidate.assumes), .through = candidate.through};
    const auto range_of = [&](const EscalationStep& step) -> Range {
      if (step.resource == paths::any_policy || step.resource == paths::attached_policy) return {candidate.policies};
      if (step.resource == "*") return {{"*"}, others};
      if (names_holder(step.resource)) return {{filled_in(step.resource, node.principal)}, others};
      return {candidate.targets};
    };
    out.outcome = steps_.take_all(path, node, range_of, out.steps);
    if (out.outcome == Outcome::open && path.on_one &&
        (is_held || path.target == Target::passed_role || candidate.targets.size() > 1))
      out.outcome = steps_.take_on_one(path, node, range_of, others, out.steps);
    return out;
  }

  // Functions have versions and aliases behind their ARN.
  static void add_with_parts(std::vector<std::string>& to, const std::string& resource) {
    to.push_back(resource);
    to.push_back(resource + ":*");
  }

  // Whether a step is on something that has a role.
  static bool names_holder(std::string_view resource) {
    return resource.starts_with("arn:") && resource.find(":iam:") == std::string_view::npos;
  }

  static bool may_be_on(const EscalationPath& path, const Node& node, const std::string& holder) {
    return std::ranges::any_of(path.steps(), [&](const EscalationStep& step) {
      if (!names_holder(step.resource)) return false;
      const auto glob = Glob::read(Glob::Dialect::resource, filled_in(step.resource, node.principal), nullptr);
      return glob && glob->matches(holder);
    });
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
    if (path.target == Target::new_role && !may_assume_new(path, node)) return;
    // Of the roles of the data, those that trust the service were looked at, and others cannot be passed to it.
    if (path.target == Target::passed_role)
      for (const auto& [arn, identity] : account_.identities())
        if (identity.trust && !contains(known, arn)) known.push_back(arn);
    if (path.target == Target::held_role) {
      // What has a role of the data leads where that role does.
      known.clear();
      for (const auto& [resource, role] : account_.holders())
        if (account_.identities().contains(role)) add_with_parts(known, resource);
    }
    const auto range_of = [&](const EscalationStep& step) -> Range {
      const std::string_view pattern = step.resource == paths::attached_policy ? paths::any_policy : step.resource;
      const bool is_any = step.resource != "*" && step.resource != paths::self;
      const bool is_held = path.target == Target::held_role;
      return {{filled_in(pattern, node.principal)}, is_any || is_held ? known : std::vector<std::string>()};
    };
    std::vector<OpenStep> steps;
    Outcome outcome = steps_.take_all(path, node, range_of, steps);
    if (outcome == Outcome::open && path.on_one) outcome = steps_.take_on_one(path, node, range_of, known, steps);
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
  bool may_assume_new(const EscalationPath& path, const Node& node) {
    Policy trust{.name = "the trust policy of the new role", .statements = {Statement{}}};
    trust.statements.front().actions = {"sts:AssumeRole"};
    trust.statements.front().principals.emplace().aws = {filled_in(paths::self, node.principal)};
    Scenario scenario = steps_.scenario(node, "sts:AssumeRole", "");
    scenario.resource.policies.push_back(&trust);
    Pins pins;
    pins.action = "sts:AssumeRole";
    pins.principals = {account_.known(node.principal)};
    const Decision decision = decide(scenario, pins, budget_);
    if (!decision.when_allowed && decision.answer == Answer::undecided) note_undecided(path);
    return decision.when_allowed.has_value();
  }

  // Groups that are no administrators' may lead on: each that one may join, and all of them that deny nothing.
  void join_groups(const Node& node) {
    if (node.principal.kind != Principal::Kind::user || !node.self || node.has_all) return;
    std::vector<std::pair<std::string, OpenStep>> joinable;
    for (const auto& [name, group] : account_.groups()) {
      if (contains(node.self->groups, name) || group.policies.policies.empty()) continue;
      std::vector<OpenStep> taken;
      const Range range{arns_of_group(node.principal, name)};
      if (!Steps::may_take(node, "iam:AddUserToGroup")) return;
      const Outcome outcome = steps_.take(node, "iam:AddUserToGroup", range, taken);
      if (outcome == Outcome::undecided && !contains(out_.undecided, "iam-013")) out_.undecided.emplace_back("iam-013");
      if (outcome != Outcome::open) continue;
      if (!group.unread.empty() && out_.missing.empty())
        out_.missing =
            fmt::format("policy {} is attached to group {}, but not among the data", group.unread.front(), name);
      reach(joined(node, {{name, taken.front()}}));
      const bool denies = std::ranges::any_of(group.policies.policies, [](const Policy* policy) {
        return contains(policy->statements, Effect::deny, &Statement::effect);
      });
      if (!denies) joinable.emplace_back(name, std::move(taken.front()));
    }
    if (joinable.size() > 1) reach(joined(node, joinable));
  }

  Node joined(const Node& node, const std::vector<std::pair<std::string, OpenStep>>& groups) {
    Identity& self = joined_.emplace_back(*node.self);
    Node out = node;
    std::vector<std::string> names;
    for (const auto& [name, step] : groups) {
      const Identity& group = account_.groups().at(name);
      std::ranges::copy(group.policies.policies, std::back_inserter(self.policies.policies));
      std::ranges::copy(group.managed, std::back_inserter(self.managed));
      self.groups.push_back(name);
      out.steps.push_back(step);
      names.push_back(name);
    }
    std::ranges::sort(self.groups);
    out.self = &self;
    out.how +=
        fmt::format("join {} {}, and then: ", groups.size() == 1 ? "group" : "the groups", fmt::join(names, ", "));
    return out;
  }

  void assume_roles(const Node& node) {
    for (const auto& [arn, role] : account_.identities()) {
      if (role.principal.kind != Principal::Kind::role || &role == node.self || !may_be_assumed(role) ||
          visited_.contains({name_of({.principal = role.principal, .self = &role}), false, false}))
        continue;
      Pins pins;
      pins.action = "sts:AssumeRole";
      pins.resource = arn;
      pins.principals = {account_.known(node.principal)};
      const Scenario scenario = steps_.scenario(node, *pins.action, arn);
      add_tags(pins, scenario, role);
      Decision assumed = decide(scenario, pins, budget_);
      if (!assumed.when_allowed) {
        if (assumed.answer == Answer::undecided && out_.missing.empty())
          out_.missing = fmt::format("whether {} may assume {}: {}", node.principal.name, arn, assumed.why_undecided);
        continue;
      }
      std::vector<OpenStep> steps = node.steps;
      steps.push_back({std::move(*assumed.when_allowed), std::move(assumed.because)});
      if (is_administrator(role.principal, &role)) {
        visited_.emplace(name_of({.principal = role.principal, .self = &role}), false, false);
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
  Steps steps_;
  Escalation out_;
  std::deque<Identity> joined_;  // as they are with the groups that they joined
  std::deque<Node> nodes_;
  std::set<std::tuple<std::string, bool, bool>> visited_;
};

}  // namespace

Escalation find_escalation(const Account& account, const Principal& principal, Budget& budget) {
  return Search(account, budget).from(principal);
}

}  // namespace redoubt::iam
