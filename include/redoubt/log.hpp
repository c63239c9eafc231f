// The service's ordinary log: one line an event, JSON for machines or text for a developer's terminal. Everything that
// has something to say is handed a Logger. A call never waits for the disk or the reader of a pipe: lines go to a
// bounded buffer that one thread writes out, and lines that do not fit are counted and dropped. It never takes a value
// that is not plainly text, a number or a boolean, so a secret type without conversions cannot reach it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

namespace redoubt {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

enum class LogFormat : std::uint8_t { json, text };

// What may stand in a log line. Views text: use it in the call only.
class LogValue {
 public:
  // Not explicit: written as {{"name", value}}.
  template <class T>
    requires std::convertible_to<const T&, std::string_view>
  LogValue(const T& text) noexcept : held_(std::string_view(text)) {}
  template <std::same_as<bool> T>
  LogValue(T boolean) noexcept : held_(boolean) {}
  template <std::signed_integral T>
  LogValue(T integer) noexcept : held_(static_cast<std::int64_t>(integer)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogValue(T integer) noexcept : held_(static_cast<std::uint64_t>(integer)) {}
  template <std::floating_point T>
  LogValue(T real) noexcept : held_(static_cast<double>(real)) {}

  using Held = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;
  [[nodiscard]] const Held& held() const noexcept { return held_; }

 private:
  Held held_;
};

struct LogMember {
  std::string_view name;
  LogValue value;
};

// Which request a line belongs to; empty members are left out.
struct LogContext {
  std::string_view request_id{};
  std::string_view trace_id{};
};

// The calls that Logger and RequestLog share: log.info("listening", {{"port", 8000}}).
struct LogCalls {
  using Members = std::initializer_list<LogMember>;

  template <class Self>
  void debug(this Self&& self, std::string_view message, Members members = {}) {
    self.write(LogLevel::debug, message, members);
  }
  template <class Self>
  void info(this Self&& self, std::string_view message, Members members = {}) {
    self.write(LogLevel::info, message, members);
  }
  template <class Self>
  void warning(this Self&& self, std::string_view message, Members members = {}) {
    self.write(LogLevel::warning, message, members);
  }
  template <class Self>
  void error(this Self&& self, std::string_view message, Members members = {}) {
    self.write(LogLevel::error, message, members);
  }
};

class RequestLog;

class Logger : public LogCalls {
 public:
  // Receives one or more whole lines, each with its newline, on the logger's own thread.
  using Sink = std::move_only_function<void(std::string_view lines)>;

  struct Options {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::json;
    // Bytes that may wait to be written; a line beyond that is dropped.
    std::size_t buffer_limit = std::size_t{4} << 20;
  };

  // Writes to a descriptor, which stays the caller's and stays open while the Logger lives. Text is coloured when the
  // descriptor is a terminal.
  Logger(int descriptor, Options options);
  Logger(Sink sink, Options options);
  // Writes what waits; gives up when the descriptor takes nothing for two seconds.
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  [[nodiscard]] bool enabled(LogLevel level) const noexcept { return level >= level_; }
  // Thread-safe, as are all below.
  void write(LogLevel level, std::string_view message, LogCalls::Members members = {}, LogContext context = {}) {
    if (enabled(level)) append(level, message, members, context);
  }
  // The same log for one request; the texts of the context must outlive what is returned.
  [[nodiscard]] RequestLog with(LogContext context) noexcept;

  // Writes a line that is one JSON object already (a metric in the embedded format), whatever the level.
  void write_json_line(std::string_view object);

  // Waits until everything logged before the call was handed to the descriptor or sink.
  void flush();
  // Lines that were lost since the start, to a full buffer or a failing descriptor.
  [[nodiscard]] std::uint64_t dropped() const noexcept;

 private:
  void append(LogLevel level, std::string_view message, LogCalls::Members members, LogContext context);

  LogLevel level_;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class RequestLog : public LogCalls {
 public:
  RequestLog(Logger& log, LogContext context) noexcept : log_(log), context_(context) {}

  void write(LogLevel level, std::string_view message, LogCalls::Members members = {}) const {
    log_.write(level, message, members, context_);
  }

 private:
  Logger& log_;
  LogContext context_;
};

inline RequestLog Logger::with(LogContext context) noexcept {
  return {*this, context};
}

}  // namespace redoubt
