#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

Value watched(std::string_view name) {
  return object({{"SampledRequestsEnabled", true}, {"CloudWatchMetricsEnabled", true}, {"MetricName", name}});
}

struct Group {
  std::string_view name, id;
};

// In the order in which they are asked: what costs a known bad address its way comes first.
constexpr Group groups[] = {{"AWSManagedRulesAmazonIpReputationList", "reputation"},
                            {"AWSManagedRulesCommonRuleSet", "common"},
                            {"AWSManagedRulesKnownBadInputsRuleSet", "known-bad-inputs"},
                            {"AWSManagedRulesSQLiRuleSet", "sql-injection"}};

Value managed(const Configuration& c, const Group& group, int priority) {
  const bool counts = contains(c.counted_groups, group.name);
  return object(
      {{"Name", group.id},
       {"Priority", priority},
       {"Statement", object({{"ManagedRuleGroupStatement", object({{"VendorName", "AWS"}, {"Name", group.name}})}})},
       {"OverrideAction", counts ? object({{"Count", object({})}}) : object({{"None", object({})}})},
       {"VisibilityConfig", watched(group.id)}});
}

}  // namespace

void add_firewall(Template& t, const Configuration& c) {
  // Addresses that are refused: those of the configuration, and whatever is put in while an incident is contained.
  t.add("DeniedAddresses", "AWS::WAFv2::IPSet",
        {{"Name", c.prefix() + "-denied"},
         {"Description", "Address ranges that the firewall refuses"},
         {"Scope", "REGIONAL"},
         {"IPAddressVersion", "IPV4"},
         {"Addresses", list(c.denied_ranges)}});

  Value rules =
      list({object({{"Name", "denied-addresses"},
                    {"Priority", 0},
                    {"Statement",
                     object({{"IPSetReferenceStatement", object({{"Arn", get_att("DeniedAddresses", "Arn")}})}})},
                    {"Action", object({{"Block", object({})}})},
                    {"VisibilityConfig", watched("denied-addresses")}}),
            object({{"Name", "rate"},
                    {"Priority", 1},
                    {"Statement", object({{"RateBasedStatement", object({{"Limit", c.requests_per_five_minutes},
                                                                         {"EvaluationWindowSec", 300},
                                                                         {"AggregateKeyType", "IP"}})}})},
                    {"Action", object({{"Block", object({{"CustomResponse", object({{"ResponseCode", 429}})}})}})},
                    {"VisibilityConfig", watched("rate")}})});
  int priority = 10;
  for (const Group& group : groups) rules.items.push_back(managed(c, group, priority++));

  t.add("Firewall", "AWS::WAFv2::WebACL",
        {{"Name", c.prefix()},
         {"Description", "What reaches the load balancer"},
         {"Scope", "REGIONAL"},
         {"DefaultAction", object({{"Allow", object({})}})},
         {"Rules", rules},
         {"VisibilityConfig", watched(c.prefix())}});
  t.add("FirewallAssociation", "AWS::WAFv2::WebACLAssociation",
        {{"ResourceArn", ref_to("LoadBalancer")}, {"WebACLArn", get_att("Firewall", "Arn")}});

  // The name of a firewall's log group has to start with aws-waf-logs-.
  add_log_group(t, "FirewallLogGroup", "aws-waf-logs-" + c.prefix(), c.log_days, "MonitoringKey");
  const auto redacted = [](std::string_view header) { return object({{"SingleHeader", object({{"Name", header}})}}); };
  t.add("FirewallLog", "AWS::WAFv2::LoggingConfiguration",
        {{"ResourceArn", get_att("Firewall", "Arn")},
         {"LogDestinationConfigs", list({get_att("FirewallLogGroup", "Arn")})},
         {"RedactedFields", list({redacted("authorization"), redacted("cookie")})}});
}

}  // namespace redoubt::stack
