#include "database_setup.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "migrations.hpp"
#include "redoubt/database_url.hpp"
#include "redoubt/password.hpp"
#include "users.hpp"

namespace redoubt::api {

DatabaseOptions database_options(const Settings& settings) {
  DatabaseOptions options;
  options.url = settings.database_url;
  // Any of the three may stand in a file that is replaced while the service runs.
  options.credentials = [&settings] {
    const std::string url = settings.secret("DATABASE_URL");
    Credentials now = url.empty() ? Credentials{} : credentials_in(url);
    if (std::string user = settings.secret("DATABASE_USER"); !user.empty()) now.user = std::move(user);
    if (std::string password = settings.secret("DATABASE_PASSWORD"); !password.empty())
      now.password = std::move(password);
    return now;
  };
  return options;
}

Database open_database(DatabaseOptions options) {
  try {
    const DatabaseUrl url = parse_database_url(options.url);
    if (url.dialect == Dialect::sqlite && url.location != ":memory:") make_folder_of(url.location);
    return Database(std::move(options));
  } catch (const std::exception& error) {
    throw SettingsError(fmt::format("DATABASE_URL: {}", error.what()));
  }
}

void make_folder_of(const std::string& path) {
  if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty())
    std::filesystem::create_directories(folder);
}

int migrate_database(const Settings& settings) {
  Database database = open_database(database_options(settings));
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

Task<void> check_schema(Database& database) {
  try {
    co_await require_migrated(database, migrations());
  } catch (const MigrationError& error) {
    throw MigrationError(
        fmt::format("{} (run `redoubt-api migrate` as a role that may change the schema, or set MIGRATE_ON_START=true)",
                    error.what()));
  }
}

Task<std::optional<std::string>> create_first_administrator(const Database& database, const Settings& settings,
                                                            Logger& log) {
  if (co_await users::any_administrator(database)) co_return std::nullopt;
  std::string password = settings.secret("ADMIN_PASSWORD");
  if (settings.production && (settings.admin_email.empty() || password.empty())) {
    log.warning("there is no administrator: set ADMIN_EMAIL and ADMIN_PASSWORD for the first start");
    co_return std::nullopt;
  }
  const bool made = password.empty();
  if (made) {
    password = Uuid::random().to_string();
  } else if (const auto problems = password_problems(password, std::array{settings.admin_email}); !problems.empty()) {
    throw SettingsError(fmt::format("ADMIN_PASSWORD cannot be used: {}", fmt::join(problems, " ")));
  }
  const UserRow admin{.id = Uuid::time_ordered().to_string(),
                      .email = settings.admin_email,
                      .full_name = "Administrator",
                      .password_hash = bcrypt_hash(password, settings.bcrypt_cost),
                      .is_active = true,
                      .roles = "admin user",
                      .created_at = Timestamp::now().micros()};
  if (co_await users::insert(database, admin)) {
    if (made) co_return password;
  } else if (!co_await users::any_administrator(database)) {
    // Otherwise another instance was first.
    log.warning("there is no administrator: ADMIN_EMAIL is the address of an ordinary user");
  }
  co_return std::nullopt;
}

}  // namespace redoubt::api
