#include "iam/account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "iam/aws_managed.hpp"
#include "iam/contains.hpp"
#include "iam/glob.hpp"
#include "iam/placement.hpp"
#include "iam/rcp_coverage.hpp"
#include "redoubt/json.hpp"

namespace redoubt::iam {
namespace {

using json::Value;

std::string member(const Value& object, std::string_view name) {
  const auto found = object.find(name);
  return found && found->is_string() ? std::string(found->string()) : std::string();
}

// The elements of a list that may be absent.
std::vector<Value> list(const Value& object, std::string_view name) {
  std::vector<Value> out;
  if (const auto found = object.find(name); found && found->is_array())
    for (const Value& element : found->elements()) out.push_back(element);
  return out;
}

}  // namespace

// One file being read. Errors are thrown within this file only.
class Account::Reading {
 public:
  Reading(Account& account, std::string text) : account_(account), lines_(text), document_(parsed(std::move(text))) {}

  // Runs one reader over the document and turns what it throws into its result.
  template <class Reader>
  static Result run(Account& account, std::string text, Reader&& reader) {
    try {
      Reading reading(account, std::move(text));
      reader(reading, reading.document_.root());
      return {};
    } catch (const std::string& error) {
      return std::unexpected(error);
    }
  }

  const Policy* policy(const Value& value, std::string name, Place place) {
    auto read = read_policy(value, lines_, name);
    if (!read) throw fmt::format("{}: {}", name, read.error().text());
    if (const std::string wrong = misplaced(*read, place); !wrong.empty()) throw std::string(wrong);
    return account_.keep(std::move(*read));
  }

  void details(const Value& root) {
    if (!root.find("UserDetailList") && !root.find("RoleDetailList") && !root.find("Policies"))
      throw std::string("it has none of UserDetailList, RoleDetailList and Policies");
    if (root.find("UserDetailList") && root.find("RoleDetailList")) account_.set_complete();
    std::map<std::string, const Policy*> managed;
    for (const Value& value : list(root, "Policies")) {
      const std::string arn = member(value, "Arn");
      for (const Value& version : list(value, "PolicyVersionList")) {
        const auto is_default = version.find("IsDefaultVersion");
        const auto document = version.find("Document");
        if (!is_default || !is_default->is_boolean() || !document) continue;
        if (is_default->boolean()) {
          managed[arn] = policy(*document, fmt::format("policy {}", arn), Place::identity);
          continue;
        }
        // Not in force: where it cannot be read, it only is not known what it says.
        auto other = read_policy(*document, lines_, fmt::format("policy {}, {}", arn, member(version, "VersionId")));
        account_.other_versions_[arn].push_back(other ? account_.keep(std::move(*other)) : nullptr);
      }
    }
    std::map<std::string, Identity>& groups = account_.groups_;
    for (const Value& group : list(root, "GroupDetailList")) {
      Identity& identity = groups[member(group, "GroupName")];
      attach(identity, group, "GroupPolicyList", fmt::format("group {}", member(group, "GroupName")), managed);
    }
    for (const Value& user : list(root, "UserDetailList")) {
      Identity& identity = add_identity(user, "UserPolicyList", managed);
      for (const Value& group : list(user, "GroupList")) {
        if (group.is_string()) account_.join(identity, std::string(group.string()));
      }
    }
    for (const Value& role : list(root, "RoleDetailList")) {
      Identity& identity = add_identity(role, "RolePolicyList", managed);
      if (const auto trust = role.find("AssumeRolePolicyDocument"))
        identity.trust = policy(*trust, fmt::format("trust policy of {}", identity.principal.name), Place::trust);
    }
  }

  void organisation(const Value& root, std::vector<Organisation>& trees, PolicySet& everywhere, std::string_view name) {
    if (root.is_array()) {
      for (const Value& element : root.elements()) organisation(element, trees, everywhere, name);
    } else if (root.find("Statement")) {
      everywhere.policies.push_back(policy(root, std::string(name), place_of(name)));
    } else if (root.find("Policies") || root.find("Children")) {
      trees.push_back({std::string(arn_field(member(root, "Arn"), 4)), node(root, name)});
    } else {
      throw std::string("it is neither a policy nor an organisation tree");
    }
  }

  void resource_policies(const Value& root) {
    if (root.is_array()) {
      for (const Value& element : root.elements()) resource_policies(element);
      return;
    }
    const std::string resource = member(root, "Resource");
    const auto document = root.find("Policy");
    if (resource.empty() || !document) throw std::string("an entry is {\"Resource\", \"Policy\", \"Account\"}");
    account_.resource_policies_.push_back(
        {resource,
         policy(*document, fmt::format("resource policy of {}", resource), Place::resource),
         member(root, "Account"),
         {}});
  }

 private:
  static Place place_of(std::string_view name) { return name == "SCP" ? Place::identity : Place::other; }

  static json::Document parsed(std::string text) {
    auto document = json::parse(std::move(text), json::deepest);
    if (!document)
      throw fmt::format("line {}, column {}: {}", document.error().line, document.error().column,
                        document.error().reason);
    return std::move(*document);
  }

  // Of the data, or one of AWS's whose text is certain.
  const Policy* managed_policy(const std::string& arn, const std::map<std::string, const Policy*>& managed) {
    if (const auto found = managed.find(arn); found != managed.end()) return found->second;
    auto certain = aws_managed(arn);
    return certain ? account_.keep(*std::move(certain)) : nullptr;
  }

  void attach(Identity& identity, const Value& value, std::string_view inline_list, const std::string& owner,
              const std::map<std::string, const Policy*>& managed) {
    for (const Value& one : list(value, inline_list))
      if (const auto document = one.find("PolicyDocument"))
        identity.policies.policies.push_back(
            policy(*document, fmt::format("policy {} of {}", member(one, "PolicyName"), owner), Place::identity));
    for (const Value& one : list(value, "AttachedManagedPolicies")) {
      const std::string arn = member(one, "PolicyArn");
      identity.managed.push_back(arn);
      if (const Policy* known = managed_policy(arn, managed))
        identity.policies.policies.push_back(known);
      else
        identity.unread.push_back(arn);
    }
  }

  Identity& add_identity(const Value& value, std::string_view inline_list,
                         const std::map<std::string, const Policy*>& managed) {
    const std::string arn = member(value, "Arn");
    const auto principal = Principal::parse(arn);
    if (!principal) throw fmt::format("\"{}\" is no ARN of a user or role", arn);
    Identity& identity = account_.identity(*principal);
    identity.id = member(value, principal->kind == Principal::Kind::user ? "UserId" : "RoleId");
    if (value.find("Tags")) {
      identity.tags.emplace();
      for (const Value& tag : list(value, "Tags"))
        (*identity.tags)["aws:principaltag/" + lower(member(tag, "Key"))] = {member(tag, "Value")};
    }
    attach(identity, value, inline_list, arn, managed);
    if (const auto boundary = value.find("PermissionsBoundary"); boundary && boundary->is_object()) {
      const std::string boundary_arn = member(*boundary, "PermissionsBoundaryArn");
      identity.boundary = PolicySet{fmt::format("the permissions boundary {}", boundary_arn), {}};
      if (const Policy* known = managed_policy(boundary_arn, managed))
        identity.boundary->policies.push_back(known);
      else
        identity.unread.push_back(boundary_arn);
    }
    return identity;
  }

  Node node(const Value& value, std::string_view name) {
    Node out;
    out.id = member(value, "Id");
    out.policies.name = fmt::format("{} at {}", name, member(value, "Name").empty() ? out.id : member(value, "Name"));
    for (const Value& one : list(value, "Policies")) {
      const auto content = one.find("Content");
      if (!content) {
        auto certain = aws_managed(member(one, "Id"));
        if (!certain) throw fmt::format("policy {} of {} has no Content", member(one, "Name"), out.id);
        out.policies.policies.push_back(account_.keep(*std::move(certain)));
        continue;
      }
      out.policies.policies.push_back(
          policy(*content, fmt::format("{} {} at {}", name, member(one, "Name"), out.id), place_of(name)));
    }
    for (const Value& child : list(value, "Children")) out.children.push_back(node(child, name));
    return out;
  }

  Account& account_;
  Lines lines_;
  json::Document document_;
};

Account::Result Account::add_account(std::string text) {
  return Reading::run(*this, std::move(text), [](Reading& reading, const Value& root) { reading.details(root); });
}
Account::Result Account::add_scp(std::string text) {
  return Reading::run(*this, std::move(text), [&](Reading& reading, const Value& root) {
    reading.organisation(root, scps_, scp_everywhere_, "SCP");
  });
}
Account::Result Account::add_rcp(std::string text) {
  return Reading::run(*this, std::move(text), [&](Reading& reading, const Value& root) {
    reading.organisation(root, rcps_, rcp_everywhere_, "RCP");
  });
}
Account::Result Account::add_resource_policy(std::string text) {
  return Reading::run(*this, std::move(text),
                      [](Reading& reading, const Value& root) { reading.resource_policies(root); });
}
Account::Result Account::add_session_policy(std::string text) {
  return Reading::run(*this, std::move(text), [&](Reading& reading, const Value& root) {
    session_.policies.push_back(reading.policy(root, "session policy", Place::identity));
  });
}
Account::Result Account::add_endpoint_policy(std::string text) {
  return Reading::run(*this, std::move(text), [&](Reading& reading, const Value& root) {
    endpoint_.policies.push_back(reading.policy(root, "endpoint policy", Place::other));
  });
}

const Policy* Account::keep(Policy policy) {
  return policies_.emplace_back(std::make_shared<const Policy>(std::move(policy))).get();
}

Identity& Account::identity(const Principal& principal) {
  Identity& out = identities_[principal.name];
  out.principal = principal;
  out.policies.name = fmt::format("the policies of {}", principal.name);
  return out;
}

void Account::join(Identity& user, const std::string& group) {
  const Identity& of_group = groups_[group];
  const auto append = [](auto& to, const auto& from) {
    for (const auto& one : from)
      if (!contains(to, one)) to.push_back(one);
  };
  append(user.policies.policies, of_group.policies.policies);
  append(user.unread, of_group.unread);
  append(user.managed, of_group.managed);
  if (!contains(user.groups, group)) user.groups.push_back(group);
}

void Account::add_resource_policy(std::string resource, const Policy* policy, std::string account,
                                  std::string confined) {
  resource_policies_.push_back({std::move(resource), policy, std::move(account), std::move(confined)});
}

const Identity* Account::find(const Principal& principal) const {
  if (const auto found = identities_.find(principal.name); found != identities_.end()) return &found->second;
  if (principal.kind != Principal::Kind::session) return nullptr;
  const std::string_view role = std::string_view(principal.role).substr(principal.role.rfind('/') + 1);
  for (const auto& [arn, identity] : identities_)
    if (identity.principal.kind == Principal::Kind::role && identity.principal.account == principal.account &&
        std::string_view(arn).substr(arn.rfind('/') + 1) == role)
      return &identity;
  return nullptr;
}

bool Account::levels(const Node& node, std::string_view account, std::vector<PolicySet>& out) {
  out.push_back(node.policies);
  if (node.id == account) return true;
  for (const Node& child : node.children)
    if (levels(child, account, out)) return true;
  out.pop_back();
  return false;
}

// The sets of an organisation that bear on an account; none on its management account ("SCP evaluation").
void Account::add_levels(bool of_resources, std::string_view account, std::vector<PolicySet>& out) const {
  if (account.empty()) return;
  const PolicySet& everywhere = of_resources ? rcp_everywhere_ : scp_everywhere_;
  if (!everywhere.policies.empty()) out.push_back(everywhere);
  for (const Organisation& organisation : of_resources ? rcps_ : scps_)
    if (organisation.management_account != account) (void)levels(organisation.root, account, out);
  for (const Level& level : levels_)
    if (level.of_resources == of_resources && (level.account.empty() || level.account == account) &&
        !contains(level.except, account))
      out.push_back(level.policies);
}

std::string Account::owner_of(std::string_view resource) const {
  for (const ResourcePolicy& of_resource : resource_policies_) {
    const std::string_view named = of_resource.resource;
    const bool inside = resource.starts_with(named) && (resource.size() == named.size() ||
                                                        resource[named.size()] == '/' || resource[named.size()] == ':');
    if (inside && !of_resource.account.empty()) return of_resource.account;
  }
  return std::string(arn_field(resource, 4));
}

Principal Account::known(Principal principal) const {
  const Identity* const identity = find(principal);
  if (principal.kind == Principal::Kind::session) {
    principal.role_is_open = identity == nullptr;
    if (identity) principal.role = identity->principal.name;
    if (identity && !identity->id.empty())
      principal.user_id = fmt::format("{}:{}", identity->id, principal.name.substr(principal.name.rfind('/') + 1));
  } else if (principal.kind == Principal::Kind::user && identity) {
    principal.user_id = identity->id;
    principal.tags = identity->tags;
  }
  return principal;
}

Scenario Account::scenario(const Principal& principal, std::string_view action, std::string_view resource) const {
  Scenario out;
  std::string resource_account(arn_field(resource, 4));
  out.resource.name = "the resource policy";
  for (const ResourcePolicy& of_resource : resource_policies_) {
    const auto pattern = Glob::read(Glob::Dialect::resource, of_resource.resource, nullptr);
    // A bucket's policy speaks of its objects, a function's of its versions.
    const bool inside = resource.starts_with(of_resource.resource) && resource.size() > of_resource.resource.size() &&
                        (resource[of_resource.resource.size()] == '/' || resource[of_resource.resource.size()] == ':');
    if (!inside && !(pattern && pattern->matches(resource))) continue;
    if (!of_resource.account.empty()) resource_account = of_resource.account;
    out.resource_is_known = true;
    if (!of_resource.policy) continue;
    out.resource.policies.push_back(of_resource.policy);
    if (out.confined.empty()) out.confined = of_resource.confined;
    out.resource_must_allow = out.resource_must_allow || arn_field(resource, 2) == "kms";
  }
  if (lower(action).starts_with("sts:"))
    if (const auto role = identities_.find(std::string(resource)); role != identities_.end() && role->second.trust) {
      out.resource.policies.push_back(role->second.trust);
      out.resource_must_allow = out.resource_is_known = true;
    }
  out.same_account = resource_account.empty() || resource_account == principal.account;
  if (resource_account.empty()) resource_account = principal.account;

  const Identity* identity = find(principal);
  out.identity.name = fmt::format("the policies of {}", principal.name);
  if (identity) {
    out.identity = identity->policies;
    if (identity->boundary) out.limits.push_back(*identity->boundary);
    out.has_boundary = identity->boundary.has_value();
  }
  if (!session_.policies.empty() &&
      (principal.kind == Principal::Kind::session || principal.kind == Principal::Kind::role ||
       principal.kind == Principal::Kind::federated_user))
    out.limits.push_back(session_);
  const Principal who = known(principal);
  const std::string& role = who.kind == Principal::Kind::session ? who.role : who.name;
  // Where the data do not hold it, its name tells as much ("Service-linked roles").
  const bool service_linked = arn_field(role, 5).starts_with("role/aws-service-role/") ||
                              (who.role_is_open && arn_field(role, 5).starts_with("role/AWSServiceRoleFor"));
  if (!service_linked) {
    add_levels(false, principal.account, out.ceilings);
    if (rcp_coverage(action, resource) != RcpCoverage::none) add_levels(true, resource_account, out.denials);
  }
  if (!endpoint_.policies.empty()) out.ceilings.push_back(endpoint_);
  return out;
}

}  // namespace redoubt::iam
