// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context-1/): takes part in the trace that a caller began, or
// begins one. The application asks for it once per request; whoever calls another service sends traceparent() along.
// `tracestate` belongs to tracing vendors and is not passed on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "redoubt/http.hpp"
#include "redoubt/request.hpp"

namespace redoubt {

// Section 3.2: none for a malformed value, version ff, or an id of zeros only. Of versions after 00 the fields that are
// known are read. `span_id` is left empty.
[[nodiscard]] std::optional<TraceContext> parse_traceparent(std::string_view value);

// The caller's trace with a new span in it, or a new trace that is not sampled when there is no single good
// traceparent.
[[nodiscard]] TraceContext trace_context(const Fields& fields);

// The field for a call that this request makes, in version 00: its own span is the parent.
[[nodiscard]] std::string traceparent(const TraceContext& trace);

}  // namespace redoubt
