#include "redoubt/migrations.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <string>

namespace redoubt {

struct AppliedMigration {
  std::int64_t version;
  std::string name;
  std::string checksum;
};
BOOST_DESCRIBE_STRUCT(AppliedMigration, (), (version, name, checksum))

namespace {

constexpr std::string_view create_history =
    "CREATE TABLE IF NOT EXISTS redoubt_migrations ("
    "version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

std::string_view script_for(const Migration& migration, Dialect dialect) {
  return dialect == Dialect::sqlite ? migration.script.sqlite : migration.script.postgresql;
}

// SHA-256 in hex.
std::string checksum(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

void require_ascending(std::span<const Migration> migrations) {
  const auto out_of_order = [](const Migration& a, const Migration& b) { return a.version >= b.version; };
  if (std::ranges::adjacent_find(migrations, out_of_order) != migrations.end())
    throw MigrationError("the program's migrations are not in ascending order of their versions");
}

// How many of the program's migrations are applied, having made sure that they are the same ones.
std::size_t compare(std::span<const AppliedMigration> applied, std::span<const Migration> migrations, Dialect dialect) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const AppliedMigration& there = applied[i];
    if (migrations.empty() || there.version > migrations.back().version)
      throw MigrationError(fmt::format(
          "the database is at version {} ({}), and this program knows none later than {}: run a newer program",
          applied.back().version, applied.back().name, migrations.empty() ? 0 : migrations.back().version));
    if (i >= migrations.size() || migrations[i].version != there.version)
      throw MigrationError(
          i < migrations.size() && migrations[i].version < there.version
              ? fmt::format("migration {} ({}) is not applied, but the later {} ({}) is: give it a number after that",
                            migrations[i].version, migrations[i].name, there.version, there.name)
              : fmt::format("the database has migration {} ({}), which this program lacks", there.version, there.name));
    if (checksum(script_for(migrations[i], dialect)) != there.checksum)
      throw MigrationError(fmt::format(
          "migration {} ({}) was changed after it was applied: restore its text, and put the change into a new one",
          there.version, there.name));
  }
  return applied.size();
}

Task<std::vector<AppliedMigration>> read_history(Queries queries) {
  co_return co_await queries.all<AppliedMigration>(
      "SELECT version, name, checksum FROM redoubt_migrations ORDER BY version");
}

// Applies the first that the database lacks; gives its version, none when there is nothing left to do.
Task<std::optional<std::int64_t>> apply_next(Database& database, std::span<const Migration> migrations,
                                             std::chrono::milliseconds timeout) {
  const Dialect dialect = database.dialect();
  const std::unique_ptr<detail::Session> session = co_await database.driver().begin({.timeout = timeout});
  const Transaction transaction(*session, timeout);
  // One instance at a time; the lock ends with the transaction. On SQLite the transaction itself (BEGIN IMMEDIATE) is
  // that lock. The number is "redoubt" in ASCII.
  if (dialect == Dialect::postgresql)
    co_await transaction.execute("SELECT pg_advisory_xact_lock($1)", std::int64_t{0x7265646f756274});
  co_await session->script(create_history);
  const std::size_t done = compare(co_await read_history(transaction), migrations, dialect);
  if (done == migrations.size()) {
    co_await session->commit();
    co_return std::nullopt;
  }
  const Migration& next = migrations[done];
  const std::string_view script = script_for(next, dialect);
  co_await session->script(script);
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  co_await transaction.execute(
      "INSERT INTO redoubt_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)", next.version,
      next.name, checksum(script), std::int64_t{now.count()});
  co_await session->commit();
  co_return next.version;
}

Task<bool> has_history(const Database& database) {
  if (database.dialect() == Dialect::sqlite)
    co_return co_await database.one<bool>(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'redoubt_migrations') AS present");
  co_return co_await database.one<bool>("SELECT to_regclass('redoubt_migrations') IS NOT NULL AS present");
}

}  // namespace

Task<std::vector<std::int64_t>> migrate(Database& database, std::span<const Migration> migrations,
                                        std::chrono::milliseconds timeout) {
  require_ascending(migrations);
  std::vector<std::int64_t> versions;
  while (const std::optional<std::int64_t> version = co_await apply_next(database, migrations, timeout))
    versions.push_back(*version);
  co_return versions;
}

Task<void> require_migrated(Database& database, std::span<const Migration> migrations) {
  require_ascending(migrations);
  std::vector<AppliedMigration> applied;
  if (co_await has_history(database)) applied = co_await read_history(database);
  const std::size_t done = compare(applied, migrations, database.dialect());
  if (done != migrations.size())
    throw MigrationError(fmt::format("the database lacks migration {} ({}): migrate it first", migrations[done].version,
                                     migrations[done].name));
}

}  // namespace redoubt
