// Every limit and deadline of the server, with its default, in one place; and the counters that it keeps. Set by the
// application before the server starts, and never changed after.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "http/head_parser.hpp"
#include "redoubt/address.hpp"
#include "redoubt/task.hpp"

namespace redoubt::net {

using namespace std::chrono_literals;

struct ConnectionLimits {
  http::HeadLimits head;
  std::uint64_t body_bytes = 1024 * 1024;  // unless BodyReader::limit() says otherwise for a route

  std::chrono::milliseconds handshake = 10s;    // TLS, all of it
  std::chrono::milliseconds head_time = 10s;    // from the first byte of a request to the end of its head
  std::chrono::milliseconds idle = 75s;         // between requests; above the 60 s of AWS load balancers
  std::chrono::milliseconds body_grace = 10s;   // a body may lag behind its minimum rate by this much
  std::uint64_t body_bytes_per_second = 1024;   // the minimum rate of a body
  std::chrono::milliseconds write_stall = 30s;  // the peer takes nothing of an answer
  std::chrono::milliseconds handler = 30s;      // becomes Request::deadline
  std::chrono::milliseconds linger = 2s;        // after an early answer, for the peer to stop sending

  // What is left of an unread body is read and dropped, up to this, to keep the connection; more closes it.
  std::uint64_t discard_bytes = 64 * 1024;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;            // 0: any free one
  std::size_t threads = 0;           // 0: one a core
  std::string tls_certificate_file;  // PEM, the chain; HTTPS when set, read again when it changes
  std::string tls_key_file;          // PEM

  ConnectionLimits limits;
  std::size_t connections = 10'000;             // beyond, 503
  std::size_t connections_per_address = 1'000;  // beyond, 503
  std::vector<IpRange> unlimited_addresses;     // trusted proxies: only the total counts

  // Whole header lines for answers that no application made (refusals); as in Response::prepared_fields.
  std::string prepared_fields;

  // Called on each loop's thread before it runs.
  std::function<void()> loop_started;
  // Awaited on each loop after its last request, before it stops: to close what belongs to the loop.
  std::function<Task<void>()> loop_ending;
  // Told about what an operator should know and no client must (a certificate that cannot be read). From any thread.
  std::function<void(const std::string& message)> report;
};

enum class Refused : std::uint8_t {
  malformed,             // 400
  timed_out,             // 408, or closed without an answer
  too_large,             // 413, 414, 431
  unmet_expectation,     // 417
  not_implemented,       // 501, 505
  too_many_connections,  // 503: the total
  too_many_of_address,   // 503: of one address
  failed_handshake,      // TLS
  count
};

// For metrics. Read at any time, from any thread.
struct Counters {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> open{0};
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Refused::count)> refused{};

  void count(Refused reason) noexcept {
    refused[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t of(Refused reason) const noexcept {
    return refused[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
};

// The metric label of a reason.
[[nodiscard]] constexpr std::string_view to_string(Refused reason) noexcept {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Refused::count)> names{
      "malformed",           "timed_out",       "too_large",
      "unmet_expectation",   "not_implemented", "too_many_connections",
      "too_many_of_address", "failed_handshake"};
  return names[static_cast<std::size_t>(reason)];
}

}  // namespace redoubt::net
