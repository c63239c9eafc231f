// What every metric is called, here and nowhere else: the service counts by these constants, and the alarms of its
// deployment watch the CloudWatch names that stand beside them.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "redoubt/metrics.hpp"

namespace redoubt {

// METRICS_NAMESPACE when nothing else is set.
inline constexpr std::string_view default_metrics_namespace = "Redoubt";

// For instance Redoubt/Security.
[[nodiscard]] inline std::string cloud_watch_namespace(std::string_view prefix, const CloudWatchName& name) {
  return std::string(prefix) + '/' + std::string(name.group);
}

namespace metric {

inline constexpr MetricDefinition<Counter, 3> http_requests{
    .name = "http_requests_total",
    .help = "Requests answered, by method, route template and status code.",
    .labels = {"method", "route", "status"}};

// Seconds. Around the latencies that an API promises: finer below 100 ms.
inline constexpr std::array http_duration_buckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                  0.1,   0.25,   0.5,   1.0,  2.5,   10.0};
inline constexpr MetricDefinition<Histogram, 2> http_request_duration{
    .name = "http_request_duration_seconds",
    .help = "Time from the last byte of a request's head to the last byte of its answer.",
    .labels = {"method", "route"},
    .buckets = http_duration_buckets};

inline constexpr MetricDefinition<Gauge, 0> http_connections_open{.name = "http_connections_open",
                                                                  .help = "Connections that are open now."};

inline constexpr MetricDefinition<Gauge, 1> http_refused{
    .name = "http_refused_total",
    .help = "Requests and connections refused before any handler, by reason.",
    .labels = {"reason"},
    .only_goes_up = true};

inline constexpr MetricDefinition<Counter, 0> database_errors{
    .name = "database_errors_total",
    .help = "Database calls that failed: no connection, a timeout, an error from the server.",
    .cloud_watch = CloudWatchName{.group = "Application", .name = "DatabaseErrors"}};

inline constexpr MetricDefinition<Counter, 0> failed_login_attempts{
    .name = "failed_login_attempts_total",
    .help = "Sign-ins refused for a wrong account, password or second factor.",
    .cloud_watch = CloudWatchName{.group = "Security", .name = "FailedLoginAttempts"}};

inline constexpr MetricDefinition<Gauge, 1> workers_waiting{
    .name = "workers_waiting", .help = "Calls that wait for a worker thread, by pool.", .labels = {"pool"}};

inline constexpr MetricDefinition<Gauge, 0> log_lines_dropped{
    .name = "log_lines_dropped_total",
    .help = "Log lines lost to a full buffer or a failing descriptor.",
    .only_goes_up = true};

inline constexpr MetricDefinition<Gauge, 0> process_cpu_seconds{
    .name = "process_cpu_seconds_total",
    .help = "Total user and system CPU time spent in seconds.",
    .only_goes_up = true};
inline constexpr MetricDefinition<Gauge, 0> process_resident_memory{.name = "process_resident_memory_bytes",
                                                                    .help = "Resident memory size in bytes."};
inline constexpr MetricDefinition<Gauge, 0> process_open_descriptors{.name = "process_open_fds",
                                                                     .help = "Number of open file descriptors."};
inline constexpr MetricDefinition<Gauge, 0> process_start_time{
    .name = "process_start_time_seconds", .help = "Start time of the process since unix epoch in seconds."};

}  // namespace metric
}  // namespace redoubt
