// APP-13.separate-migration-role: what signs in to change the schema is a secret that the running service neither names
// nor can read. A task that migrates is told by its family, the name of its container or its command.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "containers.hpp"
#include "databases.hpp"
#include "engine_checks.hpp"
#include "iam/values.hpp"
#include "reading.hpp"

namespace redoubt::controls {
namespace {

using Findings = std::vector<Inquiry::Finding>;
using Resources = std::set<const Resource*>;

constexpr std::chrono::milliseconds budget{1000};
constexpr std::size_t most_cases = 2048;
constexpr std::string_view definition_type = "AWS::ECS::TaskDefinition";

// What was seen in some case.
struct Seen {
  std::map<const Resource*, Resources> migrations;  // by definition: the secrets that it names
  Resources roles, secrets;                         // of the tasks that services run
  bool has_database = false;
};

bool says_migration(Inquiry& ask, const Value& value) {
  for (const Value& item : items_of(value)) {
    const Known<std::string> text = ask.in().text(item);
    if (text.known() && iam::lower(text.value).find("migrat") != std::string::npos) return true;
  }
  return false;
}

bool migrates(Inquiry& ask, const Resource& definition) {
  if (says_migration(ask, ask.get(definition, "Family"))) return true;
  return std::ranges::any_of(containers_of(ask, definition), [&](const Container& container) {
    return says_migration(ask, container.value["Name"]) || says_migration(ask, container.value["Command"]);
  });
}

void look(Case& in, Seen& seen) {
  Inquiry ask(in);
  Resources served;
  for (const Resource* service : in.resources("AWS::ECS::Service"))
    if (const Resource* definition = definition_of(ask, *service)) served.insert(definition);
  for (const Resource* definition : in.resources(definition_type)) {
    const bool is_served = served.contains(definition);
    if (!is_served && !migrates(ask, *definition)) continue;
    Resources& secrets = is_served ? seen.secrets : seen.migrations[definition];
    const Value containers = ask.get(*definition, "ContainerDefinitions");
    for (const Resource* secret : in.resources("AWS::SecretsManager::Secret"))
      if (mentions(ask, containers, *secret)) secrets.insert(secret);
    if (!is_served) continue;
    for (const std::string_view role : {"ExecutionRoleArn", "TaskRoleArn"})
      if (const Resource* target = in.target(ask.get(*definition, role))) seen.roles.insert(target);
  }
  for (const std::string_view type : {db_instance, db_cluster})
    seen.has_database = seen.has_database || !in.resources(type).empty();
}

// Why the running service may have what a migration signs in with; proved where it has not.
Inquiry::Finding judge(const rights::Known& known, const Seen& seen, const Resource& migration,
                       const Resources& secrets) {
  Inquiry::Finding out{&migration, Outcome::proved, migration.at, {}};
  if (secrets.empty())
    return {&migration, Outcome::unknown, migration.at, "which secret it signs in with is not in the sources"};
  for (const Resource* secret : secrets) {
    if (seen.secrets.contains(secret))
      return {&migration, Outcome::refuted, migration.at, fmt::format("the running service names {} too", secret->id)};
    for (const Resource* role : seen.roles) {
      rights::Question question;
      question.principal = role->arn.empty() ? role->id : role->arn;
      question.action = "secretsmanager:GetSecretValue";
      question.resource = secret->arn.empty() ? secret->id : secret->arn;
      question.budget = budget;
      const iam::Decision decision = rights::can(known, question);
      if (decision.when_allowed)
        return {&migration, Outcome::refuted, migration.at,
                fmt::format("{}, a role of the running service, can read {}", role->id, secret->id)};
      if (decision.answer == iam::Answer::undecided && out.outcome == Outcome::proved)
        out = {&migration, Outcome::unknown, migration.at,
               fmt::format("whether {} can read {}: {}", role->id, secret->id, decision.why_undecided)};
    }
    if (out.outcome == Outcome::proved)
      out.text += fmt::format("{}{}", out.text.empty() ? "the running service can read none of what it names: " : ", ",
                              secret->id);
  }
  return out;
}

Findings separate_migration_role(const rights::Known& known) {
  Seen seen;
  const bool is_whole = estate::for_each_case(known.estate(), most_cases, [&](Case& in) { look(in, seen); });
  Findings out;
  for (const auto& [migration, secrets] : seen.migrations) {
    Inquiry::Finding found = judge(known, seen, *migration, secrets);
    if (!is_whole && found.outcome == Outcome::proved)
      found = {migration, Outcome::unknown, migration->at,
               fmt::format("the templates have more than {} cases that matter", most_cases)};
    out.push_back(std::move(found));
  }
  if (out.empty() && seen.has_database)
    out.push_back({nullptr, Outcome::unknown, {}, "no task definition says by its name or command that it migrates"});
  return out;
}

}  // namespace

std::vector<EngineCheck> migration_checks() {
  return {{"APP-13.separate-migration-role", {definition_type}, {}, separate_migration_role}};
}

}  // namespace redoubt::controls
