// IAM-1 and IAM-2.within-envelope: what the roles of task definitions may do at most. The envelope is a policy made of
// what the definitions themselves name (repositories, log groups, secrets and their keys), put beside the estate's own
// resources, so that a name that AWS will make is the same in both; the policy engine then decides whether the role's
// policies are contained in it. What a definition names differently from case to case is taken together, and what is
// proved by that alone is unknown.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine_checks.hpp"
#include "iam/plain_request.hpp"
#include "named_arns.hpp"
#include "reading.hpp"
#include "rights/comparison.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

using estate::list;
using estate::object;
using estate::text;
using Findings = std::vector<Inquiry::Finding>;

constexpr std::chrono::milliseconds budget{1000};
constexpr std::size_t most_cases = 2048, most_versions = 8;
const std::vector<std::string_view> definition_type{"AWS::ECS::TaskDefinition"};

// "Amazon ECS task execution IAM role"; "awslogs-create-group" needs the group's creation too.
const std::vector<std::string_view> pull_actions{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage",
                                                 "ecr:GetDownloadUrlForLayer"};
const std::vector<std::string_view> log_actions{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"};
const std::vector<std::string_view> secret_actions{"secretsmanager:GetSecretValue", "ssm:GetParameter",
                                                   "ssm:GetParameters", "kms:Decrypt"};

// A role, and what its definitions name.
struct Role {
  const Resource* resource = nullptr;
  NamedArns named;                  // in all cases together
  std::vector<NamedArns> versions;  // in the cases that differ
  bool is_whole = true;             // there are no further ones
};

struct Roles {
  std::vector<Role> roles;
  Findings findings;  // of definitions whose role is not among the sources
};

Roles roles_of(const rights::Known& known, std::string_view property) {
  Roles out;
  const Estate& estate = known.estate();
  const auto role_of = [&](const Resource* resource) -> Role& {
    const auto found = std::ranges::find(out.roles, resource, &Role::resource);
    return found != out.roles.end() ? *found : out.roles.emplace_back(Role{resource, {}, {}, true});
  };
  const bool is_whole = estate::for_each_case(estate, most_cases, [&](Case& in) {
    Inquiry ask(in);
    std::map<const Resource*, NamedArns> here;
    for (const Resource* definition : in.resources(definition_type.front())) {
      const Value value = ask.get(*definition, property);
      if (is_empty(value)) continue;
      const Resource* const role = in.target(value);
      if (role == nullptr || role->type != "AWS::IAM::Role") {
        out.findings.push_back({definition, Outcome::unknown, value.at,
                                fmt::format("its role {} is not among the sources", text_of(estate, value))});
        continue;
      }
      add_named(ask, *definition, here[role]);
    }
    for (auto& [resource, named] : here) {
      Role& role = role_of(resource);
      role.named.add(named);
      if (std::ranges::find(role.versions, named) != role.versions.end()) continue;
      if (role.versions.size() < most_versions)
        role.versions.push_back(std::move(named));
      else
        role.is_whole = false;
    }
  });
  if (!is_whole)
    for (Role& role : out.roles) role.is_whole = false;
  return out;
}

// --- Envelopes -------------------------------------------------------------------------------------------------------

Value texts(const std::vector<std::string_view>& of) {
  std::vector<Value> out;
  out.reserve(of.size());
  for (const std::string_view each : of) out.push_back(text(each));
  return list(std::move(out));
}

Value allow(std::string_view element, Value actions, Value resources) {
  return object(
      {{"Effect", text("Allow")}, {std::string(element), std::move(actions)}, {"Resource", std::move(resources)}});
}

// Whatever is none of these actions, and these on those resources; on everything where `wide`.
std::vector<Value> confines(const std::vector<std::string_view>& actions, const std::vector<Value>& resources,
                            bool wide) {
  std::vector<Value> out{allow("NotAction", texts(actions), text("*"))};
  if (wide)
    out.push_back(allow("Action", texts(actions), text("*")));
  else if (!resources.empty())
    out.push_back(allow("Action", texts(actions), list(resources)));
  return out;
}

using Envelope = std::vector<Value> (*)(const NamedArns&, bool wide);

std::vector<Value> pulls(const NamedArns& named, bool wide) {
  return confines(pull_actions, named.repositories, wide);
}
std::vector<Value> writes(const NamedArns& named, bool wide) {
  return confines(log_actions, named.groups, wide);
}
std::vector<Value> reads(const NamedArns& named, bool wide) {
  return confines(secret_actions, named.secrets, wide);
}
std::vector<Value> nothing_but(const NamedArns&, bool) {
  std::vector<std::string_view> all{"ecr:GetAuthorizationToken", "logs:DescribeLogStreams"};
  for (const auto& actions : {pull_actions, log_actions, secret_actions})
    all.insert(all.end(), actions.begin(), actions.end());
  return {allow("Action", texts(all), text("*"))};
}
std::vector<Value> what_is_named(const NamedArns& named, bool wide) {
  if (wide) return {allow("Action", text("*"), text("*"))};
  std::vector<Value> out{allow("Action", text("ecr:GetAuthorizationToken"), text("*"))};
  const auto on = [&](const std::vector<std::string_view>& actions, const std::vector<Value>& resources) {
    if (!resources.empty()) out.push_back(allow("Action", texts(actions), list(resources)));
  };
  on(pull_actions, named.repositories);
  on(log_actions, named.groups);
  on(secret_actions, named.secrets);
  on({"*"}, named.others);
  return out;
}

// The estate with the envelope as a policy of its own.
constexpr std::string_view envelope_id = "the envelope";
rights::Known with_envelope(const rights::Known& known, const Resource& role, std::vector<Value> statements) {
  Estate estate = known.estate();
  Resource policy;
  policy.id = envelope_id;
  policy.type = "AWS::IAM::ManagedPolicy";
  policy.stack = role.stack;
  policy.account = role.account;
  policy.region = role.region;
  policy.properties = object(
      {{"PolicyDocument", object({{"Version", text("2012-10-17")}, {"Statement", list(std::move(statements))}})}});
  estate.resources.push_back(std::move(policy));
  return rights::Known(std::move(estate), known.account());
}

// One case of the role's policies and one of the envelope. Where it hangs on names that AWS will make, both are read
// with logical ids in their places: AWS makes no name twice, and none that an envelope says.
rights::Containment within(const rights::PolicyInCase& policy, const rights::PolicyInCase& envelope) {
  rights::Containment out = rights::contained({policy}, {envelope}, budget);
  const bool together = policy.where.empty() || envelope.where.empty() || policy.where == envelope.where;
  if (!together && out.found.holds == false)
    return {{{}, {}, "it is not certain that these cases occur together"}, out.where};
  const bool is_read = policy.why_undecided.empty() && envelope.why_undecided.empty();
  if (out.found.holds || !together || !is_read || !policy.is_exact || !envelope.is_exact) return out;
  iam::Containment by_id = iam::contained(policy.least, envelope.most, budget);
  // What stands open, a parameter say, is written in angle brackets (rights/texts.hpp), and may be any name.
  if (by_id.holds == false && by_id.counterexample && by_id.counterexample->resource.find('<') == std::string::npos) {
    by_id.counterexample = plainly(*std::move(by_id.counterexample), policy.least, envelope.most);
    return {std::move(by_id), policy.where.empty() ? envelope.where : policy.where};
  }
  return out;
}

rights::Containment within(const rights::Known& known, const Resource& resource, std::vector<Value> envelope) {
  const rights::Known both = with_envelope(known, resource, std::move(envelope));
  const auto policies = rights::policy_of(both, resource.arn.empty() ? resource.id : resource.arn);
  const auto envelopes = rights::policy_of(both, std::string(envelope_id));
  rights::Containment out{{.holds = true, .counterexample = {}, .why_undecided = {}}, {}};
  if (policies.empty() || envelopes.empty()) out.found = {{}, {}, "no source declares its policies"};
  for (const rights::PolicyInCase& policy : policies)
    for (const rights::PolicyInCase& each : envelopes) {
      rights::Containment found = within(policy, each);
      if (found.found.holds == false) return found;
      if (!found.found.holds && out.found.holds) out = std::move(found);
    }
  return out;
}

void expect_within(Findings& findings, const rights::Known& known, const Role& role, Envelope envelope,
                   const std::string& evidence) {
  const std::vector<Value> exact = envelope(role.named, false), wide = envelope(role.named, true);
  rights::Containment found = within(known, *role.resource, exact);
  const bool holds = found.found.holds && *found.found.holds;
  std::string doubt;
  if (holds) {
    const bool in_each =
        exact == wide || (role.is_whole && std::ranges::all_of(role.versions, [&](const NamedArns& named) {
                            const std::vector<Value> one = envelope(named, false);
                            return one == exact || within(known, *role.resource, one).found.holds == true;
                          }));
    if (!in_each)
      doubt = "what its task definitions name depends on parameters, and is enough for it only if taken together";
  } else if (found.found.holds && exact != wide && !role.named.open.empty() &&
             within(known, *role.resource, wide).found.holds != false) {
    // What is open may be just what it is allowed.
    doubt = fmt::format("{} is not in the sources", role.named.open);
  }
  Inquiry::Finding out{role.resource, Outcome::unknown, role.resource->at, std::move(doubt)};
  if (!out.text.empty()) {
  } else if (holds) {
    out.outcome = Outcome::proved;
    out.text = evidence;
  } else if (!found.found.holds || !found.found.counterexample) {
    out.text = found.found.why_undecided;
  } else {
    out.outcome = Outcome::refuted;
    out.text =
        fmt::format("it may do {} on {}{}", found.found.counterexample->action, found.found.counterexample->resource,
                    found.where.empty() ? "" : fmt::format(", when {}", found.where));
  }
  findings.push_back(std::move(out));
}

}  // namespace

std::vector<EngineCheck> role_envelope_checks() {
  const auto check = [](std::string_view id, std::string_view property, Envelope envelope, std::string evidence) {
    return EngineCheck{id, definition_type, {}, [=](const rights::Known& known) {
                         Roles roles = roles_of(known, property);
                         for (const Role& role : roles.roles)
                           expect_within(roles.findings, known, role, envelope, evidence);
                         return std::move(roles.findings);
                       }};
  };
  constexpr std::string_view execution = "ExecutionRoleArn", task = "TaskRoleArn";
  return {
      check("IAM-1.pulls-own-repository", execution, pulls,
            "it can pull from the repositories of its task definitions only"),
      check("IAM-1.writes-own-log-group", execution, writes,
            "it can write to the log groups of its task definitions only"),
      check("IAM-1.reads-own-secrets", execution, reads,
            "it can read the secrets that its task definitions name, and decrypt with their keys, only"),
      check("IAM-1.nothing-else", execution, nothing_but,
            "it can do nothing but pull images, write logs and read secrets"),
      check("IAM-2.within-envelope", task, what_is_named, "it can do nothing but what its task definitions name needs"),
  };
}

}  // namespace redoubt::controls
