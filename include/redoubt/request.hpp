// A request as the strict gate let it through, and the service that answers it. The connection fills a Request, calls
// the service once, and sends the Response that comes back. All views live as long as the exchange.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "redoubt/address.hpp"
#include "redoubt/http.hpp"
#include "redoubt/runtime.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

// The body of one request, still on its way. Nothing is read from the peer before somebody asks: a request that is
// refused for its credentials is refused unread.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The declared Content-Length; none when the body is chunked. 0 when there is no body.
  [[nodiscard]] virtual std::optional<std::uint64_t> declared_length() const noexcept = 0;
  // The next piece, empty at the end. The view lives until the next call. Throws HttpError: 413 beyond the limit, 400
  // for bad framing, 408 when the peer is too slow.
  virtual Task<std::string_view> read() = 0;
  // At most `bytes` will be taken: a larger declared length throws 413 at once.
  virtual void limit(std::uint64_t bytes) = 0;
};

// W3C Trace Context (level 1): what came in `traceparent`, or was made here.
struct TraceContext {
  std::string trace_id;   // 32 lower-case hex digits
  std::string parent_id;  // the caller's span, 16 digits; empty when this request began the trace
  std::string span_id;    // this request's own span, 16 digits
  bool sampled = false;
};

struct Request {
  Method method = Method::get;
  std::string_view method_name;  // as received: tells `other` methods apart
  std::string_view target;       // origin-form as received, "/items?limit=5"; "*" for OPTIONS *
  std::string_view path;         // still percent-encoded, "/items"
  std::string_view query;        // still percent-encoded, without "?"
  std::string_view host;         // the Host field, with its port if any: syntax checked, trust not yet
  int minor_version = 1;         // HTTP/1.x
  Fields fields;
  bool tls = false;            // this very connection
  IpAddress peer;              // the other end of this connection
  BodyReader* body = nullptr;  // never null in a handler

  // Filled by the guards, in this order.
  std::string request_id;
  TraceContext trace;
  IpAddress client;  // behind trusted proxies, else the peer
  Clock::time_point deadline = Clock::time_point::max();

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept {
    return fields.find(name);
  }
};

// What answers requests: an application. Must not throw: whatever leaves it becomes a bare 500.
using Service = std::function<Task<Response>(Request&)>;

}  // namespace redoubt
