// The schema's history: numbered scripts that bring a database from any earlier state to the program's own. Called by
// the program at its start or by a command, by a role that may change the schema. Safe when several instances start at
// once: each script runs exactly once. It never undoes a script.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "redoubt/database.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

// A migration's statements: one text for both databases, or one for each where they have no common words.
struct MigrationScript {
  template <std::size_t N>
  // Not explicit: a literal is meant to convert.
  consteval MigrationScript(const char (&both)[N]) : sqlite(both, N - 1), postgresql(sqlite) {}
  template <std::size_t N, std::size_t M>
  consteval MigrationScript(const char (&for_sqlite)[N], const char (&for_postgresql)[M])
      : sqlite(for_sqlite, N - 1), postgresql(for_postgresql, M - 1) {}

  std::string_view sqlite;
  std::string_view postgresql;
};

// In the program: `constexpr Migration migrations[] = {{1, "users", "CREATE TABLE users (…)"}, …};`, ascending.
struct Migration {
  std::int64_t version;
  std::string_view name;
  MigrationScript script;
};

// The database's history and the program's do not fit; what() is a sentence for the operator.
struct MigrationError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Applies what the database lacks, each script in a transaction of its own, and gives the versions applied here.
// Throws MigrationError when an applied script was changed since (by its SHA-256), when the database is newer than the
// program, or when a script was inserted before one that has been applied already. `timeout`: for each script,
// including the wait for another instance's.
Task<std::vector<std::int64_t>> migrate(Database& database, std::span<const Migration> migrations,
                                        std::chrono::milliseconds timeout = std::chrono::minutes(10));

// Throws MigrationError unless the database is exactly at the program's version. Only reads.
Task<void> require_migrated(Database& database, std::span<const Migration> migrations);

}  // namespace redoubt
