// MON-1 and MON-2: what logs, where to, and how long it is kept.
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

}  // namespace

std::vector<Check> logging_checks() {
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
  };
}

}  // namespace redoubt::controls
