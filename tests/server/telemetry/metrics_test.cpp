#include "redoubt/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <mutex>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "redoubt/json.hpp"
#include "redoubt/log.hpp"
#include "redoubt/metric_names.hpp"

namespace redoubt {
namespace {

// A strict reader of text exposition format 0.0.4: throws at whatever the format does not allow.
struct Exposition {
  std::map<std::string, std::string> type;  // by metric
  std::map<std::string, std::string> help;  // by metric
  std::map<std::string, double> sample;     // by the text before the number

  explicit Exposition(const std::string& text) {
    if (!text.empty() && !text.ends_with('\n')) throw std::runtime_error("the last line has no end");
    std::istringstream in(text);
    std::string current;
    for (std::string line; std::getline(in, line);) {
      std::smatch match;
      if (std::regex_match(line, match, std::regex(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*))"))) {
        if (!help.emplace(match[1], match[2]).second) throw std::runtime_error("second HELP: " + line);
        current = match[1];
      } else if (std::regex_match(line, match, std::regex(R"(# TYPE (\S+) (counter|gauge|histogram))"))) {
        if (match[1] != current) throw std::runtime_error("TYPE away from its HELP: " + line);
        if (!type.emplace(match[1], match[2]).second) throw std::runtime_error("second TYPE: " + line);
      } else {
        read_sample(line, current);
      }
    }
    for (const auto& [name, kind] : type) {
      if (kind == "counter" && !name.ends_with("_total")) throw std::runtime_error("a counter without _total: " + name);
    }
  }

 private:
  void read_sample(const std::string& line, const std::string& current) {
    static const std::regex shape(
        R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*")"
        R"((?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*")*\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?))");
    std::smatch match;
    if (!std::regex_match(line, match, shape)) throw std::runtime_error("no sample: " + line);
    const std::string name = match[1];
    const bool histogram = type.at(current) == "histogram";
    const std::set<std::string> allowed =
        histogram ? std::set{current + "_bucket", current + "_sum", current + "_count"} : std::set{current};
    if (!allowed.contains(name)) throw std::runtime_error("a sample outside its metric: " + line);
    if (!sample.emplace(match[1].str() + match[2].str(), std::stod(match[3])).second) {
      throw std::runtime_error("second sample: " + line);
    }
  }
};

constexpr std::array test_bounds{0.1, 1.0};
constexpr MetricDefinition<Histogram, 1> test_histogram{
    .name = "wait_seconds", .help = "Waiting.", .labels = {"queue"}, .buckets = test_bounds};
constexpr MetricDefinition<Counter, 1> test_counter{
    .name = "things_total", .help = "Things \\ of\nall kinds.", .labels = {"kind"}, .series_limit = 3};
constexpr MetricDefinition<Gauge, 0> test_gauge{.name = "level", .help = "Level."};

TEST(Metrics, RenderAsValidPrometheusText) {
  Metrics metrics;
  metrics.get(metric::http_requests).with("GET", "/items/{id}", "200").increment(3);
  metrics.get(metric::failed_login_attempts).increment();
  metrics.get(test_gauge).set(-0.5);
  add_process_metrics(metrics);
  const Exposition read(metrics.render_prometheus());
  EXPECT_EQ(read.type.at("http_requests_total"), "counter");
  EXPECT_EQ(read.sample.at(R"(http_requests_total{method="GET",route="/items/{id}",status="200"})"), 3);
  EXPECT_EQ(read.sample.at("failed_login_attempts_total"), 1);
  EXPECT_EQ(read.type.at("level"), "gauge");
  EXPECT_EQ(read.sample.at("level"), -0.5);
  EXPECT_EQ(read.type.at("process_cpu_seconds_total"), "counter");
  EXPECT_GT(read.sample.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(read.sample.at("process_open_fds"), 2);
  EXPECT_GT(read.sample.at("process_start_time_seconds"), 1.7e9);
}

TEST(Metrics, EscapeWhatWouldEndAHelpTextOrALabel) {
  Metrics metrics;
  metrics.get(test_counter).with("a\"b\\c\nd").increment();
  const Exposition read(metrics.render_prometheus());
  EXPECT_EQ(read.help.at("things_total"), R"(Things \\ of\nall kinds.)");
  EXPECT_EQ(read.sample.at(R"(things_total{kind="a\"b\\c\nd"})"), 1);
}

TEST(Metrics, HistogramBucketsAreCumulativeAndAValueOnABoundBelongsBelowIt) {
  Metrics metrics;
  auto& wait = metrics.get(test_histogram).with("hash");
  for (const double seconds : {0.05, 0.1, 0.5, 1.0, 7.0}) wait.observe(seconds);
  const Exposition read(metrics.render_prometheus());
  EXPECT_EQ(read.type.at("wait_seconds"), "histogram");
  EXPECT_EQ(read.sample.at(R"(wait_seconds_bucket{queue="hash",le="0.1"})"), 2);
  EXPECT_EQ(read.sample.at(R"(wait_seconds_bucket{queue="hash",le="1"})"), 4);
  EXPECT_EQ(read.sample.at(R"(wait_seconds_bucket{queue="hash",le="+Inf"})"), 5);
  EXPECT_EQ(read.sample.at(R"(wait_seconds_count{queue="hash"})"), 5);
  EXPECT_DOUBLE_EQ(read.sample.at(R"(wait_seconds_sum{queue="hash"})"), 8.65);
}

TEST(Metrics, LabelValuesBeyondTheLimitCountTogether) {
  Metrics metrics;
  const auto things = metrics.get(test_counter);
  for (int i = 0; i < 1'000; ++i) things.with(fmt::format("kind-{}", i)).increment();
  const Exposition read(metrics.render_prometheus());
  EXPECT_EQ(read.sample.size(), 4U);
  EXPECT_EQ(read.sample.at(R"(things_total{kind="other"})"), 997);
}

TEST(Metrics, TheSameDefinitionGivesTheSameMetric) {
  Metrics metrics;
  EXPECT_EQ(&metrics.get(metric::database_errors), &metrics.get(metric::database_errors));
  EXPECT_EQ(&metrics.get(test_counter).with("a"), &metrics.get(test_counter).with(std::string("a")));
}

TEST(Metrics, ANameHasOneKindAndOneSetOfLabels) {
  Metrics metrics;
  metrics.get(test_counter);
  constexpr MetricDefinition<Gauge, 0> other_kind{.name = "things_total", .help = ""};
  constexpr MetricDefinition<Counter, 1> other_labels{.name = "things_total", .help = "", .labels = {"colour"}};
  EXPECT_THROW(metrics.get(other_kind), std::logic_error);
  EXPECT_THROW(metrics.get(other_labels), std::logic_error);
}

TEST(Metrics, LoseNoCountWhenManyThreadsMeetNewSeries) {
  Metrics metrics;
  constexpr int threads = 4;
  constexpr int each = 5'000;
  {
    std::vector<std::jthread> counters;
    for (int t = 0; t < threads; ++t) {
      counters.emplace_back([&metrics] {
        const auto requests = metrics.get(metric::http_requests);
        auto& duration = metrics.get(metric::http_request_duration).with("GET", "/");
        for (int i = 0; i < each; ++i) {
          requests.with("GET", "/", fmt::format("{}", 200 + i % 50)).increment();
          duration.observe(0.5);
          if (i % 1'000 == 0) EXPECT_FALSE(metrics.render_prometheus().empty());
        }
      });
    }
  }
  double requests = 0;
  const Exposition read(metrics.render_prometheus());
  for (const auto& [name, value] : read.sample) {
    if (name.starts_with("http_requests_total")) requests += value;
  }
  EXPECT_EQ(requests, threads * each);
  EXPECT_EQ(read.sample.at(R"(http_request_duration_seconds_sum{method="GET",route="/"})"), threads * each * 0.5);
}

TEST(Metrics, AGaugeMayBeReadFromAFunction) {
  Metrics metrics;
  double depth = 1;
  metrics.get(metric::workers_waiting).with("hash").read_from([&depth] { return depth; });
  depth = 7;
  EXPECT_EQ(Exposition(metrics.render_prometheus()).sample.at(R"(workers_waiting{pool="hash"})"), 7);
}

TEST(EmbeddedMetrics, CarryTheChangeSinceTheLastReportUnderTheNamesThatAlarmsWatch) {
  Metrics metrics;
  auto& failed = metrics.get(metric::failed_login_attempts);
  const std::chrono::system_clock::time_point now(std::chrono::milliseconds(1'700'000'000'123));
  EXPECT_FALSE(metrics.take_embedded("Redoubt", now)) << "a count of nothing is not sent";
  failed.increment(11);
  EXPECT_EQ(metrics.take_embedded("Redoubt", now),
            R"({"_aws":{"Timestamp":1700000000123,"CloudWatchMetrics":[{"Namespace":"Redoubt/Security",)"
            R"("Dimensions":[[]],"Metrics":[{"Name":"FailedLoginAttempts","Unit":"Count"}]}]},)"
            R"("FailedLoginAttempts":11})");
  EXPECT_FALSE(metrics.take_embedded("Redoubt", now));
  failed.increment(2);
  metrics.get(metric::database_errors).increment();
  const auto both = metrics.take_embedded("FastAPI", now);
  ASSERT_TRUE(both);
  const auto parsed = json::parse(*both);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->root().find("FailedLoginAttempts")->integer(), 2);
  EXPECT_EQ(parsed->root().find("DatabaseErrors")->integer(), 1);
  EXPECT_NE(both->find(R"("Namespace":"FastAPI/Application")"), std::string::npos);
}

TEST(EmbeddedMetrics, AreReportedByTheClockOnDemandAndAtTheEnd) {
  std::mutex mutex;
  std::string text;
  const auto sum = [&](Logger& log) {
    log.flush();
    const std::scoped_lock lock(mutex);
    std::istringstream in(text);
    std::int64_t total = 0;
    for (std::string line; std::getline(in, line);) {
      total += json::parse(line).value().root().find("DatabaseErrors")->integer().value();
    }
    return total;
  };
  // The level does not matter to a metric.
  Logger log(
      [&](std::string_view lines) {
        const std::scoped_lock lock(mutex);
        text += lines;
      },
      {.level = LogLevel::off});
  Metrics metrics;
  auto& errors = metrics.get(metric::database_errors);
  {
    EmbeddedMetricsReporter slow(metrics, log, {.interval = std::chrono::seconds(60)});
    errors.increment();
    slow.report();
    EXPECT_EQ(sum(log), 1);
    errors.increment();
  }
  EXPECT_EQ(sum(log), 2) << "the last counts are sent when it ends";
  EmbeddedMetricsReporter quick(metrics, log, {.interval = std::chrono::milliseconds(1)});
  errors.increment();
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (sum(log) < 3 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_EQ(sum(log), 3);
}

TEST(EmbeddedMetrics, RefuseAnIntervalThatWouldStarveTheAlarmsAndANamespaceThatCloudWatchRefuses) {
  Metrics metrics;
  Logger log([](std::string_view) {}, {});
  using Reporter = EmbeddedMetricsReporter;
  EXPECT_THROW(Reporter(metrics, log, {.interval = std::chrono::seconds(61)}), std::invalid_argument);
  EXPECT_THROW(Reporter(metrics, log, {.interval = std::chrono::seconds(0)}), std::invalid_argument);
  EXPECT_THROW(Reporter(metrics, log, {.namespace_prefix = "AWS/Mine"}), std::invalid_argument);
  EXPECT_THROW(Reporter(metrics, log, {.namespace_prefix = ""}), std::invalid_argument);
  EXPECT_THROW(Reporter(metrics, log, {.namespace_prefix = "a\"b"}), std::invalid_argument);
}

}  // namespace
}  // namespace redoubt
