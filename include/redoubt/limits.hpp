// Every limit and deadline that one connection is held to, with its default, in one place. Part of ServerOptions; set
// before the server starts, never changed after.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace redoubt {

struct HeadLimits {
  std::size_t head_bytes = 16 * 1024;  // request line and all fields: beyond, 431
  std::size_t target_bytes = 8000;     // beyond, 414; RFC 9112 section 3 recommends to take 8000 at least
  std::size_t field_bytes = 8000;      // one field line: beyond, 431
  std::size_t fields = 100;            // beyond, 431
};

struct ConnectionLimits {
  using milliseconds = std::chrono::milliseconds;
  using seconds = std::chrono::seconds;

  HeadLimits head{};
  std::uint64_t body_bytes = 1024 * 1024;  // beyond, 413; a route's own: Route::body_limit

  milliseconds handshake = seconds(10);          // TLS, all of it
  milliseconds head_time = seconds(10);          // from the first byte of a request to the end of its head
  milliseconds idle = seconds(75);               // between requests; above the 60 s of AWS load balancers
  milliseconds body_grace = seconds(10);         // a body may lag behind its minimum rate by this much
  std::uint64_t body_bytes_per_second = 1024;    // the minimum rate of a body
  milliseconds write_stall = seconds(30);        // an answer may lag behind its minimum rate by this much
  std::uint64_t answer_bytes_per_second = 1024;  // the minimum rate at which the peer takes an answer
  milliseconds handler = seconds(30);            // becomes Request::deadline, which bounds database calls
  milliseconds linger = seconds(2);              // after an early answer, for the peer to stop sending

  // What is left of an unread body is read and dropped, up to this, to keep the connection; more closes it.
  std::uint64_t discard_bytes = 64 * 1024;
};

}  // namespace redoubt
