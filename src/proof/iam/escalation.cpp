#include "iam/escalation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "iam/contains.hpp"
#include "iam/decide.hpp"
#include "iam/escalation_paths.hpp"

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

bool trusts(const Identity& role, std::string_view service) {
  return role.trust && std::ranges::any_of(role.trust->statements, [&](const Statement& statement) {
           return statement.effect == Effect::allow && statement.principals && !statement.not_principal &&
                  (statement.principals->everyone || contains(statement.principals->service, service));
         });
}

bool is_customer_managed(const std::string& policy) {
  return arn_field(policy, 4) != "aws";  // AWS's own cannot be changed
}

bool stands_ready(const Account& account, const EscalationPath& path, const Identity* self) {
  const auto any = [&](Principal::Kind kind) {
    return std::ranges::any_of(account.identities(), [&](const auto& entry) {
      const Identity& other = entry.second;
      return &other != self && other.principal.kind == kind && allows_everything(other) &&
             (path.trusting.empty() || trusts(other, path.trusting));
    });
  };
  switch (path.needs) {
    case Needs::nothing:
      return true;
    case Needs::administrator_user:
      return any(Principal::Kind::user);
    case Needs::administrator_role:
      return any(Principal::Kind::role);
    case Needs::administrator_group:
      return std::ranges::any_of(account.groups(), [](const auto& entry) { return allows_everything(entry.second); });
    case Needs::managed_policy:
      return self && std::ranges::any_of(self->managed, is_customer_managed);
  }
  return false;
}

std::vector<std::string> filled_in(std::string_view pattern, const Principal& principal, const Identity* self) {
  if (pattern == own_policy) {
    std::vector<std::string> attached;
    if (self) std::ranges::copy_if(self->managed, std::back_inserter(attached), is_customer_managed);
    if (!attached.empty()) return attached;
    pattern = any_policy;
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
    for (const EscalationPath& path : escalation_paths)
      if (stands_ready(account_, path, self)) follow(path, principal, self, out);
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
  Decision step(const Principal& principal, std::string_view action, std::vector<std::string> resources) {
    Scenario scenario = account_.scenario(principal, action, "");
    Policy range{.name = "the path", .statements = {Statement{}}};
    range.statements.front().actions = {"*"};
    range.statements.front().resources = std::move(resources);
    scenario.ceilings.push_back({range.name, {&range}});
    Pins pins;
    pins.action = action;
    pins.principals = {principal};
    Decision decision = decide(scenario, pins, budget_);
    std::erase_if(decision.because, [](const std::string& origin) { return origin.empty(); });
    return decision;
  }

  void follow(const EscalationPath& path, const Principal& principal, const Identity* self, Escalation& out) {
    const bool is_user = principal.kind == Principal::Kind::user;
    if ((path.from == StartsFrom::user && !is_user) || (path.from == StartsFrom::role && is_user)) return;
    OpenPath open{std::string(path.id), std::string(path.how), std::string(path.assumes), {}};
    bool undecided = false;
    for (const EscalationStep& wanted : path.steps()) {
      Decision decision = step(principal, wanted.action, filled_in(wanted.resource, principal, self));
      if (decision.when_allowed)
        open.steps.push_back({std::move(*decision.when_allowed), std::move(decision.because)});
      else if (decision.answer == Answer::denied)
        return;
      else
        undecided = true;
    }
    if (undecided)
      out.undecided.push_back(std::move(open.id));
    else
      out.paths.push_back(std::move(open));
  }

  void assume_roles(const Principal& principal, Escalation& out) {
    for (const auto& [arn, role] : account_.identities()) {
      if (role.principal.kind != Principal::Kind::role || visited_.contains(arn)) continue;
      Pins pins;
      pins.action = "sts:AssumeRole";
      pins.resource = arn;
      pins.principals = {principal};
      Decision assumed = decide(account_.scenario(principal, *pins.action, arn), pins, budget_);
      if (!assumed.when_allowed) continue;
      const OpenStep first{std::move(*assumed.when_allowed), std::move(assumed.because)};
      Escalation beyond = from(role.principal);
      if (beyond.is_administrator) out.paths.push_back({"assume-role", "assume an administrator's role", "", {first}});
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
