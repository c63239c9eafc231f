#include "redoubt/trace_context.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "guard/random_id.hpp"

namespace redoubt {
namespace {

// Section 3.2.2: version-trace_id-parent_id-flags, "00-" 32 digits "-" 16 digits "-" 2 digits.
constexpr std::size_t version_00_length = 55;
constexpr std::size_t trace_id_bytes = 16;
constexpr std::size_t span_id_bytes = 8;
constexpr unsigned sampled_flag = 0x01;

constexpr bool is_lower_hex(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
constexpr bool is_id(std::string_view text) noexcept {
  return is_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view value) {
  if (value.size() < version_00_length) return std::nullopt;
  const std::string_view version = value.substr(0, 2);
  const std::string_view trace_id = value.substr(3, 32);
  const std::string_view parent_id = value.substr(36, 16);
  const std::string_view flags = value.substr(53, 2);
  if (value[2] != '-' || value[35] != '-' || value[52] != '-') return std::nullopt;
  if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(flags)) return std::nullopt;
  if (!is_id(trace_id) || !is_id(parent_id)) return std::nullopt;
  // Section 4.3: a later version may add fields, each after another "-".
  if (value.size() > version_00_length && (version == "00" || value[version_00_length] != '-')) return std::nullopt;

  const char low_flags = flags[1];
  const unsigned flag_bits = static_cast<unsigned>(low_flags <= '9' ? low_flags - '0' : low_flags - 'a' + 10);
  return TraceContext{.trace_id = std::string(trace_id),
                      .parent_id = std::string(parent_id),
                      .span_id = {},
                      .sampled = (flag_bits & sampled_flag) != 0};
}

TraceContext trace_context(const Fields& fields) {
  std::optional<TraceContext> trace;
  if (fields.count("traceparent") == 1) trace = parse_traceparent(*fields.find("traceparent"));
  if (!trace) trace = TraceContext{.trace_id = guard::random_id(trace_id_bytes), .parent_id = {}, .span_id = {}};
  trace->span_id = guard::random_id(span_id_bytes);
  return std::move(*trace);
}

std::string traceparent(const TraceContext& trace) {
  return fmt::format("00-{}-{}-{:02x}", trace.trace_id, trace.span_id, trace.sampled ? sampled_flag : 0);
}

}  // namespace redoubt
