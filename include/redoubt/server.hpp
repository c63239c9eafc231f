// Accepts connections and serves them: one loop a thread, each with a listener of its own on the same port
// (SO_REUSEPORT), so that a request never changes threads. For programs that run more than one server, or have work of
// their own beside it; the others call serve() (serve.hpp). It takes no signals.
//
//   Server server({.port = 8000}, [&app](Request& request) { return app.handle(request); });
//   server.start();
//   …
//   server.begin_drain();
//   server.stop(20s);
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/address.hpp"
#include "redoubt/limits.hpp"
#include "redoubt/request.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

struct ServerOptions {
  std::string address = "127.0.0.1";   // an IP address; "::" is every one, of both families
  std::uint16_t port = 8000;           // 0: any free one
  std::size_t threads = 0;             // 0: one a core
  std::string tls_certificate_file{};  // PEM, the chain; HTTPS when set, read again when it changes
  std::string tls_key_file{};          // PEM

  ConnectionLimits limits{};
  std::size_t connections = 10'000;             // beyond, the longest idle one is closed; 503 where none is idle
  std::size_t connections_per_address = 1'000;  // beyond, 503
  std::vector<IpRange> unlimited_addresses{};   // trusted proxies: only the total counts

  // Whole header lines for answers that no application made (refusals); as in Response::prepared_fields.
  std::string prepared_fields{};

  // Called on each loop's thread before its first request.
  std::function<void()> loop_started{};
  // Awaited on each loop after its last request: `[&db] { return db.close(); }`. Must not throw.
  std::function<Task<void>()> loop_ending{};
  // Told about what an operator should know and no client must (a certificate that cannot be read). From any thread.
  std::function<void(const std::string& message)> report{};
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

// The metric label of a reason.
[[nodiscard]] constexpr std::string_view to_string(Refused reason) noexcept {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Refused::count)> names{
      "malformed",           "timed_out",       "too_large",
      "unmet_expectation",   "not_implemented", "too_many_connections",
      "too_many_of_address", "failed_handshake"};
  return names[static_cast<std::size_t>(reason)];
}

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

// The certificate or its key cannot be used; what() says why.
struct CertificateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Server {
 public:
  Server(ServerOptions options, Service service);
  // Stops at once.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens and returns. Throws CertificateError, or std::runtime_error when the address cannot be used or another
  // process listens on it.
  void start();
  // The port that is listened on.
  [[nodiscard]] std::uint16_t port() const noexcept;
  // "http://127.0.0.1:8000": where a person on this machine finds it.
  [[nodiscard]] std::string url() const;

  // The end is near: new connections are taken and requests served as before, and every answer says
  // "Connection: close", so that clients come back on a new connection, elsewhere once the load balancer knows.
  void begin_drain() noexcept;
  [[nodiscard]] bool draining() const noexcept;

  // Stops listening, closes idle connections, lets requests in flight be answered, and returns when all are (true) or
  // when the time is over (false): what is left then is cut off. Blocks: not for a loop's thread.
  bool stop(std::chrono::milliseconds patience);

  [[nodiscard]] const Counters& counters() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redoubt
