#include "telemetry/log_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "redoubt/json.hpp"
#include "telemetry/time_text.hpp"

namespace redoubt {
namespace {

struct LevelStyle {
  std::string_view name;
  std::string_view label;   // of one width, for text
  std::string_view colour;  // ECMA-48 SGR
};

constexpr std::array<LevelStyle, 4> level_styles{{{"debug", "DEBUG", "\x1b[36m"},
                                                  {"info", "INFO ", "\x1b[32m"},
                                                  {"warning", "WARN ", "\x1b[33m"},
                                                  {"error", "ERROR", "\x1b[31m"}}};
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view colour_off = "\x1b[0m";

const LevelStyle& style(LogLevel level) noexcept {
  return level_styles[std::min<std::size_t>(std::to_underlying(level), level_styles.size() - 1)];
}

// One wide pass, before one that looks at each byte.
bool is_free_of_controls(std::string_view json) noexcept {
  unsigned char beyond = 0;
  for (const char c : json) beyond |= static_cast<unsigned char>(static_cast<unsigned char>(c) >= 0x7f);
  return beyond == 0;
}

constexpr bool is_c1(char lead, char trail) noexcept {
  return lead == '\xC2' && static_cast<unsigned char>(trail) < 0xA0;
}

bool reads_plainly(std::string_view text) noexcept {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '='; });
}

void append_quoted(std::string& out, std::string_view text) {
  const std::size_t from = out.size();
  json::append_string(out, text);
  escape_terminal_controls(out, from);
}

void append_message(std::string& out, std::string_view message) {
  const std::size_t from = out.size();
  append_quoted(out, message);
  // A message is prose: it needs the escapes but not the quotes.
  out.pop_back();
  out.erase(from, 1);
}

void append_text_member(std::string& out, std::string_view name, const LogValue& value) {
  out += ' ';
  out += name;
  out += '=';
  std::visit(
      [&out](auto held) {
        if constexpr (std::is_same_v<decltype(held), double>) {
          fmt::format_to(std::back_inserter(out), "{:.4g}", held);  // to be read by people
        } else if constexpr (!std::is_same_v<decltype(held), std::string_view>) {
          fmt::format_to(std::back_inserter(out), "{}", held);
        } else if (reads_plainly(held)) {
          out += held;
        } else {
          append_quoted(out, held);
        }
      },
      value.held());
}

}  // namespace

void escape_terminal_controls(std::string& json, std::size_t from) {
  if (is_free_of_controls(std::string_view(json).substr(from))) return;
  const auto is_control = [&json](std::size_t i) {
    return json[i] == '\x7f' || (i + 1 < json.size() && is_c1(json[i], json[i + 1]));
  };
  for (std::size_t i = from; i < json.size(); ++i) {
    if (!is_control(i)) continue;
    const bool one_byte = json[i] == '\x7f';
    const unsigned code_point = static_cast<unsigned char>(json[one_byte ? i : i + 1]);
    const std::string escape = fmt::format("\\u{:04x}", code_point);
    json.replace(i, one_byte ? 1 : 2, escape);
    i += escape.size() - 1;
  }
}

void append_json_line(std::string& out, const LogEvent& event) {
  const std::size_t from = out.size();
  json::Writer writer(out);
  writer.begin_object();
  writer.member("time", TimeText(event.time).view());
  writer.member("level", style(event.level).name);
  writer.member("message", event.message);
  if (!event.context.request_id.empty()) writer.member("request_id", event.context.request_id);
  if (!event.context.trace_id.empty()) writer.member("trace_id", event.context.trace_id);
  for (const auto& [name, value] : event.members) {
    writer.name(name);
    std::visit([&writer](auto held) { writer.value(held); }, value.held());
  }
  writer.end_object();
  escape_terminal_controls(out, from);
  out += '\n';
}

void append_text_line(std::string& out, const LogEvent& event, bool coloured) {
  const TimeText time(event.time);
  const LevelStyle& level = style(event.level);
  const auto styled = [&](std::string_view on, std::string_view text) {
    if (coloured) out += on;
    out += text;
    if (coloured) out += colour_off;
  };
  styled(dim, time.view());
  out += ' ';
  styled(level.colour, level.label);
  out += ' ';
  append_message(out, event.message);
  for (const auto& [name, value] : event.members) append_text_member(out, name, value);
  // What only matters when one looks for it comes last.
  std::string context;
  if (!event.context.request_id.empty()) append_text_member(context, "request_id", event.context.request_id);
  if (!event.context.trace_id.empty()) append_text_member(context, "trace_id", event.context.trace_id);
  if (!context.empty()) styled(dim, context);
  out += '\n';
}

void append_object_line(std::string& out, std::string_view object, bool coloured) {
  if (coloured) out += dim;
  out += object;
  if (coloured) out += colour_off;
  out += '\n';
}

}  // namespace redoubt
