#include "redoubt/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <variant>

#include "redoubt/json.hpp"
#include "redoubt/metric_names.hpp"
#include "telemetry/prometheus.hpp"

namespace redoubt {

void Gauge::read_from(std::function<double()> source) {
  source_ = std::move(source);
  has_source_.store(true, std::memory_order_release);
}

double Gauge::value() const {
  return has_source_.load(std::memory_order_acquire) ? source_() : value_.load(std::memory_order_relaxed);
}

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)) {}

void Histogram::observe(double value) noexcept {
  // A value equal to a bound belongs below it ("le"); NaN, which compares with nothing, goes to the last bucket.
  const auto bucket = std::ranges::find_if(bounds_, [value](double bound) { return value <= bound; });
  counts_[static_cast<std::size_t>(bucket - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

namespace detail {

template <class Series>
struct SeriesTable<Series>::Growth {
  std::mutex mutex;
  std::atomic<std::size_t> series = 0;
};

template <class Series>
SeriesTable<Series>::SeriesTable(MetricDefinition<Series, 0> definition, std::vector<std::string_view> labels)
    : definition_(definition),
      labels_(std::move(labels)),
      slot_count_(std::bit_ceil(2 * definition.series_limit)),
      slots_(std::make_unique<std::atomic<Entry*>[]>(slot_count_)),
      growth_(std::make_unique<Growth>()),
      other_(make(std::vector<std::string>(labels_.size(), "other"))) {}

template <class Series>
SeriesTable<Series>::~SeriesTable() {
  for (std::size_t slot = 0; slot < slot_count_; ++slot) delete slots_[slot].load(std::memory_order_relaxed);
}

template <class Series>
auto SeriesTable<Series>::make(std::vector<std::string> values) const -> Entry* {
  if constexpr (std::same_as<Series, Histogram>) {
    return new Entry(std::move(values), definition_.buckets);
  } else {
    return new Entry(std::move(values));
  }
}

// The entry, or none and the empty slot where it would stand. There always is an empty slot: half of them stay so.
template <class Series>
auto SeriesTable<Series>::look_up(std::span<const std::string_view> values, std::size_t& slot) const noexcept
    -> Entry* {
  std::size_t hash = 0;
  for (const std::string_view value : values) hash = hash * 31 + std::hash<std::string_view>{}(value);
  for (slot = hash & (slot_count_ - 1);; slot = (slot + 1) & (slot_count_ - 1)) {
    Entry* const entry = slots_[slot].load(std::memory_order_acquire);
    if (entry == nullptr || std::ranges::equal(entry->values, values)) return entry;
  }
}

template <class Series>
Series& SeriesTable<Series>::find(std::span<const std::string_view> values) {
  std::size_t slot = 0;
  if (Entry* const entry = look_up(values, slot)) return entry->series;
  // Asked before the lock too: whoever sends new values on and on must not make others wait for it.
  if (growth_->series == definition_.series_limit) return other_->series;
  const std::scoped_lock lock(growth_->mutex);
  if (Entry* const entry = look_up(values, slot)) return entry->series;
  if (growth_->series == definition_.series_limit) return other_->series;
  Entry* const entry = make({values.begin(), values.end()});
  slots_[slot].store(entry, std::memory_order_release);
  ++growth_->series;
  return entry->series;
}

template <class Series>
auto SeriesTable<Series>::entries() const -> std::vector<const Entry*> {
  std::vector<const Entry*> all;
  for (std::size_t slot = 0; slot < slot_count_; ++slot) {
    if (const Entry* const entry = slots_[slot].load(std::memory_order_acquire)) all.push_back(entry);
  }
  if (!labels_.empty() && growth_->series == definition_.series_limit) all.push_back(other_.get());
  return all;
}

template class SeriesTable<Counter>;
template class SeriesTable<Gauge>;
template class SeriesTable<Histogram>;

}  // namespace detail

namespace {

template <class Series>
using TablePointer = std::unique_ptr<detail::SeriesTable<Series>>;

std::uint64_t total(const detail::SeriesTable<Counter>& table) {
  std::uint64_t sum = 0;
  for (const auto* entry : table.entries()) sum += entry->series.value();
  return sum;
}

}  // namespace

struct Metrics::Impl {
  using AnyTable = std::variant<TablePointer<Counter>, TablePointer<Gauge>, TablePointer<Histogram>>;

  [[nodiscard]] const AnyTable* find(std::string_view name) const {
    const auto found = std::ranges::find_if(tables, [name](const AnyTable& any) {
      return std::visit([](const auto& table) { return table->definition().name; }, any) == name;
    });
    return found == tables.end() ? nullptr : &*found;
  }

  // A counter as CloudWatch saw it last.
  struct Bound {
    const detail::SeriesTable<Counter>* table;
    std::uint64_t reported = 0;
  };

  std::mutex mutex;
  std::vector<AnyTable> tables;
  std::vector<Bound> bound;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

template <class Series>
detail::SeriesTable<Series>* Metrics::find_table(std::string_view name,
                                                 std::span<const std::string_view> labels) const {
  const std::scoped_lock lock(impl_->mutex);
  const auto* any = impl_->find(name);
  if (any == nullptr) return nullptr;
  const auto* table = std::get_if<TablePointer<Series>>(any);
  if (table == nullptr || !std::ranges::equal((*table)->labels(), labels)) {
    throw std::logic_error(fmt::format("two metrics are called {}: their kind or labels differ", name));
  }
  return table->get();
}

template <class Series>
detail::SeriesTable<Series>& Metrics::add_table(TablePointer<Series> table) {
  const std::scoped_lock lock(impl_->mutex);
  // Another thread may have added it in between.
  if (const auto* any = impl_->find(table->definition().name)) return *std::get<TablePointer<Series>>(*any);
  auto& added = *table;
  if constexpr (std::same_as<Series, Counter>) {
    if (added.definition().cloud_watch) impl_->bound.push_back({.table = &added});
  }
  impl_->tables.emplace_back(std::move(table));
  return added;
}

template detail::SeriesTable<Counter>* Metrics::find_table(std::string_view, std::span<const std::string_view>) const;
template detail::SeriesTable<Gauge>* Metrics::find_table(std::string_view, std::span<const std::string_view>) const;
template detail::SeriesTable<Histogram>* Metrics::find_table(std::string_view, std::span<const std::string_view>) const;
template detail::SeriesTable<Counter>& Metrics::add_table(TablePointer<Counter>);
template detail::SeriesTable<Gauge>& Metrics::add_table(TablePointer<Gauge>);
template detail::SeriesTable<Histogram>& Metrics::add_table(TablePointer<Histogram>);

std::string Metrics::render_prometheus() const {
  const std::scoped_lock lock(impl_->mutex);
  std::string out;
  for (const auto& any : impl_->tables) {
    std::visit([&out](const auto& table) { append_prometheus(out, *table); }, any);
  }
  return out;
}

std::optional<std::string> Metrics::take_embedded(std::string_view namespace_prefix,
                                                  std::chrono::system_clock::time_point now) {
  struct Change {
    CloudWatchName name;
    std::uint64_t count;
  };
  std::vector<Change> changes;
  {
    const std::scoped_lock lock(impl_->mutex);
    for (auto& [table, reported] : impl_->bound) {
      const std::uint64_t count = total(*table);
      if (count == reported) continue;
      changes.push_back({.name = *table->definition().cloud_watch, .count = count - reported});
      reported = count;
    }
  }
  if (changes.empty()) return std::nullopt;

  std::string out;
  json::Writer writer(out);
  writer.begin_object().name("_aws").begin_object();
  writer.member("Timestamp",
                std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count()});
  writer.name("CloudWatchMetrics").begin_array();
  for (const auto& [name, count] : changes) {
    writer.begin_object();
    writer.member("Namespace", std::string_view(cloud_watch_namespace(namespace_prefix, name)));
    writer.name("Dimensions").begin_array().begin_array().end_array().end_array();
    writer.name("Metrics").begin_array().begin_object();
    writer.member("Name", name.name).member("Unit", "Count");
    writer.end_object().end_array().end_object();
  }
  writer.end_array().end_object();
  for (const auto& [name, count] : changes) writer.member(name.name, count);
  writer.end_object();
  return out;
}

}  // namespace redoubt
