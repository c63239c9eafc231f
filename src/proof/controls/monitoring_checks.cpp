// MON-3 to MON-10 but for buckets: scaling, metrics, alarms, trail, detector.
#include <fmt/format.h>

#include "containers.hpp"
#include "databases.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

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
