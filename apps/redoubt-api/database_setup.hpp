// From the settings to a database that can serve: how it is reached, its folder, its schema, its first user. Called
// before the service serves, and by `redoubt-api migrate`.
#pragma once

#include <optional>
#include <string>

#include "redoubt/database.hpp"
#include "redoubt/log.hpp"
#include "settings.hpp"

namespace redoubt::api {

// The settings must outlive the database that is made of it.
[[nodiscard]] DatabaseOptions database_options(const Settings& settings);
// Makes SQLite's folder too. Throws SettingsError when the URL cannot be used.
[[nodiscard]] Database open_database(DatabaseOptions options);
// Does nothing for a path without a folder.
void make_folder_of(const std::string& path);

// Brings the database's schema up to date, and says on standard error what it did. Gives the exit code.
int migrate_database(const Settings& settings);
// Throws MigrationError, with what to do, unless the schema is this program's.
Task<void> check_schema(Database& database);

// Creates the administrator of the settings when there is none. Gives its password where one had to be made.
Task<std::optional<std::string>> create_first_administrator(const Database& database, const Settings& settings,
                                                            Logger& log);

}  // namespace redoubt::api
