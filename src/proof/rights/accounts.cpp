#include "rights/accounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "iam/aws_managed.hpp"
#include "iam/contains.hpp"
#include "iam/glob.hpp"
#include "rights/arn_forms.hpp"
#include "rights/organisations.hpp"
#include "rights/resource_policies.hpp"

namespace redoubt::rights {
namespace {

using estate::Kind;
using estate::Resource;
using estate::Value;
using iam::contains;
using iam::Identity;
using iam::Policy;

std::vector<Value> items_of(const Value& value) {
  if (value.is(Kind::list)) return value.items;
  return value ? std::vector{value} : std::vector<Value>{};
}

class Reader {
 public:
  Reader(iam::Account& account, Documents& documents, const Scope& scope)
      : account_(account), documents_(documents), texts_(documents.texts()), case_(texts_.in()), scope_(scope) {}

  void read() {
    for (const std::string_view type : {"AWS::IAM::User", "AWS::IAM::Role"}) {
      for (const Resource* resource : case_.resources(type)) {
        const Text arn = texts_.arn(*resource);
        if (!scope_.identities.empty() && !contains(scope_.identities, arn.text)) continue;
        const auto principal = iam::Principal::parse(arn.text);
        if (!principal) continue;
        Identity& identity = account_.identity(*principal);
        read_identity(*resource, identity);
        read_boundary(*resource, identity);
        if (type == "AWS::IAM::Role")
          identity.trust = account_.keep(documents_.read(case_.get(*resource, "AssumeRolePolicyDocument"),
                                                         fmt::format("trust policy of {}", resource->id), true));
        found_.push_back({resource, &identity});
      }
    }
    for (const Resource* group : case_.resources("AWS::IAM::Group")) read_identity(*group, account_.group(group->id));
    // A snapshot that holds the account's authorization details shows everybody; a template, its own.
    const std::vector<estate::Listed>& listed = case_.estate().listed;
    if (case_.estate().stacks.empty() && contains(listed, "RoleDetailList", &estate::Listed::kind) &&
        contains(listed, "UserDetailList", &estate::Listed::kind))
      account_.set_complete();
    account_.leave_others_open();
    attach_all();
    join_groups();
    add_gaps();
  }

 private:
  struct Found {
    const Resource* resource;
    Identity* identity;
  };

  // What a resource itself says: policies in it and attached by ARN.
  void read_identity(const Resource& resource, Identity& identity) {
    const auto unknown = [&](const Value& value, std::string_view what) {
      add(identity, documents_.unknown(fmt::format("{} of {}", what, resource.id), value.text, false));
    };
    for (const Value& each : items_of(case_.get(resource, "Policies"))) {
      if (!each.is(Kind::object)) {
        unknown(each, "policies");
        continue;
      }
      const Text name = texts_.of(each["PolicyName"]);
      add(identity,
          documents_.read(each["PolicyDocument"], fmt::format("policy {} of {}", name.text, resource.id), false));
    }
    for (const Value& each : items_of(case_.get(resource, "ManagedPolicyArns"))) attach(resource, identity, each);
    if (resource.type == "AWS::IAM::Group") found_groups_.push_back(&resource);
  }

  void add(Identity& identity, Policy policy) {
    identity.policies.policies.push_back(account_.keep(std::move(policy)));
  }

  // The policy that an ARN names: one of the sources', or its name; neither where the ARN is open.
  struct Named {
    const Resource* declared = nullptr;
    std::optional<Policy> certain;  // one of AWS's own whose text is
    std::string arn;
    std::string open;
  };
  Named managed(const Value& value) {
    Named out;
    out.declared = case_.target(value);
    if (out.declared && out.declared->type != "AWS::IAM::ManagedPolicy") out.declared = nullptr;
    const Text arn = texts_.of(value);
    out.arn = arn.text;
    if (arn.is_certain()) out.certain = iam::aws_managed(arn.text);
    if (out.certain) out.declared = nullptr;
    if (out.declared || out.certain) return out;
    out.open = arn.open;
    for (const Resource* policy : case_.resources("AWS::IAM::ManagedPolicy"))
      if (arn.is_certain() && texts_.arn(*policy).text == arn.text) out.declared = policy;
    return out;
  }

  const Policy* document_of(const Resource& managed) {
    const Policy*& kept = managed_[&managed];
    if (!kept)
      kept = account_.keep(
          documents_.read(case_.get(managed, "PolicyDocument"), fmt::format("policy {}", managed.id), false));
    return kept;
  }

  void attach(const Resource& owner, Identity& identity, const Value& value) {
    Named named = managed(value);
    if (named.declared) {
      identity.policies.policies.push_back(document_of(*named.declared));
      identity.managed.push_back(named.arn);
    } else if (named.certain) {
      add(identity, *std::move(named.certain));
      identity.managed.push_back(named.arn);
    } else if (!named.open.empty()) {
      add(identity, documents_.unknown(fmt::format("a managed policy of {}", owner.id), named.open, false));
    } else {
      identity.unread.push_back(named.arn);
      identity.managed.push_back(named.arn);
    }
  }

  void read_boundary(const Resource& resource, Identity& identity) {
    const Value value = case_.get(resource, "PermissionsBoundary");
    if (!value || (value.is(Kind::text) && value.text.empty())) return;
    Named named = managed(value);
    iam::PolicySet boundary{fmt::format("the permissions boundary {}", named.arn), {}};
    if (named.declared) {
      boundary.policies.push_back(document_of(*named.declared));
    } else if (named.certain) {
      boundary.policies.push_back(account_.keep(*std::move(named.certain)));
    } else if (!named.open.empty()) {
      boundary.policies.push_back(account_.keep(
          documents_.unknown(fmt::format("the permissions boundary of {}", resource.id), named.open, false)));
    } else {
      identity.unread.push_back(named.arn);
    }
    identity.boundary = std::move(boundary);
  }

  // Policies that say themselves to whom they are attached.
  void attach_all() {
    struct Attachment {
      std::string_view type, to, of;
    };
    static constexpr std::array attachments{
        Attachment{"AWS::IAM::Policy", "Roles", "AWS::IAM::Role"},
        Attachment{"AWS::IAM::Policy", "Users", "AWS::IAM::User"},
        Attachment{"AWS::IAM::Policy", "Groups", "AWS::IAM::Group"},
        Attachment{"AWS::IAM::ManagedPolicy", "Roles", "AWS::IAM::Role"},
        Attachment{"AWS::IAM::ManagedPolicy", "Users", "AWS::IAM::User"},
        Attachment{"AWS::IAM::ManagedPolicy", "Groups", "AWS::IAM::Group"},
        Attachment{"AWS::IAM::RolePolicy", "RoleName", "AWS::IAM::Role"},
        Attachment{"AWS::IAM::UserPolicy", "UserName", "AWS::IAM::User"},
        Attachment{"AWS::IAM::GroupPolicy", "GroupName", "AWS::IAM::Group"},
    };
    for (const Attachment& attachment : attachments) {
      for (const Resource* policy : case_.resources(attachment.type)) {
        for (const Value& name : items_of(case_.get(*policy, attachment.to))) {
          for_each_named(name, attachment.of, [&](const Resource&, Identity& identity, const std::string& doubt) {
            const Policy* document = document_of(*policy);
            if (!doubt.empty()) document = account_.keep(perhaps(*document, doubt));
            identity.policies.policies.push_back(document);
            if (policy->type == "AWS::IAM::ManagedPolicy") identity.managed.push_back(texts_.arn(*policy).text);
          });
        }
      }
    }
  }

  // A policy of which it is not certain that it is attached: generously, what it grants; strictly, what it denies.
  Policy perhaps(Policy policy, const std::string& why) {
    const iam::Effect left_out = documents_.lean() == Lean::generous ? iam::Effect::deny : iam::Effect::allow;
    std::erase_if(policy.statements, [&](const iam::Statement& statement) { return statement.effect == left_out; });
    documents_.note(fmt::format("{} may be attached: {}", policy.name, why));
    return policy;
  }

  // Those of a type that a value names, by reference or by name; the doubt says why one only may be.
  template <class Use>
  void for_each_named(const Value& value, std::string_view type, Use&& use) {
    const Resource* const target = case_.target(value);
    const Text name = target ? Text{} : texts_.of(value, texts_.hints().names);
    const auto ask = [&](const Resource& resource, Identity& identity) {
      if (target ? target == &resource : texts_.name(resource).text == name.text)
        use(resource, identity, std::string());
      else if (!target && !name.is_certain())
        use(resource, identity, name.open);
    };
    if (type == "AWS::IAM::Group") {
      for (const Resource* group : found_groups_) ask(*group, account_.group(group->id));
      return;
    }
    for (const Found& found : found_)
      if (found.resource->type == type) ask(*found.resource, *found.identity);
  }

  void join_groups() {
    for (const Found& user : found_) {
      if (user.resource->type != "AWS::IAM::User") continue;
      for (const Value& name : items_of(case_.get(*user.resource, "Groups"))) join(user, name);
    }
    for (const Resource* addition : case_.resources("AWS::IAM::UserToGroupAddition")) {
      const Value group = case_.get(*addition, "GroupName");
      for (const Value& name : items_of(case_.get(*addition, "Users")))
        for_each_named(
            name, "AWS::IAM::User", [&](const Resource& resource, Identity& identity, const std::string& doubt) {
              if (doubt.empty())
                join({&resource, &identity}, group);
              else
                add(identity, documents_.unknown(fmt::format("the groups of {}", resource.id), doubt, false));
            });
    }
  }

  void join(const Found& user, const Value& group) {
    bool is_found = false;
    for_each_named(group, "AWS::IAM::Group", [&](const Resource& resource, Identity&, const std::string& doubt) {
      if (!doubt.empty()) return;
      account_.join(*user.identity, resource.id);
      is_found = true;
    });
    if (is_found) return;
    const Text name = texts_.of(group);
    add(*user.identity, documents_.unknown(fmt::format("the group {} of {}", name.text, user.resource->id),
                                           name.is_certain() ? "no source declares it" : name.open, false));
  }

  // What could not be read may attach any policy to anybody.
  void add_gaps() {
    for (const Value& gap : case_.estate().gaps)
      for (const Found& found : found_)
        add(*found.identity, documents_.unknown(fmt::format("policies of {}", found.resource->id), gap.text, false));
  }

  iam::Account& account_;
  Documents& documents_;
  Texts& texts_;
  estate::Case& case_;
  const Scope& scope_;
  std::vector<Found> found_;
  std::vector<const Resource*> found_groups_;
  std::map<const Resource*, const Policy*> managed_;
};

// Does `arn` name what `wanted` is, or what it lies in?
bool holds(std::string_view arn, std::string_view wanted) {
  return wanted == arn || (wanted.size() > arn.size() && wanted.starts_with(arn) &&
                           (wanted[arn.size()] == '/' || wanted[arn.size()] == ':'));
}

}  // namespace

void add_policies(iam::Account& account, Documents& documents, const Scope& scope) {
  Reader(account, documents, scope).read();
  if (!scope.resource.empty()) add_resource_policies(account, documents, scope.resource);
  add_organisations(account, documents);  // last: what they bear on was decided by what came before
}

Declared find(Texts& texts, const std::string& named, bool is_principal) {
  Declared out;
  out.arn.text = named;
  const bool is_arn = named.starts_with("arn:");
  const std::string_view id = std::string_view(named).substr(0, named.find_first_of("/:"));
  for (const Resource& resource : texts.in().estate().resources) {
    const bool is_identity = resource.type == "AWS::IAM::Role" || resource.type == "AWS::IAM::User";
    if (is_principal && !is_identity) continue;
    if (!arn_form(resource.type) && resource.arn.empty() && (is_arn || resource.id != id)) continue;
    if (!is_arn && resource.id != id) continue;
    Text arn = texts.arn(resource);
    if (is_arn && !holds(arn.text, named)) {
      // A session's ARN leaves out the path of its role.
      const auto principal = is_principal ? iam::Principal::parse(named) : std::nullopt;
      const auto role = iam::Principal::parse(arn.text);
      if (!principal || principal->kind != iam::Principal::Kind::session || !role ||
          role->account != principal->account ||
          arn.text.substr(arn.text.rfind('/')) != principal->role.substr(principal->role.rfind('/')))
        continue;
    }
    out.standing = texts.in().exists(resource) ? Standing::declared : Standing::left_out;
    if (!is_arn) {
      out.arn = arn;
      out.arn.text += named.substr(id.size());
      if (!arn.is_certain()) out.arn.widest += named.substr(id.size());
    }
    if (out.standing == Standing::declared) return out;
  }
  return out;
}

}  // namespace redoubt::rights
