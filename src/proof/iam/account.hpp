// Everything known about who may do what: an account's users, groups and roles with their policies (the answer of
// get-account-authorization-details), an organisation's SCPs and RCPs, the policies of resources, of a session, of a
// VPC endpoint. It makes the Scenario for one principal and one resource.
#pragma once

#include <compare>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iam/evaluate.hpp"
#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

// A user or a role.
struct Identity {
  Principal principal;
  PolicySet policies;
  std::optional<PolicySet> boundary;
  std::string boundary_arn;          // empty where there is none, or the data do not name it
  const Policy* trust = nullptr;     // of a role
  std::vector<std::string> unread;   // managed policies that are attached but not among the data
  std::vector<std::string> managed;  // ARNs of the managed policies attached
  std::vector<std::string> groups;   // of a user, by name
  std::string id;                    // AIDA…, AROA…; empty where it is not known
  std::optional<Context> tags;       // by condition key; none where they are not known
};

class Account {
 public:
  // Each reads the text of one file; the error names what is wrong and where in the text.
  using Result = std::expected<void, std::string>;
  [[nodiscard]] Result add_account(std::string text);          // get-account-authorization-details
  [[nodiscard]] Result add_scp(std::string text);              // a policy, or an organisation tree
  [[nodiscard]] Result add_rcp(std::string text);              // likewise
  [[nodiscard]] Result add_resource_policy(std::string text);  // {"Resource", "Policy", "Account"}, or a list
  [[nodiscard]] Result add_session_policy(std::string text);
  [[nodiscard]] Result add_endpoint_policy(std::string text);

  // For whoever reads policies from elsewhere (rights/accounts.hpp). A policy that is kept lives as long as the account
  // and its copies; an identity or a group is made where there is none of that name.
  const Policy* keep(Policy policy);
  Identity& identity(const Principal& principal);
  Identity& group(const std::string& name) { return groups_[name]; }
  // The user has the policies of the group too, as they are now.
  void join(Identity& user, const std::string& group);
  // `policy` may be null: then only whose the resource is counts. `confined`: Scenario::confined.
  void add_resource_policy(std::string resource, const Policy* policy, std::string account, std::string confined = {});

  // Something that has a role: a function, a build project, an instance. `role` may be one that the data do not show.
  struct Holder {
    std::string resource, role;
    auto operator<=>(const Holder&) const = default;
  };
  void add_holder(Holder holder) { holders_.insert(std::move(holder)); }
  [[nodiscard]] const std::set<Holder>& holders() const { return holders_; }
  // The customer managed policies, by ARN, whether somebody has them or not.
  void add_managed(const std::string& arn, const Policy* policy) { managed_[arn] = policy; }
  [[nodiscard]] const std::map<std::string, const Policy*>& managed() const { return managed_; }

  // The policies of one level of an organisation, above an account.
  struct Level {
    bool of_resources = false;        // RCPs, not SCPs
    std::string account;              // on which they bear; empty: on every one
    std::vector<std::string> except;  // but these
    PolicySet policies;
  };
  void add_level(Level level) { levels_.push_back(std::move(level)); }

  [[nodiscard]] const std::map<std::string, Identity>& identities() const { return identities_; }
  // Groups by name, with their own policies.
  [[nodiscard]] const std::map<std::string, Identity>& groups() const { return groups_; }
  // The identity of a user, a role, or a session's role; null when it is not among the data.
  [[nodiscard]] const Identity* find(const Principal& principal) const;
  // The account of a resource, as far as its ARN or a policy's entry says it; else empty.
  [[nodiscard]] std::string owner_of(std::string_view resource) const;
  // The principal with what the data say of it: the path of a session's role, ids, tags.
  [[nodiscard]] Principal known(Principal principal) const;

  // `resource` may be empty: then no resource policy counts, and the resource is of the principal's account.
  [[nodiscard]] Scenario scenario(const Principal& principal, std::string_view action, std::string_view resource) const;

  // Whether the data list every user, role and group of the account: then there is no other.
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  void set_complete() { is_complete_ = true; }
  // Policies of other accounts' resources are what was added and no more, unless the data come from sources that do not
  // show them.
  void leave_others_open() { others_are_open_ = true; }
  [[nodiscard]] bool others_are_open() const { return others_are_open_; }
  // The versions of a managed policy that are not the default one, null where one cannot be read; none where it has no
  // others.
  [[nodiscard]] const std::vector<const Policy*>* other_versions(const std::string& policy) const {
    const auto found = other_versions_.find(policy);
    return found == other_versions_.end() ? nullptr : &found->second;
  }

  // What is missing for a full answer about the principal; empty when nothing is.
  [[nodiscard]] std::string missing(const Principal& principal) const;
  // The same about the resource of a scenario: a policy that it must have, or may have in another account.
  [[nodiscard]] std::string missing_of(const Scenario& known, std::string_view action, std::string_view resource) const;
  // Whether the data are of that account alone, and list every user and role of it.
  [[nodiscard]] bool is_listed(std::string_view account) const;
  // Whether there is no role of that ARN, for certain.
  [[nodiscard]] bool is_absent(std::string_view role) const;

 private:
  struct Node {  // of an organisation's tree
    std::string id;
    PolicySet policies;
    std::vector<Node> children;
  };
  struct Organisation {
    std::string management_account;
    Node root;
  };
  struct ResourcePolicy {
    std::string resource;
    const Policy* policy = nullptr;
    std::string account;
    std::string confined = {};
  };
  class Reading;

  [[nodiscard]] static bool levels(const Node& node, std::string_view account, std::vector<PolicySet>& out);
  void add_levels(bool of_resources, std::string_view account, std::vector<PolicySet>& out) const;

  std::vector<std::shared_ptr<const Policy>> policies_;  // shared with copies: everything else points to them
  std::map<std::string, Identity> identities_;
  std::map<std::string, Identity> groups_;
  std::vector<Organisation> scps_, rcps_;
  PolicySet scp_everywhere_{"the service control policy", {}}, rcp_everywhere_{"the resource control policy", {}};
  std::vector<Level> levels_;
  std::vector<ResourcePolicy> resource_policies_;
  std::map<std::string, std::vector<const Policy*>> other_versions_;
  std::map<std::string, const Policy*> managed_;
  std::set<Holder> holders_;
  bool is_complete_ = false;
  bool others_are_open_ = false;
  PolicySet session_{"the session policy", {}}, endpoint_{"the endpoint policy", {}};
};

}  // namespace redoubt::iam
