#include "rights/holders.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace redoubt::rights {
namespace {

using estate::Kind;
using estate::Resource;
using estate::Value;

// The property that names the role, or the instance profile, in the CloudFormation template reference.
struct Form {
  std::string_view type, property;
};
constexpr std::array forms{
    Form{"AWS::CodeBuild::Project", "ServiceRole"},      Form{"AWS::EC2::Instance", "IamInstanceProfile"},
    Form{"AWS::Glue::DevEndpoint", "RoleArn"},           Form{"AWS::Lambda::Function", "Role"},
    Form{"AWS::SageMaker::NotebookInstance", "RoleArn"}, Form{"AWS::StepFunctions::StateMachine", "RoleArn"},
};

// What of the type the value names, by reference, by ARN, or by name; null where it is none of the estate.
const Resource* named(Texts& texts, const Value& value, std::string_view type) {
  if (const Resource* const target = texts.in().target(value)) return target->type == type ? target : nullptr;
  const Text text = texts.of(value);
  if (!text.is_certain()) return nullptr;
  for (const Resource* one : texts.in().resources(type))
    if (text.text == texts.arn(*one).text || text.text == texts.name(*one).text) return one;
  return nullptr;
}

// Its ARN; empty where it is not certain.
std::string role(Texts& texts, const Value& value) {
  if (const Resource* const role = named(texts, value, "AWS::IAM::Role")) return texts.arn(*role).text;
  const Text text = texts.of(value);
  return text.is_certain() && text.text.starts_with("arn:") ? text.text : std::string();
}

std::string role_of_profile(Texts& texts, const Value& value) {
  const Resource* const profile = named(texts, value, "AWS::IAM::InstanceProfile");
  if (!profile) return {};
  const Value roles = texts.in().get(*profile, "Roles");
  if (!roles.is(Kind::list)) return roles ? role(texts, roles) : std::string();
  return roles.items.size() == 1 ? role(texts, roles.items.front()) : std::string();
}

}  // namespace

void add_holders(iam::Account& account, Texts& texts) {
  for (const auto& [type, property] : forms) {
    for (const Resource* resource : texts.in().resources(type)) {
      const Value value = texts.in().get(*resource, property);
      if (!value) continue;
      std::string of = type == "AWS::EC2::Instance" ? role_of_profile(texts, value) : role(texts, value);
      if (!of.empty()) account.add_holder({texts.arn(*resource).text, std::move(of)});
    }
  }
}

}  // namespace redoubt::rights
