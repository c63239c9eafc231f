// What only an account's logs and metrics show: that lines are JSON (MON-1), that the metric which an alarm watches is
// there (MON-4, MON-5), and that every source of evidence has events of the last day (IR-3).
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "containers.hpp"
#include "estate/document.hpp"
#include "reading.hpp"
#include "times.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view stream_type = "AWS::Logs::LogStream";
constexpr std::string_view event_type = "AWS::Logs::LogEvent";
constexpr std::string_view metric_type = "AWS::CloudWatch::Metric";

// The names of the groups that the tasks of an account write to.
std::vector<std::string> service_groups(Inquiry& ask) {
  std::vector<std::string> out;
  for (const Resource* definition : ask.resources("AWS::ECS::TaskDefinition")) {
    if (definition->stack != estate::no_index) continue;
    for (const Container& container : containers_of(ask, *definition)) {
      const Known<std::string> name = ask.in().text(part(container.value, "LogConfiguration.Options.awslogs-group"));
      if (name.known() && std::ranges::find(out, name.value) == out.end()) out.push_back(name.value);
    }
  }
  return out;
}

const Resource* group_named(Inquiry& ask, std::string_view name) {
  for (const Resource* group : ask.resources("AWS::Logs::LogGroup"))
    if (group->stack == estate::no_index && group->id == name) return group;
  return nullptr;
}

// --- MON-1 -----------------------------------------------------------------------------------------------------------

bool is_json_object(std::string_view line) {
  if (estate::format_of(line) != estate::Format::json) return false;
  const auto read = estate::read_document(line, 0, "line");
  return read && read->is(Kind::object);
}

// A line itself is never shown: it may hold what nobody else should read.
void lines_structured(Inquiry& ask) {
  for (const std::string& name : service_groups(ask)) {
    const Resource* const group = group_named(ask, name);
    std::size_t lines = 0;
    const Resource* other = nullptr;
    for (const Resource* event : ask.resources(event_type)) {
      const Known<std::string> of = ask.text(*event, "LogGroupName");
      if (!of.known() || of.value != name) continue;
      ++lines;
      const Known<std::string> message = ask.text(*event, "Message");
      if (!message.known() || !is_json_object(message.value)) other = event;
    }
    if (other != nullptr)
      ask.refuted(group, other->at,
                  fmt::format("a line of the stream {} of {} is no JSON object",
                              text_of(ask.estate(), ask.get(*other, "LogStreamName")), name));
    else if (lines != 0)
      ask.proved(group, {}, fmt::format("{} lines of {} are JSON objects", lines, name));
    else
      ask.unknown(group, {},
                  fmt::format("the snapshot holds no line of {} (`aws logs filter-log-events`, with \"logGroupName\" "
                              "written beside its answer)",
                              name));
  }
}

// --- MON-4, MON-5 ----------------------------------------------------------------------------------------------------

// list-metrics tells of metrics with data of the last two weeks. It may have been asked for one namespace: only an
// answer that shows the alarm's namespace, or one of AWS's, tells that a metric is not there.
void metric_arrives(Inquiry& ask, std::string_view metric) {
  for (const Resource* alarm : ask.resources("AWS::CloudWatch::Alarm")) {
    const Known<std::string> name = ask.text(*alarm, "MetricName");
    if (alarm->stack != estate::no_index || !name.known() || name.value != metric) continue;
    const Known<std::string> space = ask.text(*alarm, "Namespace");
    if (!space.known()) {
      ask.unknown(alarm, {}, space.unknown() ? space.why : "the alarm names no namespace");
      continue;
    }
    const Resource* found = nullptr;
    bool asked = false;
    for (const Resource* each : ask.resources(metric_type)) {
      const Known<std::string> in = ask.text(*each, "Namespace");
      const Known<std::string> is = ask.text(*each, "MetricName");
      if (!in.known() || !is.known()) continue;
      if (in.value == space.value && is.value == metric) found = each;
      asked = asked || in.value == space.value || in.value.starts_with("AWS/");
    }
    if (found != nullptr)
      ask.proved(alarm, found->at, fmt::format("CloudWatch has {} in {}", metric, space.value));
    else if (asked)
      ask.refuted(alarm, {}, fmt::format("CloudWatch has no {} in {} of the last two weeks", metric, space.value));
    else
      ask.unknown(
          alarm, {},
          fmt::format("the snapshot does not hold the answer of `aws cloudwatch list-metrics` for {}", space.value));
  }
}

// --- IR-3 ------------------------------------------------------------------------------------------------------------

// When a source of evidence wrote last.
struct Source {
  const Resource* resource;
  std::string name;
  std::optional<Time> last;
  std::string why;  // nothing is known of it
};

std::optional<Time> last_event_of(Inquiry& ask, std::string_view group) {
  std::optional<Time> out;
  for (const Resource* stream : ask.resources(stream_type)) {
    const Known<std::string> of = ask.text(*stream, "LogGroupName");
    if (!of.known() || of.value != group) continue;
    for (const std::string_view member : {"LastEventTimestamp", "LastIngestionTime"})
      if (const Known<double> at = ask.number(*stream, member); at.known()) {
        const Time time{std::chrono::seconds(static_cast<std::int64_t>(at.value / 1000))};  // in milliseconds
        out = std::max(out.value_or(time), time);
      }
  }
  return out;
}

Source group_source(Inquiry& ask, const Resource* resource, const std::string& name, std::string what) {
  Source out{resource, std::move(what), last_event_of(ask, name), {}};
  if (!out.last)
    out.why = fmt::format("the snapshot shows no event of {} (`aws logs describe-log-streams --log-group-name {}`)",
                          name, name);
  return out;
}

std::vector<Source> sources_of(Inquiry& ask) {
  std::vector<Source> out;
  for (const Resource* trail : ask.resources("AWS::CloudTrail::Trail")) {
    if (trail->stack != estate::no_index) continue;
    const Known<Time> last = time_of(ask, ask.get(*trail, "LatestDeliveryTime"));
    Source source{trail, "the trail", {}, {}};
    if (last.known())
      source.last = last.value;
    else
      source.why = last.unknown() ? last.why : "the answer has no LatestDeliveryTime";
    out.push_back(std::move(source));
  }
  for (const Resource* log : ask.resources("AWS::EC2::FlowLog")) {
    if (log->stack != estate::no_index) continue;
    const Known<std::string> group = ask.text(*log, "LogGroupName");
    if (group.known())
      out.push_back(group_source(ask, log, group.value, "the flow log"));
    else
      out.push_back({log, "the flow log", {}, "it writes to a bucket, and no answer tells when it last did"});
  }
  for (const std::string& name : service_groups(ask))
    out.push_back(group_source(ask, group_named(ask, name), name, fmt::format("the log group {}", name)));
  return out;
}

// A snapshot may be older than a day itself: what is old is refuted where another source is newer by more than that.
void evidence_complete(Inquiry& ask) {
  const std::vector<Source> sources = sources_of(ask);
  std::optional<Time> newest;
  for (const Source& source : sources)
    if (source.last) newest = std::max(newest.value_or(*source.last), *source.last);
  for (const Source& source : sources) {
    if (!source.last) {
      ask.unknown(source.resource, {}, source.why);
      continue;
    }
    const double hours_a_day = 24;
    const double days = days_between(*source.last, ask.now());
    const std::string text = fmt::format("{} wrote last on {}", source.name, date_text(*source.last));
    if (days <= 1)
      ask.proved(source.resource, {},
                 fmt::format("{} wrote {:.0f} hours ago", source.name, std::max(0.0, days * hours_a_day)));
    else if (days_between(*source.last, *newest) > 1)
      ask.refuted(source.resource, {}, fmt::format("{}, while others did on {}", text, date_text(*newest)));
    else
      ask.unknown(source.resource, {}, fmt::format("{}, and when the snapshot was taken is not said", text));
  }
}

}  // namespace

std::vector<Check> arrival_checks() {
  return {
      {"MON-1.structured", Method::property, {}, {}, lines_structured},
      {"MON-4.metric-arrives",
       Method::property,
       {},
       {},
       [](Inquiry& ask) { metric_arrives(ask, "FailedLoginAttempts"); }},
      {"MON-5.metric-arrives", Method::property, {}, {}, [](Inquiry& ask) { metric_arrives(ask, "DatabaseErrors"); }},
      {"IR-3.evidence-complete", Method::property, {}, {}, evidence_complete},
  };
}

}  // namespace redoubt::controls
