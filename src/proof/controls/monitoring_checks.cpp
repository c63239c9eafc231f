// MON-1 to MON-10 but for buckets: logs, metrics, alarms, trail, detector.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "containers.hpp"
#include "databases.hpp"
#include "environments.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

const std::vector<std::string_view> definitions{"AWS::ECS::TaskDefinition"};

void task_logs(Inquiry& ask, const Resource& definition) {
  // "json-file" stays on the instance, "none" nowhere.
  static constexpr std::array central{"awslogs", "awsfirelens", "splunk", "fluentd", "gelf", "logentries", "syslog"};
  for (const Container& container : containers_of(ask, definition)) {
    const Value value = part(container.value, "LogConfiguration.LogDriver");
    const Known<std::string> driver = ask.in().text(value);
    if (driver.unknown())
      ask.unknown(&definition, value.at, driver.why);
    else if (driver.absent())
      ask.refuted(&definition, container.value.at, fmt::format("{} has no LogConfiguration", container.name));
    else if (std::ranges::find(central, driver.value) == central.end())
      ask.refuted(&definition, value.at,
                  fmt::format("{} logs with {}, which stays where it runs", container.name, driver.value));
    else
      ask.proved(&definition, value.at, fmt::format("{} logs with {}", container.name, driver.value));
  }
}

void log_group_declared(Inquiry& ask, const Resource& definition) {
  for (const Container& container : containers_of(ask, definition)) {
    const Known<std::string> driver = ask.in().text(part(container.value, "LogConfiguration.LogDriver"));
    if (!driver.known() || driver.value != "awslogs") continue;
    const Value options = part(container.value, "LogConfiguration.Options");
    const Value& group = options["awslogs-group"];
    if (const Resource* declared = ask.in().target(group)) {
      ask.proved(&definition, group.at, fmt::format("{} writes to {}", container.name, declared->id));
      continue;
    }
    const Known<std::string> name = ask.in().text(group);
    const Resource* same_name = nullptr;
    for (const Resource* each : ask.resources("AWS::Logs::LogGroup"))
      if (is_empty(group) == false && ask.get(*each, "LogGroupName") == group) same_name = each;
    if (same_name != nullptr)
      ask.proved(&definition, group.at, fmt::format("{} writes to {}", container.name, same_name->id));
    else if (name.unknown())
      ask.unknown(&definition, group.at, name.why);
    else
      ask.refuted(&definition, group.at,
                  fmt::format("{} writes to {}, which is not declared", container.name, text_of(ask.estate(), group)));
  }
}

void balancer_logs(Inquiry& ask, const Resource& balancer) {
  const Known<std::string> type = ask.text(balancer, "Type");
  if (type.known() && type.value == "gateway") return;  // has no access log
  const Value value = value_for(ask, ask.get(balancer, "LoadBalancerAttributes"), "access_logs.s3.enabled");
  const Truth enabled = ask.in().boolean(value);
  ask.expect(balancer, value.at, enabled.absent() ? truth(false) : enabled, "access_logs.s3.enabled is true",
             enabled.absent() ? "access_logs.s3.enabled is absent, which AWS takes as false"
                              : "access_logs.s3.enabled is false");
}

void classic_balancer_logs(Inquiry& ask, const Resource& balancer) {
  ask.expect_true(balancer, "AccessLoggingPolicy.Enabled");
}

// Some log is exported; where `needed` says which, one of them.
void exports(Inquiry& ask, const Resource& database, std::initializer_list<std::string_view> needed) {
  if (is_cluster_member(ask, database)) return;
  const Value logs = ask.get(database, "EnableCloudwatchLogsExports");
  if (logs.is(Kind::unknown)) return ask.unknown(&database, logs.at, logs.text);
  std::string why;
  for (const Value& log : items_of(logs)) {
    const Known<std::string> name = ask.in().text(log);
    if (name.unknown()) why = name.why;
    if (name.known() && (needed.size() == 0 || std::ranges::find(needed, name.value) != needed.end()))
      return ask.proved(&database, logs.at, fmt::format("it exports {}", text_of(ask.estate(), logs)));
  }
  if (!why.empty()) return ask.unknown(&database, logs.at, why);
  ask.refuted(&database, logs.at,
              is_empty(logs) ? "EnableCloudwatchLogsExports is not given"
                             : fmt::format("EnableCloudwatchLogsExports is {}", text_of(ask.estate(), logs)));
}

void database_log(Inquiry& ask, const Resource& database) {
  exports(ask, database, {});
}
void document_log(Inquiry& ask, const Resource& database) {
  exports(ask, database, {"audit", "profiler"});
}
void graph_log(Inquiry& ask, const Resource& database) {
  exports(ask, database, {"audit"});
}

void stage_log(Inquiry& ask, const Resource& stage) {
  ask.expect_given(stage, "AccessLogSetting.DestinationArn");
}
void http_stage_log(Inquiry& ask, const Resource& stage) {
  ask.expect_given(stage, "AccessLogSettings.DestinationArn");
}

// Its own log, or a delivery of CloudWatch Logs whose source it is.
void distribution_log(Inquiry& ask, const Resource& distribution) {
  const Value logging = ask.get(distribution, "DistributionConfig.Logging");
  if (logging.is(Kind::unknown)) return ask.unknown(&distribution, logging.at, logging.text);
  if (!is_empty(logging["Bucket"]))
    return ask.proved(&distribution, logging.at,
                      fmt::format("it logs to {}", text_of(ask.estate(), logging["Bucket"])));
  for (const Resource* source : ask.resources("AWS::Logs::DeliverySource")) {
    const Value of = ask.get(*source, "ResourceArn");
    if (!mentions(ask, of, distribution)) continue;
    for (const Resource* delivery : ask.resources("AWS::Logs::Delivery")) {
      const Value name = ask.get(*delivery, "DeliverySourceName");
      if (ask.in().target(name) == source || (!is_empty(name) && name == ask.get(*source, "Name")))
        return ask.proved(&distribution, delivery->at, fmt::format("{} delivers its log", delivery->id));
    }
  }
  ask.refuted(&distribution, {}, "it has neither Logging nor a delivery of its log");
}

void domain_log(Inquiry& ask, const Resource& domain) {
  const Value audit = ask.get(domain, "LogPublishingOptions.AUDIT_LOGS");
  const Truth enabled = ask.in().boolean(audit["Enabled"]);
  const bool somewhere = !is_empty(audit["CloudWatchLogsLogGroupArn"]);
  ask.expect(domain, audit.at, enabled.absent() ? truth(somewhere) : both(enabled, truth(somewhere)),
             "it publishes its audit log", "LogPublishingOptions publish no AUDIT_LOGS");
}

void cluster_log(Inquiry& ask, const Resource& cluster) {
  static constexpr std::array wanted{"api", "audit", "authenticator", "controllerManager", "scheduler"};
  const Value types = ask.get(cluster, "Logging.ClusterLogging.EnabledTypes");
  if (types.is(Kind::unknown)) return ask.unknown(&cluster, types.at, types.text);
  for (const std::string_view each : wanted) {
    bool found = false;
    for (const Value& item : items_of(types)) {
      const Known<std::string> type = ask.in().text(item["Type"]);
      if (type.unknown()) return ask.unknown(&cluster, item.at, type.why);
      found = found || (type.known() && type.value == each);
    }
    if (!found) return ask.refuted(&cluster, types.at, fmt::format("its control plane does not log {}", each));
  }
  ask.proved(&cluster, types.at, "its control plane logs all five types");
}

void broker_log(Inquiry& ask, const Resource& broker) {
  Truth any = truth(false);
  for (const std::string_view name : {"Logs.Audit", "Logs.General"}) {
    const Value value = ask.get(broker, name);
    const Truth is = ask.in().boolean(value);
    if (is.known() && !is.value) return ask.refuted(&broker, value.at, fmt::format("{} is false", name));
    any = either(any, is);
  }
  ask.expect(broker, {}, any, "it writes its log", "Logs is not given");
}

void streaming_log(Inquiry& ask, const Resource& cluster) {
  Truth any = truth(false);
  for (const std::string_view name : {"CloudWatchLogs", "Firehose", "S3"})
    any = either(any, ask.in().boolean(ask.get(cluster, fmt::format("LoggingInfo.BrokerLogs.{}.Enabled", name))));
  ask.expect(cluster, {}, any, "its brokers log", "no BrokerLogs are enabled");
}

void machine_log(Inquiry& ask, const Resource& machine) {
  const std::string_view name = machine.type == "AWS::Serverless::StateMachine" ? "Logging" : "LoggingConfiguration";
  const Value logging = ask.get(machine, name);
  const Known<std::string> level = ask.in().text(logging["Level"]);
  if (logging.is(Kind::unknown) || level.unknown())
    return ask.unknown(&machine, logging.at, level.unknown() ? level.why : logging.text);
  if (is_empty(logging) || is_empty(logging["Destinations"]) || (level.known() && level.value == "OFF"))
    ask.refuted(&machine, logging.at, fmt::format("{} names no destination, or its Level is OFF", name));
  else
    ask.proved(&machine, logging.at, fmt::format("it logs to {}", text_of(ask.estate(), logging["Destinations"])));
}

void retention_of(Inquiry& ask, const Resource& group, double least) {
  if (ask.number(group, "RetentionInDays").absent())
    return ask.refuted(&group, {}, "RetentionInDays is not given, so that nothing says how long its events are kept");
  ask.expect_at_least(group, "RetentionInDays", least, 0);
}

void retention(Inquiry& ask, const Resource& group) {
  constexpr double week = 7;
  retention_of(ask, group, week);
}

void thirty_days(Inquiry& ask, const Resource& group) {
  constexpr double month = 30;
  const Known<double> days = ask.number(group, "RetentionInDays");
  if (days.absent()) return ask.proved(&group, {}, "without RetentionInDays its events are kept for ever");
  if (days.known() && days.value < month) {
    const Truth less = is_for_development(ask, group);
    if (surely(less)) return;
    if (less.unknown()) return ask.unknown(&group, {}, less.why);
  }
  retention_of(ask, group, month);
}

// Each service must have a policy that tracks this metric on a target that is the service.
void scales_on(Inquiry& ask, std::string_view metric) {
  for (const Resource* service : ask.resources("AWS::ECS::Service")) {
    std::string why;
    const Resource* found = nullptr;
    for (const Resource* policy : ask.resources("AWS::ApplicationAutoScaling::ScalingPolicy")) {
      const Known<std::string> tracks = ask.text(
          *policy, "TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType");
      if (tracks.unknown()) why = tracks.why;
      if (!tracks.known() || tracks.value != metric) continue;
      const Resource* const target = ask.in().target(ask.get(*policy, "ScalingTargetId"));
      const Value resource_id = target == nullptr ? ask.get(*policy, "ResourceId") : ask.get(*target, "ResourceId");
      const Value name = ask.get(*service, "ServiceName");
      const Known<std::string> id = ask.in().text(resource_id);
      const Known<std::string> service_name = ask.in().text(name);
      if (mentions(ask, resource_id, *service) ||
          (id.known() && service_name.known() && id.value.ends_with('/' + service_name.value)))
        found = policy;
    }
    if (found != nullptr)
      ask.proved(service, found->at, fmt::format("{} keeps {} at its target", found->id, metric));
    else if (!why.empty())
      ask.unknown(service, {}, why);
    else
      ask.refuted(service, {}, fmt::format("no scaling policy of it tracks {}", metric));
  }
}

void performance_insights(Inquiry& ask, const Resource& database) {
  ask.expect_true(database, "EnablePerformanceInsights");
}

// The alarm of MON-4 and MON-5: more than `threshold` in `seconds`.
struct MetricAlarm {
  std::string_view metric;
  std::string_view space_end;  // "/Security"
  double threshold;
  double seconds;
};

constexpr MetricAlarm failed_logins{"FailedLoginAttempts", "/Security", 10, 300};
constexpr MetricAlarm database_errors{"DatabaseErrors", "/Application", 5, 60};

const Resource* alarm_on(Inquiry& ask, std::string_view metric) {
  for (const Resource* alarm : ask.resources("AWS::CloudWatch::Alarm")) {
    const Known<std::string> name = ask.text(*alarm, "MetricName");
    if (name.known() && name.value == metric) return alarm;
  }
  return nullptr;
}

void alarm_raised(Inquiry& ask, const MetricAlarm& wanted) {
  const Resource* const alarm = alarm_on(ask, wanted.metric);
  if (alarm == nullptr)
    return ask.refuted(nullptr, {}, fmt::format("no AWS::CloudWatch::Alarm watches {}", wanted.metric));
  const Known<double> threshold = ask.number(*alarm, "Threshold");
  const Known<double> period = ask.number(*alarm, "Period");
  const Known<std::string> statistic = ask.text(*alarm, "Statistic");
  const Known<std::string> comparison = ask.text(*alarm, "ComparisonOperator");
  for (const std::string* why : {&threshold.why, &period.why, &statistic.why, &comparison.why})
    if (!why->empty()) return ask.unknown(alarm, {}, *why);
  const double first = comparison.value == "GreaterThanOrEqualToThreshold" ? threshold.value : threshold.value + 1;
  const std::string text = fmt::format("it is raised when the {} of {} seconds is {} {}", statistic.value, period.value,
                                       comparison.value, threshold.value);
  if (statistic.value == "Sum" && period.value == wanted.seconds && comparison.value.starts_with("GreaterThan") &&
      first <= wanted.threshold + 1)
    ask.proved(alarm, {}, text);
  else
    ask.refuted(
        alarm, {},
        fmt::format("{}; more than {} within {} seconds must raise it", text, wanted.threshold, wanted.seconds));
}

void metric_matches(Inquiry& ask, const MetricAlarm& wanted) {
  const Resource* const alarm = alarm_on(ask, wanted.metric);
  if (alarm == nullptr)
    return ask.refuted(nullptr, {}, fmt::format("no AWS::CloudWatch::Alarm watches {}", wanted.metric));
  const Value watched_value = ask.get(*alarm, "Namespace");
  const Known<std::string> watched = ask.in().text(watched_value);
  if (!watched.known())
    return ask.unknown(alarm, watched_value.at, watched.absent() ? "it has no Namespace" : watched.why);
  bool any = false;
  for (const Resource* definition : ask.resources("AWS::ECS::TaskDefinition"))
    for (const Container& container : containers_of(ask, *definition)) {
      const Value set = value_for(ask, container.value["Environment"], "METRICS_NAMESPACE", "Name");
      const Known<std::string> told = ask.in().text(set);
      if (told.unknown()) return ask.unknown(alarm, set.at, told.why);
      // What redoubt-api takes where it is told nothing.
      const std::string emitted = (told.known() ? told.value : std::string("Redoubt")) + std::string(wanted.space_end);
      any = true;
      if (emitted == watched.value)
        return ask.proved(alarm, watched_value.at,
                          fmt::format("it watches {}, where {} of {} emits", emitted, container.name, definition->id));
    }
  if (any)
    ask.refuted(alarm, watched_value.at, fmt::format("it watches {}, where no container emits", watched.value));
  else
    ask.unknown(alarm, watched_value.at, "no task definition is among the sources");
}

void trail_exists(Inquiry& ask) {
  const auto trails = ask.resources("AWS::CloudTrail::Trail");
  if (trails.empty()) return ask.refuted(nullptr, {}, "no AWS::CloudTrail::Trail is declared");
  ask.proved(trails.front(), {}, fmt::format("{} is declared", trails.front()->id));
}

// "Logging management events": a trail without selectors records all of them.
Truth records_management(Inquiry& ask, const Resource& trail, std::string& text) {
  for (const Value& selector : items_of(ask.get(trail, "AdvancedEventSelectors"))) {
    bool management = false;
    bool narrowed = false;
    for (const Value& field : items_of(selector["FieldSelectors"])) {
      const Known<std::string> name = ask.in().text(field["Field"]);
      if (!name.known()) return unknown_truth(name.absent() ? "a selector names no field" : name.why);
      if (name.value == "eventCategory") {
        for (const Value& each : items_of(field["Equals"])) {
          const Known<std::string> category = ask.in().text(each);
          management = management || (category.known() && category.value == "Management");
        }
      } else {
        narrowed = true;
      }
    }
    if (management && !narrowed) {
      text = "an advanced selector takes all management events";
      return truth(true);
    }
  }
  if (!is_empty(ask.get(trail, "AdvancedEventSelectors"))) {
    text = "no advanced selector takes all management events";
    return truth(false);
  }
  const Value selectors = ask.get(trail, "EventSelectors");
  if (selectors.is(Kind::unknown)) return unknown_truth(selectors.text);
  if (is_empty(selectors)) {
    text = "without selectors a trail records all management events";
    return truth(true);
  }
  Truth out = truth(false);
  for (const Value& selector : items_of(selectors)) {
    const Known<std::string> type = ask.in().text(selector["ReadWriteType"]);
    const Truth included = ask.in().boolean(selector["IncludeManagementEvents"]).when_absent(true);
    const Truth all = type.unknown() ? unknown_truth(type.why) : truth(type.absent() || type.value == "All");
    const Truth nothing_excluded = truth(is_empty(selector["ExcludeManagementEventSources"]));
    out = either(out, both(both(included, all), nothing_excluded));
  }
  text = surely(out) ? "a selector takes all management events" : "no selector takes all management events";
  return out;
}

void management_events(Inquiry& ask, const Resource& trail) {
  std::string text;
  const Truth records = records_management(ask, trail, text);
  ask.expect(trail, ask.get(trail, "EventSelectors").at, records, text, text);
}

void reads_recorded(Inquiry& ask) {
  const auto trails = ask.resources("AWS::CloudTrail::Trail");
  if (trails.empty()) return ask.refuted(nullptr, {}, "no AWS::CloudTrail::Trail is declared");
  for (const Resource* trail : trails) management_events(ask, *trail);
}

void trail_key(Inquiry& ask, const Resource& trail) {
  // CloudFormation spells it KMSKeyId, the API KmsKeyId.
  expect_customer_key(ask, trail, is_empty(ask.get(trail, "KmsKeyId")) ? "KMSKeyId" : "KmsKeyId");
}

void call_rate_insights(Inquiry& ask) {
  const auto trails = ask.resources("AWS::CloudTrail::Trail");
  if (trails.empty()) return ask.refuted(nullptr, {}, "no AWS::CloudTrail::Trail is declared");
  for (const Resource* trail : trails)
    for (const Value& selector : items_of(ask.get(*trail, "InsightSelectors"))) {
      const Known<std::string> type = ask.in().text(selector["InsightType"]);
      if (type.known() && type.value == "ApiCallRateInsight")
        return ask.proved(trail, selector.at, "InsightSelectors hold ApiCallRateInsight");
    }
  ask.refuted(trails.front(), {}, "no trail has InsightSelectors with ApiCallRateInsight");
}

void detector_exists(Inquiry& ask) {
  const auto detectors = ask.resources("AWS::GuardDuty::Detector");
  if (detectors.empty()) return ask.refuted(nullptr, {}, "no AWS::GuardDuty::Detector is declared");
  for (const Resource* detector : detectors) ask.expect_true(*detector, "Enable");
}

void every_fifteen_minutes(Inquiry& ask, const Resource& detector) {
  static constexpr std::string_view wanted[] = {"FIFTEEN_MINUTES"};
  ask.expect_one_of(detector, "FindingPublishingFrequency", wanted, "SIX_HOURS");
}

void container_insights(Inquiry& ask, const Resource& cluster) {
  const Value value = value_for(ask, ask.get(cluster, "ClusterSettings"), "containerInsights", "Name");
  const Known<std::string> is = ask.in().text(value);
  if (is.unknown())
    ask.unknown(&cluster, value.at, is.why);
  else if (is.known() && (is.value == "enabled" || is.value == "enhanced"))
    ask.proved(&cluster, value.at, fmt::format("containerInsights is {}", is.value));
  else
    ask.refuted(&cluster, value.at,
                is.known() ? fmt::format("containerInsights is {}", is.value)
                           : "containerInsights is absent, so that the account's default decides, which is disabled");
}

void alarm_has_action(Inquiry& ask, const Resource& alarm) {
  const Value enabled_value = ask.get(alarm, "ActionsEnabled");
  const Truth enabled = ask.in().boolean(enabled_value).when_absent(true);
  if (enabled.unknown()) return ask.unknown(&alarm, enabled_value.at, enabled.why);
  if (!enabled.value) return ask.refuted(&alarm, enabled_value.at, "ActionsEnabled is false");
  ask.expect_given(alarm, "AlarmActions");
}

}  // namespace

std::vector<Check> monitoring_checks() {
  constexpr std::string_view trail = "AWS::CloudTrail::Trail";
  return {
      {"MON-1.task-logs", Method::property, definitions, task_logs},
      {"MON-1.log-group-declared", Method::property, definitions, log_group_declared},
      by_type("MON-1.load-balancer-access-log", {{"AWS::ElasticLoadBalancingV2::LoadBalancer", balancer_logs},
                                                 {"AWS::ElasticLoadBalancing::LoadBalancer", classic_balancer_logs}}),
      by_type("MON-1.database-log-exported", {{db_instance, database_log},
                                              {db_cluster, database_log},
                                              {docdb_cluster, document_log},
                                              {neptune_cluster, graph_log}}),
      by_type("MON-1.other-services-log", {{"AWS::ApiGateway::Stage", stage_log},
                                           {"AWS::Serverless::Api", stage_log},
                                           {"AWS::ApiGatewayV2::Stage", http_stage_log},
                                           {"AWS::Serverless::HttpApi", http_stage_log},
                                           {"AWS::CloudFront::Distribution", distribution_log},
                                           {"AWS::Elasticsearch::Domain", domain_log},
                                           {"AWS::OpenSearchService::Domain", domain_log},
                                           {"AWS::EKS::Cluster", cluster_log},
                                           {"AWS::AmazonMQ::Broker", broker_log},
                                           {"AWS::MSK::Cluster", streaming_log},
                                           {"AWS::StepFunctions::StateMachine", machine_log},
                                           {"AWS::Serverless::StateMachine", machine_log}}),
      must_be_given("MON-1.other-services-log",
                    {{"AWS::Redshift::Cluster", "LoggingProperties"}, {"AWS::AppSync::GraphQLApi", "LogConfig"}}),
      {"MON-2.retention", Method::property, {"AWS::Logs::LogGroup"}, retention},
      {"MON-2.thirty-days", Method::property, {"AWS::Logs::LogGroup"}, thirty_days},
      {"MON-3.scales-on-cpu",
       Method::property,
       {},
       {},
       [](Inquiry& ask) { scales_on(ask, "ECSServiceAverageCPUUtilization"); }},
      {"MON-3.scales-on-memory",
       Method::property,
       {},
       {},
       [](Inquiry& ask) { scales_on(ask, "ECSServiceAverageMemoryUtilization"); }},
      {"MON-3.performance-insights", Method::property, {db_instance}, performance_insights},
      {"MON-4.alarm", Method::property, {}, {}, [](Inquiry& ask) { alarm_raised(ask, failed_logins); }},
      {"MON-4.metric-matches", Method::property, {}, {}, [](Inquiry& ask) { metric_matches(ask, failed_logins); }},
      {"MON-5.alarm", Method::property, {}, {}, [](Inquiry& ask) { alarm_raised(ask, database_errors); }},
      {"MON-5.metric-matches", Method::property, {}, {}, [](Inquiry& ask) { metric_matches(ask, database_errors); }},
      {"MON-6.trail", Method::property, {}, {}, trail_exists},
      must_be_true("MON-6.logging", {{trail, "IsLogging"}}),
      must_be_true("MON-6.multi-region", {{trail, "IsMultiRegionTrail"}}),
      {"MON-6.management-events", Method::property, {trail}, management_events},
      must_be_true("MON-6.log-validation", {{trail, "EnableLogFileValidation"}}),
      {"MON-6.customer-key", Method::property, {trail}, trail_key},
      must_be_given("MON-6.to-cloudwatch", {{trail, "CloudWatchLogsLogGroupArn"}}),
      {"SEC-6.reads-recorded", Method::property, {}, {}, reads_recorded},
      {"MON-7.call-rate-insights", Method::property, {}, {}, call_rate_insights},
      {"MON-9.detector", Method::property, {}, {}, detector_exists},
      {"MON-9.every-fifteen-minutes", Method::property, {"AWS::GuardDuty::Detector"}, every_fifteen_minutes},
      {"MON-10.container-insights", Method::property, {"AWS::ECS::Cluster"}, container_insights},
      {"MON-10.alarm-has-action",
       Method::property,
       {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"},
       alarm_has_action},
  };
}

}  // namespace redoubt::controls
