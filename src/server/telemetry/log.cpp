#include "redoubt/log.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "telemetry/descriptor.hpp"
#include "telemetry/log_line.hpp"

namespace redoubt {
namespace {

// How long a Logger that is being destroyed waits for a descriptor that takes nothing.
constexpr std::chrono::seconds last_words{2};
// Lines gather for this long before they are written: one wake-up and one write for all of them.
constexpr std::chrono::milliseconds gathering{5};

}  // namespace

struct Logger::Impl {
  Impl(int to_descriptor, Options with)
      : options(with), coloured(::isatty(to_descriptor) == 1), descriptor(to_descriptor) {
    thread = std::thread([this] { run(); });
  }
  Impl(Sink to, Options with) : options(with), sink(std::move(to)) {
    thread = std::thread([this] { run(); });
  }

  ~Impl() {
    {
      const std::scoped_lock lock(mutex);
      ending = true;
    }
    wake.notify_one();
    thread.join();
  }

  void append(std::string_view line) {
    bool due = false;
    {
      const std::scoped_lock lock(mutex);
      if (pending.size() + line.size() > options.buffer_limit) {
        ++unreported;
        dropped.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      const bool was_full = is_filling();
      due = pending.empty();
      pending += line;
      due |= is_filling() && !was_full;
      ++appended;
    }
    if (due) wake.notify_one();
  }

  // Half of what may wait is there: gathering ends.
  [[nodiscard]] bool is_filling() const noexcept { return pending.size() >= options.buffer_limit / 2; }

  void flush() {
    std::unique_lock lock(mutex);
    const std::uint64_t target = appended;
    if (written >= target) return;
    ++flushing;
    wake.notify_one();
    progress.wait(lock, [&] { return written >= target; });
    --flushing;
  }

  void format(std::string& out, const LogEvent& event) const {
    if (options.format == LogFormat::json) {
      append_json_line(out, event);
    } else {
      append_text_line(out, event, coloured);
    }
  }

  void run() {
    block_signals_in_this_thread();
    std::string batch;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [this] { return ending || !pending.empty(); });
      if (pending.empty() && unreported == 0) return;
      wake.wait_for(lock, gathering, [this] { return ending || flushing > 0 || is_filling(); });
      batch.clear();
      std::swap(batch, pending);
      const std::uint64_t target = appended;
      const std::uint64_t lost = std::exchange(unreported, 0);
      lock.unlock();
      if (lost > 0) {
        format(batch, {.time = std::chrono::system_clock::now(),
                       .level = LogLevel::warning,
                       .message = "log lines dropped: they came faster than they could be written",
                       .members = {{"count", lost}},
                       .context = {}});
      }
      if (sink) {
        sink(batch);
      } else {
        write(batch);
      }
      lock.lock();
      written = target;
      progress.notify_all();
    }
  }

  void write(std::string_view lines) {
    const auto out = write_out(descriptor, lines, [this](auto stuck) { return ending.load() && stuck > last_words; });
    const auto lost = std::ranges::count(lines.substr(out.bytes), '\n');
    dropped.fetch_add(static_cast<std::uint64_t>(lost), std::memory_order_relaxed);
  }

  const Options options;
  const bool coloured = false;
  const int descriptor = -1;
  Sink sink;  // none: the descriptor

  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable progress;
  std::string pending;           // whole lines
  std::uint64_t appended = 0;    // lines ever put into `pending`
  std::uint64_t written = 0;     // of those, handed to the sink
  std::uint64_t unreported = 0;  // dropped, and not yet told of in the log
  int flushing = 0;              // calls of flush() that wait
  std::atomic<bool> ending = false;
  std::atomic<std::uint64_t> dropped = 0;
  std::thread thread;  // last: it uses all of the above
};

Logger::Logger(int descriptor, Options options)
    : level_(options.level), impl_(std::make_unique<Impl>(descriptor, options)) {}

Logger::Logger(Sink sink, Options options)
    : level_(options.level), impl_(std::make_unique<Impl>(std::move(sink), options)) {}

Logger::~Logger() = default;

void Logger::append(LogLevel level, std::string_view message, LogCalls::Members members, LogContext context) {
  thread_local std::string line;
  line.clear();
  impl_->format(line, {.time = std::chrono::system_clock::now(),
                       .level = level,
                       .message = message,
                       .members = members,
                       .context = context});
  impl_->append(line);
}

void Logger::write_json_line(std::string_view object) {
  std::string line;
  append_object_line(line, object, impl_->coloured && impl_->options.format == LogFormat::text);
  impl_->append(line);
}

void Logger::flush() {
  impl_->flush();
}

std::uint64_t Logger::dropped() const noexcept {
  return impl_->dropped.load(std::memory_order_relaxed);
}

}  // namespace redoubt
