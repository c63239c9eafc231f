#include "iam/candidates.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "iam/contains.hpp"
#include "iam/presence.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {
namespace {

using Kind = Principal::Kind;

void add(Principal principal, const Account& account, std::vector<Principal>& out) {
  if (!account.identities().contains(principal.name) && !contains(out, principal.name, &Principal::name))
    out.push_back(std::move(principal));
}

void add(Kind kind, const std::vector<std::string>& names, const Account& account, std::vector<Principal>& out) {
  for (const std::string& name : names) add({.kind = kind, .name = name, .account = {}, .role = {}}, account, out);
}

// Everyone includes AWS's services: where a condition asks for what only those send, they are who is meant.
void add_services(const Statement& statement, const Account& account, std::vector<Principal>& out) {
  for (const Condition& condition : statement.conditions) {
    if (condition.key == "aws:principalservicename" || condition.key == "aws:principalservicenameslist")
      add(Kind::service, condition.values, account, out);
    else if (condition.key.starts_with("aws:source") &&
             presence(condition.key, {.kind = Kind::anonymous, .name = "*", .account = {}, .role = {}}) ==
                 Presence::never)
      add(Kind::service, {"*.amazonaws.com"}, account, out);
  }
}

}  // namespace

std::vector<Principal> named_in(const PolicySet& policies, const Account& account) {
  std::vector<Principal> out;
  for (const Policy* policy : policies.policies) {
    for (const Statement& statement : policy->statements) {
      if (!statement.principals) continue;
      if (statement.principals->everyone || statement.not_principal) {
        add({.kind = Kind::anonymous, .name = "*", .account = {}, .role = {}}, account, out);
        add_services(statement, account, out);
      }
      if (statement.not_principal) continue;
      for (const std::string& name : statement.principals->aws)
        if (auto principal = Principal::parse(name)) add(*std::move(principal), account, out);
      add(Kind::service, statement.principals->service, account, out);
      add(Kind::federated, statement.principals->federated, account, out);
      add(Kind::canonical, statement.principals->canonical, account, out);
    }
  }
  return out;
}

std::vector<Principal> anyone(const PolicySet& policies, const Account& account, Budget& budget) {
  std::vector<const Statement*> statements;
  bool is_open = false;
  for (const Policy* policy : policies.policies)
    for (const Statement& statement : policy->statements) {
      statements.push_back(&statement);
      is_open = is_open || (statement.effect == Effect::allow && statement.principals &&
                            (statement.principals->everyone || statement.not_principal));
    }
  std::vector<Principal> out;
  if (!is_open) return out;
  const std::vector<Principal> all = representative_principals(statements, budget);
  for (const Principal& one : all)
    if (one.kind == Kind::root) add(one, account, out);
  for (const Principal& one : all)
    if ((one.kind == Kind::user || one.kind == Kind::role) && !account.is_listed(one.account)) add(one, account, out);
  return out;
}

bool names(const PolicySet& policies, std::string_view account) {
  const auto has = [&](const std::string& text) { return text.find(account) != std::string::npos; };
  return std::ranges::any_of(policies.policies, [&](const Policy* policy) {
    return std::ranges::any_of(policy->statements, [&](const Statement& one) {
      return (one.principals && std::ranges::any_of(one.principals->aws, has)) ||
             std::ranges::any_of(one.conditions, [&](const Condition& condition) {
               return std::ranges::any_of(condition.values, has);
             });
    });
  });
}

}  // namespace redoubt::iam
