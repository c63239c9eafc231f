#include "iam/escalation_growth.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "iam/contains.hpp"
#include "iam/escalation_requests.hpp"

namespace redoubt::iam {
namespace {

struct Deed {
  std::string_view action;
  std::vector<std::string> on;
};
struct Way {
  std::string_view how;
  std::vector<Deed> deeds;
};

std::vector<Way> ways_for_role(const std::string& arn) {
  return {{"attach AdministratorAccess to a role", {{"iam:AttachRolePolicy", {arn}}}},
          {"write a policy that allows everything into a role", {{"iam:PutRolePolicy", {arn}}}}};
}

std::vector<Way> ways_for_user(const Account& account, const Identity& user) {
  const std::string& arn = user.principal.name;
  std::vector<Way> out{{"attach AdministratorAccess to a user", {{"iam:AttachUserPolicy", {arn}}}},
                       {"write a policy that allows everything into a user", {{"iam:PutUserPolicy", {arn}}}}};
  for (const auto& [name, group] : account.groups()) {
    std::vector<std::string> arns = arns_of_group(user.principal, name);
    if (contains(user.groups, name)) {
      out.push_back({"attach AdministratorAccess to a user's group", {{"iam:AttachGroupPolicy", arns}}});
      out.push_back({"write a policy that allows everything into a user's group", {{"iam:PutGroupPolicy", arns}}});
    } else if (allows_everything(group.policies)) {
      out.push_back({"let a user join a group of administrators", {{"iam:AddUserToGroup", arns}}});
    } else {
      out.push_back({"attach AdministratorAccess to a group, and let a user join it",
                     {{"iam:AttachGroupPolicy", arns}, {"iam:AddUserToGroup", arns}}});
      out.push_back({"write a policy that allows everything into a group, and let a user join it",
                     {{"iam:PutGroupPolicy", arns}, {"iam:AddUserToGroup", arns}}});
    }
  }
  return out;
}

std::vector<Way> ways_to_give(const Account& account, const Candidate& candidate) {
  const Identity& identity = *candidate.identity;
  const bool is_user = identity.principal.kind == Principal::Kind::user;
  std::vector<Way> out = is_user ? ways_for_user(account, identity) : ways_for_role(identity.principal.name);
  for (const std::string& policy : identity.managed) {
    if (!is_customer_managed(policy)) continue;
    out.push_back({is_user ? "give a user's policy a version that allows everything"
                           : "give a role's policy a version that allows everything",
                   {{"iam:CreatePolicyVersion", {policy}}}});
    const auto* others = account.other_versions(policy);
    if (others && std::ranges::any_of(*others, [](const Policy* one) { return one && allows_everything(*one); }))
      out.push_back(
          {"bring back a version of its policy that allows everything", {{"iam:SetDefaultPolicyVersion", {policy}}}});
  }
  return out;
}

std::vector<Way> ways_to_free(const Identity& identity) {
  const std::vector<std::string> on{identity.principal.name};
  const bool is_user = identity.principal.kind == Principal::Kind::user;
  return {{"remove its permissions boundary",
           {{is_user ? "iam:DeleteUserPermissionsBoundary" : "iam:DeleteRolePermissionsBoundary", on}}},
          {"put AdministratorAccess in the place of its permissions boundary",
           {{is_user ? "iam:PutUserPermissionsBoundary" : "iam:PutRolePermissionsBoundary", on}}}};
}

Outcome take_way(Steps& steps, const Node& node, const Way& way, std::vector<OpenStep>& taken) {
  bool undecided = false;
  for (const Deed& deed : way.deeds) {
    if (!Steps::may_take(node, deed.action)) return Outcome::closed;
    const Outcome outcome = steps.take(node, deed.action, {deed.on}, taken);
    if (outcome == Outcome::closed) return outcome;
    undecided = undecided || outcome == Outcome::undecided;
  }
  return undecided ? Outcome::undecided : Outcome::open;
}

// Takes the first way that is open; the node has done so afterwards.
bool take_one(Steps& steps, Grown& grown, const std::vector<Way>& ways) {
  Node& node = grown.node;
  for (const Way& way : ways) {
    std::vector<OpenStep> taken;
    const Outcome outcome = take_way(steps, node, way, taken);
    grown.is_undecided = grown.is_undecided || outcome == Outcome::undecided;
    if (outcome != Outcome::open) continue;
    node.how += told(way.how, taken) + ", and then: ";
    std::ranges::move(taken, std::back_inserter(node.steps));
    return true;
  }
  return false;
}

}  // namespace

Grown grow(Steps& steps, const Account& account, const Node& node, const Candidate& candidate, bool gives) {
  Grown out{node, candidate};
  if (candidate.is_administrator || !candidate.identity) return out;
  const Identity& identity = *candidate.identity;
  if (!candidate.gains_all && !allows_everything(identity.policies)) {
    if (!gives || !take_one(steps, out, ways_to_give(account, candidate))) return out;
    out.candidate.gains_all = true;
  }
  out.candidate.is_administrator = !is_capped(identity) || take_one(steps, out, ways_to_free(identity));
  return out;
}

}  // namespace redoubt::iam
