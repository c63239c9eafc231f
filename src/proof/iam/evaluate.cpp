#include "iam/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "iam/conditions.hpp"
#include "iam/contains.hpp"
#include "iam/not_principal.hpp"

namespace redoubt::iam {
namespace {

bool any_matches(Glob::Dialect dialect, const std::vector<std::string>& patterns, const std::string& text,
                 const Context* variables) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    const auto glob = Glob::read(dialect, pattern, variables);
    return glob && glob->matches(text);
  });
}

}  // namespace

Naming naming(const Principals& principals, const Principal& principal) {
  if (principals.everyone) return Naming::direct;
  const auto has = [&](const std::vector<std::string>& names) { return contains(names, principal.name); };
  switch (principal.kind) {
    case Principal::Kind::anonymous:
      return Naming::none;
    case Principal::Kind::service:
      return has(principals.service) ? Naming::direct : Naming::none;
    case Principal::Kind::federated:
      return has(principals.federated) ? Naming::direct : Naming::none;
    case Principal::Kind::canonical:
      return has(principals.canonical) ? Naming::direct : Naming::none;
    default:
      break;
  }
  Naming strongest = Naming::none;
  for (const std::string& named : principals.aws) {
    Naming here = Naming::none;
    if (named == principal.account)
      here = principal.kind == Principal::Kind::root ? Naming::direct : Naming::account;
    else if (principal.is_session_of(named))
      here = Naming::role;
    else if (named == principal.name)
      here = Naming::direct;
    strongest = std::max(strongest, here);
  }
  return strongest;
}

bool speaks_of(const Statement& statement, const std::optional<Principal>& principal) {
  if (!statement.principals || !principal) return true;
  if (statement.not_principal) return !is_excepted(statement, *principal);
  return naming(*statement.principals, *principal) != Naming::none;
}

bool applies(const Statement& statement, const Request& request) {
  const Context* variables = statement.variables ? &request.context : nullptr;
  if (!speaks_of(statement, request.principal)) return false;
  if (any_matches(Glob::Dialect::action, statement.actions, request.action, nullptr) == statement.not_action)
    return false;
  if (!statement.resources.empty() &&
      any_matches(Glob::Dialect::resource, statement.resources, request.resource, variables) == statement.not_resource)
    return false;
  return std::ranges::all_of(statement.conditions, [&](const Condition& condition) {
    return holds(condition, values_of(request.context, condition.key), variables);
  });
}

bool allows(const Policy& policy, const Request& request) {
  bool allowed = false;
  for (const Statement& statement : policy.statements) {
    if (!applies(statement, request)) continue;
    if (statement.effect == Effect::deny) return false;
    allowed = true;
  }
  return allowed;
}

namespace {

// The origins of the statements of a set that apply, of one effect.
std::vector<std::string> applying(const PolicySet& set, Effect effect, const Request& request) {
  std::vector<std::string> origins;
  for (const Policy* policy : set.policies)
    for (const Statement& statement : policy->statements)
      if (statement.effect == effect && applies(statement, request)) origins.push_back(statement.origin);
  return origins;
}

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

bool is_shut_out(const Scenario& scenario, const Principal& principal) {
  if (scenario.confined.empty() || principal.kind == Principal::Kind::service) return false;
  return principal.account.empty() || !scenario.same_account;
}

Judgement evaluate(const Scenario& scenario, const Request& request) {
  const Principal& principal = *request.principal;

  // 1. An explicit deny, wherever it stands, is final.
  Judgement denied;
  const auto look_for_deny = [&](const PolicySet& set) {
    append(denied.because, applying(set, Effect::deny, request));
  };
  look_for_deny(scenario.identity);
  look_for_deny(scenario.resource);
  std::ranges::for_each(scenario.limits, look_for_deny);
  std::ranges::for_each(scenario.ceilings, look_for_deny);
  std::ranges::for_each(scenario.denials, look_for_deny);
  if (!denied.because.empty()) return denied;
  if (is_shut_out(scenario, principal)) return {.allowed = false, .because = {scenario.confined}};

  // 2. Each ceiling must allow.
  Judgement allowed{.allowed = true, .because = {}};
  const auto must_allow = [&](const PolicySet& set) {
    auto origins = applying(set, Effect::allow, request);
    if (origins.empty()) denied.because.push_back(fmt::format("{}: nothing allows it", set.name));
    append(allowed.because, std::move(origins));
  };
  // What limits grants nothing: an answer says that it lets the grant pass.
  const auto must_let_pass = [&](const PolicySet& set) {
    auto origins = applying(set, Effect::allow, request);
    if (origins.empty()) denied.because.push_back(fmt::format("{}: nothing in it allows it", set.name));
    for (const std::string& origin : origins)
      if (!origin.empty()) allowed.because.push_back(fmt::format("within {}: {}", set.name, origin));
  };
  std::ranges::for_each(scenario.ceilings, must_let_pass);
  if (!denied.because.empty()) return denied;

  // 3. What the resource's policy grants to this principal.
  Naming grant = Naming::none;
  std::vector<std::string> grants;
  for (const Policy* policy : scenario.resource.policies) {
    for (const Statement& statement : policy->statements) {
      if (statement.effect != Effect::allow || !applies(statement, request)) continue;
      const Naming here =
          statement.not_principal || !statement.principals ? Naming::direct : naming(*statement.principals, principal);
      grant = std::max(grant, here);
      grants.push_back(statement.origin);
    }
  }

  // 4. Who has no policies of its own lives by the resource's.
  const bool has_identity = !principal.account.empty();
  if (!has_identity) {
    if (grant == Naming::none) return {.allowed = false, .because = {"no resource policy allows it"}};
    append(allowed.because, std::move(grants));
    return allowed;
  }

  // 5. Within an account a grant to the principal itself is enough; a grant to its role, within the limits.
  if (scenario.same_account && grant == Naming::direct) {
    append(allowed.because, std::move(grants));
    return allowed;
  }
  std::ranges::for_each(scenario.limits, must_let_pass);
  if (scenario.same_account && grant == Naming::role) {
    if (!denied.because.empty()) return denied;
    append(allowed.because, std::move(grants));
    return allowed;
  }

  // 6. Otherwise the identity's policies must allow it, and across accounts the resource's as well.
  if (grant == Naming::none && (!scenario.same_account || scenario.resource_must_allow))
    denied.because.emplace_back("no resource policy allows it");
  append(allowed.because, std::move(grants));
  if (principal.kind != Principal::Kind::root) must_allow(scenario.identity);
  return denied.because.empty() ? allowed : denied;
}

}  // namespace redoubt::iam
