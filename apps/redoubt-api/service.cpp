#include "service.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "current_user.hpp"
#include "migrations.hpp"
#include "redoubt/database_rate_store.hpp"
#include "redoubt/log.hpp"
#include "redoubt/serve.hpp"
#include "routes.hpp"
#include "sessions.hpp"
#include "token_service.hpp"
#include "users.hpp"

namespace redoubt::api {

namespace {

constexpr std::chrono::seconds housekeeping_interval{1};
constexpr std::chrono::hours clean_up_interval{1};
// Sign-ins that may wait for a hash; beyond them 503 is better than a queue of minutes.
constexpr std::size_t hash_queue_limit = 64;

ApplicationOptions describe(const Settings& settings) {
  ApplicationOptions options{
      .title = "Redoubt API",
      .version = REDOUBT_VERSION,
      .description = "The reference service of Redoubt: users, sign-in, items.",
      .token_url = "/auth/login",
      .default_limit = RouteLimit{settings.rate_limit_default},
  };
  for (const Scope& scope : all_scopes) options.scopes.emplace_back(scope.name, scope.description);
  options.trusted_hosts = settings.allowed_hosts;
  options.trusted_proxies = settings.trusted_proxies;
  options.security_headers.xss_protection = settings.x_xss_protection;
  if (!settings.cors_origins.empty()) {
    options.cors.emplace();
    options.cors->origins = settings.cors_origins;
  }
  return options;
}

void add_routes(Application& app, const Settings& settings, const std::function<std::string()>& jwks) {
  add_auth_routes(app, settings);
  add_account_routes(app, settings);
  add_user_routes(app);
  add_item_routes(app);
  add_health_routes(app);
  app.get("/.well-known/jwks.json",
          [jwks] {
            Response response;
            response.content_type = "application/json";
            response.body = jwks();
            response.set("Cache-Control", "public, max-age=300");
            return response;
          })
      .hidden();
}

DatabaseOptions database_options(const Settings& settings) {
  DatabaseOptions options;
  options.url = settings.database_url;
  options.credentials = [&settings] {
    return Credentials{settings.secret("DATABASE_USER"), settings.secret("DATABASE_PASSWORD")};
  };
  if (settings.secret("DATABASE_USER").empty() && settings.secret("DATABASE_PASSWORD").empty())
    options.credentials = {};
  return options;
}

void make_folder_of(const std::string& path) {
  if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty())
    std::filesystem::create_directories(folder);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "redoubt-api";
  return name.data();
}

// The text after "sqlite:" that names a file; empty for anything else.
std::string sqlite_path(const std::string& url) {
  constexpr std::string_view scheme = "sqlite:";
  if (!url.starts_with(scheme) || url == "sqlite::memory:") return {};
  std::string path = url.substr(scheme.size());
  return path.starts_with("//") ? path.substr(2) : path;
}

class Service {
 public:
  explicit Service(Settings& settings);
  int run(const EndSignals& signals);

 private:
  void prepare_database();
  Task<void> create_first_administrator();
  ServerOptions server_options(std::uint16_t port, Application& application);

  Settings& settings_;
  Logger log_;
  Metrics metrics_;
  Readiness readiness_;
  std::unique_ptr<AuditLog> audit_;
  SecurityEvents events_;
  Workers hash_workers_;
  PasswordHasher hasher_;
  TokenService tokens_;
  Database database_;
  std::unique_ptr<RateStore> shared_limits_;
  Application app_;
  Application admin_app_;
  std::string first_password_;  // to be shown once
};

DatabaseOptions counted(DatabaseOptions options, Metrics& metrics, Logger& log) {
  options.on_error = [&errors = metrics.get(metric::database_errors), &log](std::string_view reason) {
    errors.increment();
    log.error("database error", {{"reason", reason}});
  };
  return options;
}

std::unique_ptr<AuditLog> open_audit(const Settings& settings, Logger& log) {
  if (settings.audit_log == "off") return nullptr;
  const AuditLog::Options options{.instance = settings.instance.empty() ? host_name() : settings.instance};
  if (settings.audit_log == "stderr") return AuditLog::open(STDERR_FILENO, log, options);
  make_folder_of(settings.audit_log);
  return AuditLog::open(settings.audit_log, log, options);
}

ApplicationOptions with_parts(ApplicationOptions options, Logger& log, Metrics& metrics, RateStore* shared,
                              const TokenService& tokens, const SecurityEvents& events) {
  options.logger = &log;
  options.metrics = &metrics;
  options.shared_limits = shared;
  options.account_of_token = [&tokens](std::string_view token) {
    const auto verified = tokens.verify(token);
    return verified ? verified->claims.subject : std::string();
  };
  options.on_refusal = [&events](const Request& request, int status, std::string_view route) {
    const AuditEvent event = status == 401   ? AuditEvent::authn_token_fail
                             : status == 403 ? AuditEvent::authz_fail
                                             : AuditEvent::excess_rate_limit_exceeded;
    events.record(request, event, AuditActor(), AuditOutcome::failure, {{"route", route}});
  };
  return options;
}

Service::Service(Settings& settings)
    : settings_(settings),
      log_(STDOUT_FILENO,
           {.level = LogLevel::info, .format = isatty(STDOUT_FILENO) == 1 ? LogFormat::text : LogFormat::json}),
      audit_(open_audit(settings, log_)),
      events_(audit_.get(), metrics_),
      hash_workers_("password hashing", std::max(1U, std::thread::hardware_concurrency()), hash_queue_limit),
      hasher_(settings.bcrypt_cost, hash_workers_),
      tokens_(settings, log_),
      database_(counted(database_options(settings), metrics_, log_)),
      shared_limits_(database_.dialect() == Dialect::postgresql ? std::make_unique<DatabaseRateStore>(database_)
                                                                : nullptr),
      app_(with_parts(describe(settings), log_, metrics_, shared_limits_.get(), tokens_, events_)),
      admin_app_({.title = "Redoubt API operations", .trusted_hosts = {"*"}, .docs = false}) {
  app_.provide(settings_);
  app_.provide(hasher_);
  app_.provide(tokens_);
  app_.provide(database_);
  app_.provide(events_);
  app_.provide(readiness_);
  app_.provide(metrics_);
  add_routes(app_, settings_, [this] { return tokens_.jwks(); });
  if (settings.admin_port) {
    admin_app_.provide(readiness_);
    admin_app_.provide(metrics_);
    add_health_routes(admin_app_);
    add_metrics_route(admin_app_, false);
  } else {
    add_metrics_route(app_, true);
  }
  readiness_.add("database", [this]() -> Task<bool> {
    co_return co_await database_.within(std::chrono::seconds(2)).one<std::int64_t>("SELECT CAST(1 AS BIGINT)") == 1;
  });
  if (audit_) readiness_.add("audit log", [this]() -> Task<bool> { co_return audit_->healthy(); });
  add_process_metrics(metrics_);
  metrics_.get(metric::workers_waiting).with("password hashing").read_from([this] {
    return static_cast<double>(hash_workers_.waiting());
  });
}

void Service::prepare_database() {
  Loop loop;
  loop.run_to_end([](Service& self) -> Task<void> {
    const bool sqlite = self.database_.dialect() == Dialect::sqlite;
    if (sqlite || self.settings_.migrate_on_start) {
      for (const std::int64_t version : co_await migrate(self.database_, migrations()))
        self.log_.info("migrated the database", {{"version", version}});
    } else {
      co_await require_migrated(self.database_, migrations());
    }
    co_await self.create_first_administrator();
    co_await self.database_.close();
  }(*this));
}

Task<void> Service::create_first_administrator() {
  if (co_await users::any_administrator(database_)) co_return;
  std::string password = settings_.secret("ADMIN_PASSWORD");
  if (settings_.production && (settings_.admin_email.empty() || password.empty())) {
    log_.warning("there is no administrator: set ADMIN_EMAIL and ADMIN_PASSWORD for the first start");
    co_return;
  }
  if (password.empty()) {
    password = Uuid::random().to_string();
    first_password_ = password;
  } else if (const auto problems = password_problems(password, std::array{settings_.admin_email}); !problems.empty()) {
    throw SettingsError(fmt::format("ADMIN_PASSWORD cannot be used: {}", fmt::join(problems, " ")));
  }
  const UserRow admin{.id = Uuid::time_ordered().to_string(),
                      .email = settings_.admin_email,
                      .full_name = "Administrator",
                      .password_hash = bcrypt_hash(password, settings_.bcrypt_cost),
                      .is_active = true,
                      .roles = "admin user",
                      .created_at = Timestamp::now().micros()};
  if (!co_await users::insert(database_, admin)) first_password_.clear();  // another instance was first
}

ServerOptions Service::server_options(std::uint16_t port, Application& application) {
  ServerOptions options;
  options.address = settings_.host;
  options.port = port;
  options.prepared_fields = SecurityHeaders(application.options().security_headers).prepared();
  options.unlimited_addresses = settings_.trusted_proxies;
  options.report = [this](const std::string& message) { log_.warning(message); };
  return options;
}

int Service::run(const EndSignals& signals) {
  prepare_database();
  app_.prepare();
  admin_app_.prepare();

  auto options = server_options(settings_.port, app_);
  options.tls_certificate_file = settings_.tls_cert_file;
  options.tls_key_file = settings_.tls_key_file;
  options.loop_ending = [this] { return database_.close(); };
  Server server(std::move(options), [this](Request& request) { return app_.handle(request); });
  server.start();
  std::optional<Server> admin_server;
  if (settings_.admin_port) {
    auto admin_options = server_options(*settings_.admin_port, admin_app_);
    admin_options.threads = 1;
    admin_options.loop_ending = [this] { return database_.close(); };
    admin_server.emplace(std::move(admin_options), [this](Request& request) { return admin_app_.handle(request); });
    admin_server->start();
  }
  metrics_.get(metric::http_connections_open).read_from([&server] {
    return static_cast<double>(server.counters().open.load());
  });

  const EmbeddedMetricsReporter reporter(metrics_, log_, {.namespace_prefix = settings_.metrics_namespace});
  const std::string url = server.url();
  if (!first_password_.empty()) {
    fmt::print(stderr, "\n  The first administrator (shown only now):\n    e-mail    {}\n    password  {}\n\n",
               settings_.admin_email, first_password_);
    first_password_.clear();
  }
  fmt::print(stderr, "  Serving on {}\n  Try it at  {}/docs\n\n", url, url);
  log_.info("listening", {{"url", url}, {"mode", settings_.production ? "production" : "development"}});
  events_.record({}, AuditEvent::sys_startup, AuditActor());

  auto next_clean_up = Clock::now();
  Loop housekeeping;
  while (signals.wait(housekeeping_interval) == 0) {
    tokens_.reload();
    if (Clock::now() < next_clean_up) continue;
    next_clean_up = Clock::now() + clean_up_interval;
    try {
      housekeeping.run_to_end([](Database& db) -> Task<void> {
        co_await sessions::clean_up(db);
        co_await db.close();
      }(database_));
    } catch (const std::exception& error) {
      log_.warning("old sessions were not cleaned up", {{"error", std::string_view(error.what())}});
    }
  }

  const bool all_answered = drain(server, signals,
                                  {.drain_time = settings_.drain_time,
                                   .shutdown_time = settings_.shutdown_time,
                                   .readiness = &readiness_,
                                   .logger = &log_});
  if (admin_server) admin_server->stop(std::chrono::seconds(1));
  events_.record({}, AuditEvent::sys_shutdown, AuditActor());
  log_.info("stopped");
  return all_answered ? 0 : 1;
}

}  // namespace

std::string openapi_document(Settings& settings) {
  Application app(describe(settings));
  add_routes(app, settings, [] { return std::string(); });
  return app.openapi();
}

int migrate_database(const Settings& settings) {
  if (const std::string path = sqlite_path(settings.database_url); !path.empty()) make_folder_of(path);
  Database database(database_options(settings));
  Loop loop;
  const auto applied = loop.run_to_end([](Database& db) -> Task<std::vector<std::int64_t>> {
    auto versions = co_await migrate(db, migrations());
    co_await db.close();
    co_return versions;
  }(database));
  fmt::print(stderr, "{} migration{} applied; the database is at version {}\n", applied.size(),
             applied.size() == 1 ? "" : "s", migrations().back().version);
  return 0;
}

int serve(Settings& settings) {
  if (const std::string path = sqlite_path(settings.database_url); !path.empty()) make_folder_of(path);
  const EndSignals signals;
  Service service(settings);
  return service.run(signals);
}

}  // namespace redoubt::api
