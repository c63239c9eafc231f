// APP-1 and APP-10 as far as a template shows them: the load balancer's strictness and the web ACL.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view balancer_type = "AWS::ElasticLoadBalancingV2::LoadBalancer";
constexpr std::string_view acl_type = "AWS::WAFv2::WebACL";

// Only an application load balancer, the default, reads HTTP.
Truth is_application(Inquiry& ask, const Resource& balancer) {
  const Known<std::string> type = ask.text(balancer, "Type");
  if (type.unknown()) return unknown_truth(type.why);
  return truth(type.absent() || type.value == "application");
}

void attribute_is(Inquiry& ask, const Resource& balancer, std::string_view name,
                  std::initializer_list<std::string_view> wanted, std::string_view by_default) {
  const Truth application = is_application(ask, balancer);
  if (application.known() && !application.value) return;
  const Value value = value_for(ask, ask.get(balancer, "LoadBalancerAttributes"), name);
  const Known<std::string> is = ask.in().text(value);
  if (is.unknown()) return ask.unknown(&balancer, value.at, is.why);
  const std::string text = is.known() ? fmt::format("{} is {}", name, is.value)
                                      : fmt::format("{} is absent, which AWS takes as {}", name, by_default);
  if (std::ranges::find(wanted, is.known() ? std::string_view(is.value) : by_default) != wanted.end())
    ask.proved(&balancer, value.at, text);
  else
    ask.refuted(&balancer, value.at, text);
}

void invalid_headers_dropped(Inquiry& ask, const Resource& balancer) {
  attribute_is(ask, balancer, "routing.http.drop_invalid_header_fields.enabled", {"true"}, "false");
}

// "monitor" passes ambiguous requests on; "defensive" and "strictest" do not.
void desync_defended(Inquiry& ask, const Resource& balancer) {
  attribute_is(ask, balancer, "routing.http.desync_mitigation_mode", {"defensive", "strictest"}, "defensive");
}

void web_acl_attached(Inquiry& ask) {
  for (const Resource* balancer : ask.resources(balancer_type)) {
    const Truth application = is_application(ask, *balancer);
    if (application.known() && !application.value) continue;
    const Known<std::string> scheme = ask.text(*balancer, "Scheme");
    if (scheme.known() && scheme.value == "internal") continue;
    const auto associations = naming(ask, "AWS::WAFv2::WebACLAssociation", "ResourceArn", *balancer);
    if (associations.empty())
      ask.refuted(balancer, {}, "no AWS::WAFv2::WebACLAssociation has it as its ResourceArn");
    else
      ask.proved(balancer, associations.front()->at, fmt::format("{} associates it", associations.front()->id));
  }
}

void rate_rule(Inquiry& ask, const Resource& acl) {
  const Value rules = ask.get(acl, "Rules");
  if (rules.is(Kind::unknown)) return ask.unknown(&acl, rules.at, rules.text);
  for (const Value& rule : items_of(rules)) {
    const Value rate = part(rule, "Statement.RateBasedStatement");
    if (!rate || is_empty(rate["Limit"])) continue;
    if (rule["Action"]["Block"])
      return ask.proved(&acl, rule.at,
                        fmt::format("it blocks beyond {} requests", text_of(ask.estate(), rate["Limit"])));
  }
  ask.refuted(&acl, rules.at, "no rule with a RateBasedStatement has the action Block");
}

void managed_groups(Inquiry& ask, const Resource& acl) {
  static constexpr std::array wanted{"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"};
  const Value rules = ask.get(acl, "Rules");
  if (rules.is(Kind::unknown)) return ask.unknown(&acl, rules.at, rules.text);
  for (const std::string_view name : wanted) {
    bool found = false;
    for (const Value& rule : items_of(rules)) {
      const Known<std::string> is = ask.in().text(part(rule, "Statement.ManagedRuleGroupStatement.Name"));
      // With the override Count a group only watches.
      found = found || (is.known() && is.value == name && !rule["OverrideAction"]["Count"]);
    }
    if (!found) return ask.refuted(&acl, rules.at, fmt::format("{} is not among its rules, or only counts", name));
  }
  ask.proved(&acl, rules.at, "the common rules and the known bad inputs are enforced");
}

void acl_logs(Inquiry& ask, const Resource& acl) {
  const auto configurations = naming(ask, "AWS::WAFv2::LoggingConfiguration", "ResourceArn", acl);
  if (configurations.empty())
    ask.refuted(&acl, {}, "no AWS::WAFv2::LoggingConfiguration has it as its ResourceArn");
  else
    ask.proved(&acl, configurations.front()->at, fmt::format("{} says where to", configurations.front()->id));
}

void distribution_protected(Inquiry& ask, const Resource& distribution) {
  ask.expect_given(distribution, "DistributionConfig.WebACLId");
}

}  // namespace

std::vector<Check> application_checks() {
  return {
      {"APP-1.invalid-headers-dropped", Method::property, {balancer_type}, invalid_headers_dropped},
      {"APP-1.desync-defended", Method::property, {balancer_type}, desync_defended},
      {"APP-10.web-acl-attached", Method::property, {}, {}, web_acl_attached},
      {"APP-10.rate-rule", Method::property, {acl_type}, rate_rule},
      {"APP-10.managed-groups", Method::property, {acl_type}, managed_groups},
      {"APP-10.logging", Method::property, {acl_type}, acl_logs},
      {"APP-10.distribution-protected", Method::property, {"AWS::CloudFront::Distribution"}, distribution_protected},
  };
}

}  // namespace redoubt::controls
