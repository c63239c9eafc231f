#include "rights/resource_policies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "iam/glob.hpp"
#include "iam/public_policy.hpp"
#include "iam/request.hpp"
#include "rights/arn_forms.hpp"
#include "rights/bucket_acls.hpp"

namespace redoubt::rights {
namespace {

using estate::Kind;
using estate::Resource;
using estate::Value;
using iam::Policy;

struct Place {
  std::string_view type, document;
  std::string_view of;      // the property that names the resource, by reference, ARN, name or URL; empty: itself
  std::string_view prefix;  // of an ARN, where that property is a name
};

constexpr std::array places{
    Place{"AWS::S3::BucketPolicy", "PolicyDocument", "Bucket", "arn:aws:s3:::"},
    Place{"AWS::SQS::QueuePolicy", "PolicyDocument", "Queues", "arn:aws:sqs:"},
    Place{"AWS::SQS::QueuePolicy", "PolicyDocument", "QueueUrl", "arn:aws:sqs:"},  // of a snapshot
    Place{"AWS::SQS::QueueInlinePolicy", "PolicyDocument", "Queue", "arn:aws:sqs:"},
    Place{"AWS::SNS::TopicPolicy", "PolicyDocument", "Topics", "arn:aws:sns:"},
    Place{"AWS::SNS::TopicInlinePolicy", "PolicyDocument", "TopicArn", "arn:aws:sns:"},
    Place{"AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", "SecretId", "arn:aws:secretsmanager:"},
    Place{"AWS::Kinesis::ResourcePolicy", "ResourcePolicy", "ResourceArn", "arn:aws:kinesis:"},
    // Of a snapshot, which lists no such resources (snapshot_policies.hpp).
    Place{"AWS::DynamoDB::ResourcePolicy", "ResourcePolicy", "ResourceArn", "arn:aws:dynamodb:"},
    Place{"AWS::EFS::FileSystemPolicy", "ResourcePolicy", "ResourceArn", "arn:aws:elasticfilesystem:"},
    Place{"AWS::ECR::RepositoryPolicy", "RepositoryPolicyText", "ResourceArn", "arn:aws:ecr:"},
    Place{"AWS::KMS::Key", "KeyPolicy", "", ""}, Place{"AWS::KMS::ReplicaKey", "KeyPolicy", "", ""},
    Place{"AWS::ECR::Repository", "RepositoryPolicyText", "", ""},
    Place{"AWS::EFS::FileSystem", "FileSystemPolicy", "", ""},
    Place{"AWS::Backup::BackupVault", "AccessPolicy", "", ""},
    Place{"AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument", "", ""},
    Place{"AWS::Lambda::Function", "Policy", "", ""},  // of a snapshot
};

std::vector<Value> items_of(const Value& value) {
  if (value.is(Kind::list)) return value.items;
  return value ? std::vector{value} : std::vector<Value>{};
}

// Does what `arn` names hold `resource`?
bool holds(std::string_view arn, std::string_view resource) {
  return resource == arn || (resource.size() > arn.size() && resource.starts_with(arn) &&
                             (resource[arn.size()] == '/' || resource[arn.size()] == ':'));
}

class Reader {
 public:
  Reader(iam::Account& account, Documents& documents, const std::string& resource)
      : account_(account), documents_(documents), texts_(documents.texts()), case_(texts_.in()), resource_(resource) {}

  void read() {
    for (const Place& place : places) {
      for (const Resource* at : case_.resources(place.type)) {
        if (place.of.empty()) {
          add_if(texts_.arn(*at), texts_.account(*at), [&] { return document(*at, place); });
          continue;
        }
        for (const Value& target : items_of(case_.get(*at, place.of)))
          add_if(
              arn_of(target, *at, place), account_of(target, *at), [&] { return document(*at, place); },
              [&] { return confinement(*at, place, target); });
      }
    }
    for (const Resource* permission : case_.resources("AWS::Lambda::Permission")) {
      const Value function = case_.get(*permission, "FunctionName");
      add_if(function_arn(function, *permission), account_of(function, *permission),
             [&] { return permission_of(*permission, function); });
    }
    for (const Resource& declared : case_.estate().resources)
      if (arn_form(declared.type) && case_.exists(declared) && holds(texts_.arn(declared).text, resource_))
        account_.add_resource_policy(texts_.arn(declared).text, nullptr, texts_.account(declared));
    for (const Value& gap : case_.estate().gaps)
      account_.add_resource_policy(
          resource_,
          account_.keep(
              perhaps(documents_.unknown(fmt::format("policies of {}", resource_), gap.text, true), gap.text)),
          "");
  }

 private:
  static std::string nowhere() { return {}; }

  template <class Document, class Confinement = std::string (*)()>
  void add_if(const Text& arn, const std::string& account, Document&& document, Confinement&& confinement = nowhere) {
    if (holds(arn.text, resource_)) {
      if (auto policy = document())
        account_.add_resource_policy(resource_, account_.keep(*std::move(policy)), account, confinement());
      return;
    }
    if (arn.is_certain()) return;
    const bool may_be = [&] {
      for (const std::string& pattern : {arn.widest, arn.widest + "/*", arn.widest + ":*"})
        if (const auto glob = iam::Glob::read(iam::Glob::Dialect::resource, pattern, nullptr);
            glob && glob->matches(resource_))
          return true;
      return false;
    }();
    if (!may_be) return;
    if (auto policy = document())
      account_.add_resource_policy(resource_, account_.keep(perhaps(*std::move(policy), arn.open)), "");
  }

  // Of another resource, perhaps: generously, what it grants; strictly, what it denies.
  Policy perhaps(Policy policy, const std::string& why) {
    const iam::Effect left_out = documents_.lean() == Lean::generous ? iam::Effect::deny : iam::Effect::allow;
    std::erase_if(policy.statements, [&](const iam::Statement& statement) { return statement.effect == left_out; });
    documents_.note(fmt::format("{} may be the policy of {}: {}", policy.name, resource_, why));
    return policy;
  }

  std::optional<Policy> document(const Resource& at, const Place& place) {
    const Value value = case_.get(at, place.document);
    if (value) return documents_.read(value, fmt::format("resource policy {}", at.id), true);
    if (!at.type.starts_with("AWS::KMS::")) return std::nullopt;
    // "Default key policy", KMS Developer Guide: the account, for its own policies to decide.
    const Value allow = estate::object({{"Effect", estate::text("Allow")},
                                        {"Principal", estate::object({{"AWS", estate::text(texts_.account(at))}})},
                                        {"Action", estate::text("kms:*")},
                                        {"Resource", estate::text("*")}});
    return documents_.read(estate::object({{"Version", estate::text("2012-10-17")}, {"Statement", allow}}),
                           fmt::format("default key policy of {}", at.id), true);
  }

  // Why a bucket's policy admits nobody but its own account and AWS's services; empty where it does. What is open of
  // it: strictly, it is so; generously, it is not.
  std::string confinement(const Resource& at, const Place& place, const Value& target) {
    if (at.type != "AWS::S3::BucketPolicy") return {};
    const iam::Publicity is_public = publicity(at, place);
    if (is_public == iam::Publicity::not_public) return {};
    const Resource* const bucket = case_.target(target);
    if (bucket == nullptr) return {};
    estate::Known<bool> restricts =
        case_.boolean(case_.get(*bucket, "PublicAccessBlockConfiguration.RestrictPublicBuckets"));
    std::string whose = bucket->id;
    for (const Resource* block : case_.resources("AWS::S3::AccountPublicAccessBlock")) {
      if ((restricts.known() && restricts.value) || texts_.account(*block) != texts_.account(*bucket)) continue;
      restricts = case_.boolean(case_.get(*block, "RestrictPublicBuckets"));
      whose = fmt::format("the account of {}", bucket->id);
    }
    if (restricts.absent() || (restricts.known() && !restricts.value)) return {};
    std::string why = fmt::format("{} restricts public buckets, and the resource policy {} is public", whose, at.id);
    if (restricts.known() && is_public == iam::Publicity::is_public) return why;
    documents_.note(
        restricts.known()
            ? fmt::format("{} restricts public buckets, and whether S3 takes {} for public is left open", whose, at.id)
            : fmt::format("whether {} restricts public buckets is not known", whose));
    return documents_.lean() == Lean::strict ? why : std::string();
  }

  // Whatever is open in the policy: read strictly it grants least, and what is public then is so in any case.
  iam::Publicity publicity(const Resource& at, const Place& place) {
    const auto read = [&](Lean lean) {
      Documents documents(texts_, lean, documents_.keeps_open_names());
      return iam::publicity(documents.read(case_.get(at, place.document), at.id, true));
    };
    const iam::Publicity most = read(Lean::generous);
    return read(Lean::strict) == most ? most : iam::Publicity::open;
  }

  // Whose the resource is that a policy names.
  std::string account_of(const Value& target, const Resource& policy) {
    const Resource* const named = case_.target(target);
    return texts_.account(named ? *named : policy);
  }

  Text arn_of(const Value& target, const Resource& policy, const Place& place) {
    if (const Resource* named = case_.target(target)) return texts_.arn(*named);
    Text text = texts_.of(target, texts_.hints().names);
    if (!text.is_certain()) text = texts_.of(target, texts_.hints().resources);
    if (!text.is_certain()) {
      // A parameter that is the name, or the ARN: what the rest is, nobody knows.
      if (place.prefix.ends_with(":::")) {
        text.text = std::string(place.prefix) + text.text;
        text.widest = std::string(place.prefix) + text.widest;
      } else if (!text.widest.starts_with("arn:")) {
        text.widest = std::string(place.prefix) + "*";
      }
      return text;
    }
    if (text.text.starts_with("arn:")) return text;
    if (place.prefix.ends_with(":::")) return {std::string(place.prefix) + text.text, {}, {}};
    // A table, a stream or a file system by its name.
    if (place.of == "ResourceArn") {
      const bool is_it = resource_.starts_with(place.prefix) && resource_.ends_with("/" + text.text);
      return {is_it ? resource_ : std::string(place.prefix) + text.text, {}, {}};
    }
    // A queue by its URL, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME; a secret by its name.
    if (const std::size_t slash = text.text.rfind('/'); text.text.starts_with("https://"))
      return {fmt::format("{}{}:{}:{}", place.prefix, texts_.region(policy), texts_.account(policy),
                          text.text.substr(slash + 1)),
              {},
              {}};
    const std::string base =
        fmt::format("{}{}:{}:secret:{}", place.prefix, texts_.region(policy), texts_.account(policy), text.text);
    if (resource_.starts_with(base + "-") && resource_.size() == base.size() + 7) return {resource_, {}, {}};
    return {base, {}, {}};
  }

  // "FunctionName": a name, an ARN, or a part of one; with or without a version.
  Text function_arn(const Value& function, const Resource& permission) {
    if (const Resource* named = case_.target(function)) return texts_.arn(*named);
    Text text = texts_.of(function, texts_.hints().names);
    if (!text.is_certain()) text = texts_.of(function, texts_.hints().resources);
    const std::string before =
        fmt::format("arn:aws:lambda:{}:{}:function:", texts_.region(permission), texts_.account(permission));
    if (!text.is_certain()) {
      if (!text.widest.starts_with("arn:")) text.widest = before + text.widest;
      return text;
    }
    if (!text.text.starts_with("arn:")) {
      if (const std::size_t at = text.text.find("function:"); at != std::string::npos) text.text.erase(0, at + 9);
      text.text = before + text.text;
    }
    return text;
  }

  // The statement that AddPermission writes ("Resource-based policies", Lambda Developer Guide).
  std::optional<Policy> permission_of(const Resource& permission, const Value& function) {
    const auto given = [&](std::string_view name) { return case_.get(permission, name); };
    Value statement = estate::object({{"Effect", estate::text("Allow")}});
    statement.at = permission.at;
    statement.set("Action", given("Action"));
    const Text principal = texts_.of(given("Principal"));
    const bool is_service = principal.text.find('.') != std::string::npos && !principal.text.starts_with("arn:");
    if (principal.text == "*")
      statement.set("Principal", estate::text("*"));
    else
      statement.set("Principal", estate::object({{is_service ? "Service" : "AWS", given("Principal")}}));
    statement.set(
        "Resource",
        estate::text(function_arn(function, permission).is_certain() ? function_arn(function, permission).text : "*"));
    Value conditions = estate::object({});
    struct Rule {
      std::string_view property, comparison, key;
    };
    for (const Rule& rule :
         {Rule{"SourceArn", "ArnLike", "AWS:SourceArn"}, Rule{"SourceAccount", "StringEquals", "AWS:SourceAccount"},
          Rule{"EventSourceToken", "StringEquals", "lambda:EventSourceToken"},
          Rule{"PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"},
          Rule{"FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"}}) {
      const Value value = given(rule.property);
      if (!value) continue;
      Value keys = conditions[rule.comparison];
      keys.set(rule.key, value);
      conditions.set(rule.comparison, std::move(keys));
    }
    if (conditions) statement.set("Condition", std::move(conditions));
    return documents_.read(
        estate::object({{"Version", estate::text("2012-10-17")}, {"Statement", std::move(statement)}}),
        fmt::format("permission {}", permission.id), true);
  }

  iam::Account& account_;
  Documents& documents_;
  Texts& texts_;
  estate::Case& case_;
  const std::string& resource_;
};

}  // namespace

void add_resource_policies(iam::Account& account, Documents& documents, const std::string& resource) {
  Reader(account, documents, resource).read();
  add_bucket_acls(account, documents, resource);
}

}  // namespace redoubt::rights
