#include "redoubt/serve.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "redoubt/application.hpp"
#include "redoubt/health.hpp"
#include "redoubt/log.hpp"

namespace redoubt {

namespace {

// Signals belong to the process, and so does what their handler may know.
std::atomic<int> noted_into = -1;
constexpr std::array caught{SIGTERM, SIGINT, SIGHUP};

void note(int signal) {
  const int error = errno;
  const char byte = static_cast<char>(signal);
  [[maybe_unused]] const auto written = ::write(noted_into, &byte, 1);  // a full pipe tells enough
  errno = error;
}

}  // namespace

Signals::Signals() {
  if (noted_into != -1) throw std::logic_error("there is a Signals already: signals belong to the whole process");
  if (::pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "a pipe for signals cannot be made");
  noted_into = pipe_[1];
  struct sigaction action{};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (const int signal : caught) ::sigaction(signal, &action, nullptr);
  (void)std::signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
  for (const int signal : caught) (void)std::signal(signal, SIG_DFL);
  noted_into = -1;
  ::close(pipe_[0]);
  ::close(pipe_[1]);
}

int Signals::wait(std::chrono::milliseconds time) const {
  const auto until = Clock::now() + time;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd readable{.fd = pipe_[0], .events = POLLIN, .revents = 0};
    const int ready = ::poll(&readable, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000)));
    char signal = 0;
    if (ready > 0 && ::read(pipe_[0], &signal, 1) == 1) return signal;
    if (Clock::now() >= until) return 0;  // else interrupted, by a signal that the next look will find
  }
}

bool Signals::means_end(int signal) noexcept {
  return signal == SIGTERM || signal == SIGINT;
}

bool drain(Server& server, const Signals& signals, const DrainOptions& options) {
  if (options.logger != nullptr)
    options.logger->info("draining", {{"seconds", std::chrono::duration<double>(options.drain_time).count()}});
  if (options.readiness != nullptr) options.readiness->drain();
  server.begin_drain();
  const auto drained = Clock::now() + options.drain_time;
  const auto left = [&] { return std::chrono::ceil<std::chrono::milliseconds>(drained - Clock::now()); };
  while (left().count() > 0 && !Signals::means_end(signals.wait(left()))) {
  }
  const bool all_answered = server.stop(options.shutdown_time);
  if (!all_answered && options.logger != nullptr)
    options.logger->warning("requests were cut off: they took longer than the shutdown time");
  return all_answered;
}

int serve(Application& application, ServeOptions options) {
  const Signals signals;
  const ApplicationOptions& described = application.options();
  if (options.drain.logger == nullptr) options.drain.logger = described.logger;
  Logger* const logger = options.drain.logger;
  ServerOptions& wanted = options.server;
  if (wanted.prepared_fields.empty()) wanted.prepared_fields = SecurityHeaders(described.security_headers).prepared();
  if (wanted.unlimited_addresses.empty()) wanted.unlimited_addresses = described.trusted_proxies;
  if (!wanted.report && logger != nullptr)
    wanted.report = [logger](const std::string& message) { logger->warning(message); };
  try {
    application.prepare();
    Server server(std::move(options.server), [&application](Request& request) { return application.handle(request); });
    server.start();
    const std::string url = server.url();
    fmt::print(stderr, "Serving on {}{}\n", url, described.docs ? "; try it at " + url + "/docs" : "");
    if (logger != nullptr) logger->info("listening", {{"url", url}});
    while (!Signals::means_end(signals.wait(std::chrono::hours(1)))) {
    }
    const bool all_answered = drain(server, signals, options.drain);
    if (logger != nullptr) logger->info("stopped");
    return all_answered ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "cannot serve: {}\n", error.what());
    return 1;
  }
}

}  // namespace redoubt
