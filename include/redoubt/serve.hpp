// Serving an application to its clean end, in one call: what a program's main() ends with. It listens, waits for
// SIGTERM or SIGINT, drains and stops. Programs that run several servers put the same together from Server, Signals
// and drain().
//
//   int main() {
//     redoubt::Application app({.title = "Shop"});
//     …
//     return redoubt::serve(app, {.server = {.port = 8000}});
//   }
#pragma once

#include <array>
#include <chrono>

#include "redoubt/server.hpp"

namespace redoubt {

class Application;
class Logger;
class Readiness;

// Catches SIGTERM, SIGINT and SIGHUP from here on, whatever threads there are, so that wait() gives them; SIGPIPE is
// ignored. Without one they end the process at once again.
class Signals {
 public:
  // Throws std::logic_error when there is one already.
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The signal, or 0 when none came in time. A signal that came before is not lost.
  [[nodiscard]] int wait(std::chrono::milliseconds time) const;
  // SIGTERM or SIGINT; SIGHUP is a hint to read or open files again.
  [[nodiscard]] static bool means_end(int signal) noexcept;

 private:
  std::array<int, 2> pipe_{};  // what its handler writes is what wait() reads
};

struct DrainOptions {
  // How long new connections are still taken: until the load balancer has noticed. A second signal cuts it short.
  std::chrono::milliseconds drain_time{0};
  // Then, how long requests in flight may take to end.
  std::chrono::milliseconds shutdown_time = std::chrono::seconds(10);
  Readiness* readiness = nullptr;  // set draining at once
  Logger* logger = nullptr;
};

// Ends a server: readiness fails, the drain time passes, the listener closes, requests in flight end. False when some
// did not in time and were cut off.
bool drain(Server& server, const Signals& signals, const DrainOptions& options);

struct ServeOptions {
  // Left empty, `prepared_fields` are the application's security headers, `unlimited_addresses` its trusted proxies,
  // and `report` its log.
  ServerOptions server{};
  DrainOptions drain{};  // `logger`: the application's, when not set
};

// Blocks until the end, and gives the program's exit code: 0, or 1 when it could not start (the reason stands on
// standard error) or when requests had to be cut off.
int serve(Application& application, ServeOptions options = {});

}  // namespace redoubt
