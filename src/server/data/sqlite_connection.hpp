// One SQLite connection and its prepared statements. Every call blocks: the driver makes them on a worker thread, one
// at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "data/drivers.hpp"
#include "redoubt/database.hpp"

namespace redoubt::data {

class SqliteConnection {
 public:
  enum class Access : std::uint8_t { read, write };

  SqliteConnection(const std::string& path, Access access);
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection();

  // Gives how many rows were changed. Waits for other processes' locks, and runs, no longer than until the deadline.
  std::int64_t run(detail::Query& query, Clock::time_point deadline);
  // Statements without values, as BEGIN IMMEDIATE or a migration's script.
  void script(const char* sql, Clock::time_point deadline);
  void rollback() noexcept;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  struct Prepared {
    std::unique_ptr<sqlite3_stmt, Finalize> statement;
    ColumnMap map;
    int preparations = 0;  // SQLite prepares again by itself when the schema has changed
  };

  Prepared& prepare(const detail::Query& query);
  void bind(sqlite3_stmt* statement, const detail::Query& query);
  const ColumnMap& columns(Prepared& prepared, const detail::Query& query);
  void limit_to(Clock::time_point deadline);
  [[noreturn]] void fail(std::string_view sql);
  std::string violated_constraint(std::string_view message, int code);

  sqlite3* database_ = nullptr;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::unordered_map<StatementKey, Prepared, StatementKey::Hash> prepared_;
};

}  // namespace redoubt::data
