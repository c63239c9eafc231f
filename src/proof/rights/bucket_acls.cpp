#include "rights/bucket_acls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "iam/contains.hpp"
#include "iam/policy.hpp"

namespace redoubt::rights {
namespace {

using estate::Kind;
using estate::Resource;
using estate::Value;
using iam::contains;

using Names = std::vector<std::string_view>;

// "Mapping of ACL permissions and access policy permissions". Deleting is for the owners of the objects ("What
// permissions can I grant?"), so that WRITE perhaps allows it.
struct Permission {
  std::string_view name;
  Names of_bucket, of_object, perhaps = {};
};
const std::array<Permission, 4>& permissions() {
  static const std::array<Permission, 4> all{
      Permission{"READ",
                 {"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"},
                 {"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTorrent"}},
      Permission{"WRITE", {"s3:PutObject"}, {}, {"s3:DeleteObject", "s3:DeleteObjectVersion"}},
      Permission{"READ_ACP", {"s3:GetBucketAcl"}, {"s3:GetObjectAcl", "s3:GetObjectVersionAcl"}},
      Permission{"WRITE_ACP", {"s3:PutBucketAcl"}, {"s3:PutObjectAcl", "s3:PutObjectVersionAcl"}}};
  return all;
}

enum class Grantee : std::uint8_t { everyone, authenticated, others };  // others: accounts, S3's log delivery

struct Grant {
  Grantee to = Grantee::others;
  std::string permission;  // READ …, FULL_CONTROL
};

// "Canned ACL": what a template's AccessControl grants beside the owner's full control. Those that speak of objects
// grant nothing on the bucket.
std::optional<std::vector<Grant>> canned(std::string_view name) {
  if (name == "Private" || name.starts_with("BucketOwner")) return std::vector<Grant>{};
  if (name == "PublicRead") return std::vector<Grant>{{Grantee::everyone, "READ"}};
  if (name == "PublicReadWrite") return std::vector<Grant>{{Grantee::everyone, "READ"}, {Grantee::everyone, "WRITE"}};
  if (name == "AuthenticatedRead") return std::vector<Grant>{{Grantee::authenticated, "READ"}};
  if (name == "AwsExecRead") return std::vector<Grant>{{Grantee::others, "READ"}};
  if (name == "LogDeliveryWrite") return std::vector<Grant>{{Grantee::others, "WRITE"}, {Grantee::others, "READ_ACP"}};
  return std::nullopt;
}

class Acls {
 public:
  Acls(iam::Account& account, Documents& documents, const Resource& bucket, bool is_object)
      : account_(account),
        documents_(documents),
        texts_(documents.texts()),
        case_(texts_.in()),
        bucket_(bucket),
        is_object_(is_object) {}

  void add(const std::string& resource) {
    const std::string why = enabled();
    if (why.empty()) return;
    const estate::Known<bool> ignored = ignores_public();
    const bool is_ignored = ignored.known() && ignored.value;
    const Grantee widest = is_ignored ? Grantee::others : Grantee::everyone;
    auto grants = of_bucket();
    // "Setting this option to TRUE causes Amazon S3 to ignore all public ACLs": to everyone, to anybody signed in.
    if (grants && is_ignored) std::erase_if(*grants, [](const Grant& one) { return one.to != Grantee::others; });
    for (const Permission& permission : permissions()) {
      if (is_object_)
        add_open(resource, permission.of_object, widest, fmt::format("{}, and an object's list is in no source", why));
      if (!grants) {
        for (const Names& actions : {permission.of_bucket, permission.perhaps})
          add_open(resource, actions, widest, fmt::format("{}, and its own is not known", why));
        continue;
      }
      for (const Grant& grant : *grants) {
        if (grant.permission != permission.name && grant.permission != "FULL_CONTROL") continue;
        for (const Names& actions : {permission.of_bucket, permission.perhaps})
          add_open(resource, actions, grant.to, fmt::format("{}, and its own may grant it", why));
        const bool is_heeded = (ignored.known() && !ignored.value) || (ignored.absent() && is_of_snapshot());
        if (grant.to == Grantee::everyone && is_certain_ && is_heeded)
          add_policy(resource, permission.of_bucket, R"({"StringEquals":{"aws:PrincipalType":"Anonymous"}})",
                     fmt::format("{}'s access control list grants {} to everyone", bucket_.id, grant.permission));
      }
    }
  }

 private:
  // Why the lists count, or may; empty where they are disabled, as they are by default.
  std::string enabled() {
    const Value rules = case_.get(bucket_, "OwnershipControls.Rules");
    if (rules.is(Kind::list) && !rules.items.empty()) {
      const estate::Known<std::string> ownership = case_.text(rules.items.front()["ObjectOwnership"]);
      if (ownership.known() && ownership.value == "BucketOwnerEnforced") return {};
      is_certain_ = ownership.known();
      return ownership.known()
                 ? fmt::format("access control lists count in {} (ObjectOwnership is {})", bucket_.id, ownership.value)
                 : fmt::format("access control lists may count in {} (its ObjectOwnership is not known)", bucket_.id);
    }
    if (!rules.is(Kind::unknown) && is_of_snapshot())
      return fmt::format("access control lists count in {} (it has no OwnershipControls)", bucket_.id);
    is_certain_ = false;
    if (rules.is(Kind::unknown) && !is_of_snapshot())
      return fmt::format("access control lists may count in {} (its ObjectOwnership is not known)", bucket_.id);
    // Not told: disabled unless something says otherwise. In a template a list that grants is refused with them.
    const auto grants = of_bucket();
    const bool is_used = grants && !grants->empty();
    if (!is_used && !is_older()) return {};
    return fmt::format("access control lists may count in {} ({}, and nothing says its ObjectOwnership)", bucket_.id,
                       is_used ? "it has one that grants" : "it was made before April 2023");
  }

  // "Starting in April 2023 … for new buckets": by May everywhere.
  bool is_older() {
    const estate::Known<std::string> made = case_.text(case_.get(bucket_, "CreationDate"));
    return made.known() && made.value.starts_with("20") && made.value < "2023-05";
  }

  [[nodiscard]] bool is_of_snapshot() const { return bucket_.stack == estate::no_index; }

  // The bucket's own list, but for what its owner has; none where it is not known.
  std::optional<std::vector<Grant>> of_bucket() {
    if (!is_of_snapshot()) {
      const estate::Known<std::string> name = case_.text(case_.get(bucket_, "AccessControl")).when_absent("Private");
      return name.known() ? canned(name.value) : std::nullopt;
    }
    const Value told = case_.get(bucket_, "Grants");
    if (!told.is(Kind::list)) return std::nullopt;
    std::vector<Grant> out;
    std::vector<std::string> ids;
    for (const Value& grant : told.items) {
      const std::string& group = grant["Grantee"]["URI"].text;
      const std::string& id = grant["Grantee"]["ID"].text;
      if (group.ends_with("/AllUsers"))
        out.push_back({Grantee::everyone, grant["Permission"].text});
      else if (group.ends_with("/AuthenticatedUsers"))
        out.push_back({Grantee::authenticated, grant["Permission"].text});
      else if (!group.empty())
        out.push_back({Grantee::others, grant["Permission"].text});
      else if (!contains(ids, id))
        ids.push_back(id);
    }
    // One canonical id is the owner's, who always has full control; of several, nobody says which.
    if (ids.size() > 1) out.push_back({Grantee::others, "FULL_CONTROL"});
    return out;
  }

  estate::Known<bool> ignores_public() {
    estate::Known<bool> out = case_.boolean(case_.get(bucket_, "PublicAccessBlockConfiguration.IgnorePublicAcls"));
    for (const Resource* block : case_.resources("AWS::S3::AccountPublicAccessBlock")) {
      if ((out.known() && out.value) || texts_.account(*block) != texts_.account(bucket_)) continue;
      const estate::Known<bool> of_account = case_.boolean(case_.get(*block, "IgnorePublicAcls"));
      if (!of_account.known() || of_account.value || out.absent()) out = of_account;
    }
    return out;
  }

  // What a list may grant, and may not: read generously, it does.
  void add_open(const std::string& resource, const Names& actions, Grantee widest, const std::string& why) {
    if (!contains_asked(actions)) return;
    documents_.note(why);
    if (documents_.lean() == Lean::strict) return;
    const std::string owner = texts_.account(bucket_);
    std::string conditions = "{}";
    if (widest == Grantee::authenticated)
      conditions = R"({"StringNotEquals":{"aws:PrincipalAccount":"anonymous"}})";
    else if (widest == Grantee::others)
      conditions = fmt::format(R"({{"StringNotEquals":{{"aws:PrincipalAccount":["anonymous","{}"]}}}})", owner);
    add_policy(resource, actions, conditions, why);
  }

  [[nodiscard]] bool contains_asked(const Names& actions) const {
    const Hints::Names& asked = texts_.hints().actions;
    return std::ranges::any_of(actions, [&](std::string_view action) {
      return std::ranges::any_of(asked, [&](const std::string& one) { return iam::lower(one) == iam::lower(action); });
    });
  }

  void add_policy(const std::string& resource, const Names& actions, const std::string& conditions,
                  const std::string& origin) {
    if (actions.empty()) return;
    auto policy = iam::parse_policy(
        fmt::format(
            R"({{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":["{}"],"Resource":"*","Condition":{}}}}})",
            fmt::join(actions, "\",\""), conditions),
        origin);
    if (!policy) return;
    policy->statements.front().origin = origin;
    account_.add_resource_policy(resource, account_.keep(*std::move(policy)), texts_.account(bucket_));
  }

  iam::Account& account_;
  Documents& documents_;
  Texts& texts_;
  estate::Case& case_;
  const Resource& bucket_;
  bool is_object_;
  bool is_certain_ = true;  // that the lists count
};

}  // namespace

void add_bucket_acls(iam::Account& account, Documents& documents, const std::string& resource) {
  Texts& texts = documents.texts();
  for (const Resource* bucket : texts.in().resources("AWS::S3::Bucket")) {
    const std::string arn = texts.arn(*bucket).text;
    const bool is_object = resource.starts_with(arn + "/");
    if (is_object || resource == arn) Acls(account, documents, *bucket, is_object).add(resource);
  }
}

}  // namespace redoubt::rights
