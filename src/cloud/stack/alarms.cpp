#include "parts.hpp"
#include "redoubt/metric_names.hpp"

namespace redoubt::stack {
namespace {

struct Alarm {
  std::string_view id, name, about;
  std::string metric_namespace;
  std::string_view metric;
  Value dimensions;
  std::string_view statistic;  // Sum, Average, Maximum, or a percentile such as p99
  int period = 60, periods = 1;
  std::string_view comparison = "GreaterThanThreshold";
  std::int64_t threshold = 0;
  std::string_view missing = "notBreaching";
};

void add(Template& t, const Configuration& c, const Alarm& alarm) {
  const bool percentile = alarm.statistic.starts_with('p');
  t.add(alarm.id, "AWS::CloudWatch::Alarm",
        {{"AlarmName", fmt::format("{}-{}", c.prefix(), alarm.name)},
         {"AlarmDescription", alarm.about},
         {"Namespace", alarm.metric_namespace},
         {"MetricName", alarm.metric},
         {"Dimensions", alarm.dimensions},
         {percentile ? "ExtendedStatistic" : "Statistic", alarm.statistic},
         {"Period", alarm.period},
         {"EvaluationPeriods", alarm.periods},
         {"ComparisonOperator", alarm.comparison},
         {"Threshold", alarm.threshold},
         {"TreatMissingData", alarm.missing},
         {"ActionsEnabled", true},
         {"AlarmActions", list({ref_to("AlertTopic")})},
         {"OKActions", list({ref_to("AlertTopic")})}});
}

Value dimension(std::string_view name, Item value) {
  return object({{"Name", name}, {"Value", std::move(value)}});
}

// What the service itself counts: by the constants that it counts by.
template <class Metric>
Alarm counted(const Configuration& c, const Metric& metric) {
  Alarm alarm;
  alarm.metric_namespace = cloud_watch_namespace(c.metrics_namespace, *metric.cloud_watch);
  alarm.metric = metric.cloud_watch->name;
  alarm.statistic = "Sum";
  return alarm;
}

void add_service_alarms(Template& t, const Configuration& c) {
  Alarm logins = counted(c, metric::failed_login_attempts);
  logins.id = "FailedLoginsAlarm", logins.name = "failed-logins",
  logins.about = "More than 10 sign-ins failed in five minutes: somebody guesses";
  logins.period = 300, logins.threshold = 10;
  add(t, c, logins);
  Alarm errors = counted(c, metric::database_errors);
  errors.id = "DatabaseErrorsAlarm", errors.name = "database-errors";
  errors.about = "More than 5 database calls failed in a minute: it is away, slow or refuses";
  errors.period = 60, errors.threshold = 5;
  add(t, c, errors);

  const Value service =
      list({dimension("ClusterName", ref_to("Cluster")), dimension("ServiceName", get_att("Service", "Name"))});
  add(t, c,
      {.id = "ProcessorAlarm",
       .name = "processor",
       .about = "The tasks' processors are busy, scaling or not",
       .metric_namespace = "AWS/ECS",
       .metric = "CPUUtilization",
       .dimensions = service,
       .statistic = "Average",
       .period = 300,
       .periods = 3,
       .threshold = 85});
  add(t, c,
      {.id = "MemoryAlarm",
       .name = "memory",
       .about = "The tasks' memory is nearly full, scaling or not",
       .metric_namespace = "AWS/ECS",
       .metric = "MemoryUtilization",
       .dimensions = service,
       .statistic = "Average",
       .period = 300,
       .periods = 3,
       .threshold = 85});
}

void add_load_balancer_alarms(Template& t, const Configuration& c) {
  const Value balancer = dimension("LoadBalancer", get_att("LoadBalancer", "LoadBalancerFullName"));
  const Value targets = list({dimension("TargetGroup", get_att("TargetGroup", "TargetGroupFullName")), balancer});
  // These two turn a deployment back: they may name nothing that depends on the service.
  add(t, c,
      {.id = "ServerErrorsAlarm",
       .name = "server-errors",
       .about = "Tasks answer with 5xx",
       .metric_namespace = "AWS/ApplicationELB",
       .metric = "HTTPCode_Target_5XX_Count",
       .dimensions = targets,
       .statistic = "Sum",
       .period = 60,
       .periods = 3,
       .threshold = 10});
  add(t, c,
      {.id = "UnhealthyTasksAlarm",
       .name = "unhealthy-tasks",
       .about = "Tasks fail their health check",
       .metric_namespace = "AWS/ApplicationELB",
       .metric = "UnHealthyHostCount",
       .dimensions = targets,
       .statistic = "Maximum",
       .period = 60,
       .periods = 5,
       .threshold = 0});
  add(t, c,
      {.id = "GatewayErrorsAlarm",
       .name = "gateway-errors",
       .about = "The load balancer finds no task that answers",
       .metric_namespace = "AWS/ApplicationELB",
       .metric = "HTTPCode_ELB_5XX_Count",
       .dimensions = list({balancer}),
       .statistic = "Sum",
       .period = 60,
       .periods = 3,
       .threshold = 10});
  add(t, c,
      {.id = "LatencyAlarm",
       .name = "latency",
       .about = "One answer in a hundred takes more than two seconds",
       .metric_namespace = "AWS/ApplicationELB",
       .metric = "TargetResponseTime",
       .dimensions = targets,
       .statistic = "p99",
       .period = 300,
       .periods = 3,
       .threshold = 2});
  add(t, c,
      {.id = "BlockedRequestsAlarm",
       .name = "blocked-requests",
       .about = "The firewall refuses more than usual",
       .metric_namespace = "AWS/WAFV2",
       .metric = "BlockedRequests",
       .dimensions = list(
           {dimension("WebACL", c.prefix()), dimension("Region", ref_to("AWS::Region")), dimension("Rule", "ALL")}),
       .statistic = "Sum",
       .period = 300,
       .threshold = 1000});
}

void add_database_alarms(Template& t, const Configuration& c) {
  const Value instance = list({dimension("DBInstanceIdentifier", ref_to("Database"))});
  constexpr std::int64_t gib = 1024LL * 1024 * 1024;
  add(t, c,
      {.id = "DatabaseProcessorAlarm",
       .name = "database-processor",
       .about = "The database's processor is busy",
       .metric_namespace = "AWS/RDS",
       .metric = "CPUUtilization",
       .dimensions = instance,
       .statistic = "Average",
       .period = 300,
       .periods = 3,
       .threshold = 85});
  add(t, c,
      {.id = "DatabaseStorageAlarm",
       .name = "database-storage",
       .about = "The database has less than 2 GiB left",
       .metric_namespace = "AWS/RDS",
       .metric = "FreeStorageSpace",
       .dimensions = instance,
       .statistic = "Minimum",
       .period = 300,
       .comparison = "LessThanThreshold",
       .threshold = 2 * gib,
       .missing = "breaching"});
  add(t, c,
      {.id = "DatabaseMemoryAlarm",
       .name = "database-memory",
       .about = "The database has less than 64 MiB of memory left",
       .metric_namespace = "AWS/RDS",
       .metric = "FreeableMemory",
       .dimensions = instance,
       .statistic = "Average",
       .period = 300,
       .periods = 3,
       .comparison = "LessThanThreshold",
       .threshold = gib / 16});
}

// A secret that somebody else reads than the roles which exist for that (control SEC-6). The trail's log group is the
// account's; secrets are told by name, since a caller may give either a name or an ARN that ends with it.
void add_secret_alarm(Template& t, const Configuration& c) {
  std::string others;
  Value names = object({});
  const auto role = [&](std::string_view id) {
    others += fmt::format(R"( && ($.userIdentity.sessionContext.sessionIssuer.arn != "${{{}.Arn}}"))", id);
  };
  role("TaskExecutionRole");
  role("DatabaseRotationFunctionRole");
  role("TokenRotationFunctionRole");
  if (!c.migrate_command.empty()) role("MigrationExecutionRole");
  const std::string pattern = fmt::format(
      R"({{($.eventSource = "secretsmanager.amazonaws.com") && (($.eventName = "GetSecretValue") || ($.eventName = "BatchGetSecretValue")) && ($.requestParameters.secretId = "*{}/*") && (($.userIdentity.type != "AssumedRole") || ({}))}})",
      c.prefix(), others.substr(4));
  const std::string space = c.prefix() + "/Security";
  t.add(
      "SecretReadFilter", "AWS::Logs::MetricFilter",
      {{"LogGroupName", c.trail_log_group},
       {"FilterName", c.prefix() + "-secret-read"},
       {"FilterPattern", sub(pattern)},
       {"MetricTransformations",
        list({object({{"MetricNamespace", space}, {"MetricName", "UnexpectedSecretReads"}, {"MetricValue", "1"}})})}});
  add(t, c,
      {.id = "SecretReadAlarm",
       .name = "secret-read",
       .about = "A secret was asked for by somebody who has no business with it",
       .metric_namespace = space,
       .metric = "UnexpectedSecretReads",
       .dimensions = {},
       .statistic = "Sum",
       .period = 300,
       .threshold = 0});
}

}  // namespace

void add_alarms(Template& t, const Configuration& c) {
  add_service_alarms(t, c);
  add_load_balancer_alarms(t, c);
  add_database_alarms(t, c);
  add_secret_alarm(t, c);
  add_event_alert(t, "DeploymentFailed", "A deployment of the service failed and was turned back",
                  object({{"source", list({"aws.ecs"})},
                          {"detail-type", list({"ECS Deployment State Change"})},
                          {"resources", list({ref_to("Service")})},
                          {"detail", object({{"eventName", list({"SERVICE_DEPLOYMENT_FAILED"})}})}}),
                  "AlertTopic");
}

}  // namespace redoubt::stack
