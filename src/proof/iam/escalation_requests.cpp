#include "iam/escalation_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "iam/contains.hpp"
#include "iam/escalation_targets.hpp"

namespace redoubt::iam {
namespace {

// How a template's account is called that no source says ("The policy engine", Names).
constexpr std::string_view unsaid_account = "000000000000";

constexpr std::string_view boundary_key = "iam:permissionsboundary";

std::string arn_of(std::string_view policy, const Pins& pins) {
  return fmt::format("arn:{}:iam::aws:policy/{}", arn_field(pins.principals.front().name, 1), policy);
}

}  // namespace

const Policy& everything() {
  static const Policy policy = [] {
    Policy out{.name = "the policy that was given", .statements = {Statement{}}};
    out.statements.front().actions = {"*"};
    out.statements.front().resources = {"*"};
    out.statements.front().origin = out.name;
    return out;
  }();
  return policy;
}

std::string filled_in(std::string_view pattern, const Principal& principal) {
  std::string out(pattern);
  const std::pair<std::string_view, std::string_view> names[] = {
      {"{partition}", arn_field(principal.name, 1)},
      {"{account}", principal.account},
      {"{stack}", principal.account == unsaid_account ? "*" : std::string_view(principal.account)},
      {"{self}", principal.kind == Principal::Kind::session ? principal.role : principal.name}};
  for (const auto& [name, value] : names)
    if (const std::size_t at = out.find(name); at != std::string::npos) out.replace(at, name.size(), value);
  return out;
}

bool attaches(std::string_view action) {
  return action == "iam:AttachUserPolicy" || action == "iam:AttachRolePolicy" || action == "iam:AttachGroupPolicy";
}

void add_boundary(Pins& pins, const Identity* on, bool is_oneself) {
  static constexpr std::array<std::string_view, 6> asked_of{"iam:AttachUserPolicy", "iam:AttachRolePolicy",
                                                            "iam:PutUserPolicy",    "iam:PutRolePolicy",
                                                            "iam:CreateUser",       "iam:CreateRole"};
  const std::string_view action = *pins.action;
  const std::string key(boundary_key);
  if (action == "iam:PutUserPermissionsBoundary" || action == "iam:PutRolePermissionsBoundary") {
    pins.context[key] = {arn_of(wide_policies.front(), pins)};
  } else if (contains(asked_of, action)) {
    if (on ? !on->boundary : !is_oneself)
      pins.absent.insert(key);
    else if (on && !on->boundary_arn.empty())
      pins.context[key] = {on->boundary_arn};
  }
}

void add_tags(Pins& pins, const Scenario& scenario, const Identity& on) {
  if (!on.tags) return;
  static constexpr std::string_view as_principal = "aws:principaltag/";
  static constexpr std::array<std::string_view, 2> prefixes{"aws:resourcetag/", "iam:resourcetag/"};
  const auto add = [&](const PolicySet& set) {
    for (const Policy* policy : set.policies)
      for (const Statement& statement : policy->statements)
        for (const Condition& condition : statement.conditions)
          for (const std::string_view prefix : prefixes) {
            if (!condition.key.starts_with(prefix)) continue;
            const auto tag = on.tags->find(std::string(as_principal) + condition.key.substr(prefix.size()));
            if (tag == on.tags->end())
              pins.absent.insert(condition.key);
            else
              pins.context[condition.key] = tag->second;
          }
  };
  add(scenario.identity);
  add(scenario.resource);
  for (const auto* sets : {&scenario.limits, &scenario.ceilings, &scenario.denials})
    for (const PolicySet& set : *sets) add(set);
}

void name_readably(Request& request, const Scenario& scenario) {
  Request named = request;
  std::string& resource = named.resource;
  if (resource.ends_with("/:") || resource.ends_with("::")) resource.replace(resource.size() - 1, 1, "NAME");
  // Where any region and any account would do.
  constexpr std::ptrdiff_t colons = 5;
  const auto fill = [&](int field, std::string_view with) {
    const std::string_view empty = arn_field(resource, field);
    if (empty.empty()) resource.insert(static_cast<std::size_t>(empty.data() - resource.data()), with);
  };
  const std::string_view service = arn_field(resource, 2);
  const bool is_arn = resource.starts_with("arn:") && std::ranges::count(resource, ':') >= colons;
  if (is_arn && service != "iam" && service != "s3" && request.principal) {
    fill(3, "us-east-1");
    fill(4, request.principal->account);
  }
  if (resource != request.resource && evaluate(scenario, named).allowed) request = std::move(named);
}

std::string told(std::string_view how, const std::vector<OpenStep>& steps) {
  std::string out(how), before;
  std::string_view made;
  for (const OpenStep& step : steps) {
    const std::string& action = step.request.action;
    if (action == "iam:CreatePolicy" || action == "iam:CreatePolicyVersion") made = step.request.resource;
    const auto* attached = attaches(action) ? values_of(step.request.context, attached_key) : nullptr;
    const std::size_t at = out.find(wide_policies.front());
    if (!attached || at == std::string::npos) continue;
    const std::string& arn = attached->front();
    const bool is_of_aws = arn_field(arn, 4) == "aws";
    out.replace(at, wide_policies.front().size(), is_of_aws ? arn.substr(arn.rfind('/') + 1) : arn);
    if (made == arn) before = "make a policy, or a version of one, that allows everything, and ";
  }
  return before + out;
}

}  // namespace redoubt::iam
