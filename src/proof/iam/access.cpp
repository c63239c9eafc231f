#include "iam/access.hpp"

#include <utility>

namespace redoubt::iam {

Decision can(const Account& account, const Principal& principal, std::string_view action, std::string_view resource,
             const Pins& context, Budget& budget) {
  Pins pins = context;
  pins.action = action;
  pins.resource = resource;
  pins.principals = {principal};
  Decision decision = decide(account.scenario(principal, action, resource), pins, budget);
  std::string missing = account.missing(principal);
  if (missing.empty() || decision.answer == Answer::undecided) return decision;
  // What is not known could deny anything, but allows nothing that would be denied if it allowed everything.
  if (decision.answer == Answer::denied) {
    Scenario scenario = account.scenario(principal, action, resource);
    Policy everything{.name = "what is not known", .statements = {Statement{}}};
    everything.statements.front().actions = {"*"};
    everything.statements.front().resources = {"*"};
    scenario.identity.policies.push_back(&everything);
    for (PolicySet& limit : scenario.limits)
      if (limit.policies.empty()) limit.policies.push_back(&everything);
    if (decide(scenario, pins, budget).answer == Answer::denied) return decision;
  }
  decision.answer = Answer::undecided;
  decision.why_undecided = std::move(missing);
  return decision;
}

std::vector<Accessor> who_can(const Account& account, std::string_view action, std::string_view resource,
                              const Pins& context, std::chrono::milliseconds budget_for_each) {
  std::vector<Principal> candidates;
  for (const auto& [arn, identity] : account.identities()) candidates.push_back(identity.principal);
  for (Principal& named : account.named_elsewhere()) candidates.push_back(std::move(named));
  std::vector<Accessor> out;
  for (Principal& principal : candidates) {
    Budget budget(budget_for_each);
    Decision decision = can(account, principal, action, resource, context, budget);
    if (decision.when_allowed || decision.answer == Answer::undecided)
      out.push_back({std::move(principal), std::move(decision)});
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
