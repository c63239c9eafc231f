// Checks that are proofs over all requests: whom the policy of a resource, a key or a role admits. A statement that
// admits everyone is told from one that does so under a condition which confines it, by the engine.
#include "policies.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "documents.hpp"
#include "iam/compare.hpp"

namespace redoubt::controls {
namespace {

using Documents = std::vector<Document> (*)(Inquiry&, const Resource&);

std::string text_of(const iam::Request& request) {
  std::string out =
      fmt::format("{} may do {}", request.principal ? request.principal->name : "anybody", request.action);
  std::string_view separator = " with ";
  for (const auto& [key, values] : request.context) {
    if (values.empty()) continue;
    out += fmt::format("{}{}={}", separator, key, values.front());
    separator = ", ";
  }
  return out;
}

// Does the statement name everyone? Where none does, nobody is admitted that the account did not name.
bool names_everyone(const iam::Policy& policy) {
  return std::ranges::any_of(policy.statements, [](const iam::Statement& statement) {
    return statement.effect == iam::Effect::allow && statement.principals &&
           (statement.principals->everyone || statement.not_principal);
  });
}

// These keys hold the account of who asks, as aws:PrincipalAccount does, so that the engine may know what goes together
// ("Condition keys for AWS KMS": kms:CallerAccount; the default policy of SNS topics: AWS:SourceOwner).
void tie_to_principal(iam::Policy& policy) {
  for (iam::Statement& statement : policy.statements)
    for (iam::Condition& condition : statement.conditions)
      if (condition.key == "kms:calleraccount" || condition.key == "aws:sourceowner")
        condition.key = "aws:principalaccount";
}

// A policy that asks for a fixed account admits those whom it names, not the public ("Blocking public access to your
// Amazon S3 storage", the meaning of "public"). Everybody is then seen by an account that no condition names.
void add_named_accounts(const iam::Policy& policy, std::vector<std::string>& accounts) {
  for (const iam::Statement& statement : policy.statements)
    for (const iam::Condition& condition : statement.conditions)
      if (condition.key == "aws:principalaccount")
        accounts.insert(accounts.end(), condition.values.begin(), condition.values.end());
}

// Without the statements that name whom they admit: what is left admits everyone or nobody.
iam::Policy for_everyone(iam::Policy policy) {
  std::erase_if(policy.statements, [](const iam::Statement& statement) {
    return statement.effect == iam::Effect::allow && statement.principals && !statement.principals->everyone &&
           !statement.not_principal;
  });
  return policy;
}

void admits(Inquiry& ask, const Resource& resource, Documents documents_of, bool only_everyone) {
  const std::vector<Document> documents = documents_of(ask, resource);
  for (const Document& document : documents) {
    Known<Readable> policy = policy_of(ask, document);
    if (!policy.known()) {
      ask.unknown(&resource, document.value.at, policy.why);
      continue;
    }
    tie_to_principal(policy.value.policy);
    std::vector<std::string> insiders{std::string(own_account)};
    if (only_everyone) {
      if (!names_everyone(policy.value.policy) && !policy.value.assumes_parameters) continue;
      policy.value.policy = for_everyone(std::move(policy.value.policy));
      add_named_accounts(policy.value.policy, insiders);
    }
    const iam::Outsider found = iam::find_outsider(policy.value.policy, insiders);
    if (found.request)
      ask.refuted(&resource, document.value.at, text_of(*found.request));
    else if (found.undecided)
      ask.unknown(&resource, document.value.at, "whom its policy admits could not be settled in time");
    else if (policy.value.assumes_parameters)
      ask.unknown(&resource, document.value.at, "a parameter stands in its policy, and may be anything");
  }
  if (!documents.empty())
    ask.proved(&resource, documents.front().value.at,
               only_everyone ? "no request of a stranger is allowed by a statement for everyone"
                             : "no request of a principal outside the account is allowed");
}

Check not_public(std::string_view id, std::vector<std::string_view> types, Documents documents) {
  return {id,
          Method::policy,
          std::move(types),
          [documents](Inquiry& ask, const Resource& each) { admits(ask, each, documents, true); },
          {}};
}

Check confined(std::string_view id, std::vector<std::string_view> types, Documents documents) {
  return {id,
          Method::policy,
          std::move(types),
          [documents](Inquiry& ask, const Resource& each) { admits(ask, each, documents, false); },
          {}};
}

}  // namespace

std::vector<Check> policy_checks() {
  std::vector<std::string_view> others;
  for (const std::string_view type : resource_policy_types())
    if (!type.starts_with("AWS::KMS::")) others.push_back(type);  // ENC-10 asks about those
  const std::vector<std::string_view> keys{"AWS::KMS::Key", "AWS::KMS::ReplicaKey"};
  return {
      not_public("ENC-10.key-policy-not-public", keys, resource_documents),
      confined("ENC-10.key-policy-confined", keys, resource_documents),
      not_public("IAM-3.resource-policy-not-public", others, resource_documents),
      not_public("IAM-3.trust-not-public", {"AWS::IAM::Role"}, trust_documents),
      not_public("IMG-2.repository-not-public", {"AWS::ECR::Repository"}, resource_documents),
      not_public("IR-6.topic-policy-closed", {"AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy"},
                 resource_documents),
      confined("SEC-4.resource-policy-closed", {"AWS::SecretsManager::ResourcePolicy"}, resource_documents),
  };
}

}  // namespace redoubt::controls
