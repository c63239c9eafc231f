#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

constexpr int password_length = 48;

Value generated(const std::string& pattern, std::string_view key) {
  return object({{"SecretStringTemplate", pattern},
                 {"GenerateStringKey", key},
                 {"PasswordLength", password_length},
                 {"ExcludePunctuation", true}});
}

void add_secret(Template& t, const Configuration& c, std::string_view id, std::string_view name, std::string_view about,
                Value content) {
  t.add(id, "AWS::SecretsManager::Secret",
        {{"Name", fmt::format("{}/{}", c.prefix(), name)},
         {"Description", about},
         {"KmsKeyId", get_att("SecretsKey", "Arn")},
         {"GenerateSecretString", std::move(content)}})
      .keep();
}

// Whatever IAM may say elsewhere: nobody but these roles reads the secret.
void only_for(Template& t, std::string_view secret, std::initializer_list<std::string_view> roles) {
  Value readers = list({});
  for (const std::string_view role : roles) readers.items.push_back(get_att(role, "Arn"));
  t.add(fmt::format("{}Policy", secret), "AWS::SecretsManager::ResourcePolicy",
        {{"SecretId", ref_to(secret)},
         {"BlockPublicPolicy", true},
         {"ResourcePolicy", policy({deny_to_all("secretsmanager:GetSecretValue", "*",
                                                condition("ArnNotEquals", "aws:PrincipalArn", std::move(readers)))})}});
}

}  // namespace

// What the values' members mean is said by functions/*.py, which replace them.
void add_secrets(Template& t, const Configuration& c) {
  const std::string& database = c.database_name;
  add_secret(t, c, "DatabaseSecret", "database/service", "The service's user in the database: reads and writes rows",
             generated(fmt::format(R"({{"role":"{0}_service","username":"{0}_service_a"}})", database), "password"));
  only_for(t, "DatabaseSecret", {"TaskExecutionRole", "DatabaseRotationFunctionRole"});
  add_secret(t, c, "TokenSecret", "tokens", "What access tokens are signed with",
             generated(R"({"accepted":""})", "current"));
  only_for(t, "TokenSecret", {"TaskExecutionRole", "TokenRotationFunctionRole"});
  if (!c.migrate_command.empty()) {
    add_secret(t, c, "OwnerSecret", "database/owner",
               "The user in the database that owns the tables: changes the schema",
               generated(fmt::format(R"({{"role":"{0}_owner","username":"{0}_owner_a"}})", database), "password"));
    only_for(t, "OwnerSecret", {"MigrationExecutionRole", "DatabaseRotationFunctionRole"});
  }
  if (!c.admin_email.empty()) {
    t.add("AdministratorSecret", "AWS::SecretsManager::Secret",
          {{"Name", fmt::format("{}/administrator", c.prefix())},
           {"Description", "The first administrator's password, for the first start"},
           {"KmsKeyId", get_att("SecretsKey", "Arn")},
           {"GenerateSecretString", object({{"PasswordLength", password_length}, {"ExcludePunctuation", true}})}})
        .keep();
  }
}

}  // namespace redoubt::stack
