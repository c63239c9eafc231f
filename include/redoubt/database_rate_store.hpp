// Limits that several processes share, kept in PostgreSQL: exact across all of them, for the routes that ask for it.
// Each request costs one statement, but a key that is refused is refused from memory until its time has come, so that
// whoever is limited cannot keep the database busy. SQLite belongs to one process: there RateLimiter is exact already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "redoubt/database.hpp"
#include "redoubt/migrations.hpp"
#include "redoubt/rate.hpp"
#include "redoubt/rate_limit.hpp"

namespace redoubt {

// The table, for the application's migrations; nothing on SQLite. `key`: SHA-256 of the key's text. `arrival`:
// microseconds since the Unix epoch until which the key has spent ahead. `allowed`: the last decision. Unlogged, since
// a crash of the server may forget limits, and with room in each page to update rows in place.
inline constexpr MigrationScript rate_limits_table{
    "SELECT 1",
    "CREATE UNLOGGED TABLE rate_limits (key bytea PRIMARY KEY, arrival bigint NOT NULL, allowed boolean NOT NULL) "
    "WITH (fillfactor = 50)"};

class DatabaseRateStore final : public RateStore {
 public:
  // The database must outlive the store. Throws std::invalid_argument where it is not PostgreSQL.
  explicit DatabaseRateStore(Database& database);

  // Counts by the database's clock; `now` is only for what is remembered here. Throws DatabaseUnavailable (503) when
  // the database cannot be asked: an unlimited sign-in is worse than none.
  Task<RateDecision> take(std::string_view key, Rate rate, Clock::time_point now) override;

  // Deletes the rows of keys that have their whole limit again, and gives their number. To be called now and then by
  // one process, each minute say.
  Task<std::int64_t> forget_idle_keys();

 private:
  Database& database_;
  RateLimiter known_;
};

}  // namespace redoubt
