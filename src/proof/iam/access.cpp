#include "iam/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "iam/candidates.hpp"
#include "iam/contains.hpp"
#include "iam/sts_rules.hpp"

namespace redoubt::iam {

Decision can(const Account& account, const Principal& asked, std::string_view action, std::string_view resource,
             const Pins& context, Budget& budget) {
  const Principal principal = account.known(asked);
  Decision decision;
  if (auto judged = beyond_policies(principal, action)) {
    decision.answer = judged->allowed ? Answer::allowed : Answer::denied;
    decision.because = std::move(judged->because);
    Request request{
        .principal = principal, .action = std::string(action), .resource = std::string(resource), .context = {}};
    (judged->allowed ? decision.when_allowed : decision.when_denied) = std::move(request);
    return decision;
  }
  if (lower(action).starts_with("sts:assumerole") && account.is_absent(resource)) {
    decision.answer = Answer::denied;
    decision.because = {fmt::format("the data list every role of the account, and {} is none of them", resource)};
    return decision;
  }
  Pins pins = context;
  pins.action = action;
  pins.resource = resource;
  pins.principals = {principal};
  const Scenario known = account.scenario(principal, action, resource);
  decision = decide(known, pins, budget);
  if (decision.answer == Answer::denied && !known.same_account && !known.resource_is_known &&
      !account.others_are_open())
    decision.because.push_back(fmt::format("{} is of another account, and no policy of it is given", resource));
  const std::string missing = account.missing(principal);
  const std::string missing_of = account.missing_of(principal, action, resource);
  if ((missing.empty() && missing_of.empty()) || decision.answer == Answer::undecided) return decision;
  // What is not known could deny anything, but allows nothing that would be denied if it allowed everything.
  if (decision.answer == Answer::denied) {
    Scenario scenario = account.scenario(principal, action, resource);
    Policy everything{.name = "what is not known", .statements = {Statement{}}};
    everything.statements.front().actions = {"*"};
    everything.statements.front().resources = {"*"};
    Policy for_everyone = everything;
    for_everyone.statements.front().principals.emplace().everyone = true;
    if (!missing_of.empty()) scenario.resource.policies.push_back(&for_everyone);
    if (!missing.empty()) {
      scenario.identity.policies.push_back(&everything);
      for (PolicySet& limit : scenario.limits)
        if (limit.policies.empty()) limit.policies.push_back(&everything);
    }
    if (decide(scenario, pins, budget).answer == Answer::denied) return decision;
  }
  decision.answer = Answer::undecided;
  if (!missing_of.empty()) decision.when_allowed = decision.when_denied = std::nullopt;
  decision.why_undecided = missing.empty() ? missing_of : missing;
  return decision;
}

std::vector<Accessor> who_can(const Account& account, std::string_view action, std::string_view resource,
                              const Pins& context, std::chrono::milliseconds budget_for_each) {
  std::vector<Accessor> out;
  const auto ask = [&](const Principal& principal) {
    Budget budget(budget_for_each);
    Decision decision = can(account, principal, action, resource, context, budget);
    const bool is_allowed = decision.when_allowed.has_value();
    if (is_allowed || decision.answer == Answer::undecided) out.push_back({principal, std::move(decision)});
    return is_allowed;
  };
  for (const auto& [arn, identity] : account.identities()) (void)ask(identity.principal);
  const Principal everyone{.kind = Principal::Kind::anonymous, .name = "*", .account = {}, .role = {}};
  const PolicySet policies = account.scenario(everyone, action, resource).resource;
  bool is_public = false;
  for (const Principal& named : named_in(policies, account))
    is_public = (ask(named) && named.kind == everyone.kind) || is_public;
  if (is_public) return out;  // whoever else may is among the public
  Budget budget(budget_for_each);
  std::vector<std::string> accounts;  // for which their root users stand
  for (const Principal& one : anyone(policies, account, budget)) {
    const auto is_it = [&](const Accessor& each) { return each.principal.name == one.name; };
    if (contains(accounts, one.account)) continue;
    if ((std::ranges::any_of(out, is_it) || ask(one)) && one.kind == Principal::Kind::root)
      accounts.push_back(one.account);
  }
  return out;
}

std::vector<EscalationFrom> find_escalations(const Account& account, std::chrono::milliseconds budget_for_each) {
  std::vector<EscalationFrom> out;
  for (const auto& [arn, identity] : account.identities()) {
    Budget budget(budget_for_each);
    Escalation found = find_escalation(account, identity.principal, budget);
    if (found.is_administrator || (found.paths.empty() && found.undecided.empty() && found.missing.empty())) continue;
    out.push_back({identity.principal, std::move(found)});
  }
  return out;
}

}  // namespace redoubt::iam
