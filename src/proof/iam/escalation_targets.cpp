#include "iam/escalation_targets.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "iam/contains.hpp"
#include "iam/glob.hpp"

namespace redoubt::iam {
namespace {

using Kind = Principal::Kind;

Kind kind_of(Target target) {
  return target == Target::user || target == Target::user_with_all ? Kind::user : Kind::role;
}

std::vector<std::string> customer_managed(const Identity& identity) {
  std::vector<std::string> out;
  std::ranges::copy_if(identity.managed, std::back_inserter(out), is_customer_managed);
  return out;
}

// Its own policies are changed.
Candidate changed(const Identity& self, std::vector<std::string> targets, std::string through = {}) {
  Candidate out;
  out.through = std::move(through);
  out.policies = targets;
  out.targets = std::move(targets);
  out.gains_all = true;
  out.is_administrator = !is_capped(self);
  return out;
}

// One becomes somebody else.
Candidate other(const Identity& identity, bool gains_all) {
  Candidate out;
  out.identity = &identity;
  out.through = identity.principal.name;
  out.targets = {identity.principal.name};
  out.policies = customer_managed(identity);
  out.gains_all = gains_all;
  out.is_administrator = (gains_all || allows_everything(identity.policies)) && !is_capped(identity);
  return out;
}

// Those whose users the role lets in, of that kind ("saml-provider").
std::vector<std::string> providers(const Identity& role, std::string_view kind) {
  std::vector<std::string> out;
  if (!role.trust) return out;
  for (const Statement& statement : role.trust->statements) {
    if (statement.effect != Effect::allow || !statement.principals || statement.not_principal) continue;
    for (const std::string& provider : statement.principals->federated)
      if (arn_field(provider, 5).starts_with(kind) && !contains(out, provider)) out.push_back(provider);
  }
  return out;
}

// Whether the data show customer managed policies, by whom they are attached to.
bool lists_policies(const Account& account) {
  const auto has = [](const auto& one) { return std::ranges::any_of(one.second.managed, is_customer_managed); };
  return std::ranges::any_of(account.identities(), has) || std::ranges::any_of(account.groups(), has);
}

}  // namespace

bool allows_everything(const Policy& policy) {
  return std::ranges::any_of(policy.statements, [](const Statement& statement) {
    return statement.effect == Effect::allow && !statement.not_action && !statement.not_resource &&
           contains(statement.actions, "*") && contains(statement.resources, "*") && statement.conditions.empty();
  });
}

bool allows_everything(const PolicySet& set) {
  return std::ranges::any_of(set.policies, [](const Policy* policy) { return allows_everything(*policy); });
}

bool is_capped(const Identity& identity) {
  if (!identity.boundary) return false;
  return !allows_everything(*identity.boundary) ||
         std::ranges::any_of(identity.boundary->policies, [](const Policy* policy) {
           return contains(policy->statements, Effect::deny, &Statement::effect);
         });
}

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

bool may_be_assumed(const Identity& role) {
  return !role.trust || std::ranges::any_of(role.trust->statements, [](const Statement& statement) {
    return statement.effect == Effect::allow &&
           (!statement.principals || statement.not_principal || statement.principals->everyone ||
            !statement.principals->aws.empty() || !statement.principals->federated.empty() ||
            !statement.principals->canonical.empty());
  });
}

bool trusts(const Identity& role, std::string_view service) {
  const std::string_view whole = service.substr(service.find('.') + 1);
  const bool is_part = std::ranges::count(whole, '.') > 1;
  return role.trust && std::ranges::any_of(role.trust->statements, [&](const Statement& statement) {
           return statement.effect == Effect::allow && statement.principals && !statement.not_principal &&
                  (statement.principals->everyone || contains(statement.principals->service, service) ||
                   (is_part && contains(statement.principals->service, whole)));
         });
}

bool is_customer_managed(const std::string& policy) {
  return arn_field(policy, 4) != "aws";
}

bool is_service_linked(const Principal& role) {
  return arn_field(role.name, 5).starts_with("role/aws-service-role/");
}

bool is_own(Target target) {
  return target == Target::oneself || target == Target::own_policy || target == Target::own_version ||
         target == Target::own_group || target == Target::group || target == Target::group_with_all ||
         target == Target::new_group;
}

std::vector<std::string> arns_of_group(const Principal& principal, const std::string& name) {
  const std::string before =
      "arn:" + std::string(arn_field(principal.name, 1)) + ":iam::" + principal.account + ":group/";
  return {before + name, before + "*/" + name};
}

bool is_closed(const Account& account, const Identity* self, Target target) {
  if (!account.is_complete() || !self) return false;
  const auto lists = [&](Kind kind) {
    return std::ranges::any_of(account.identities(), [&](const auto& one) {
      return one.first != self->principal.name && one.second.principal.kind == kind;
    });
  };
  switch (target) {
    case Target::oneself:
    case Target::own_boundary:
      return true;
    case Target::own_policy:
    case Target::own_version:
      return lists_policies(account);
    case Target::own_group:
    case Target::group:
    case Target::group_with_all:
      return !account.groups().empty();
    case Target::new_user:
    case Target::new_group:
    case Target::new_role:
    case Target::elsewhere:
      return false;
    case Target::user:
    case Target::user_with_all:
      return lists(Kind::user);
    default:
      return lists(Kind::role);
  }
}

std::vector<Candidate> candidates(const Account& account, const EscalationPath& path, const Principal& principal,
                                  const Identity* self) {
  std::vector<Candidate> out;
  switch (path.target) {
    case Target::oneself:
      if (self) out.push_back(changed(*self, {self->principal.name}));
      return out;
    case Target::own_boundary: {
      if (!self || !self->boundary) return out;
      Candidate unbound;
      unbound.targets = {self->principal.name};
      unbound.is_administrator = allows_everything(self->policies);
      return {unbound};
    }
    case Target::own_policy:
      if (self)
        if (auto attached = customer_managed(*self); !attached.empty())
          out.push_back(changed(*self, std::move(attached)));
      return out;
    case Target::own_version:
      if (!self) return out;
      for (const std::string& policy : customer_managed(*self)) {
        const auto* versions = account.other_versions(policy);
        if (versions &&
            std::ranges::any_of(*versions, [](const Policy* one) { return one && allows_everything(*one); }))
          out.push_back(changed(*self, {policy}, policy));
      }
      return out;
    case Target::own_group:
      if (!self) return out;
      for (const std::string& group : self->groups)
        out.push_back(changed(*self, arns_of_group(principal, group), "group " + group));
      return out;
    case Target::group:
      for (const auto& [name, group] : account.groups())
        if (self && allows_everything(group.policies))
          out.push_back(changed(*self, arns_of_group(principal, name), "group " + name));
      return out;
    case Target::group_with_all:
      for (const auto& [name, group] : account.groups())
        if (self) out.push_back(changed(*self, arns_of_group(principal, name), "group " + name));
      return out;
    case Target::new_user:
    case Target::new_group:
    case Target::new_role:
    case Target::elsewhere:
      return out;
    default:
      break;
  }
  const bool gains_all = path.target == Target::user_with_all || path.target == Target::role_with_all ||
                         path.target == Target::role_that_trusts || path.target == Target::role_by_policy;
  std::vector<Candidate> others;
  const bool of_service = path.target == Target::passed_role || path.target == Target::held_role;
  for (const auto& [arn, identity] : account.identities()) {
    if ((self && arn == self->principal.name) || identity.principal.kind != kind_of(path.target) ||
        identity.principal.account != principal.account || is_service_linked(identity.principal))
      continue;
    if (of_service && !path.service.empty() && !trusts(identity, path.service) &&
        (path.or_service.empty() || !trusts(identity, path.or_service)))
      continue;
    Candidate one = other(identity, gains_all);
    if (path.target == Target::federated_role) {
      one.targets = providers(identity, path.service);
      if (one.targets.empty()) continue;
    }
    if (path.target == Target::role_by_policy && one.policies.empty()) {
      if (!account.is_complete() || lists_policies(account)) continue;
      one.policies = {"arn:" + std::string(arn_field(arn, 1)) + ":iam::" + principal.account + ":policy/?*"};
      one.assumes = "a customer managed policy of the role";
    }
    (one.is_administrator ? out : others).push_back(std::move(one));
  }
  std::ranges::move(others, std::back_inserter(out));
  return out;
}

}  // namespace redoubt::iam
