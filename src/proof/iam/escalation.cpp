#include "iam/escalation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "iam/contains.hpp"
#include "iam/decide.hpp"
#include "iam/escalation_paths.hpp"
#include "iam/glob.hpp"

namespace redoubt::iam {
namespace {

// A policy that allows everything on everything, whatever the context.
bool allows_everything(const Identity& identity) {
  return std::ranges::any_of(identity.policies.policies, [](const Policy* policy) {
    return std::ranges::any_of(policy->statements, [](const Statement& statement) {
      return statement.effect == Effect::allow && !statement.not_action && !statement.not_resource &&
             contains(statement.actions, "*") && contains(statement.resources, "*") && statement.conditions.empty();
    });
  });
}

// Whether some policy of the identity allows the action on anything, whatever else is said of it: where none does, no
// path that needs it is open, and nothing has to be decided.
bool may_allow(const PolicySet& set, std::string_view action) {
  return std::ranges::any_of(set.policies, [&](const Policy* policy) {
    return std::ranges::any_of(policy->statements, [&](const Statement& statement) {
      if (statement.effect != Effect::allow) return false;
      if (statement.not_action) return true;
      return std::ranges::any_of(statement.actions, [&](const std::string& pattern) {
        const auto glob = Glob::read(Glob::Dialect::action, pattern, nullptr);
        return !glob || glob->matches(action);
      });
    });
  });
}

// Whether the role's trust policy names anybody who is no service: all others cannot assume it ("Role trust policies").
bool may_be_assumed(const Identity& role) {
  return !role.trust || std::ranges::any_of(role.trust->statements, [](const Statement& statement) {
    return statement.effect == Effect::allow &&
           (!statement.principals || statement.not_principal || statement.principals->everyone ||
            !statement.principals->aws.empty() || !statement.principals->federated.empty() ||
            !statement.principals->canonical.empty());
  });
}

bool trusts(const Identity& role, std::string_view service) {
  return role.trust && std::ranges::any_of(role.trust->statements, [&](const Statement& statement) {
           return statement.effect == Effect::allow && statement.principals && !statement.not_principal &&
                  (statement.principals->everyone || contains(statement.principals->service, service));
         });
}

bool is_customer_managed(const std::string& policy) {
  return arn_field(policy, 4) != "aws";  // AWS's own cannot be changed
}

// What the path leads through, as the account's data show it; empty when they show none.
std::string shown(const Account& account, const EscalationPath& path, const Identity* self) {
  if (path.through == Through::administrator_group) {
    for (const auto& [name, group] : account.groups())
      if (allows_everything(group)) return "group " + name;
    return "";
  }
  const auto kind = path.through == Through::administrator_user ? Principal::Kind::user : Principal::Kind::role;
  if (path.through == Through::nothing) return "";
  for (const auto& [arn, other] : account.identities())
    if (&other != self && other.principal.kind == kind && allows_everything(other) &&
        (path.service.empty() || trusts(other, path.service)))
      return arn;
  return "";
}

std::vector<std::string> filled_in(std::string_view pattern, const Principal& principal, const Identity* self) {
  if (pattern == paths::own_policy) {
    std::vector<std::string> attached;
    if (self) std::ranges::copy_if(self->managed, std::back_inserter(attached), is_customer_managed);
    if (!attached.empty()) return attached;
    pattern = paths::any_policy;
  }
  std::string out(pattern);
  const std::pair<std::string_view, std::string_view> names[] = {
      {"{partition}", arn_field(principal.name, 1)},
      {"{account}", principal.account},
      {"{self}", principal.kind == Principal::Kind::session ? principal.role : principal.name}};
  for (const auto& [name, value] : names)
    if (const std::size_t at = out.find(name); at != std::string::npos) out.replace(at, name.size(), value);
  return {out};
}

// One principal after another: the roles that may be assumed on the way are asked too, each once.
class Search {
 public:
  Search(const Account& account, Budget& budget) : account_(account), budget_(budget) {}

  Escalation from(const Principal& principal) {
    Escalation out;
    const Identity* self = account_.find(principal);
    visited_.insert(self ? self->principal.name : principal.name);
    out.is_administrator = is_administrator(principal, self);
    if (out.is_administrator) return out;
    for (const EscalationPath& path : escalation_paths()) follow(path, principal, self, out);
    assume_roles(principal, out);
    return out;
  }

 private:
  bool is_administrator(const Principal& principal, const Identity* self) {
    if (principal.kind == Principal::Kind::root) return true;
    if (!self || !allows_everything(*self)) return false;
    Pins pins;
    pins.principals = {principal};
    return decide(account_.scenario(principal, "", ""), pins, budget_).answer == Answer::allowed;
  }

  // One action, on whatever matches one of the patterns, in whatever context.
  Decision decide_step(const Principal& principal, std::string_view action, std::vector<std::string> resources,
                       std::string_view passed_to) {
    Scenario scenario = account_.scenario(principal, action, "");
    if (scenario.resource.policies.empty() && !may_allow(scenario.identity, action)) {
      Decision denied;
      denied.answer = Answer::denied;
      return denied;
    }
    Policy range{.name = "the path", .statements = {Statement{}}};
    range.statements.front().actions = {"*"};
    range.statements.front().resources = std::move(resources);
    scenario.ceilings.push_back({range.name, {&range}});
    Pins pins;
    pins.action = action;
    pins.principals = {principal};
    if (!passed_to.empty()) pins.context["iam:passedtoservice"] = {std::string(passed_to)};
    Decision decision = decide(scenario, pins, budget_);
    std::erase_if(decision.because, [](const std::string& origin) { return origin.empty(); });
    return decision;
  }

  // A role that is passed is passed to one service: iam:PassedToService says which ("IAM and AWS STS condition context
  // keys"). Where a part of a service has a name of its own (tasks.apprunner.amazonaws.com), either may be meant.
  Decision decide_step(const Principal& principal, const EscalationPath& path, std::string_view action,
                       const std::vector<std::string>& resources) {
    if (path.service.empty() || action != "iam:PassRole") return decide_step(principal, action, resources, "");
    Decision decision = decide_step(principal, action, resources, path.service);
    const std::string_view whole = path.service.substr(path.service.find('.') + 1);
    if (decision.when_allowed || std::ranges::count(whole, '.') < 2) return decision;
    return decide_step(principal, action, resources, whole);
  }

  enum class Outcome { open, closed, undecided };

  // Whether all steps are allowed, on one resource if it is given.
  Outcome try_steps(const EscalationPath& path, const Principal& principal, const Identity* self,
                    const std::optional<std::string>& one, std::vector<OpenStep>& steps) {
    bool undecided = false;
    for (const EscalationStep& wanted : path.steps()) {
      Decision decision = decide_step(principal, path, wanted.action,
                                      one ? std::vector{*one} : filled_in(wanted.resource, principal, self));
      if (decision.when_allowed)
        steps.push_back({std::move(*decision.when_allowed), std::move(decision.because)});
      else if (decision.answer == Answer::denied)
        return Outcome::closed;
      else
        undecided = true;
    }
    return undecided ? Outcome::undecided : Outcome::open;
  }

  void follow(const EscalationPath& path, const Principal& principal, const Identity* self, Escalation& out) {
    const bool is_user = principal.kind == Principal::Kind::user;
    if ((path.from == StartsFrom::user && !is_user) || (path.from == StartsFrom::role && is_user)) return;
    OpenPath open{
        std::string(path.id), std::string(path.how), std::string(path.assumes), shown(account_, path, self), {}};
    if (!open.through.empty()) open.assumes.clear();
    Outcome outcome = try_steps(path, principal, self, std::nullopt, open.steps);
    if (outcome == Outcome::open && path.on_one) {
      // Each by itself may be allowed on resources that have nothing to do with one another.
      std::vector<std::string> candidates;
      for (const OpenStep& step : open.steps) candidates.push_back(step.request.resource);
      for (const auto& [arn, identity] : account_.identities()) candidates.push_back(arn);
      outcome = Outcome::undecided;
      for (const std::string& one : candidates) {
        open.steps.clear();
        outcome = try_steps(path, principal, self, one, open.steps);
        if (outcome == Outcome::open) break;
        outcome = Outcome::undecided;
      }
    }
    if (outcome == Outcome::open)
      out.paths.push_back(std::move(open));
    else if (outcome == Outcome::undecided)
      out.undecided.push_back(std::move(open.id));
  }

  void assume_roles(const Principal& principal, Escalation& out) {
    for (const auto& [arn, role] : account_.identities()) {
      if (role.principal.kind != Principal::Kind::role || visited_.contains(arn) || !may_be_assumed(role)) continue;
      Pins pins;
      pins.action = "sts:AssumeRole";
      pins.resource = arn;
      pins.principals = {principal};
      Decision assumed = decide(account_.scenario(principal, *pins.action, arn), pins, budget_);
      if (!assumed.when_allowed) {
        if (assumed.answer == Answer::undecided && out.missing.empty())
          out.missing = fmt::format("whether {} may assume {}: {}", principal.name, arn, assumed.why_undecided);
        continue;
      }
      const OpenStep first{std::move(*assumed.when_allowed), std::move(assumed.because)};
      Escalation beyond = from(role.principal);
      if (out.missing.empty() && !beyond.is_administrator)
        out.missing = beyond.missing.empty() ? account_.missing(role.principal) : beyond.missing;
      for (std::string& id : beyond.undecided)
        if (!contains(out.undecided, id)) out.undecided.push_back(std::move(id));
      if (beyond.is_administrator)
        out.paths.push_back({"assume-role", "assume an administrator's role", "", arn, {first}});
      for (OpenPath& path : beyond.paths) {
        path.how = "assume a role, and there: " + path.how;
        path.steps.insert(path.steps.begin(), first);
        out.paths.push_back(std::move(path));
      }
    }
  }

  const Account& account_;
  Budget& budget_;
  std::set<std::string> visited_;
};

}  // namespace

Escalation find_escalation(const Account& account, const Principal& principal, Budget& budget) {
  return Search(account, budget).from(principal);
}

}  // namespace redoubt::iam
