#include "iam/not_principal.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "iam/contains.hpp"

namespace redoubt::iam {
namespace {

bool names_session_of(const std::vector<std::string>& names, const Principal& role) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    const auto named = Principal::parse(name);
    return named && named->kind == Principal::Kind::session && named->is_session_of(role.name);
  });
}

// By a name of its own, or by its role's.
bool names_itself(const Principals& principals, const Principal& principal) {
  return naming(principals, principal) >= Naming::role;
}

bool is_spared_strictly(const Principals& principals, const Principal& principal) {
  const std::vector<std::string>& names = principals.aws;
  switch (principal.kind) {
    case Principal::Kind::user:
    case Principal::Kind::federated_user:
      return contains(names, principal.name) && contains(names, principal.account);
    case Principal::Kind::session:
      return contains(names, principal.name) && contains(names, principal.account) &&
             std::ranges::any_of(names, [&](const std::string& name) { return principal.is_session_of(name); });
    case Principal::Kind::role:  // one of its sessions, whichever
      return false;
    default:
      return naming(principals, principal) != Naming::none;
  }
}

bool is_spared_generously(const Principals& principals, const Principal& principal) {
  const std::vector<std::string>& names = principals.aws;
  if (principal.kind == Principal::Kind::role)
    return contains(names, principal.name) || names_session_of(names, principal);
  if (principal.kind != Principal::Kind::session) return names_itself(principals, principal);
  if (contains(names, principal.name)) return true;
  // Where sessions of its role are named, those are meant, and no other.
  return std::ranges::any_of(names, [&](const std::string& name) {
    const auto role = Principal::parse(name);
    return role && role->kind == Principal::Kind::role && principal.is_session_of(name) &&
           !names_session_of(names, *role);
  });
}

}  // namespace

bool is_excepted(const Statement& statement, const Principal& principal) {
  const Principals& principals = *statement.principals;
  if (statement.effect == Effect::allow)
    return statement.generous ? names_itself(principals, principal) : naming(principals, principal) != Naming::none;
  // "will always deny any IAM principal that has a permissions boundary policy attached"
  if (principal.bounded) return false;
  if (principals.everyone) return true;
  return statement.generous ? is_spared_generously(principals, principal) : is_spared_strictly(principals, principal);
}

bool leaves_room(const Statement& statement, const Principal& principal) {
  if (!statement.principals || !statement.not_principal || statement.generous) return false;
  Statement other;
  other.effect = statement.effect;
  other.principals = statement.principals;
  other.not_principal = true;
  other.generous = true;
  return is_excepted(statement, principal) != is_excepted(other, principal);
}

bool leaves_room(const Statement& statement) {
  if (!statement.principals || !statement.not_principal) return false;
  for (const std::string& name : statement.principals->aws) {
    const auto named = Principal::parse(name);
    if (!named) continue;
    std::vector<Principal> some{*named};
    const std::string account = named->account;
    const auto add = [&](const std::string& arn) {
      if (auto principal = Principal::parse(arn)) some.push_back(std::move(*principal));
    };
    if (named->kind == Principal::Kind::root) add("arn:aws:iam::" + account + ":user/<any>");
    if (named->kind == Principal::Kind::session) add(named->role);
    if (named->kind == Principal::Kind::role)
      add("arn:aws:sts::" + account + ":assumed-role/" + name.substr(name.rfind('/') + 1) + "/<any>");
    if (std::ranges::any_of(some, [&](const Principal& one) { return leaves_room(statement, one); })) return true;
  }
  return false;
}

Policy generous(Policy policy) {
  for (Statement& statement : policy.statements) statement.generous = statement.not_principal;
  return policy;
}

Scenario generous(Scenario scenario, std::deque<Policy>& kept) {
  const auto read = [&](PolicySet& set) {
    for (const Policy*& policy : set.policies) policy = &kept.emplace_back(generous(*policy));
  };
  read(scenario.identity);
  read(scenario.resource);
  std::ranges::for_each(scenario.limits, read);
  std::ranges::for_each(scenario.ceilings, read);
  std::ranges::for_each(scenario.denials, read);
  return scenario;
}

}  // namespace redoubt::iam
