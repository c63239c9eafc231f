// SEC-1 to SEC-5 as far as properties show them: where secrets stand, how they rotate, and where none may stand.
// Who can read them is asked in policy_checks.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "containers.hpp"
#include "databases.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "secret_forms.hpp"
#include "secret_values.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view definition_type = "AWS::ECS::TaskDefinition";

void password_in_secrets_manager(Inquiry& ask, const Resource& database) {
  if (is_cluster_member(ask, database)) return;
  const Truth managed = ask.boolean(database, "ManageMasterUserPassword");
  if (surely(managed)) return ask.proved(&database, {}, "ManageMasterUserPassword is true");
  const Value password = ask.get(database, "MasterUserPassword");
  if (is_empty(password)) {
    for (const std::string_view source :
         {"SourceDBInstanceIdentifier", "SourceDBClusterIdentifier", "DBSnapshotIdentifier", "SnapshotIdentifier"})
      if (!is_empty(ask.get(database, source))) return;  // takes its password over
    if (managed.unknown()) return ask.unknown(&database, {}, managed.why);
    if (database.type == neptune_cluster) return;  // has none: IAM signs its users in
    return ask.refuted(&database, {}, "ManageMasterUserPassword is not true and MasterUserPassword is not given");
  }
  if (starts_with(password, "{{resolve:secretsmanager:"))
    ask.proved(&database, password.at, "MasterUserPassword is taken from a secret");
  else if (password.is(Kind::unknown))
    ask.unknown(&database, password.at, password.text);
  else
    ask.refuted(&database, password.at, "MasterUserPassword is not taken from a secret of Secrets Manager");
}

bool is_database_credential(std::string_view name) {
  static constexpr std::array names{"DATABASE_PASSWORD",   "DB_PASSWORD",         "DB_PASS",
                                    "PGPASSWORD",          "POSTGRES_PASSWORD",   "MYSQL_PASSWORD",
                                    "DATABASE_PASS",       "RDS_PASSWORD",        "DATABASE_USER",
                                    "MYSQL_ROOT_PASSWORD", "DATABASE_CREDENTIALS"};
  return std::ranges::find(names, name) != names.end();
}

bool is_signing_secret(std::string_view name) {
  static constexpr std::array names{"JWT_SECRET", "JWT_SIGNING_KEY", "JWT_SECRET_KEY", "SECRET_KEY",
                                    "JWT_SECRET_PREVIOUS"};
  return std::ranges::find(names, name) != names.end();
}

// Variables of that kind must be among a container's Secrets, never in its Environment.
void handed_as_secret(Inquiry& ask, const Resource& definition, bool (*wanted)(std::string_view)) {
  for (const Container& container : containers_of(ask, definition)) {
    for (const Value& variable : items_of(container.value["Environment"])) {
      const Known<std::string> name = ask.in().text(variable["Name"]);
      if (name.known() && wanted(name.value) && name.value != "DATABASE_USER")
        ask.refuted(&definition, variable.at,
                    fmt::format("{} of {} is given in its Environment, in plain text", name.value, container.name));
    }
    for (const Value& secret : items_of(container.value["Secrets"])) {
      const Known<std::string> name = ask.in().text(secret["Name"]);
      if (name.known() && wanted(name.value))
        ask.proved(
            &definition, secret.at,
            fmt::format("{} of {} is {}", name.value, container.name, text_of(ask.estate(), secret["ValueFrom"])));
    }
  }
}

// Secrets that hold what signs in to a database: attached to one, or what one takes its password from.
bool holds_database_credentials(Inquiry& ask, const Resource& secret) {
  if (!naming(ask, "AWS::SecretsManager::SecretTargetAttachment", "SecretId", secret).empty()) return true;
  for (const std::string_view type : {db_instance, db_cluster, docdb_cluster})
    for (const Resource* database : ask.resources(type))
      if (mentions(ask, ask.get(*database, "MasterUserPassword"), secret)) return true;
  return false;
}

void secret_rotates(Inquiry& ask, const Resource& secret) {
  if (!holds_database_credentials(ask, secret)) return;
  const auto schedules = naming(ask, "AWS::SecretsManager::RotationSchedule", "SecretId", secret);
  for (const Resource* attachment : ask.resources("AWS::SecretsManager::SecretTargetAttachment"))
    if (ask.in().target(ask.get(*attachment, "SecretId")) == &secret)
      for (const Resource* schedule : ask.resources("AWS::SecretsManager::RotationSchedule"))
        if (ask.in().target(ask.get(*schedule, "SecretId")) == attachment)
          return ask.proved(&secret, schedule->at, fmt::format("{} rotates it", schedule->id));
  if (schedules.empty())
    ask.refuted(&secret, {}, "no AWS::SecretsManager::RotationSchedule has it as its SecretId");
  else
    ask.proved(&secret, schedules.front()->at, fmt::format("{} rotates it", schedules.front()->id));
}

// "rate(7 days)" in days; none for another form.
std::optional<double> days_of_rate(std::string_view expression) {
  if (!expression.starts_with("rate(")) return std::nullopt;
  const std::string inner(expression.substr(5));
  char* end = nullptr;
  const double number = std::strtod(inner.c_str(), &end);
  const std::string_view unit = end;
  if (unit.starts_with(" day")) return number;
  constexpr double hours_a_day = 24;
  if (unit.starts_with(" hour")) return number / hours_a_day;
  return std::nullopt;
}

void every_thirty_days(Inquiry& ask, const Resource& schedule) {
  constexpr double most = 30;
  const Value days_value = ask.get(schedule, "RotationRules.AutomaticallyAfterDays");
  const Value expression_value = ask.get(schedule, "RotationRules.ScheduleExpression");
  const Known<double> days = ask.in().number(days_value);
  const Known<std::string> expression = ask.in().text(expression_value);
  if (days.unknown()) return ask.unknown(&schedule, days_value.at, days.why);
  if (expression.unknown()) return ask.unknown(&schedule, expression_value.at, expression.why);
  if (days.absent() && expression.absent())
    return ask.refuted(&schedule, {}, "RotationRules say neither AutomaticallyAfterDays nor ScheduleExpression");
  const std::optional<double> every = days.known() ? std::optional(days.value) : days_of_rate(expression.value);
  if (!every)
    return ask.unknown(&schedule, expression_value.at,
                       fmt::format("how often {} comes round was not worked out", expression.value));
  const std::string text = fmt::format("it rotates every {} days", *every);
  if (*every <= most)
    ask.proved(&schedule, days_value.at, text);
  else
    ask.refuted(&schedule, days_value.at, text);
}

void signing_secret_managed(Inquiry& ask) {
  bool any = false;
  for (const Resource* definition : ask.resources(definition_type))
    for (const Container& container : containers_of(ask, *definition))
      for (const Value& entry : items_of(container.value["Secrets"])) {
        const Known<std::string> name = ask.in().text(entry["Name"]);
        if (!name.known() || !is_signing_secret(name.value) || name.value == "JWT_SECRET_PREVIOUS") continue;
        any = true;
        const Resource* found = nullptr;
        for (const Resource* secret : ask.resources("AWS::SecretsManager::Secret"))
          if (mentions(ask, entry["ValueFrom"], *secret)) found = secret;
        if (found == nullptr)
          ask.unknown(definition, entry.at,
                      fmt::format("{} is {}, which is not among the sources", name.value,
                                  text_of(ask.estate(), entry["ValueFrom"])));
        else if (is_empty(ask.get(*found, "GenerateSecretString")))
          ask.refuted(found, {}, "it is not generated: GenerateSecretString is not given");
        else {
          // redoubt-api takes no shorter one; Secrets Manager makes 32 characters by default (PasswordLength).
          constexpr double least = 32;
          const Value length_value = ask.get(*found, "GenerateSecretString.PasswordLength");
          const Known<double> length = ask.in().number(length_value).when_absent(least);
          ask.expect(*found, length_value.at,
                     length.unknown() ? unknown_truth(length.why) : truth(length.value >= least),
                     fmt::format("it is generated, and {} of {}", name.value, definition->id),
                     fmt::format("PasswordLength is {}, less than {}", length.value, least));
        }
      }
  if (!any) ask.refuted(nullptr, {}, "no container has a secret JWT_SECRET or JWT_SIGNING_KEY");
}

// One environment variable, of whatever kind of resource.
void judge_variable(Inquiry& ask, const Resource& resource, std::string_view name, const Value& value, Location at) {
  if (value.is(Kind::unknown)) {
    if (is_secret_name(name)) ask.unknown(&resource, at, fmt::format("{}: {}", name, value.text));
    return;
  }
  if (value.is(Kind::text))
    if (const std::string_view form = secret_form(value.text); !form.empty())
      return ask.refuted(&resource, at, fmt::format("{} holds {}", name, form));
  if (!is_secret_name(name) || is_empty(value)) return;
  if (is_dynamic_secret(value))
    return ask.refuted(&resource, at, fmt::format("CloudFormation writes the secret itself into {}", name));
  if (value.is(Kind::reference)) return;  // the name or ARN of something, no secret
  if (value.is(Kind::symbol) || value.is(Kind::text) || value.is(Kind::joined)) {
    const Resource* const target = ask.in().target(value);
    if (target != nullptr || starts_with(value, "arn:")) return;
    ask.refuted(&resource, at,
                starts_with(value, "{{resolve:ssm:")
                    ? fmt::format("{} is taken from a parameter of Systems Manager that is no SecureString", name)
                    : fmt::format("{} is given in plain text", name));
  }
}

void plaintext_environment(Inquiry& ask, const Resource& resource) {
  if (resource.type == definition_type) {
    for (const Container& container : containers_of(ask, resource))
      for (const Value& variable : items_of(container.value["Environment"])) {
        const Known<std::string> name = ask.in().text(variable["Name"]);
        if (name.known()) judge_variable(ask, resource, name.value, variable["Value"], variable.at);
      }
  } else if (resource.type == "AWS::CodeBuild::Project") {
    for (const Value& variable : items_of(ask.get(resource, "Environment.EnvironmentVariables"))) {
      const Known<std::string> name = ask.in().text(variable["Name"]);
      const Known<std::string> type = ask.in().text(variable["Type"]);
      if (name.known() && (type.absent() || type.value == "PLAINTEXT"))
        judge_variable(ask, resource, name.value, variable["Value"], variable.at);
    }
  } else {
    for (const estate::Member& variable : ask.get(resource, "Environment.Variables").members)
      judge_variable(ask, resource, variable.name, variable.value, variable.at);
  }
  ask.proved(&resource, {}, "no environment variable holds a secret in plain text");
}

// Every text within a value.
template <class Judge>
void each_text(const Value& value, Judge&& judge) {
  if (value.is(Kind::text)) judge(value);
  for (const Value& item : value.items) each_text(item, judge);
  for (const estate::Member& member : value.members) each_text(member.value, judge);
}

void user_data_secret(Inquiry& ask, const Resource& resource) {
  const std::string_view path =
      resource.type == "AWS::EC2::LaunchTemplate" ? "LaunchTemplateData.UserData" : "UserData";
  const Value data = unresolved(resource, path);
  if (is_empty(data)) return;
  each_text(data, [&](const Value& text) {
    if (const std::string found = secret_in_script(text.text); !found.empty())
      ask.refuted(&resource, text.at.line != 0 ? text.at : data.at, fmt::format("its user data holds {}", found));
  });
  ask.proved(&resource, data.at, "no line of its user data assigns a secret or has the form of one");
}

void template_secret(Inquiry& ask) {
  bool any = false;
  for (const Resource& resource : ask.estate().resources) {
    if (resource.stack == estate::no_index) continue;
    any = true;
    const auto judge = [&](const Value& text) {
      if (const std::string_view form = secret_form(text.text); !form.empty())
        ask.refuted(&resource, text.at, fmt::format("a text of it holds {}", form));
    };
    each_text(resource.properties, judge);
    each_text(resource.metadata, judge);
  }
  for (const estate::Parameter& parameter : ask.estate().parameters)
    if (parameter.default_value && !secret_form(*parameter.default_value).empty())
      ask.refuted(nullptr, parameter.at,
                  fmt::format("the default of the parameter {} holds {}", parameter.name,
                              secret_form(*parameter.default_value)));
  if (any) ask.proved(nullptr, {}, "no text of a template has the form of a secret");
}

void output_secret(Inquiry& ask) {
  bool any = false;
  for (const estate::Stack& stack : ask.estate().stacks)
    for (const auto& entry : stack.outputs) {
      const std::string& name = entry.first;
      const Value& output = entry.second;
      any = true;
      const Value value = ask.in().resolve(output["Value"]);
      std::vector<std::uint32_t> symbols;
      symbols_of(value, symbols);
      for (const std::uint32_t index : symbols)
        if (ask.estate().parameters[index].no_echo)
          ask.refuted(nullptr, output.at,
                      fmt::format("the output {} shows the parameter {}", name, ask.estate().parameters[index].name));
      each_text(value, [&](const Value& text) {
        if (text.text.find("{{resolve:secretsmanager:") != std::string::npos ||
            text.text.find("{{resolve:ssm-secure:") != std::string::npos)
          ask.refuted(nullptr, output.at, fmt::format("the output {} shows a secret", name));
      });
    }
  if (any) ask.proved(nullptr, {}, "no output shows a secret");
}

bool is_access_key_name(std::string_view name) {
  return name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY" || name == "AWS_SESSION_TOKEN";
}

void key_in_environment(Inquiry& ask, const Resource& resource) {
  const auto judge = [&](std::string_view name, const Value& value, Location at) {
    const bool form = value.is(Kind::text) && secret_form(value.text) == "an AWS access key";
    if (is_access_key_name(name) || form) ask.refuted(&resource, at, fmt::format("{} is given to it", name));
  };
  if (resource.type == definition_type) {
    for (const Container& container : containers_of(ask, resource))
      for (const std::string_view list : {"Environment", "Secrets"})
        for (const Value& variable : items_of(container.value[list])) {
          const Known<std::string> name = ask.in().text(variable["Name"]);
          if (name.known()) judge(name.value, variable["Value"], variable.at);
        }
  } else if (resource.type == "AWS::Lambda::Function" || resource.type == "AWS::Serverless::Function") {
    for (const estate::Member& variable : ask.get(resource, "Environment.Variables").members)
      judge(variable.name, variable.value, variable.at);
  } else {
    const std::string_view path =
        resource.type == "AWS::EC2::LaunchTemplate" ? "LaunchTemplateData.UserData" : "UserData";
    each_text(unresolved(resource, path), [&](const Value& text) {
      if (text.text.find("AWS_SECRET_ACCESS_KEY=") != std::string::npos ||
          text.text.find("AWS_ACCESS_KEY_ID=") != std::string::npos || secret_form(text.text) == "an AWS access key")
        ask.refuted(&resource, text.at, "its user data holds an AWS access key");
    });
  }
  ask.proved(&resource, {}, "no AWS access key is given to it");
}

}  // namespace

std::vector<Check> secrets_checks() {
  const std::vector<std::string_view> instances{"AWS::EC2::Instance", "AWS::EC2::LaunchTemplate",
                                                "AWS::AutoScaling::LaunchConfiguration"};
  std::vector<std::string_view> everything_with_environment = instances;
  everything_with_environment.insert(everything_with_environment.end(),
                                     {definition_type, "AWS::Lambda::Function", "AWS::Serverless::Function"});
  return {
      {"SEC-1.in-secrets-manager",
       Method::property,
       {db_instance, db_cluster, docdb_cluster},
       password_in_secrets_manager},
      {"SEC-1.task-reads-secret",
       Method::property,
       {definition_type},
       [](Inquiry& ask, const Resource& each) { handed_as_secret(ask, each, is_database_credential); },
       {}},
      {"SEC-2.rotation", Method::property, {"AWS::SecretsManager::Secret"}, secret_rotates},
      {"SEC-2.every-thirty-days", Method::property, {"AWS::SecretsManager::RotationSchedule"}, every_thirty_days},
      {"SEC-3.managed", Method::property, {}, {}, signing_secret_managed},
      {"SEC-3.handed-as-secret",
       Method::property,
       {definition_type},
       [](Inquiry& ask, const Resource& each) { handed_as_secret(ask, each, is_signing_secret); },
       {}},
      {"SEC-5.no-plaintext-environment",
       Method::property,
       {definition_type, "AWS::Lambda::Function", "AWS::Serverless::Function", "AWS::CodeBuild::Project"},
       plaintext_environment},
      {"SEC-5.no-secret-in-user-data", Method::property, instances, user_data_secret},
      {"SEC-5.no-secret-in-template", Method::property, {}, {}, template_secret},
      {"SEC-5.no-secret-in-output", Method::property, {}, {}, output_secret},
      {"IAM-5.no-key-in-environment", Method::property, everything_with_environment, key_in_environment},
  };
}

}  // namespace redoubt::controls
