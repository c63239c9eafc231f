// How one log event becomes one line. Used by Logger alone; no input can end the line early or move a terminal's
// cursor.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "redoubt/log.hpp"

namespace redoubt {

struct LogEvent {
  std::chrono::system_clock::time_point time;
  LogLevel level;
  std::string_view message;
  LogCalls::Members members;
  LogContext context;
};

// Each appends the event with its newline.
void append_json_line(std::string& out, const LogEvent& event);
void append_text_line(std::string& out, const LogEvent& event, bool coloured);
// The same for what is a JSON object already: dim where there are colours, since it is meant for machines.
void append_object_line(std::string& out, std::string_view object, bool coloured);

// JSON escapes controls below U+0020 only; terminals also obey U+007F and U+0080 to U+009F (the C1 set, where U+009B
// begins a command). Inside a JSON text they can only stand in strings, so escaping them keeps its meaning.
void escape_terminal_controls(std::string& json, std::size_t from);

}  // namespace redoubt
