#include "serve.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "redoubt/serve.hpp"
#include "say.hpp"
#include "service.hpp"

namespace redoubt::api {

namespace {

constexpr std::chrono::seconds house_keeping_interval{1};

ServerOptions server_options(Service& service, const Settings& settings, Application& app, std::uint16_t port,
                             Logger& log) {
  ServerOptions options;
  options.address = settings.host;
  options.port = port;
  options.prepared_fields = SecurityHeaders(app.options().security_headers).prepared();
  options.unlimited_addresses = settings.trusted_proxies;
  options.loop_ending = [&service] { return service.close_database(); };
  options.report = [&log](const std::string& message) { log.warning(message); };
  return options;
}

void publish(const Counters& counters, Metrics& metrics) {
  metrics.get(metric::http_connections_open).read_from([&counters] {
    return static_cast<double>(counters.open.load());
  });
  for (std::size_t i = 0; i < counters.refused.size(); ++i) {
    const auto reason = static_cast<Refused>(i);
    metrics.get(metric::http_refused).with(to_string(reason)).read_from([&counters, reason] {
      return static_cast<double>(counters.of(reason));
    });
  }
}

// False when requests had to be cut off.
bool run(Service& service, const Settings& settings, Logger& log, const Signals& signals) {
  // At once: what comes after may fail, and the account is there from now on.
  if (const auto first_password = service.prepare_database())
    say(fmt::format("\n  The first administrator (shown only now):\n    e-mail    {}\n    password  {}\n\n",
                    settings.admin_email, *first_password));
  service.application().prepare();
  service.admin_application().prepare();

  auto options = server_options(service, settings, service.application(), settings.port, log);
  options.tls_certificate_file = settings.tls_cert_file;
  options.tls_key_file = settings.tls_key_file;
  Server server(std::move(options), [&app = service.application()](Request& request) { return app.handle(request); });
  publish(server.counters(), service.metrics());
  server.start();
  std::optional<Server> admin_server;
  if (settings.admin_port) {
    auto admin_options = server_options(service, settings, service.admin_application(), *settings.admin_port, log);
    admin_options.threads = 1;
    admin_server.emplace(std::move(admin_options),
                         [&app = service.admin_application()](Request& request) { return app.handle(request); });
    admin_server->start();
  }
  const EmbeddedMetricsReporter reporter(service.metrics(), log, {.namespace_prefix = settings.metrics_namespace});

  const std::string url = server.url();
  say(fmt::format("\n  Serving on {}\n  Try it at  {}/docs\n\n", url, url));
  log.info("listening", {{"url", url}, {"mode", settings.production ? "production" : "development"}});
  service.events().service_started();

  int signal = 0;
  while (!Signals::means_end(signal)) {
    service.keep_house();
    signal = signals.wait(house_keeping_interval);
    if (signal == SIGHUP) service.reopen_audit_log();
  }

  const bool all_answered = drain(server, signals,
                                  {.drain_time = settings.drain_time,
                                   .shutdown_time = settings.shutdown_time,
                                   .readiness = &service.readiness(),
                                   .logger = &log});
  if (admin_server) admin_server->stop(std::chrono::seconds(1));
  service.events().service_stopped();
  return all_answered;
}

}  // namespace

int serve(Settings& settings) {
  const Signals signals;
  const LogFormat format = isatty(STDOUT_FILENO) == 1 ? LogFormat::text : LogFormat::json;
  Logger log(STDOUT_FILENO, {.level = LogLevel::info, .format = format});
  bool all_answered = false;
  try {
    Service service(settings, log);
    all_answered = run(service, settings, log, signals);
  } catch (const CertificateError& error) {
    throw SettingsError(fmt::format("TLS_CERT_FILE, TLS_KEY_FILE: {}", error.what()));
  }
  // The last line: the audit log's last checkpoint and the last metrics are out.
  log.info("stopped");
  return all_answered ? 0 : 1;
}

}  // namespace redoubt::api
