// The service's configuration: every option once, in one table, from which the environment is read, mistakes are
// reported and docs/configuration.md is written. A secret may also stand in a file (NAME_FILE), which is read again
// when it is asked for, so that it can be rotated.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/address.hpp"
#include "redoubt/rate.hpp"

namespace redoubt::api {

// A setting that cannot be used: a sentence that names it and says what to do. Never repeats a secret.
struct SettingsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One option, for reading and for the documentation.
struct Option {
  std::string_view name;
  std::string_view fallback;  // what holds when it is not set, in words where it is no plain value
  std::string_view description;
  bool secret = false;  // also as NAME_FILE
};
[[nodiscard]] std::span<const Option> options() noexcept;
// docs/configuration.md, whole.
[[nodiscard]] std::string options_markdown();

// How a setting's text is found: normally std::getenv.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
[[nodiscard]] Environment process_environment();

// Throws SettingsError where the text is too short for a key of tokens or, in production, evidently no random one.
// `name`: of the setting. An empty text passes.
void check_token_secret(std::string_view name, std::string_view secret, bool production);

class Settings {
 public:
  // Reads and checks everything; throws SettingsError at the first mistake.
  explicit Settings(Environment environment);

  bool production = false;
  std::string host;
  std::uint16_t port = 0;
  std::optional<std::uint16_t> admin_port;
  std::string tls_cert_file;  // both or neither
  std::string tls_key_file;
  std::string database_url;
  bool migrate_on_start = false;
  bool allow_insecure_database = false;
  std::string jwt_issuer;
  std::string jwt_audience;
  std::chrono::minutes access_token_lifetime{};
  std::chrono::days refresh_token_lifetime{};
  unsigned bcrypt_cost = 0;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> cors_origins;
  std::vector<IpRange> trusted_proxies;
  Rate rate_limit_login;
  Rate rate_limit_default;
  std::string metrics_namespace;
  std::string x_xss_protection;
  std::string admin_email;
  bool open_registration = false;
  std::chrono::seconds drain_time{};
  std::chrono::seconds shutdown_time{};
  std::string audit_log;  // a path, "stderr" or "off"
  std::string instance;

  // Where a service in this environment tells this machine whether it is ready. Reads HOST, PORT and TLS_* alone: who
  // only asks for its health need not know its secrets. Throws SettingsError.
  [[nodiscard]] static std::string health_url(Environment environment);

  // Reads it now, from the variable or from its file; empty when not set. Throws SettingsError for an unreadable file.
  [[nodiscard]] std::string secret(std::string_view name) const;

 private:
  Settings() = default;
  void read_listener();
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::string text_or_fallback(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t min, std::int64_t max) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] Rate rate(std::string_view name) const;
  void check() const;
  void check_for_production() const;

  Environment environment_;
};

}  // namespace redoubt::api
