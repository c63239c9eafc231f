// Elastic Load Balancing's answers: load balancers of both generations, their listeners and targets.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field balancer_fields[] = {
    {"LoadBalancerName", "Name"},
    {"LoadBalancerName"},
    {"DNSName"},
    {"Scheme"},
    {"Type"},
    {"VpcId"},
    {"SecurityGroups", {}, texts},
    {"AvailabilityZones[].SubnetId", "Subnets", texts},
    {"AvailabilityZones", {}, as_is},
    {"IpAddressType"},
    {"EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"},
    {"State.Code", "State"},
};

void balancer_more(const Value& item, Made& made, Reading&) {
  made.left_out = text_of(item, "State.Code") == "failed";
}

constexpr Field listener_fields[] = {
    {"LoadBalancerArn"},
    {"Port", {}, number},
    {"Protocol"},
    {"SslPolicy"},
    {"Certificates", {}, as_is},
    {"DefaultActions", {}, as_is},
    {"AlpnPolicy", {}, texts},
    {"MutualAuthentication", {}, as_is},
};

constexpr Field listener_rule_fields[] = {{"Conditions", {}, as_is}, {"Actions", {}, as_is}, {"Transforms", {}, as_is}};

// A listener's default actions stand among its rules again.
void listener_rule_more(const Value& item, Made& made, Reading&) {
  if (const Value priority = member(item, "Priority"); priority.text == "default")
    made.left_out = true;
  else if (priority)
    made.resource.properties.set("Priority", priority);
  // …:listener-rule/app/NAME/BALANCER/LISTENER/RULE
  std::string listener = made.resource.id.substr(0, made.resource.id.rfind('/'));
  constexpr std::string_view rule = ":listener-rule/";
  if (const std::size_t at = listener.find(rule); at != std::string::npos) {
    listener.replace(at, rule.size(), ":listener/");
    made.resource.properties.set("ListenerArn", text_at(listener, item.at));
  }
}

constexpr Field target_group_fields[] = {
    {"TargetGroupName", "Name"},
    {"TargetGroupName"},
    {"Port", {}, number},
    {"Protocol"},
    {"ProtocolVersion"},
    {"TargetType"},
    {"VpcId"},
    {"IpAddressType"},
    {"LoadBalancerArns", {}, texts},
    {"HealthCheckEnabled", {}, flag},
    {"HealthCheckProtocol"},
    {"HealthCheckPort"},
    {"HealthCheckPath"},
    {"HealthCheckIntervalSeconds", {}, number},
    {"HealthCheckTimeoutSeconds", {}, number},
    {"HealthyThresholdCount", {}, number},
    {"UnhealthyThresholdCount", {}, number},
    {"Matcher", {}, as_is},
};

constexpr Field classic_fields[] = {
    {"LoadBalancerName"},
    {"DNSName"},
    {"Scheme"},
    {"VPCId", "VpcId"},
    {"SecurityGroups", {}, texts},
    {"Subnets", {}, texts},
    {"AvailabilityZones", {}, texts},
    {"Instances[].InstanceId", "Instances", texts},
    {"HealthCheck", {}, as_is},
};

constexpr Field classic_listener_fields[] = {
    {"Listener.Protocol", "Protocol"},
    {"Listener.LoadBalancerPort", "LoadBalancerPort", number},
    {"Listener.InstanceProtocol", "InstanceProtocol"},
    {"Listener.InstancePort", "InstancePort", number},
    {"Listener.SSLCertificateId", "SSLCertificateId"},
    {"PolicyNames", {}, texts},
};

void classic_more(const Value& item, Made& made, Reading& reading) {
  Value listeners = list({});
  listeners.at = item.at;
  for (const Value& each : items_of(item, "ListenerDescriptions", reading)) {
    Value& listener = listeners.items.emplace_back(object({}));
    listener.at = each.at;
    apply(classic_listener_fields, each, listener, reading);
  }
  made.resource.properties.set("Listeners", std::move(listeners));
}

constexpr Table tables[] = {
    {.key = "LoadBalancers",
     .type = "AWS::ElasticLoadBalancingV2::LoadBalancer",
     .id = "LoadBalancerArn",
     .arn = "LoadBalancerArn",
     .fields = balancer_fields,
     .more = balancer_more},
    {.key = "Listeners",
     .type = "AWS::ElasticLoadBalancingV2::Listener",
     .id = "ListenerArn",
     .arn = "ListenerArn",
     .fields = listener_fields,
     .mark = "ListenerArn",
     .asked_of = "LoadBalancerArn"},
    {.key = "Rules",
     .type = "AWS::ElasticLoadBalancingV2::ListenerRule",
     .id = "RuleArn",
     .arn = "RuleArn",
     .fields = listener_rule_fields,
     .more = listener_rule_more,
     .mark = "RuleArn"},
    {.key = "TargetGroups",
     .type = "AWS::ElasticLoadBalancingV2::TargetGroup",
     .id = "TargetGroupArn",
     .arn = "TargetGroupArn",
     .fields = target_group_fields},
    {"LoadBalancerDescriptions",
     "AWS::ElasticLoadBalancing::LoadBalancer",
     "LoadBalancerName",
     {},
     classic_fields,
     classic_more},
};

constexpr Field balancer_attribute_fields[] = {{"Attributes", "LoadBalancerAttributes", as_is}};
constexpr Field target_group_attribute_fields[] = {{"Attributes", "TargetGroupAttributes", as_is}};
// The health beside each target has no name in CloudFormation.
constexpr Field target_fields[] = {
    {"TargetHealthDescriptions[].Target", "Targets", as_is},
    {"TargetHealthDescriptions", {}, as_is},
};

constexpr Part parts[] = {
    {.key = "Attributes",
     .type = "AWS::ElasticLoadBalancingV2::LoadBalancer",
     .subject = "LoadBalancerArn",
     .fields = balancer_attribute_fields,
     .property = "LoadBalancerAttributes",
     .question = "DescribeLoadBalancerAttributes"},
    {.key = "Attributes",
     .type = "AWS::ElasticLoadBalancingV2::TargetGroup",
     .subject = "TargetGroupArn",
     .fields = target_group_attribute_fields,
     .property = "TargetGroupAttributes",
     .question = "DescribeTargetGroupAttributes"},
    {.key = "TargetHealthDescriptions",
     .type = "AWS::ElasticLoadBalancingV2::TargetGroup",
     .subject = "TargetGroupArn",
     .fields = target_fields,
     .property = "Targets",
     .question = "DescribeTargetHealth"},
};

}  // namespace

Service load_balancing_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
