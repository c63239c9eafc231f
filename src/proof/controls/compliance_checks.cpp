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

}  // namespace

std::vector<Check> compliance_checks() {
  return {
      {"CMP-1.recorder", Method::property, {}, {}, recorder_exists},
      {"CMP-1.all-resources", Method::property, {"AWS::Config::ConfigurationRecorder"}, all_resources},
      {"CMP-1.all-regions-aggregated", Method::property, {"AWS::Config::ConfigurationAggregator"}, all_regions},
      {"CMP-1.delivery-bucket-closed", Method::property, {"AWS::Config::DeliveryChannel"}, delivery_bucket_closed},
      {"CMP-2.hub", Method::property, {}, {}, hub_exists},
      {"CMP-2.current-standard", Method::property, {}, {}, current_standard},
      {"CMP-2.original-standard", Method::property, {}, {}, original_standard},
  };
}

}  // namespace redoubt::controls
