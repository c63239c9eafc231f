// IAM-3.no-escalation and SEC-4.only-named-readers: what somebody may do by all policies together, as the policy engine
// decides it for every request. Of principals that the sources do not show nothing is said.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include "engine_checks.hpp"
#include "estate/case.hpp"
#include "reading.hpp"
#include "rights/texts.hpp"

namespace redoubt::controls {
namespace {

using Findings = std::vector<Inquiry::Finding>;

constexpr std::chrono::milliseconds budget{1000};  // for each case and principal
constexpr std::size_t most_cases = 2048;
const std::vector<std::string_view> identity_types{"AWS::IAM::Role", "AWS::IAM::User"};
constexpr std::array<std::string_view, 2> serverless_types{"AWS::Serverless::Function",
                                                           "AWS::Serverless::StateMachine"};
constexpr std::string_view secret_type = "AWS::SecretsManager::Secret";

void tell(Findings& findings, const Resource& resource, Outcome outcome, std::string text) {
  findings.push_back({&resource, outcome, resource.at, std::move(text)});
}

std::string text_of(const iam::OpenPath& path) {
  std::vector<std::string> steps;
  for (const iam::OpenStep& step : path.steps)
    steps.push_back(fmt::format("{} on {}{}", step.request.action, step.request.resource,
                                step.because.empty() ? "" : fmt::format(" ({})", fmt::join(step.because, "; "))));
  std::string out = fmt::format("it can {}: {}", path.how, fmt::join(steps, ", then "));
  if (!path.through.empty()) out += fmt::format(", through {}", path.through);
  if (!path.assumes.empty()) out += fmt::format(", given {}", path.assumes);
  return out;
}

// --- IAM-3.no-escalation ---------------------------------------------------------------------------------------------

void judge(Findings& findings, const Resource& resource, const rights::Escalation& escalation) {
  const iam::Escalation& found = escalation.found;
  if (!found.paths.empty()) {
    std::string text = text_of(found.paths.front());
    if (found.paths.size() > 1) text += fmt::format("; and {} other ways", found.paths.size() - 1);
    if (!escalation.where.empty()) text += fmt::format(", when {}", escalation.where);
    return tell(findings, resource, Outcome::refuted, std::move(text));
  }
  if (!escalation.missing.empty()) return tell(findings, resource, Outcome::unknown, escalation.missing);
  if (!found.undecided.empty())
    return tell(findings, resource, Outcome::unknown,
                fmt::format("these ways could not be settled: {}", fmt::join(found.undecided, ", ")));
  if (found.is_administrator)
    return tell(findings, resource, Outcome::proved, "it has all rights already (IAM-2 asks whether it should)");
  tell(findings, resource, Outcome::proved, "no known way leads from its rights to those of an administrator");
}

Findings no_escalation(const rights::Known& known) {
  Findings out;
  std::vector<const Resource*> resources;
  std::vector<std::string> names;
  std::map<std::string, std::size_t> count;
  for (const Resource& resource : known.estate().resources) {
    if (std::ranges::find(identity_types, resource.type) == identity_types.end()) continue;
    const bool has_arn = resource.arn.starts_with("arn:");
    if (has_arn && !iam::Principal::parse(resource.arn)) continue;
    resources.push_back(&resource);
    names.push_back(has_arn ? resource.arn : resource.id);
    ++count[names.back()];
  }
  const std::vector<rights::Escalation> found = rights::find_escalations(known, names, budget);
  // SAM makes a role of a function's Policies, whose name and trust no source shows.
  for (const Resource& resource : known.estate().resources)
    if (std::ranges::find(serverless_types, resource.type) != serverless_types.end() &&
        resource.properties["Policies"] && !resource.properties["Role"])
      tell(out, resource, Outcome::unknown, "the role that SAM makes of its Policies is not among the sources");
  for (std::size_t i = 0; i < resources.size(); ++i)
    if (count[names[i]] > 1)
      tell(out, *resources[i], Outcome::unknown, "several sources declare one of that name");
    else
      judge(out, *resources[i], found[i]);
  return out;
}

// --- SEC-4.only-named-readers ----------------------------------------------------------------------------------------

// Does the value name the secret, alone or with what follows of its ARN ("…:password::")?
bool names(Inquiry& ask, const Value& value, const Resource& secret) {
  if (value.is(Kind::reference) && value.index == ask.estate().index_of(secret)) return true;
  if (value.is(Kind::text) && !secret.arn.empty() && (value.text + ':').starts_with(secret.arn + ':')) return true;
  if ((value.is(Kind::text) || value.is(Kind::joined)) && ask.in().target(value) == &secret) return true;
  return std::ranges::any_of(value.items, [&](const Value& item) { return names(ask, item, secret); }) ||
         std::ranges::any_of(value.members,
                             [&](const estate::Member& member) { return names(ask, member.value, secret); });
}

// The roles that need to read a secret, as values: those of tasks that name it, and of what rotates it or a secret that
// names it.
std::vector<Value> needed_by(Inquiry& ask, const Resource& secret) {
  std::vector<Value> out;
  const auto add = [&](const Resource& resource, std::string_view path) {
    if (Value role = ask.get(resource, path)) out.push_back(std::move(role));
  };
  for (const Resource* definition : ask.in().resources("AWS::ECS::TaskDefinition")) {
    if (!names(ask, ask.get(*definition, "ContainerDefinitions"), secret)) continue;
    add(*definition, "ExecutionRoleArn");
    add(*definition, "TaskRoleArn");
  }
  const auto add_rotation = [&](const Resource& rotated, const Value& function) {
    const Resource* const rotates = ask.in().target(function);
    if (rotates == nullptr || rotates->type != "AWS::Lambda::Function") return;
    if (&rotated == &secret || names(ask, ask.in().resolve(rotated.properties), secret)) add(*rotates, "Role");
  };
  for (const Resource* schedule : ask.in().resources("AWS::SecretsManager::RotationSchedule"))
    if (const Resource* rotated = ask.in().target(ask.get(*schedule, "SecretId")))
      add_rotation(*rotated, ask.get(*schedule, "RotationLambdaARN"));
  for (const Resource* rotated : ask.in().resources(secret_type))
    if (const Value function = ask.get(*rotated, "RotationLambdaARN")) add_rotation(*rotated, function);
  return out;
}

// By ARN: in how many of the cases in which there is the secret somebody needs it.
struct Needs {
  std::size_t cases = 0;
  bool is_whole = true;
  std::map<std::string, std::size_t> by;
};

Needs needs_of(const rights::Known& known, const Resource& secret, const rights::Hints& hints) {
  Needs out;
  out.is_whole = estate::for_each_case(known.estate(), most_cases, [&](Case& in) {
    if (!in.exists(secret)) return;
    Inquiry ask(in);
    rights::Texts texts(in, hints);
    std::vector<std::string> arns;
    for (const Value& role : needed_by(ask, secret)) {
      const Resource* const target = in.target(role);
      arns.push_back(target != nullptr ? texts.arn(*target).text : texts.of(role).text);
    }
    std::ranges::sort(arns);
    arns.erase(std::unique(arns.begin(), arns.end()), arns.end());
    for (const std::string& arn : arns) ++out.by[arn];
    ++out.cases;
  });
  return out;
}

void only_named_readers(Findings& findings, const rights::Known& known, const Resource& secret) {
  rights::Question question;
  question.action = "secretsmanager:GetSecretValue";
  question.resource = secret.arn.empty() ? secret.id : secret.arn;
  question.budget = budget;
  rights::Hints hints;
  hints.add_resource(question.resource);
  hints.add_action(question.action);
  const Needs needs = needs_of(known, secret, hints);
  if (!needs.is_whole)
    return tell(findings, secret, Outcome::unknown,
                fmt::format("the templates have more than {} cases that matter", most_cases));
  if (needs.cases == 0) return;
  std::string doubt;
  std::vector<std::string> readers;
  for (const iam::Accessor& reader : rights::who_can(known, question)) {
    // The root user of the secret's own account has every right, whatever a policy says of it ("Root user").
    const std::string_view own = secret.account.empty() ? rights::some_account : std::string_view(secret.account);
    if (reader.principal.kind == iam::Principal::Kind::root && reader.principal.account == own) continue;
    const std::string& name = reader.principal.name;
    const auto need = needs.by.find(name);
    if (need != needs.by.end() && need->second == needs.cases) {
      readers.push_back(name);
      continue;
    }
    if (!reader.decision.when_allowed)
      doubt = fmt::format("whether {} can read it: {}", name, reader.decision.why_undecided);
    else if (need != needs.by.end())
      doubt = fmt::format("whether {}, who can read it, needs it depends on parameters", name);
    else
      return tell(
          findings, secret, Outcome::refuted,
          fmt::format("{} can read it ({}), and is neither a role of a task that names it nor of what rotates it", name,
                      fmt::join(reader.decision.because, "; ")));
  }
  if (!doubt.empty()) return tell(findings, secret, Outcome::unknown, doubt);
  tell(findings, secret, Outcome::proved,
       readers.empty() ? "none of the principals that the sources show can read it"
                       : fmt::format("of the principals that the sources show only these can read it: {}",
                                     fmt::join(readers, ", ")));
}

Findings secrets_only_named_readers(const rights::Known& known) {
  Findings out;
  std::map<std::string, std::size_t> count;
  for (const Resource& secret : known.estate().resources) ++count[secret.arn.empty() ? secret.id : secret.arn];
  for (const Resource& secret : known.estate().resources) {
    if (secret.type != secret_type) continue;
    if (count[secret.arn.empty() ? secret.id : secret.arn] > 1)
      tell(out, secret, Outcome::unknown, "several sources declare something of that name");
    else
      only_named_readers(out, known, secret);
  }
  return out;
}

}  // namespace

std::vector<EngineCheck> rights_checks() {
  return {
      {"IAM-3.no-escalation",
       {"AWS::IAM::Role", "AWS::IAM::User", "AWS::Serverless::Function", "AWS::Serverless::StateMachine"},
       {},
       no_escalation},
      {"SEC-4.only-named-readers", {secret_type}, {}, secrets_only_named_readers},
  };
}

}  // namespace redoubt::controls
