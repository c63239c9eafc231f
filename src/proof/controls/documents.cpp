#include "documents.hpp"

#include <fmt/format.h>

#include <array>

#include "estate/document.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

struct Place {
  std::string_view type;
  std::string_view path;  // a list on the way stands for each of its items
};

constexpr std::array identity_places{
    Place{"AWS::IAM::Role", "Policies.PolicyDocument"},  Place{"AWS::IAM::User", "Policies.PolicyDocument"},
    Place{"AWS::IAM::Group", "Policies.PolicyDocument"}, Place{"AWS::IAM::Policy", "PolicyDocument"},
    Place{"AWS::IAM::ManagedPolicy", "PolicyDocument"},  Place{"AWS::IAM::RolePolicy", "PolicyDocument"},
    Place{"AWS::IAM::UserPolicy", "PolicyDocument"},     Place{"AWS::IAM::GroupPolicy", "PolicyDocument"},
    Place{"AWS::SSO::PermissionSet", "InlinePolicy"},    Place{"AWS::Serverless::Function", "Policies"},
    Place{"AWS::Serverless::StateMachine", "Policies"},
};

constexpr std::array resource_places{
    Place{"AWS::S3::BucketPolicy", "PolicyDocument"},
    Place{"AWS::SQS::QueuePolicy", "PolicyDocument"},
    Place{"AWS::SQS::QueueInlinePolicy", "PolicyDocument"},
    Place{"AWS::SNS::TopicPolicy", "PolicyDocument"},
    Place{"AWS::SNS::TopicInlinePolicy", "PolicyDocument"},
    Place{"AWS::KMS::Key", "KeyPolicy"},
    Place{"AWS::KMS::ReplicaKey", "KeyPolicy"},
    Place{"AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"},
    Place{"AWS::ECR::Repository", "RepositoryPolicyText"},
    Place{"AWS::ECR::RegistryPolicy", "PolicyText"},
    Place{"AWS::EFS::FileSystem", "FileSystemPolicy"},
    Place{"AWS::Elasticsearch::Domain", "AccessPolicies"},
    Place{"AWS::OpenSearchService::Domain", "AccessPolicies"},
    Place{"AWS::ApiGateway::RestApi", "Policy"},
    Place{"AWS::Backup::BackupVault", "AccessPolicy"},
    Place{"AWS::Logs::ResourcePolicy", "PolicyDocument"},
    Place{"AWS::Events::EventBusPolicy", "Statement"},
    Place{"AWS::Lambda::LayerVersionPermission", "Principal"},
};

constexpr std::array trust_places{Place{"AWS::IAM::Role", "AssumeRolePolicyDocument"}};

void set_place(Value& value, Location at) {
  value.at = at;
  for (Value& item : value.items) set_place(item, at);
  for (estate::Member& member : value.members) set_place(member.value, at);
}

// Many properties take a policy as a text in JSON too. All of it stands where the text does.
Value as_object(Value value) {
  if (!value.is(Kind::text)) return value;
  auto read = estate::read_document(value.text, value.at.file, "policy");
  if (!read) return estate::unknown(fmt::format("the policy cannot be read: {}", read.error().reason), value.at);
  set_place(*read, value.at);
  return *std::move(read);
}

template <std::size_t count>
std::vector<Document> documents_at(Inquiry& ask, const Resource& resource, const std::array<Place, count>& places) {
  std::vector<Document> out;
  for (const Place& place : places) {
    if (place.type != resource.type) continue;
    const std::size_t dot = place.path.find('.');
    const Value top = ask.get(resource, place.path.substr(0, dot));
    for (const Value& item : items_of(top)) {
      const Value& inner = dot == std::string_view::npos ? item : item[place.path.substr(dot + 1)];
      Value value = as_object(inner);
      if (is_empty(value)) continue;
      // A serverless function's policies may be names and templates of policies too.
      if (resource.type.starts_with("AWS::Serverless::") && !value["Statement"]) continue;
      const Known<std::string> name = ask.in().text(item["PolicyName"]);
      out.push_back(
          {name.known() ? fmt::format("{}, policy {}", resource.id, name.value) : resource.id, std::move(value)});
    }
  }
  return out;
}

// One statement, of which a document is made here: EventBridge and Lambda add it to the one that they keep. It is
// written as such, or as properties: the action, an account or "*", a condition.
std::vector<Document> single_statement(Inquiry& ask, const Resource& resource) {
  Value statement = as_object(ask.get(resource, "Statement"));
  if (is_empty(statement)) {
    const Value principal = ask.get(resource, "Principal");
    statement = estate::object({{"Effect", estate::text("Allow")},
                                {"Principal", estate::object({{"AWS", principal}})},
                                {"Action", ask.get(resource, "Action")},
                                {"Resource", estate::text("*")}});
    statement.at = principal.at;
    const Value condition = ask.get(resource, "Condition");
    const Value organisation = ask.get(resource, "OrganizationId");
    if (condition.is(Kind::unknown) || organisation.is(Kind::unknown)) {
      statement = condition.is(Kind::unknown) ? condition : organisation;
    } else if (!is_empty(condition)) {
      const Known<std::string> type = ask.in().text(condition["Type"]);
      const Known<std::string> key = ask.in().text(condition["Key"]);
      if (type.known() && key.known())
        statement.set("Condition", estate::object({{type.value, estate::object({{key.value, condition["Value"]}})}}));
      else
        statement = estate::unknown("its Condition names no operator and key that are known", condition.at);
    } else if (!is_empty(organisation)) {
      statement.set("Condition",
                    estate::object({{"StringEquals", estate::object({{"aws:PrincipalOrgID", organisation}})}}));
    }
  }
  const Location at = statement.at;
  Value document = estate::object({{"Version", estate::text("2012-10-17")}, {"Statement", std::move(statement)}});
  document.at = at;
  return {{resource.id, std::move(document)}};
}

template <std::size_t count>
std::vector<std::string_view> types_in(const std::array<Place, count>& places) {
  std::vector<std::string_view> out;
  for (const Place& place : places) out.push_back(place.type);
  return out;
}

}  // namespace

std::vector<Document> identity_documents(Inquiry& ask, const Resource& resource) {
  return documents_at(ask, resource, identity_places);
}

std::vector<Document> resource_documents(Inquiry& ask, const Resource& resource) {
  if (resource.type == "AWS::Events::EventBusPolicy" || resource.type == "AWS::Lambda::LayerVersionPermission")
    return single_statement(ask, resource);
  return documents_at(ask, resource, resource_places);
}

std::vector<Document> trust_documents(Inquiry& ask, const Resource& role) {
  return documents_at(ask, role, trust_places);
}

const std::vector<std::string_view>& identity_types() {
  static const std::vector<std::string_view> types = types_in(identity_places);
  return types;
}

const std::vector<std::string_view>& resource_policy_types() {
  static const std::vector<std::string_view> types = types_in(resource_places);
  return types;
}

std::string Written::name(Inquiry& ask) const {
  const Known<std::string> sid = ask.in().text(value["Sid"]);
  return sid.known() ? fmt::format("statement {} of {}", sid.value, document->name)
                     : fmt::format("a statement of {}", document->name);
}

namespace {

// IAM takes no third word, and none of them in other letters ("Effect", IAM user guide).
Truth allows(Inquiry& ask, const Value& statement) {
  if (!statement.is(Kind::object)) return unknown_truth("a statement is an object");
  const Known<std::string> effect = ask.in().text(statement["Effect"]);
  if (effect.unknown()) return unknown_truth(effect.why);
  if (effect.absent()) return unknown_truth("it has no Effect");
  if (effect.value == "Allow" || effect.value == "Deny") return truth(effect.value == "Allow");
  return unknown_truth(fmt::format("its Effect \"{}\" is neither Allow nor Deny", effect.value));
}

}  // namespace

std::vector<Written> statements_of(Inquiry& ask, const std::vector<Document>& documents) {
  std::vector<Written> out;
  for (const Document& document : documents) {
    if (document.value.is(Kind::unknown)) {
      out.push_back({&document, document.value, unknown_truth(document.value.text)});
      continue;
    }
    for (const Value& statement : items_of(document.value["Statement"])) {
      if (statement.is(Kind::unknown)) {
        out.push_back({&document, statement, unknown_truth(statement.text)});
        continue;
      }
      out.push_back({&document, statement, allows(ask, statement)});
    }
  }
  return out;
}

}  // namespace redoubt::controls
