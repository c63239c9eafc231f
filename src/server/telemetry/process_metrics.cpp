// The process metrics, read from /proc (proc(5)) when somebody asks.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "redoubt/metric_names.hpp"
#include "redoubt/metrics.hpp"

namespace redoubt {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size_pages = 0;
  double resident_pages = 0;
  statm >> size_pages >> resident_pages;
  return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  // One of them is the directory that is being read.
  return error ? 0 : static_cast<double>(std::distance(begin(entries), end(entries)) - 1);
}

}  // namespace

void add_process_metrics(Metrics& metrics) {
  metrics.get(metric::process_cpu_seconds).read_from(cpu_seconds);
  metrics.get(metric::process_resident_memory).read_from(resident_bytes);
  metrics.get(metric::process_open_descriptors).read_from(open_descriptors);
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  metrics.get(metric::process_start_time).set(now.count());
}

}  // namespace redoubt
