// SEC-5 where a property or a template's metadata takes a password, a token or a private key: that none is written
// down, and none comes from a parameter that shows it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reading.hpp"
#include "secret_values.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

// Where a resource type takes a password, a token or a private key. Lists on the way stand for each of their items.
struct SecretProperty {
  std::string_view type;
  std::string_view path;
};

constexpr std::array secret_properties{
    SecretProperty{"AWS::RDS::DBInstance", "MasterUserPassword"},
    SecretProperty{"AWS::RDS::DBInstance", "TdeCredentialPassword"},
    SecretProperty{"AWS::RDS::DBCluster", "MasterUserPassword"},
    SecretProperty{"AWS::DocDB::DBCluster", "MasterUserPassword"},
    SecretProperty{"AWS::Redshift::Cluster", "MasterUserPassword"},
    SecretProperty{"AWS::RedshiftServerless::Namespace", "AdminUserPassword"},
    SecretProperty{"AWS::ElastiCache::ReplicationGroup", "AuthToken"},
    SecretProperty{"AWS::ElastiCache::User", "Passwords"},
    SecretProperty{"AWS::MemoryDB::User", "AuthenticationMode.Passwords"},
    SecretProperty{"AWS::IAM::User", "LoginProfile.Password"},
    SecretProperty{"AWS::Lambda::Permission", "EventSourceToken"},
    SecretProperty{"AWS::DMS::Endpoint", "Password"},
    SecretProperty{"AWS::DMS::Endpoint", "MongoDbSettings.Password"},
    SecretProperty{"AWS::DirectoryService::MicrosoftAD", "Password"},
    SecretProperty{"AWS::DirectoryService::SimpleAD", "Password"},
    SecretProperty{"AWS::AmazonMQ::Broker", "Users.Password"},
    SecretProperty{"AWS::Amplify::App", "AccessToken"},
    SecretProperty{"AWS::Amplify::App", "OauthToken"},
    SecretProperty{"AWS::Amplify::App", "BasicAuthConfig.Password"},
    SecretProperty{"AWS::Amplify::Branch", "BasicAuthConfig.Password"},
    SecretProperty{"AWS::AppStream::DirectoryConfig", "ServiceAccountCredentials.AccountPassword"},
    SecretProperty{"AWS::CodePipeline::Webhook", "AuthenticationConfiguration.SecretToken"},
    SecretProperty{"AWS::CodeBuild::SourceCredential", "Token"},
    SecretProperty{"AWS::EMR::Cluster", "KerberosAttributes.ADDomainJoinPassword"},
    SecretProperty{"AWS::EMR::Cluster", "KerberosAttributes.CrossRealmTrustPrincipalPassword"},
    SecretProperty{"AWS::EMR::Cluster", "KerberosAttributes.KdcAdminPassword"},
    SecretProperty{"AWS::KinesisFirehose::DeliveryStream", "RedshiftDestinationConfiguration.Password"},
    SecretProperty{"AWS::KinesisFirehose::DeliveryStream", "SplunkDestinationConfiguration.HECToken"},
    SecretProperty{"AWS::ManagedBlockchain::Member",
                   "MemberConfiguration.MemberFrameworkConfiguration.MemberFabricConfiguration.AdminPassword"},
    SecretProperty{"AWS::OpsWorks::App", "AppSource.Password"},
    SecretProperty{"AWS::OpsWorks::App", "AppSource.SshKey"},
    SecretProperty{"AWS::OpsWorks::App", "SslConfiguration.PrivateKey"},
    SecretProperty{"AWS::OpsWorks::Stack", "CustomCookbooksSource.Password"},
    SecretProperty{"AWS::OpsWorks::Stack", "CustomCookbooksSource.SshKey"},
    SecretProperty{"AWS::OpsWorks::Stack", "RdsDbInstances.DbPassword"},
    SecretProperty{"AWS::Pinpoint::APNSChannel", "PrivateKey"},
    SecretProperty{"AWS::Pinpoint::APNSChannel", "TokenKey"},
    SecretProperty{"AWS::Pinpoint::APNSSandboxChannel", "PrivateKey"},
    SecretProperty{"AWS::Pinpoint::APNSSandboxChannel", "TokenKey"},
    SecretProperty{"AWS::Pinpoint::APNSVoipChannel", "PrivateKey"},
    SecretProperty{"AWS::Pinpoint::APNSVoipChannel", "TokenKey"},
    SecretProperty{"AWS::Pinpoint::APNSVoipSandboxChannel", "PrivateKey"},
    SecretProperty{"AWS::Pinpoint::APNSVoipSandboxChannel", "TokenKey"},
    SecretProperty{"AWS::Lex::Bot", "KendraConfiguration.Password"},
    SecretProperty{"Alexa::ASK::Skill", "AuthenticationConfiguration.ClientSecret"},
    SecretProperty{"Alexa::ASK::Skill", "AuthenticationConfiguration.RefreshToken"},
    SecretProperty{"AWS::SecretsManager::Secret", "SecretString"},
    SecretProperty{"AWS::Cognito::UserPoolIdentityProvider", "ProviderDetails.client_secret"},
};

std::vector<std::string_view> types_with_secrets() {
  std::vector<std::string_view> out;
  for (const SecretProperty& each : secret_properties)
    if (std::ranges::find(out, each.type) == out.end()) out.push_back(each.type);
  return out;
}

template <class Judge>
void each_secret_property(Inquiry& ask, const Resource& resource, Judge judge) {
  for (const SecretProperty& each : secret_properties) {
    if (each.type != resource.type) continue;
    const std::size_t dot = each.path.find('.');
    const Value top = ask.get(resource, each.path.substr(0, dot));
    for (const Value& value :
         parts(top, dot == std::string_view::npos ? std::string_view() : each.path.substr(dot + 1)))
      if (!is_empty(value)) judge(each.path, value);
  }
}

// Whether the texts that a value is made of are all there is to it: nothing of it is put in from elsewhere but what
// CloudFormation knows of the stack (AWS::Region …).
bool is_written_down(Inquiry& ask, const Value& value) {
  if (value.is(Kind::text)) return !value.text.empty();
  if (value.is(Kind::number) || value.is(Kind::boolean)) return true;
  if (!value.is(Kind::joined)) return false;
  bool any_text = false;
  for (const Value& item : value.items) {
    if (item.is(Kind::text))
      any_text = any_text || !item.text.empty();
    else if (!item.is(Kind::symbol) || !ask.estate().parameters[item.index].name.starts_with("AWS::"))
      return false;
  }
  return any_text;
}

void plaintext_password(Inquiry& ask, const Resource& resource) {
  each_secret_property(ask, resource, [&](std::string_view path, const Value& value) {
    if (value.is(Kind::unknown))
      ask.unknown(&resource, value.at, value.text);
    else if (is_dynamic_secret(value))
      ask.proved(&resource, value.at, fmt::format("{} is a dynamic reference", path));
    else if (is_written_down(ask, value))
      ask.refuted(&resource, value.at, fmt::format("{} is given in plain text", path));
    else
      ask.proved(&resource, value.at, fmt::format("{} is {}, no plain text", path, text_of(ask.estate(), value)));
  });
}

void default_for_secret(Inquiry& ask, const Resource& resource) {
  each_secret_property(ask, resource, [&](std::string_view path, const Value& value) {
    if (is_dynamic_secret(value)) return;
    std::vector<std::uint32_t> symbols;
    symbols_of(value, symbols);
    for (const std::uint32_t index : symbols) {
      const estate::Parameter& parameter = ask.estate().parameters[index];
      if (parameter.name.starts_with("AWS::")) continue;
      if (!parameter.no_echo)
        ask.refuted(&resource, value.at,
                    fmt::format("{} is the parameter {}, which has no NoEcho", path, parameter.name));
      else if (parameter.default_value)
        ask.refuted(&resource, value.at,
                    fmt::format("{} is the parameter {}, which has a default", path, parameter.name));
      else
        ask.proved(&resource, value.at,
                   fmt::format("{} is the parameter {}, not shown and without a default", path, parameter.name));
    }
  });
}

// "AWS::CloudFormation::Authentication": cfn-init signs in with what stands there, and whoever may describe the stack's
// resources can read it.
void credentials_in_metadata(Inquiry& ask) {
  for (const Resource& resource : ask.estate().resources) {
    const Value& written = resource.metadata["AWS::CloudFormation::Authentication"];
    if (!written || !ask.in().exists(resource)) continue;
    const Value sources = ask.in().resolve(written);
    if (sources.is(Kind::unknown)) ask.unknown(&resource, written.at, sources.text);
    for (const estate::Member& source : sources.members)
      for (const std::string_view name : {"accessKeyId", "secretKey", "password"})
        if (const Value& value = source.value[name]; !is_empty(value))
          ask.refuted(&resource, value.at,
                      fmt::format("{} of {} in its metadata is {}", name, source.name,
                                  value.is(Kind::text) ? "given in plain text" : text_of(ask.estate(), value)));
    ask.proved(&resource, written.at, "its metadata names a role, or nobody, to sign in as");
  }
}

}  // namespace

std::vector<Check> secret_property_checks() {
  return {
      {"SEC-5.no-plaintext-password", Method::property, types_with_secrets(), plaintext_password},
      {"SEC-5.no-default-for-secret", Method::property, types_with_secrets(), default_for_secret},
      {"SEC-5.no-credentials-in-metadata", Method::property, {}, {}, credentials_in_metadata},
  };
}

}  // namespace redoubt::controls
