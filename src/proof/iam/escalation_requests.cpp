#include "iam/escalation_requests.hpp"

#include <fmt/format.h>

#include <utility>

#include "iam/contains.hpp"
#include "iam/escalation_targets.hpp"

namespace redoubt::iam {
namespace {

constexpr std::string_view attached_key = "iam:policyarn", boundary_key = "iam:permissionsboundary";

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
      {"{self}", principal.kind == Principal::Kind::session ? principal.role : principal.name}};
  for (const auto& [name, value] : names)
    if (const std::size_t at = out.find(name); at != std::string::npos) out.replace(at, name.size(), value);
  return out;
}

bool attaches(std::string_view action) {
  return action == "iam:AttachUserPolicy" || action == "iam:AttachRolePolicy" || action == "iam:AttachGroupPolicy";
}

void add_attached(Pins& pins, std::string_view policy) {
  if (attaches(*pins.action)) pins.context[std::string(attached_key)] = {arn_of(policy, pins)};
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
    else if (on && !boundary_of(*on).empty())
      pins.context[key] = {std::string(boundary_of(*on))};
  }
}

void name_readably(Request& request, const Scenario& scenario) {
  if (!request.resource.ends_with("/:")) return;
  Request named = request;
  named.resource.replace(named.resource.size() - 1, 1, "NAME");
  if (evaluate(scenario, named).allowed) request = std::move(named);
}

std::string told(std::string_view how, const std::vector<OpenStep>& steps) {
  std::string out(how);
  for (const OpenStep& step : steps) {
    const auto* attached = attaches(step.request.action) ? values_of(step.request.context, attached_key) : nullptr;
    const std::size_t at = out.find(wide_policies.front());
    if (attached && at != std::string::npos && attached->front().ends_with(wide_policies.back()))
      out.replace(at, wide_policies.front().size(), wide_policies.back());
  }
  return out;
}

}  // namespace redoubt::iam
