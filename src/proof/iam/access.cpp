#include "iam/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "iam/candidates.hpp"
#include "iam/contains.hpp"
#include "iam/rcp_coverage.hpp"
#include "iam/sts_rules.hpp"

namespace redoubt::iam {
namespace {

// The scenario of one action and resource, where RCPs may bear on it or not: as they do, and as they do not.
Decision decide_both_ways(const Scenario& scenario, const Pins& pins, Budget& budget) {
  Decision strict = decide(scenario, pins, budget);
  if (scenario.denials.empty() || rcp_coverage(*pins.action, *pins.resource) != RcpCoverage::open) return strict;
  Scenario spared = scenario;
  spared.denials.clear();
  return agreed(decide(spared, pins, budget), std::move(strict),
                fmt::format("AWS leaves open whether resource control policies cover {}", *pins.action));
}

Decision by_policies(const Account& account, const Principal& principal, std::string_view action,
                     std::string_view resource, const Pins& context, Budget& budget) {
  Decision decision;
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
  decision = decide_both_ways(known, pins, budget);
  if (decision.answer == Answer::denied && !known.same_account && !known.resource_is_known &&
      !account.others_are_open())
    decision.because.push_back(fmt::format("{} is of another account, and no policy of it is given", resource));
  const std::string missing = account.missing(principal);
  const std::string missing_of = account.missing_of(known, action, resource);
  if ((missing.empty() && missing_of.empty()) || decision.answer == Answer::undecided) return decision;
  // What is not known could deny anything, but allows nothing that would be denied if it allowed everything.
  if (decision.answer == Answer::denied) {
    Scenario scenario = known;
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

}  // namespace

Decision can(const Account& account, const Principal& asked, std::string_view action, std::string_view resource,
             const Pins& context, Budget& budget) {
  const Principal principal = account.known(asked);
  auto judged = beyond_policies(principal, action);
  if (!judged) return by_policies(account, principal, action, resource, context, budget);
  Decision decision;
  decision.answer = judged->allowed ? Answer::allowed : Answer::denied;
  decision.because = std::move(judged->because);
  Request request{
      .principal = principal, .action = std::string(action), .resource = std::string(resource), .context = {}};
  (judged->allowed ? decision.when_allowed : decision.when_denied) = std::move(request);
  return decision;
}

std::vector<Accessor> who_can(const Account& account, std::string_view action, std::string_view resource,
                              const Pins& context, std::chrono::milliseconds budget_for_each) {
  std::vector<Accessor> out;
  const auto ask = [&](const Principal& principal) {
    Budget budget(budget_for_each);
    // The root user of an account whose users and roles are not all known stands for those: what AWS keeps from the
    // root user alone, they may do.
    const bool stands_for_others = principal.kind == Principal::Kind::root && !account.is_listed(principal.account);
    Decision decision = stands_for_others ? by_policies(account, principal, action, resource, context, budget)
                                          : can(account, principal, action, resource, context, budget);
    const bool is_allowed = decision.when_allowed.has_value();
    if (is_allowed || decision.answer == Answer::undecided) out.push_back({principal, std::move(decision), false});
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
  const auto is_nobodys = [&](const std::string& number) {
    return !names(policies, number) && number != account.owner_of(resource) &&
           std::ranges::none_of(account.identities(),
                                [&](const auto& each) { return each.second.principal.account == number; });
  };
  for (const Principal& one : anyone(policies, account, budget)) {
    const auto is_it = [&](const Accessor& each) { return each.principal.name == one.name; };
    if (contains(accounts, one.account)) continue;
    const std::size_t before = out.size();
    if ((std::ranges::any_of(out, is_it) || ask(one)) && one.kind == Principal::Kind::root)
      accounts.push_back(one.account);
    if (out.size() > before) out.back().is_example = is_nobodys(one.account);
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
