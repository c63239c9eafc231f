// Counters, gauges and histograms in one registry, read as Prometheus text (for /metrics) and as CloudWatch embedded
// metric format (for alarms). Every part of the service is handed the registry; what each metric is called stands in
// metric_names.hpp. Counting takes no lock, and no label value, however hostile, can make a metric grow without bound.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redoubt {

class Logger;

// Only goes up.
class Counter {
 public:
  void increment(std::uint64_t by = 1) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// Goes up and down, or is read from a function each time that it is asked for.
class Gauge {
 public:
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(double by) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  // Call once. The function is called from whichever thread renders, as long as the registry lives.
  void read_from(std::function<double()> source);
  [[nodiscard]] double value() const;

 private:
  std::atomic<double> value_ = 0;
  std::function<double()> source_;
  std::atomic<bool> has_source_ = false;
};

// Counts values into fixed buckets.
class Histogram {
 public:
  // `bounds`: the upper bound of each bucket but the last, ascending; static data.
  explicit Histogram(std::span<const double> bounds);
  void observe(double value) noexcept;

  [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }
  // How many values fell into bucket `index` and into no lower one; the last (index bounds().size()) has no bound.
  [[nodiscard]] std::uint64_t count(std::size_t index) const noexcept {
    return counts_[index].load(std::memory_order_relaxed);
  }
  [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

 private:
  std::span<const double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_ = 0;
};

// Where CloudWatch shows a metric: namespace `<prefix>/<group>`, this name, no dimensions.
struct CloudWatchName {
  std::string_view group;
  std::string_view name;
};

// What a metric is. Instances are constants: see metric_names.hpp.
template <class Series, std::size_t Labels>
struct MetricDefinition {
  std::string_view name;
  std::string_view help;
  std::array<std::string_view, Labels> labels{};
  std::optional<CloudWatchName> cloud_watch{};  // counters only
  std::span<const double> buckets{};            // histograms only
  // Combinations of label values; beyond them all count in one series whose labels are "other".
  std::size_t series_limit = Labels == 0 ? 1 : 512;
  // A gauge that Prometheus shall treat as a counter, because what it reads from only goes up.
  bool only_goes_up = std::same_as<Series, Counter>;
};

namespace detail {

// One metric with all its series. A series, once made, stays where it is; finding one takes no lock.
template <class Series>
class SeriesTable {
 public:
  struct Entry {
    template <class... Arguments>
    explicit Entry(std::vector<std::string> label_values, Arguments... arguments)
        : values(std::move(label_values)), series(arguments...) {}
    std::vector<std::string> values;
    Series series;
  };

  template <std::size_t Labels>
  explicit SeriesTable(const MetricDefinition<Series, Labels>& definition)
      : SeriesTable(MetricDefinition<Series, 0>{.name = definition.name,
                                                .help = definition.help,
                                                .cloud_watch = definition.cloud_watch,
                                                .buckets = definition.buckets,
                                                .series_limit = definition.series_limit,
                                                .only_goes_up = definition.only_goes_up},
                    {definition.labels.begin(), definition.labels.end()}) {}
  ~SeriesTable();
  SeriesTable(const SeriesTable&) = delete;
  SeriesTable& operator=(const SeriesTable&) = delete;

  Series& find(std::span<const std::string_view> values);

  [[nodiscard]] const MetricDefinition<Series, 0>& definition() const noexcept { return definition_; }
  [[nodiscard]] const std::vector<std::string_view>& labels() const noexcept { return labels_; }
  // All series, in an order of no meaning.
  [[nodiscard]] std::vector<const Entry*> entries() const;

 private:
  SeriesTable(MetricDefinition<Series, 0> definition, std::vector<std::string_view> labels);
  Entry* look_up(std::span<const std::string_view> values, std::size_t& slot) const noexcept;
  Entry* make(std::vector<std::string> values) const;

  MetricDefinition<Series, 0> definition_;
  std::vector<std::string_view> labels_;
  std::size_t slot_count_;                        // a power of two, at least twice the limit
  std::unique_ptr<std::atomic<Entry*>[]> slots_;  // open addressing; entries are never removed
  struct Growth;                                  // what only making a series needs
  std::unique_ptr<Growth> growth_;
  std::unique_ptr<Entry> other_;
};

extern template class SeriesTable<Counter>;
extern template class SeriesTable<Gauge>;
extern template class SeriesTable<Histogram>;

}  // namespace detail

// A metric with labels. with(…) finds the series of the given label values, one for each label: cheap enough for each
// request; a place that always counts the same series keeps the reference.
template <class Series, std::size_t Labels>
class Family {
 public:
  explicit Family(detail::SeriesTable<Series>& table) noexcept : table_(&table) {}

  template <std::convertible_to<std::string_view>... Values>
    requires(sizeof...(Values) == Labels)
  Series& with(const Values&... values) const {
    const std::array<std::string_view, Labels> list{std::string_view(values)...};
    return table_->find(list);
  }

 private:
  detail::SeriesTable<Series>* table_;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The metric of that definition, made when it is asked for first: the series itself when it has no labels, else its
  // Family. Takes a lock: ask at the start, keep the answer; it stays valid as long as the registry.
  // Throws std::logic_error when another definition has the name already.
  template <class Series>
  Series& get(const MetricDefinition<Series, 0>& definition) {
    return table(definition).find({});
  }
  template <class Series, std::size_t Labels>
  Family<Series, Labels> get(const MetricDefinition<Series, Labels>& definition) {
    return Family<Series, Labels>(table(definition));
  }

  // Prometheus text exposition format 0.0.4, metrics in the order in which they were first asked for.
  [[nodiscard]] std::string render_prometheus() const;

  // One embedded metric format object with every counter that has a CloudWatch name and counted anything since the
  // last call, its value being that difference; none when there is nothing to tell.
  [[nodiscard]] std::optional<std::string> take_embedded(std::string_view namespace_prefix,
                                                         std::chrono::system_clock::time_point now);

 private:
  template <class Series, std::size_t Labels>
  detail::SeriesTable<Series>& table(const MetricDefinition<Series, Labels>& definition) {
    if (auto* known = find_table<Series>(definition.name, definition.labels)) return *known;
    return add_table(std::make_unique<detail::SeriesTable<Series>>(definition));
  }
  template <class Series>
  detail::SeriesTable<Series>* find_table(std::string_view name, std::span<const std::string_view> labels) const;
  template <class Series>
  detail::SeriesTable<Series>& add_table(std::unique_ptr<detail::SeriesTable<Series>> table);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The media type of render_prometheus().
inline constexpr std::string_view prometheus_media_type = "text/plain; version=0.0.4; charset=utf-8";

// CPU time, memory, descriptors and start time of this process, under the names that Prometheus clients share.
void add_process_metrics(Metrics& metrics);

// Whether CloudWatch takes the text for a namespace of one's own, with room for "/" and a group.
[[nodiscard]] bool is_cloud_watch_namespace(std::string_view text) noexcept;

// Writes the counters that have a CloudWatch name to the log, each interval, on a thread of its own, and a last time
// when it ends. Metrics and log must outlive it.
class EmbeddedMetricsReporter {
 public:
  struct Options {
    std::string namespace_prefix = "Redoubt";
    // At most 60 s, the shortest period of an alarm on these metrics; shorter keeps a burst in one period.
    std::chrono::milliseconds interval{10'000};
  };

  // Throws std::invalid_argument for an interval outside (0, 60 s] or a prefix that is no CloudWatch namespace.
  EmbeddedMetricsReporter(Metrics& metrics, Logger& log, Options options);
  ~EmbeddedMetricsReporter();
  EmbeddedMetricsReporter(const EmbeddedMetricsReporter&) = delete;
  EmbeddedMetricsReporter& operator=(const EmbeddedMetricsReporter&) = delete;

  // Now, from any thread.
  void report();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redoubt
