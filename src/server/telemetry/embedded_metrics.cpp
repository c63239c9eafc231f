#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "redoubt/log.hpp"
#include "redoubt/metrics.hpp"

namespace redoubt {
namespace {

using namespace std::chrono_literals;

// The shortest period of an alarm on a metric of standard resolution.
constexpr std::chrono::milliseconds longest_interval = 60s;

}  // namespace

// AWS/ is its own. 255 characters, less the longest group.
bool is_cloud_watch_namespace(std::string_view text) noexcept {
  static constexpr std::string_view symbols = "._-/#: ";
  return !text.empty() && text.size() <= 200 && !text.starts_with("AWS/") && !text.starts_with(':') &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || symbols.contains(c);
         });
}

struct EmbeddedMetricsReporter::Impl {
  Metrics& metrics;
  Logger& log;
  const Options options;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread thread;

  void report() {
    const auto line = metrics.take_embedded(options.namespace_prefix, std::chrono::system_clock::now());
    if (line) log.write_json_line(*line);
  }

  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    do {
      wake.wait_for(lock, stop, options.interval, [] { return false; });
      report();
    } while (!stop.stop_requested());
  }
};

EmbeddedMetricsReporter::EmbeddedMetricsReporter(Metrics& metrics, Logger& log, Options options) {
  if (options.interval <= 0ms || options.interval > longest_interval) {
    throw std::invalid_argument(
        "the interval of embedded metrics must be above 0 s and at most 60 s, or alarms miss counts");
  }
  if (!is_cloud_watch_namespace(options.namespace_prefix)) {
    throw std::invalid_argument(
        "METRICS_NAMESPACE is no CloudWatch namespace: use 1 to 200 letters, digits and ._-/#: and not AWS/");
  }
  impl_ = std::make_unique<Impl>(metrics, log, std::move(options));
  impl_->thread = std::jthread([this_impl = impl_.get()](const std::stop_token& stop) { this_impl->run(stop); });
}

EmbeddedMetricsReporter::~EmbeddedMetricsReporter() = default;

void EmbeddedMetricsReporter::report() {
  impl_->report();
}

}  // namespace redoubt
