#include "service.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "current_user.hpp"
#include "database_setup.hpp"
#include "migrations.hpp"
#include "redoubt/database_rate_store.hpp"
#include "routes.hpp"
#include "sessions.hpp"

namespace redoubt::api {

namespace {

constexpr std::chrono::minutes forget_keys_interval{1};
constexpr std::chrono::hours clean_up_interval{1};
// Sign-ins that may wait for a hash; beyond them 503 is better than a queue of minutes.
constexpr std::size_t hash_queue_limit = 64;
// Of them, those of one client: a quarter is always left for the others.
constexpr std::size_t hash_queue_share = hash_queue_limit * 3 / 4;
constexpr std::chrono::seconds readiness_timeout{2};

ApplicationOptions describe(const Settings& settings) {
  ApplicationOptions options{
      .title = "Redoubt API",
      .version = REDOUBT_VERSION,
      .description = "The reference service of Redoubt: users, sign-in, items.",
      .token_url = "/auth/login",
      .default_limit = RouteLimit{settings.rate_limit_default},
  };
  for (const Scope& scope : all_scopes) options.scopes.emplace_back(scope.name, scope.description);
  options.tags = {{"auth", "Registering, signing in and out"},
                  {"account", "One's own account"},
                  {"users", "All accounts: for administrators"},
                  {"items", "What users keep"},
                  {"health", "For load balancers and operators"}};
  options.trusted_hosts = settings.allowed_hosts;
  options.trusted_proxies = settings.trusted_proxies;
  options.security_headers.xss_protection = settings.x_xss_protection;
  if (!settings.cors_origins.empty()) {
    options.cors.emplace();
    options.cors->origins = settings.cors_origins;
  }
  return options;
}

void add_routes(Application& app, const Settings& settings) {
  add_auth_routes(app, settings);
  add_account_routes(app, settings);
  add_user_routes(app);
  add_item_routes(app);
  add_health_routes(app);
  add_key_routes(app);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "redoubt-api";
  return name.data();
}

std::unique_ptr<AuditLog> open_audit(const Settings& settings, Logger& log) {
  if (settings.audit_log == "off") return nullptr;
  const AuditLog::Options options{.instance = settings.instance.empty() ? host_name() : settings.instance};
  if (settings.audit_log == "stderr") return AuditLog::open(STDERR_FILENO, log, options);
  try {
    make_folder_of(settings.audit_log);
    return AuditLog::open(settings.audit_log, log, options);
  } catch (const std::exception& error) {
    throw SettingsError(fmt::format("AUDIT_LOG: {}", error.what()));
  }
}

DatabaseOptions reporting(DatabaseOptions options, Metrics& metrics, Logger& log) {
  options.on_error = [&errors = metrics.get(metric::database_errors), &log](std::string_view reason) {
    errors.increment();
    log.error("database error", {{"reason", reason}});
  };
  return options;
}

std::unique_ptr<RateStore> make_limits(Database& database) {
  if (database.dialect() == Dialect::postgresql) return std::make_unique<DatabaseRateStore>(database);
  return std::make_unique<RateLimiter>();
}

// Whom the request's token speaks for, if it is one of ours; whether the session still lives is not asked.
std::string account_of(const Request& request, const TokenService& tokens) {
  constexpr std::string_view scheme = "Bearer ";
  const auto field = request.header("Authorization");
  if (!field || !iequals(field->substr(0, scheme.size()), scheme)) return {};
  std::string_view token = field->substr(scheme.size());
  token.remove_prefix(std::min(token.find_first_not_of(" \t"), token.size()));  // RFC 9110 section 11.4: 1*SP
  const auto verified = tokens.verify(token);
  return verified ? verified->claims.subject : std::string();
}

ApplicationOptions with_parts(ApplicationOptions options, Logger& log, Metrics& metrics, RateStore& limits,
                              const TokenService& tokens, SecurityEvents& events) {
  options.logger = &log;
  options.metrics = &metrics;
  options.shared_limits = &limits;
  options.account_of_token = [&tokens](std::string_view token) {
    const auto verified = tokens.verify(token);
    return verified ? verified->claims.subject : std::string();
  };
  options.on_refusal = [&tokens, &events](const Request& request, int status, std::string_view route) {
    if (status == 401 && route == login_route) return;  // the route records it, with the account
    events.refused(request, status, route, account_of(request, tokens));
  };
  return options;
}

}  // namespace

std::string openapi_document(Settings& settings) {
  Application app(describe(settings));
  add_routes(app, settings);
  return app.openapi();
}

Service::Service(Settings& settings, Logger& log)
    : settings_(settings),
      log_(log),
      audit_(open_audit(settings, log_)),
      events_(audit_.get(), metrics_),
      hash_workers_("password hashing", std::max(1U, std::thread::hardware_concurrency()), hash_queue_limit),
      hashing_turns_(hash_queue_share),
      hasher_(settings.bcrypt_cost, hash_workers_),
      tokens_(settings, log_),
      database_(open_database(reporting(database_options(settings), metrics_, log_))),
      limits_(make_limits(database_)),
      app_(with_parts(describe(settings), log_, metrics_, *limits_, tokens_, events_)),
      admin_app_({.title = "Redoubt API operations", .trusted_hosts = {"*"}, .docs = false}) {
  app_.provide(settings_);
  app_.provide(hasher_);
  app_.provide(hashing_turns_);
  app_.provide(tokens_);
  app_.provide(database_);
  app_.provide(*limits_);
  app_.provide(events_);
  app_.provide(readiness_);
  app_.provide(metrics_);
  add_routes(app_, settings_);
  if (settings.admin_port) {
    admin_app_.provide(readiness_);
    admin_app_.provide(metrics_);
    add_health_routes(admin_app_);
    add_metrics_route(admin_app_, false);
  } else {
    add_metrics_route(app_, true);
  }
  readiness_.add("database", [this]() -> Task<bool> {
    co_return co_await database_.within(readiness_timeout).one<std::int64_t>("SELECT CAST(1 AS BIGINT)") == 1;
  });
  if (audit_) readiness_.add("audit log", [this]() -> Task<bool> { co_return audit_->healthy(); });
  add_process_metrics(metrics_);
  metrics_.get(metric::workers_waiting).with("password hashing").read_from([this] {
    return static_cast<double>(hash_workers_.waiting());
  });
  metrics_.get(metric::log_lines_dropped).read_from([this] { return static_cast<double>(log_.dropped()); });
}

Service::~Service() = default;

std::optional<std::string> Service::prepare_database() {
  Loop loop;
  return loop.run_to_end([](Service& self) -> Task<std::optional<std::string>> {
    if (self.database_.dialect() == Dialect::sqlite || self.settings_.migrate_on_start) {
      for (const std::int64_t version : co_await migrate(self.database_, migrations()))
        self.log_.info("migrated the database", {{"version", version}});
    } else {
      co_await check_schema(self.database_);
    }
    auto password = co_await create_first_administrator(self.database_, self.settings_, self.log_);
    if (const auto costliest = co_await users::costliest_hash(self.database_)) self.hasher_.learn(*costliest);
    co_await self.database_.close();
    co_return password;
  }(*this));
}

void Service::keep_house() {
  tokens_.reload();
  events_.record_repetitions();
  const auto now = Clock::now();
  const bool forget_keys = now >= next_forget_keys_;
  const bool clean_up = now >= next_clean_up_;
  if (!forget_keys && !clean_up) return;
  if (forget_keys) next_forget_keys_ = now + forget_keys_interval;
  if (clean_up) next_clean_up_ = now + clean_up_interval;
  try {
    Loop().run_to_end([](Service& self, bool sessions_too) -> Task<void> {
      if (auto* const shared = dynamic_cast<DatabaseRateStore*>(self.limits_.get()))
        co_await shared->forget_idle_keys();
      if (sessions_too) co_await sessions::clean_up(self.database_);
      co_await self.database_.close();
    }(*this, clean_up));
  } catch (const std::exception& error) {
    log_.warning("what is old was not cleaned up; it is tried again", {{"error", std::string_view(error.what())}});
  }
}

void Service::reopen_audit_log() {
  if (audit_) audit_->reopen();
}

}  // namespace redoubt::api
