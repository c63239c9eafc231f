// CMP-1, CMP-2 and CMP-4: AWS Config, Security Hub, and proofs on a schedule.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

void recorder_exists(Inquiry& ask) {
  const auto recorders = ask.resources("AWS::Config::ConfigurationRecorder");
  const auto channels = ask.resources("AWS::Config::DeliveryChannel");
  if (recorders.empty()) return ask.refuted(nullptr, {}, "no AWS::Config::ConfigurationRecorder is declared");
  if (channels.empty())
    return ask.refuted(recorders.front(), {}, "no AWS::Config::DeliveryChannel takes what it records");
  ask.proved(recorders.front(), {},
             fmt::format("{} records and {} delivers", recorders.front()->id, channels.front()->id));
}

// "RecordingGroup": without one, all regional types but no global ones.
void all_resources(Inquiry& ask, const Resource& recorder) {
  const Value group = ask.get(recorder, "RecordingGroup");
  if (is_empty(group))
    return ask.refuted(&recorder, {}, "RecordingGroup is not given, so that global types (IAM) are not recorded");
  const Known<std::string> strategy = ask.in().text(part(group, "RecordingStrategy.UseOnly"));
  if (strategy.unknown()) return ask.unknown(&recorder, group.at, strategy.why);
  if (strategy.known() && strategy.value != "ALL_SUPPORTED_RESOURCE_TYPES")
    return ask.refuted(&recorder, group.at, fmt::format("its strategy is {}", strategy.value));
  const Truth all = strategy.known() ? truth(true) : ask.in().boolean(group["AllSupported"]);
  const Truth global = ask.in().boolean(group["IncludeGlobalResourceTypes"]);
  ask.expect(recorder, group.at, both(all, global), "all types are recorded, global ones included",
             surely(all) ? "IncludeGlobalResourceTypes is not true" : "AllSupported is not true");
}

void all_regions(Inquiry& ask, const Resource& aggregator) {
  Truth all = ask.boolean(aggregator, "OrganizationAggregationSource.AllAwsRegions");
  const std::vector<Value> sources = items_of(ask.get(aggregator, "AccountAggregationSources"));
  Truth every = truth(!sources.empty());
  for (const Value& source : sources) every = both(every, ask.in().boolean(source["AllAwsRegions"]));
  ask.expect(aggregator, {}, either(all, every), "AllAwsRegions is true for its sources",
             "AllAwsRegions is not true for its sources");
}

void delivery_bucket_closed(Inquiry& ask, const Resource& channel) {
  const Value name = ask.get(channel, "S3BucketName");
  const Resource* const bucket = ask.in().target(name);
  if (bucket == nullptr)
    return ask.unknown(&channel, name.at,
                       fmt::format("the bucket {} is not among the sources", text_of(ask.estate(), name)));
  for (const std::string_view each :
       {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"}) {
    const Value value = ask.get(*bucket, fmt::format("PublicAccessBlockConfiguration.{}", each));
    const Truth is = ask.in().boolean(value);
    ask.expect(channel, value.at.line != 0 ? value.at : bucket->at, is.absent() ? truth(false) : is,
               fmt::format("{} blocks all public access", bucket->id),
               fmt::format("{} of {} is not true", each, bucket->id));
  }
}

void hub_exists(Inquiry& ask) {
  for (const Resource* hub : ask.resources("AWS::SecurityHub::Hub"))
    return ask.proved(hub, {}, fmt::format("{} is declared", hub->id));
  for (const Resource* hub : ask.in().resources("AWS::SecurityHub::HubV2"))  // which no answer that is read lists
    return ask.proved(hub, {}, fmt::format("{} is declared", hub->id));
  ask.refuted(nullptr, {}, "no AWS::SecurityHub::Hub is declared");
}

void standard_enabled(Inquiry& ask, bool (*wanted)(std::string_view), std::string_view name) {
  const Resource* unsure = nullptr;
  for (const Resource* standard : ask.resources("AWS::SecurityHub::Standard")) {
    const Value value = ask.get(*standard, "StandardsArn");
    const Known<std::string> arn = ask.in().text(value);
    if (arn.unknown()) unsure = standard;
    if (arn.known() && wanted(arn.value))
      return ask.proved(standard, value.at, fmt::format("{} is enabled", arn.value));
  }
  if (unsure != nullptr)
    ask.unknown(unsure, {}, "which standard it enables is not known");
  else
    ask.refuted(nullptr, {}, fmt::format("no AWS::SecurityHub::Standard enables {}", name));
}

constexpr std::string_view cis_name = "cis-aws-foundations-benchmark/v/";

// The version in the ARN of a CIS standard; 0 if it is none.
double cis_version(std::string_view arn) {
  const std::size_t at = arn.find(cis_name);
  return at == std::string_view::npos ? 0 : std::strtod(std::string(arn.substr(at + cis_name.size())).c_str(), nullptr);
}

void current_standard(Inquiry& ask) {
  standard_enabled(ask, [](std::string_view arn) { return cis_version(arn) >= 3; }, "the CIS standard 3.0 or newer");
}

void original_standard(Inquiry& ask) {
  standard_enabled(
      ask, [](std::string_view arn) { return arn.ends_with("cis-aws-foundations-benchmark/v/1.2.0"); },
      "the CIS standard 1.2.0");
}

// --- CMP-4 -----------------------------------------------------------------------------------------------------------

// All texts within a value, in their order, a space between: a command reads as it would be typed.
void add_texts(const Value& value, std::string& out) {
  if (value.is(Kind::text)) out += (out.empty() ? "" : " ") + value.text;
  for (const Value& item : value.items) add_texts(item, out);
  for (const estate::Member& member : value.members) add_texts(member.value, out);
}

// What a schedule starts is told by its targets' input, or by the project or the task definition that they name.
bool runs_proof(Inquiry& ask, const Value& target) {
  std::string texts;
  add_texts(target, texts);
  const auto add_named = [&](const Value& name) {
    if (const Resource* named = ask.in().target(name)) add_texts(ask.in().resolve(named->properties), texts);
  };
  add_named(target["Arn"]);
  add_named(part(target, "EcsParameters.TaskDefinitionArn"));
  return texts.find("redoubt prove") != std::string::npos;
}

// "Schedule types": rate(value unit), cron(minutes hours day-of-month month day-of-week year).
Truth is_weekly(const std::string& expression) {
  const std::size_t open = expression.find('('), close = expression.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open)
    return unknown_truth(fmt::format("how often {} comes round was not worked out", expression));
  std::vector<std::string> fields(1);
  for (const char c : expression.substr(open + 1, close - open - 1))
    if (c == ' ')
      fields.emplace_back();
    else
      fields.back() += c;
  if (expression.starts_with("rate(") && fields.size() == 2) {
    constexpr double week = 7, hours = 24, minutes = 60;
    const double number = std::strtod(fields[0].c_str(), nullptr);
    const double per_day = fields[1].starts_with("day") ? 1 : fields[1].starts_with("hour") ? hours : hours * minutes;
    return truth(number > 0 && number / per_day <= week);
  }
  if (expression.starts_with("cron(") && fields.size() == 6 && fields[3] == "*" && fields[5] == "*" &&
      (fields[2] == "*" || fields[2] == "?"))
    return truth(fields[4].find('#') == std::string::npos && fields[4].find('L') == std::string::npos);
  return unknown_truth(fmt::format("how often {} comes round was not worked out", expression));
}

void proof_scheduled(Inquiry& ask) {
  for (const std::string_view type : {"AWS::Scheduler::Schedule", "AWS::Events::Rule"})
    for (const Resource* schedule : ask.in().resources(type)) {
      const bool is_rule = type == "AWS::Events::Rule";
      const std::vector<Value> targets = items_of(ask.get(*schedule, is_rule ? "Targets" : "Target"));
      if (std::ranges::none_of(targets, [&](const Value& target) { return runs_proof(ask, target); })) continue;
      const Value value = ask.get(*schedule, "ScheduleExpression");
      const Known<std::string> expression = ask.in().text(value);
      if (expression.absent()) continue;
      const Truth weekly = expression.known() ? is_weekly(expression.value) : unknown_truth(expression.why);
      const Known<std::string> state = ask.text(*schedule, "State").when_absent("ENABLED");
      const Truth enabled = state.unknown() ? unknown_truth(state.why) : truth(state.value == "ENABLED");
      ask.expect(*schedule, value.at, both(weekly, enabled), fmt::format("it runs the proof by {}", expression.value),
                 surely(enabled) ? fmt::format("it runs the proof by {}, less than once a week", expression.value)
                                 : "it is switched off");
      return;
    }
  ask.unknown(nullptr, {}, "no schedule of the sources runs redoubt prove, and one elsewhere is not seen");
}

}  // namespace

std::vector<Check> compliance_checks() {
  return {
      {"CMP-1.recorder", Method::property, {}, {}, recorder_exists},
      {"CMP-1.all-resources", Method::property, {"AWS::Config::ConfigurationRecorder"}, all_resources},
      {"CMP-1.all-regions-aggregated", Method::property, {"AWS::Config::ConfigurationAggregator"}, all_regions},
      {"CMP-1.delivery-bucket-closed", Method::property, {"AWS::Config::DeliveryChannel"}, delivery_bucket_closed},
      {"CMP-4.scheduled", Method::property, {}, {}, proof_scheduled},
      {"CMP-2.hub", Method::property, {}, {}, hub_exists},
      {"CMP-2.current-standard", Method::property, {}, {}, current_standard},
      {"CMP-2.original-standard", Method::property, {}, {}, original_standard},
  };
}

}  // namespace redoubt::controls
