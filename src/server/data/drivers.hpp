// The two implementations of detail::Driver, made by Database.
#pragma once

#include <memory>
#include <string>

#include "redoubt/database.hpp"

namespace redoubt::data {

// What identifies a statement: the literal's address and that of its arguments' kinds. Both live as long as the
// process.
struct StatementKey {
  const char* sql;
  const sql::Kind* kinds;
  bool operator==(const StatementKey&) const = default;

  struct Hash {
    std::size_t operator()(const StatementKey& key) const noexcept {
      return std::hash<const void*>()(key.sql) * 31 + std::hash<const void*>()(key.kinds);
    }
  };
};

// The columns of a statement's rows, for the type that reads them; kept beside the prepared statement.
struct ColumnMap {
  const sql::RowType* type = nullptr;
  std::vector<std::uint16_t> columns;
};

// `path`: a file, made when absent, or ":memory:". Throws DatabaseError when it cannot be opened.
std::unique_ptr<detail::Driver> make_sqlite_driver(const std::string& path, DatabaseOptions options);

// Throws std::invalid_argument for a URL that libpq does not take.
std::unique_ptr<detail::Driver> make_postgres_driver(const std::string& url, DatabaseOptions options);

}  // namespace redoubt::data
