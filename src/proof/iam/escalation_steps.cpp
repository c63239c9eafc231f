#include "iam/escalation_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "iam/contains.hpp"
#include "iam/escalation_requests.hpp"
#include "iam/escalation_targets.hpp"

namespace redoubt::iam {
namespace {

Outcome settle(Decision decision, std::vector<OpenStep>& steps) {
  if (!decision.when_allowed) return decision.answer == Answer::denied ? Outcome::closed : Outcome::undecided;
  steps.push_back({std::move(*decision.when_allowed), std::move(decision.because)});
  return Outcome::open;
}

}  // namespace

Scenario Steps::scenario(const Node& node, std::string_view action, std::string_view resource) const {
  Scenario out = account_.scenario(node.principal, action, resource);
  if (node.self) out.identity = node.self->policies;
  if (node.has_all) out.identity.policies.push_back(&everything());
  if (node.is_unbound && out.has_boundary) {
    out.limits.erase(out.limits.begin());  // account.cpp puts it first
    out.has_boundary = false;
  }
  return out;
}

bool Steps::may_take(const Node& node, std::string_view action) {
  return node.has_all || !node.self || may_allow(node.self->policies, action);
}

// One action, on whatever is in the range, in whatever context.
Decision Steps::decide_one(const Node& node, std::string_view action, const Range& range, const Carried& carried) {
  // A role is assumed through its trust policy, where the data show it.
  const auto on =
      range.resources.size() == 1 ? account_.identities().find(range.resources.front()) : account_.identities().end();
  const bool is_one = on != account_.identities().end();
  Scenario scenario = this->scenario(node, action, is_one ? range.resources.front() : "");
  if (scenario.resource.policies.empty() && !may_allow(scenario.identity, action)) {
    Decision denied;
    denied.answer = Answer::denied;
    return denied;
  }
  Policy within{.name = "the path", .statements = {Statement{}}};
  within.statements.front().actions = {"*"};
  within.statements.front().resources = range.resources;
  if (carried.attached_of_account)
    within.statements.front().conditions.push_back({.comparison = Comparison::arn_like,
                                                    .key = std::string(attached_key),
                                                    .written = "ArnLike iam:PolicyARN",
                                                    .values = {filled_in(paths::any_policy, node.principal)}});
  if (!range.but_for.empty()) {
    within.statements.push_back(Statement{});
    within.statements.back().effect = Effect::deny;
    within.statements.back().actions = {"*"};
    within.statements.back().resources = range.but_for;
  }
  scenario.ceilings.push_back({within.name, {&within}});
  Pins pins;
  pins.action = action;
  pins.principals = {account_.known(node.principal)};
  if (is_one) pins.resource = range.resources.front();
  if (!carried.passed_to.empty()) pins.context["iam:passedtoservice"] = {std::string(carried.passed_to)};
  if (!carried.attached.empty()) pins.context[std::string(attached_key)] = {std::string(carried.attached)};
  add_boundary(pins, is_one ? &on->second : nullptr, range.resources.front() == filled_in(paths::self, node.principal));
  if (is_one && !carried.ignores_tags) add_tags(pins, scenario, on->second);
  Decision decision = decide(scenario, pins, budget_);
  if (decision.when_allowed) name_readably(*decision.when_allowed, scenario);
  std::erase_if(decision.because, [](const std::string& origin) { return origin.empty(); });
  return decision;
}

Outcome Steps::take(const Node& node, std::string_view action, const Range& range, std::vector<OpenStep>& steps,
                    std::string_view service) {
  if (range.resources.empty()) return Outcome::closed;
  if (attaches(action)) return attach(node, action, range, steps);
  if (action == "iam:PassRole") return pass(node, range, service, steps);
  return settle(decide_one(node, action, range, {}), steps);
}

// A role that is passed is passed to one service: iam:PassedToService says which ("IAM and AWS STS condition context
// keys"). Where a part of a service has a name of its own (tasks.apprunner.amazonaws.com), either may be meant. What
// comes of a condition on the role's tags AWS leaves open: it "does not have reliable results" ("Grant a user
// permissions to pass a role to an AWS service").
Outcome Steps::pass(const Node& node, const Range& range, std::string_view service, std::vector<OpenStep>& steps) {
  std::vector<std::string_view> services{service};
  const std::string_view whole = service.substr(service.find('.') + 1);
  if (!service.empty() && std::ranges::count(whole, '.') > 1) services.push_back(whole);
  bool undecided = false;
  for (const bool ignores_tags : {false, true}) {
    for (const std::string_view one : services) {
      Decision decision = decide_one(node, "iam:PassRole", range, {.passed_to = one, .ignores_tags = ignores_tags});
      if (ignores_tags && decision.when_allowed) {
        doubt_ = fmt::format("whether {} is passed under a condition on tags that it does not have, AWS leaves open",
                             range.resources.front());
        return Outcome::undecided;
      }
      const Outcome outcome = settle(std::move(decision), steps);
      if (outcome == Outcome::open) return outcome;
      undecided = undecided || outcome == Outcome::undecided;
    }
  }
  return undecided ? Outcome::undecided : Outcome::closed;
}

// AWS's own policies first, then those of the account that allow everything.
Outcome Steps::attach(const Node& node, std::string_view action, const Range& range, std::vector<OpenStep>& steps) {
  std::vector<std::string> wide;
  for (const std::string_view name : wide_policies)
    wide.push_back(fmt::format("arn:{}:iam::aws:policy/{}", arn_field(node.principal.name, 1), name));
  for (const auto& [arn, policy] : account_.managed())
    if (allows_everything(*policy)) wide.push_back(arn);
  bool undecided = false;
  for (const std::string& policy : wide) {
    const Outcome outcome = settle(decide_one(node, action, range, {.attached = policy}), steps);
    if (outcome == Outcome::open) return outcome;
    undecided = undecided || outcome == Outcome::undecided;
  }
  const Outcome own = attach_own(node, action, range, steps);
  return own == Outcome::closed && undecided ? Outcome::undecided : own;
}

// A policy of the account that is made for it, or given a version that allows everything.
Outcome Steps::attach_own(const Node& node, std::string_view action, const Range& range, std::vector<OpenStep>& steps) {
  const bool may_make = may_take(node, "iam:CreatePolicy"), may_change = may_take(node, "iam:CreatePolicyVersion");
  if (!may_make && !may_change) return Outcome::closed;
  const Decision any = decide_one(node, action, range, {.attached_of_account = true});
  if (!any.when_allowed) return any.answer == Answer::denied ? Outcome::closed : Outcome::undecided;
  bool undecided = false;
  const auto both = [&](std::string_view first, const std::string& policy) {
    std::vector<OpenStep> taken;
    Outcome outcome = settle(decide_one(node, first, {{policy}}, {}), taken);
    if (outcome == Outcome::open) outcome = settle(decide_one(node, action, range, {.attached = policy}), taken);
    undecided = undecided || outcome == Outcome::undecided;
    if (outcome == Outcome::open) std::ranges::move(taken, std::back_inserter(steps));
    return outcome == Outcome::open;
  };
  if (may_change)
    for (const auto& [arn, policy] : account_.managed())
      if (both("iam:CreatePolicyVersion", arn)) return Outcome::open;
  const Outcome otherwise = undecided ? Outcome::undecided : Outcome::closed;
  if (!may_make) return otherwise;
  // Both must be allowed on one and the same: on what the one finds the other is tried.
  const Decision made = decide_one(node, "iam:CreatePolicy", {{filled_in(paths::any_policy, node.principal)}}, {});
  if (!made.when_allowed) return made.answer == Answer::denied ? otherwise : Outcome::undecided;
  if (both("iam:CreatePolicy", made.when_allowed->resource)) return Outcome::open;
  const auto* attached = values_of(any.when_allowed->context, attached_key);
  return attached && both("iam:CreatePolicy", attached->front()) ? Outcome::open : Outcome::undecided;
}

std::vector<std::string> Steps::to_try(const EscalationPath& path, const std::vector<std::string>& but_for,
                                       const std::vector<OpenStep>& steps) {
  std::vector<std::string> out;
  for (const auto& [request, because] : steps)
    if (request.action != "iam:PassRole" && contains(path.steps(), request.action, &EscalationStep::action) &&
        !contains(but_for, request.resource) && !contains(out, request.resource))
      out.push_back(request.resource);
  return out;
}

}  // namespace redoubt::iam
