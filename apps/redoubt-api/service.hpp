// The reference service put together: settings in, an application out. One object owns every part, in the order in
// which they depend on each other. It knows of no socket and no signal: serve.hpp runs it, the tests drive it
// in-process.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hashing_turn.hpp"
#include "redoubt/application.hpp"
#include "redoubt/database.hpp"
#include "redoubt/health.hpp"
#include "redoubt/log.hpp"
#include "redoubt/metrics.hpp"
#include "redoubt/password.hpp"
#include "redoubt/rate_limit.hpp"
#include "security_events.hpp"
#include "settings.hpp"
#include "token_service.hpp"

namespace redoubt::api {

// The OpenAPI document of the API, from its routes alone.
std::string openapi_document(Settings& settings);

class Service {
 public:
  // Opens the audit log and the database. Throws SettingsError for a setting that only shows here to be unusable.
  // Settings and log must outlive the service.
  Service(Settings& settings, Logger& log);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Brings the schema up to date, or checks that it is, and creates the first administrator. Gives the password made
  // for it, if one was made: to be shown once. Blocks; not for a loop's thread.
  std::optional<std::string> prepare_database();

  // To be called about once a second, off the loops: takes up changed keys, forgets what is old. Blocks.
  void keep_house();
  // The audit file was renamed: goes on in a new one.
  void reopen_audit_log();
  // Closes the current loop's connections to the database.
  Task<void> close_database() { return database_.close(); }

  [[nodiscard]] Application& application() noexcept { return app_; }
  // /metrics and health, for a listener of their own; without ADMIN_PORT it has no routes.
  [[nodiscard]] Application& admin_application() noexcept { return admin_app_; }
  [[nodiscard]] Metrics& metrics() noexcept { return metrics_; }
  [[nodiscard]] Readiness& readiness() noexcept { return readiness_; }
  [[nodiscard]] SecurityEvents& events() noexcept { return events_; }

 private:
  Settings& settings_;
  Logger& log_;
  Metrics metrics_;
  Readiness readiness_;
  std::unique_ptr<AuditLog> audit_;  // none: AUDIT_LOG=off
  SecurityEvents events_;
  Workers hash_workers_;
  HashingTurns hashing_turns_;
  PasswordHasher hasher_;
  TokenService tokens_;
  Database database_;
  std::unique_ptr<RateStore> limits_;  // of all instances together
  Application app_;
  Application admin_app_;
  Clock::time_point next_forget_keys_{};
  Clock::time_point next_clean_up_{};
};

}  // namespace redoubt::api
