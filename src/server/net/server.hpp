// Accepts connections and serves them: one loop a thread, each with a listener of its own on the same port
// (SO_REUSEPORT), so that a request never changes threads. Started and stopped by the application.
//
//   net::Server server({.port = 8000}, service);
//   server.start();
//   …
//   server.begin_drain();
//   server.stop(20s);
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "net/options.hpp"
#include "redoubt/request.hpp"

namespace redoubt::net {

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

  // Says that the end is near, for readiness to tell the load balancer; requests are served as before.
  void begin_drain() noexcept;
  [[nodiscard]] bool draining() const noexcept;

  // Stops listening, closes idle connections, lets requests in flight be answered (with "Connection: close"), and
  // returns when all are or when the time is over; what is left then is cut off. Blocks: not for a loop's thread.
  void stop(std::chrono::milliseconds patience);

  [[nodiscard]] const Counters& counters() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redoubt::net
