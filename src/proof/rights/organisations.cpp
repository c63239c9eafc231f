#include "rights/organisations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "iam/aws_managed.hpp"
#include "iam/contains.hpp"
#include "iam/request.hpp"

namespace redoubt::rights {
namespace {

using estate::Kind;
using estate::Resource;
using estate::Value;
using iam::contains;

bool is_account(std::string_view id) {
  return id.size() == 12 && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<Value> items_of(const Value& value) {
  if (value.is(Kind::list)) return value.items;
  return value ? std::vector{value} : std::vector<Value>{};
}

bool allows_something(const iam::PolicySet& set) {
  return std::ranges::any_of(set.policies, [](const iam::Policy* policy) {
    return std::ranges::any_of(policy->statements,
                               [](const iam::Statement& one) { return one.effect == iam::Effect::allow; });
  });
}

class Reader {
 public:
  Reader(iam::Account& account, Documents& documents)
      : account_(account), documents_(documents), texts_(documents.texts()), case_(texts_.in()) {}

  void read() {
    const std::vector<const Resource*> policies = case_.resources("AWS::Organizations::Policy");
    if (policies.empty()) return;
    read_tree();
    for (const Resource* policy : policies) {
      const Text type = texts_.of(case_.get(*policy, "Type"));
      if (type.text == service_control || !type.is_certain()) attach_all(*policy, false);
      if (type.text == resource_control || !type.is_certain()) attach_all(*policy, true);
    }
    for (auto& [where, set] : levels_) add_level(where.first, where.second, std::move(set));
  }

 private:
  static constexpr std::string_view service_control = "SERVICE_CONTROL_POLICY",
                                    resource_control = "RESOURCE_CONTROL_POLICY";

  // Who is below whom, what is attached where, and which account manages the organisation, as the answers of a snapshot
  // tell it: what AWS makes of a template has an id that no template tells.
  void read_tree() {
    for (const std::string_view type :
         {"AWS::Organizations::Account", "AWS::Organizations::OrganizationalUnit", "AWS::Organizations::Root",
          "AWS::Organizations::Policy", "AWS::Organizations::Organization"})
      for (const Resource* each : case_.resources(type)) {
        if (each->stack != estate::no_index) continue;
        note_manager(*each);
        for (const std::string& parent : names_in(*each, "ParentIds")) parents_[each->id] = parent;
        for (const std::string_view below : {"Children", "Accounts", "OrganizationalUnits"})
          for (const std::string& child : names_in(*each, below)) parents_[child] = each->id;
        for (const std::string_view kind : {service_control, resource_control})
          for (const std::string& policy : names_in(*each, kind)) {
            attached_[policy].push_back(each->id);
            told_.insert({kind == resource_control, each->id});
          }
      }
  }

  std::vector<std::string> names_in(const Resource& resource, std::string_view property) {
    std::vector<std::string> out;
    for (const Value& each : items_of(case_.get(resource, property)))
      if (const Text id = texts_.of(each); id.is_certain()) out.push_back(id.text);
    return out;
  }

  void attach_all(const Resource& policy, bool of_resources) {
    const Value targets = case_.get(policy, "TargetIds");
    if (!targets.is(Kind::unknown)) {
      for (const Value& target : items_of(targets)) attach(policy, of_resources, target);
      return;
    }
    if (const auto found = attached_.find(policy.id); found != attached_.end())
      for (const std::string& target : found->second) attach(policy, of_resources, estate::text(target));
    // Accounts of which it is known what is attached to them and to all above them.
    std::vector<std::string> known = managers_;
    for (const auto& [below, parent] : parents_) {
      const std::vector<std::string> chain = chain_of(below);
      if (is_account(below) && chain.back().starts_with("r-") &&
          std::ranges::all_of(chain, [&](const std::string& at) { return told_.contains({of_resources, at}); }))
        known.push_back(below);
    }
    add_perhaps(policy, of_resources, targets.text, {}, std::move(known));
  }

  // "arn:aws:organizations::MANAGER:account/o-1/ACCOUNT"
  void note_manager(const Resource& resource) {
    if (const std::string_view id = iam::arn_field(resource.arn, 4); is_account(id) && !contains(managers_, id))
      managers_.emplace_back(id);
  }

  // An account that the estate knows, and what is above it, up to the root; what is not known ends it earlier.
  [[nodiscard]] std::vector<std::string> chain_of(const std::string& account) const {
    std::vector<std::string> out{account};
    for (auto at = parents_.find(account); at != parents_.end() && out.size() <= parents_.size();
         at = parents_.find(at->second))
      out.push_back(at->second);
    return out;
  }

  void attach(const Resource& policy, bool of_resources, const Value& target) {
    const Text id = texts_.of(target, texts_.hints().accounts);
    if (!id.is_certain()) return add_perhaps(policy, of_resources, id.open);
    if (is_account(id.text)) {
      if (contains(managers_, id.text)) return;
      if (is_own_account(policy, id.text))
        return add_perhaps(policy, of_resources, fmt::format("{} may be the management account", id.text), id.text);
      put(policy, {of_resources, {id.text, id.text}});
      return;
    }
    if (!id.text.starts_with("r-") && !id.text.starts_with("ou-")) return;  // no target: Organizations refuses it
    std::vector<std::string> known = managers_;
    for (const auto& [below, parent] : parents_) {
      if (!is_account(below) || contains(managers_, below)) continue;
      const std::vector<std::string> chain = chain_of(below);
      const bool is_below = contains(chain, id.text);
      if (is_below) put(policy, {of_resources, {below, id.text}});
      if (is_below || chain.back().starts_with("r-")) known.push_back(below);
    }
    add_perhaps(policy, of_resources, fmt::format("no source tells which accounts are below {}", id.text), {},
                std::move(known));
  }

  using Where = std::pair<std::string, std::string>;  // the account, and what of the organisation has the policies

  void put(const Resource& policy, const std::pair<bool, Where>& level) {
    std::vector<const iam::Policy*>& there = levels_[level].policies;
    if (const iam::Policy* document = read(policy); !contains(there, document)) there.push_back(document);
  }

  // Whether the case has it that the stack is made in this account. It then declares its own ceiling, as the management
  // account does, or an administrator to whom that is delegated.
  [[nodiscard]] bool is_own_account(const Resource& policy, std::string_view account) const {
    return std::ranges::any_of(case_.decided(), [&](const estate::Choice& choice) {
      const estate::Parameter& parameter = case_.estate().parameters[choice.parameter];
      return parameter.stack == policy.stack && parameter.name == "AWS::AccountId" && choice.value == account;
    });
  }

  const iam::Policy* read(const Resource& policy) {
    const iam::Policy*& kept = read_[&policy];
    if (kept) return kept;
    const std::string name = fmt::format("policy {} of the organisation", policy.id);
    const bool is_of_resources = texts_.of(case_.get(policy, "Type")).text == resource_control;
    auto certain = policy.stack == estate::no_index ? iam::aws_managed(policy.id) : std::nullopt;
    kept = account_.keep(certain ? *std::move(certain)
                                 : documents_.read(case_.get(policy, "Content"), name, is_of_resources));
    return kept;
  }

  // It may bear on the account (empty: on any but the known): strictly it does.
  void add_perhaps(const Resource& policy, bool of_resources, const std::string& why, const std::string& account = {},
                   std::vector<std::string> known = {}) {
    documents_.note(fmt::format("policy {} of the organisation may bear on the account: {}", policy.id, why));
    const iam::Policy* document = read(policy);
    if (documents_.lean() == Lean::generous) return;
    add_level(of_resources, {account, policy.id}, {{}, {document}}, std::move(known));
  }

  void add_level(bool of_resources, const Where& where, iam::PolicySet set, std::vector<std::string> except = {}) {
    set.name = fmt::format("the {} at {}", of_resources ? "RCPs" : "SCPs", where.second);
    if (!of_resources && (documents_.lean() == Lean::generous || !allows_something(set))) {
      auto all = *iam::aws_managed("p-FullAWSAccess");
      all.statements.front().origin.clear();  // nothing to tell: it is everywhere
      set.policies.push_back(account_.keep(std::move(all)));
    } else if (!of_resources) {
      documents_.note(fmt::format("{} may have FullAWSAccess among them", set.name));
    }
    account_.add_level({of_resources, where.first, std::move(except), std::move(set)});
  }

  iam::Account& account_;
  Documents& documents_;
  Texts& texts_;
  estate::Case& case_;
  std::map<std::string, std::string, std::less<>> parents_;  // of accounts and organisational units, by id
  std::map<std::string, std::vector<std::string>, std::less<>> attached_;  // policies to targets, as targets tell it
  std::set<std::pair<bool, std::string>> told_;                            // the targets that tell it
  std::vector<std::string> managers_;
  std::map<const Resource*, const iam::Policy*> read_;
  std::map<std::pair<bool, Where>, iam::PolicySet> levels_;
};

}  // namespace

void add_organisations(iam::Account& account, Documents& documents) {
  Reader(account, documents).read();
}

}  // namespace redoubt::rights
