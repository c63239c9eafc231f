#include "settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "redoubt/cors.hpp"
#include "redoubt/database.hpp"
#include "redoubt/jwt.hpp"
#include "redoubt/metric_names.hpp"
#include "redoubt/model.hpp"
#include "redoubt/trusted_hosts.hpp"

namespace redoubt::api {

namespace {

constexpr std::array all_options{
    Option{"REDOUBT_ENV", "development", "`production` refuses weak settings and closes registration."},
    Option{"HOST", "127.0.0.1", "The address to listen on: an IP address."},
    Option{"PORT", "8000", "The port to listen on."},
    Option{"ADMIN_PORT", "none",
           "A separate listener for `/metrics` and `/health/*`, on `HOST`. Without it `/metrics` answers only to "
           "loopback."},
    Option{"TLS_CERT_FILE", "none", "The certificate chain (PEM) for HTTPS on `PORT`; read again when it changes."},
    Option{"TLS_KEY_FILE", "none", "The private key (PEM) of the certificate; read again when it changes."},
    Option{"DATABASE_URL", "sqlite:var/redoubt.db",
           "`sqlite:PATH`, `sqlite:///ABSOLUTE`, or `postgresql://HOST/NAME?sslmode=verify-full&sslrootcert=FILE`. In "
           "production anything weaker than `verify-full` is refused.",
           true},
    Option{"DATABASE_USER", "from the URL", "Read again, and the pool renewed, when the server refuses it.", true},
    Option{"DATABASE_PASSWORD", "from the URL", "Likewise: a rotated password costs no failed request.", true},
    Option{"ALLOW_INSECURE_DATABASE", "false", "Lets production use a database connection that is not verified."},
    Option{"MIGRATE_ON_START", "false", "Brings a PostgreSQL schema up to date before serving. SQLite's always is."},
    Option{"JWT_SECRET", "made at each start in development",
           "The string's bytes are the HS256 key, at least 32, in production at least 8 different ones. Required in "
           "production unless `JWT_SIGNING_KEY` is set.",
           true},
    Option{"JWT_SECRET_PREVIOUS", "none",
           "Secrets that verify and never sign, on lines of their own. To rotate: add the new secret here on every "
           "instance, then make it `JWT_SECRET` and keep the old one here, then take the old one away.",
           true},
    Option{"JWT_SIGNING_KEY", "none",
           "A private key (PEM), EC P-256 or Ed25519: tokens are then ES256 or EdDSA, and its public key is at "
           "`/.well-known/jwks.json`.",
           true},
    Option{"JWT_ISSUER", "redoubt", "`iss` of tokens."},
    Option{"JWT_AUDIENCE", "redoubt", "`aud` of tokens."},
    Option{"ACCESS_TOKEN_MINUTES", "15", "How long an access token is valid: 1 to 1440."},
    Option{"REFRESH_TOKEN_DAYS", "30", "How long a session lasts: 1 to 365."},
    Option{"BCRYPT_COST", "12",
           "10 to 15; at least 12 in production. Raising it rehashes each password at its next use."},
    Option{"ALLOWED_HOSTS", "localhost,127.0.0.1 in development; required in production",
           "Host names that are answered: `api.example.com`, `*.example.com`; `*` only in development. `/health/*` "
           "answers "
           "whatever the Host."},
    Option{"CORS_ORIGINS", "none", "Exact web origins whose scripts may read answers: `https://app.example.com`."},
    Option{"TRUSTED_PROXIES", "none",
           "Address ranges of load balancers. The client is the rightmost address of X-Forwarded-For outside them."},
    Option{"RATE_LIMIT_LOGIN", "5/minute",
           "Sign-ins of one client: `N/second`, `N/minute`, `N/hour`, `N/day` or `off`; exact across processes on "
           "PostgreSQL. Four times as many registrations, and ten times as many sign-ins to one account."},
    Option{"RATE_LIMIT_DEFAULT", "300/minute",
           "All requests of one client, but `/health/*`, `/metrics` and CORS preflights."},
    Option{"METRICS_NAMESPACE", "Redoubt",
           "The prefix of CloudWatch namespaces: `Redoubt/Security`, `Redoubt/Application`."},
    Option{"X_XSS_PROTECTION", "0", "The value of that header; `1; mode=block` where a checklist asks for it."},
    Option{"ADMIN_EMAIL", "admin@example.com in development", "The first administrator, created when there is none."},
    Option{"ADMIN_PASSWORD", "made in development, shown once", "The first administrator's password.", true},
    Option{"OPEN_REGISTRATION", "true in development, false in production",
           "Whether anybody may register; otherwise only administrators register others."},
    Option{
        "DRAIN_SECONDS", "0 in development, 15 in production",
        "After SIGTERM: how long requests are still accepted while `/health/ready` says 503, for the load balancer to "
        "turn away."},
    Option{"SHUTDOWN_SECONDS", "10", "After draining: how long requests in flight may take to end."},
    Option{"AUDIT_LOG", "stderr in production, var/audit.jsonl in development",
           "Where security events go: a file's path, `stderr` or `off`."},
    Option{"INSTANCE", "the host's name", "What this process calls itself in the audit log."},
};

// Of a secret for production. One of 32 random bytes in hexadecimal has fewer once in ten million times; "changeme" and
// the like, over and over, never has more.
constexpr std::size_t min_different_bytes = 8;

std::vector<std::string> split(std::string_view text, char separator = ',') {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

bool is_email(const std::string& text) {
  std::string address;
  ValidationErrors errors;
  return detail::decode_email(text, address, Location(), errors);
}

const Option& find_option(std::string_view name) {
  const auto found = std::ranges::find(all_options, name, &Option::name);
  if (found == all_options.end()) throw std::logic_error(fmt::format("{} is not in the table of options", name));
  return *found;
}

}  // namespace

std::span<const Option> options() noexcept {
  return all_options;
}

std::string options_markdown() {
  std::string out =
      "# Configuration\n\n"
      "`redoubt-api` is configured by environment variables. This table is the output of `redoubt-api options`.\n\n"
      "| name | default | |\n|---|---|---|\n";
  for (const Option& option : all_options)
    out += fmt::format("| `{}`{} | {} | {} |\n", option.name, option.secret ? " ¹" : "", option.fallback,
                       option.description);
  out +=
      "\n¹ A secret: it may stand in a file instead, whose path is in `NAME_FILE` (`JWT_SECRET_FILE`); the last line "
      "feed "
      "of the file is no part of it. Setting both is refused. `JWT_*`, `DATABASE_USER`, "
      "`DATABASE_PASSWORD` and the user and password of `DATABASE_URL` are read again when the file changes, so that "
      "they can be rotated without a restart: see [operations.md](operations.md)."
      "\n\n"
      "A value that cannot be used stops the start with a sentence that names it, and exit code 2. An empty variable "
      "counts as not set.\n";
  return out;
}

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

std::string Settings::text(std::string_view name) const {
  (void)find_option(name);
  return environment_(name).value_or("");
}

std::string Settings::text_or_fallback(std::string_view name) const {
  std::string value = text(name);
  return value.empty() ? std::string(find_option(name).fallback) : value;
}

std::string Settings::secret(std::string_view name) const {
  const std::string file_name = std::string(name) + "_FILE";
  const std::string file = environment_(file_name).value_or("");
  std::string value = text(name);
  if (file.empty()) return value;
  if (!value.empty()) throw SettingsError(fmt::format("{} and {} are both set: keep one", name, file_name));
  std::ifstream in(file, std::ios::binary);
  (void)in.peek();  // a folder can be opened, but not read
  if (!in.is_open() || in.bad()) throw SettingsError(fmt::format("{}: the file {} cannot be read", file_name, file));
  std::string content{std::istreambuf_iterator<char>(in), {}};
  // Editors and `echo` end a file with a line feed that is no part of the secret.
  if (content.ends_with('\n')) content.pop_back();
  if (content.ends_with('\r')) content.pop_back();
  return content;
}

std::int64_t Settings::number(std::string_view name, std::int64_t min, std::int64_t max) const {
  const std::string value = text_or_fallback(name);
  std::int64_t parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (error != std::errc{} || end != value.data() + value.size() || parsed < min || parsed > max)
    throw SettingsError(fmt::format("{} is {:?}: give a whole number from {} to {}", name, value, min, max));
  return parsed;
}

bool Settings::flag(std::string_view name) const {
  const std::string value = text(name);
  if (value == "true" || value == "1") return true;
  if (value.empty() || value == "false" || value == "0") return false;
  throw SettingsError(fmt::format("{} is {:?}: give true or false", name, value));
}

Rate Settings::rate(std::string_view name) const {
  const std::string value = text_or_fallback(name);
  const auto parsed = Rate::parse(value);
  if (!parsed) throw SettingsError(fmt::format("{}: {:?} {}", name, value, parsed.error()));
  return *parsed;
}

Settings::Settings(Environment environment) : environment_(std::move(environment)) {
  const std::string mode = text_or_fallback("REDOUBT_ENV");
  if (mode != "production" && mode != "development")
    throw SettingsError(fmt::format("REDOUBT_ENV is {:?}: give development or production", mode));
  production = mode == "production";
  read_listener();
  if (!text("ADMIN_PORT").empty()) admin_port = static_cast<std::uint16_t>(number("ADMIN_PORT", 0, 65535));
  database_url = secret("DATABASE_URL");
  if (database_url.empty()) database_url = find_option("DATABASE_URL").fallback;
  migrate_on_start = flag("MIGRATE_ON_START");
  allow_insecure_database = flag("ALLOW_INSECURE_DATABASE");
  jwt_issuer = text_or_fallback("JWT_ISSUER");
  jwt_audience = text_or_fallback("JWT_AUDIENCE");
  access_token_lifetime = std::chrono::minutes(number("ACCESS_TOKEN_MINUTES", 1, 1440));
  refresh_token_lifetime = std::chrono::days(number("REFRESH_TOKEN_DAYS", 1, 365));
  bcrypt_cost = static_cast<unsigned>(number("BCRYPT_COST", 10, 15));
  allowed_hosts = split(text("ALLOWED_HOSTS"));
  if (allowed_hosts.empty() && !production) allowed_hosts = {"localhost", "127.0.0.1"};
  cors_origins = split(text("CORS_ORIGINS"));
  for (const std::string& range : split(text("TRUSTED_PROXIES"))) {
    const auto parsed = IpRange::parse(range);
    if (!parsed)
      throw SettingsError(
          fmt::format("TRUSTED_PROXIES: {:?} is no address range: write 10.0.1.0/24, for instance", range));
    trusted_proxies.push_back(*parsed);
  }
  rate_limit_login = rate("RATE_LIMIT_LOGIN");
  rate_limit_default = rate("RATE_LIMIT_DEFAULT");
  metrics_namespace = text_or_fallback("METRICS_NAMESPACE");
  x_xss_protection = text_or_fallback("X_XSS_PROTECTION");
  admin_email = text("ADMIN_EMAIL");
  if (admin_email.empty() && !production) admin_email = "admin@example.com";
  open_registration = text("OPEN_REGISTRATION").empty() ? !production : flag("OPEN_REGISTRATION");
  drain_time =
      std::chrono::seconds(text("DRAIN_SECONDS").empty() ? (production ? 15 : 0) : number("DRAIN_SECONDS", 0, 3600));
  shutdown_time = std::chrono::seconds(number("SHUTDOWN_SECONDS", 0, 3600));
  audit_log = text("AUDIT_LOG");
  if (audit_log.empty()) audit_log = production ? "stderr" : "var/audit.jsonl";
  instance = text("INSTANCE");

  check();
  if (production) check_for_production();
}

void Settings::read_listener() {
  host = text_or_fallback("HOST");
  if (!IpAddress::parse(host))
    throw SettingsError(fmt::format("HOST is {:?}: give an IP address, such as 0.0.0.0", host));
  port = static_cast<std::uint16_t>(number("PORT", 0, 65535));
  tls_cert_file = text("TLS_CERT_FILE");
  tls_key_file = text("TLS_KEY_FILE");
  if (tls_cert_file.empty() != tls_key_file.empty())
    throw SettingsError("TLS_CERT_FILE and TLS_KEY_FILE go together: one of them is not set");
}

std::string Settings::health_url(Environment environment) {
  Settings settings;
  settings.environment_ = std::move(environment);
  settings.read_listener();
  // How this machine itself reaches the address.
  std::string address = settings.host;
  if (address == "0.0.0.0") address = "127.0.0.1";
  if (address == "::") address = "::1";
  if (address.contains(':')) address = '[' + address + ']';
  return fmt::format("{}://{}:{}/health/ready", settings.tls_cert_file.empty() ? "http" : "https", address,
                     settings.port);
}

void check_token_secret(std::string_view name, std::string_view secret, bool production) {
  if (secret.empty()) return;
  if (secret.size() < min_jwt_secret_size)
    throw SettingsError(
        fmt::format("{} has {} bytes: it needs at least {} (RFC 7518 section 3.2); make one with "
                    "`openssl rand -base64 48`",
                    name, secret.size(), min_jwt_secret_size));
  const std::size_t different = std::set<char>(secret.begin(), secret.end()).size();
  if (production && different < min_different_bytes)
    throw SettingsError(
        fmt::format("{} is made of {} different character{} only, so it can be guessed: make one with "
                    "`openssl rand -base64 48`",
                    name, different, different == 1 ? "" : "s"));
}

// What can be said without touching anything but the files of secrets.
void Settings::check() const {
  for (const Option& option : all_options) {
    if (!option.secret) continue;
    const std::string file_name = std::string(option.name) + "_FILE";
    const std::string file = environment_(file_name).value_or("");
    // An empty file must not quietly mean the default.
    const bool may_be_empty = option.name == "JWT_SECRET_PREVIOUS" || option.name == "ADMIN_PASSWORD";
    if (secret(option.name).empty() && !file.empty() && !may_be_empty)
      throw SettingsError(fmt::format("{}: the file {} is empty", file_name, file));
  }
  check_token_secret("JWT_SECRET", secret("JWT_SECRET"), production);
  for (const std::string& value : split(secret("JWT_SECRET_PREVIOUS"), '\n'))
    check_token_secret("JWT_SECRET_PREVIOUS", value, production);

  const auto naming = [](std::string_view name, const auto& attempt) {
    try {
      attempt();
    } catch (const std::invalid_argument& error) {
      throw SettingsError(fmt::format("{}: {}", name, error.what()));
    }
  };
  naming("ALLOWED_HOSTS", [&] { (void)TrustedHosts(allowed_hosts); });
  naming("CORS_ORIGINS", [&] { (void)Cors({.origins = cors_origins}); });
  naming("DATABASE_URL", [&] { (void)is_verified(database_url); });
  if (!is_cloud_watch_namespace(metrics_namespace))
    throw SettingsError(fmt::format("METRICS_NAMESPACE is {:?}: use 1 to 200 letters, digits and ._-/#: and not AWS/",
                                    metrics_namespace));
  if (x_xss_protection != "0" && x_xss_protection != "1" && x_xss_protection != "1; mode=block")
    throw SettingsError(fmt::format("X_XSS_PROTECTION is {:?}: give 0, 1 or 1; mode=block", x_xss_protection));
  if (!admin_email.empty() && !is_email(admin_email))
    throw SettingsError(fmt::format("ADMIN_EMAIL is {:?}: give an e-mail address", admin_email));
}

void Settings::check_for_production() const {
  if (secret("JWT_SECRET").empty() && secret("JWT_SIGNING_KEY").empty())
    throw SettingsError("production needs JWT_SECRET or JWT_SIGNING_KEY (or its _FILE): tokens must survive a restart");
  if (allowed_hosts.empty())
    throw SettingsError("production needs ALLOWED_HOSTS: the names that clients use, such as api.example.com");
  if (std::ranges::count(allowed_hosts, "*") > 0)
    throw SettingsError("ALLOWED_HOSTS=* is for development only: name the hosts, such as *.example.com");
  if (std::ranges::count(cors_origins, "*") > 0)
    throw SettingsError("CORS_ORIGINS=* would let every web site read answers: name the origins");
  for (const IpRange& range : trusted_proxies) {
    if (range.to_string().ends_with("/0"))
      throw SettingsError(
          "TRUSTED_PROXIES holds every address: any client could then say who it is; name the load balancers' ranges");
  }
  if (bcrypt_cost < 12)
    throw SettingsError(fmt::format("BCRYPT_COST is {}: production needs at least 12", bcrypt_cost));
  if (!is_verified(database_url) && !allow_insecure_database)
    throw SettingsError(
        "DATABASE_URL does not verify the server: add ?sslmode=verify-full&sslrootcert=FILE (or set "
        "ALLOW_INSECURE_DATABASE=true and answer for it)");
}

}  // namespace redoubt::api
