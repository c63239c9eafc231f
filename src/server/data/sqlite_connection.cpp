#include "data/sqlite_connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "data/errors.hpp"

namespace redoubt::data {

namespace {

// The nearest SQLSTATE of an extended result code (https://www.sqlite.org/rescode.html).
std::string_view sqlstate_of(int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return "23505";
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return "23503";
    case SQLITE_CONSTRAINT_NOTNULL:
      return "23502";
    case SQLITE_CONSTRAINT_CHECK:
      return "23514";
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return "23000";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "55P03";  // lock_not_available
    case SQLITE_INTERRUPT:
      return "57014";  // query_canceled: by the deadline
    case SQLITE_FULL:
      return "53100";  // disk_full
    case SQLITE_NOMEM:
      return "53200";  // out_of_memory
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return "58030";  // io_error
    case SQLITE_READONLY:
      return "25006";  // read_only_sql_transaction
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "XX001";  // data_corrupted
    case SQLITE_TOOBIG:
      return "54000";  // program_limit_exceeded
    case SQLITE_MISMATCH:
      return "42804";  // datatype_mismatch
    default:
      return "42000";  // syntax_error_or_access_rule_violation
  }
}

std::string with_sqlite_placeholders(std::string_view sql) {
  std::string text(sql);
  sql::detail::walk(sql, [](std::size_t) {}, [&](std::size_t begin, std::size_t, std::size_t) { text[begin] = '?'; });
  return text;
}

class SqliteRow final : public sql::RowSource {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  [[nodiscard]] sql::Cell cell(std::size_t column) const override {
    const int i = static_cast<int>(column);
    switch (sqlite3_column_type(statement_, i)) {
      case SQLITE_INTEGER:
        return static_cast<std::int64_t>(sqlite3_column_int64(statement_, i));
      case SQLITE_FLOAT:
        return sqlite3_column_double(statement_, i);
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, i));
        return std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, i)));
      }
      case SQLITE_BLOB: {
        const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_, i));
        return std::span(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, i)));
      }
      default:
        return std::monostate();
    }
  }
  [[nodiscard]] std::string_view column_name(std::size_t column) const override {
    return sqlite3_column_name(statement_, static_cast<int>(column));
  }

 private:
  sqlite3_stmt* statement_;
};

// The file holds what the service knows: nobody else on the machine may read it.
void create_private_file(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;  // SQLite then says that it cannot open the file
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) close(file);
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path, Access access) {
  if (path != ":memory:") create_private_file(path);
  const int opened = sqlite3_open_v2(path.c_str(), &database_,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                         SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                                     nullptr);
  if (opened != SQLITE_OK) {
    const std::string why = sqlite3_errstr(opened);
    sqlite3_close(database_);
    throw DatabaseError("58030", fmt::format("cannot open the database file {}: {}", path, why));
  }
  // As PostgreSQL has it: double quotes are for identifiers. And a hostile schema runs no function of ours.
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  constexpr int instructions = 4096;  // between two looks at the clock: some 50 microseconds
  sqlite3_progress_handler(
      database_, instructions,
      [](void* self) { return Clock::now() > static_cast<SqliteConnection*>(self)->deadline_ ? 1 : 0; }, this);
  try {
    // FULL: what was committed survives a power failure, as on PostgreSQL.
    script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
           Clock::now() + std::chrono::seconds(5));
    if (access == Access::read) script("PRAGMA query_only = ON;", Clock::time_point::max());
  } catch (...) {
    sqlite3_close(database_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  prepared_.clear();
  sqlite3_close(database_);
}

std::int64_t SqliteConnection::run(detail::Query& query, Clock::time_point deadline) {
  limit_to(deadline);
  Prepared& prepared = prepare(query);
  sqlite3_stmt* const statement = prepared.statement.get();
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  };
  const Reset reset{statement};
  bind(statement, query);

  const std::int64_t before = sqlite3_total_changes64(database_);
  SqliteRow row(statement);
  row.sql = query.sql;
  if (query.row_type != nullptr) columns(prepared, query);
  bool first = true;
  while (true) {
    const int step = sqlite3_step(statement);
    if (step == SQLITE_DONE) break;
    if (step != SQLITE_ROW) fail(query.sql);
    if (query.row_type == nullptr) continue;
    if (std::exchange(first, false)) row.columns = columns(prepared, query).columns;
    query.row_type->append(query.rows, row);
  }
  // Statements other than INSERT, UPDATE and DELETE leave the last count in place.
  return sqlite3_total_changes64(database_) == before ? 0 : sqlite3_changes64(database_);
}

void SqliteConnection::script(const char* sql, Clock::time_point deadline) {
  limit_to(deadline);
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

void SqliteConnection::rollback() noexcept {
  deadline_ = Clock::time_point::max();
  // Some errors have rolled back already.
  if (sqlite3_get_autocommit(database_) == 0) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
}

SqliteConnection::Prepared& SqliteConnection::prepare(const detail::Query& query) {
  const StatementKey key{.sql = query.sql.data(), .kinds = query.kinds.data()};
  if (const auto found = prepared_.find(key); found != prepared_.end()) return found->second;
  const std::string text = with_sqlite_placeholders(query.sql);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK)
    fail(query.sql);
  return prepared_.emplace(key, Prepared{.statement{statement}, .map{}}).first->second;
}

void SqliteConnection::bind(sqlite3_stmt* statement, const detail::Query& query) {
  struct Bind {
    sqlite3_stmt* statement;
    int index;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
    int operator()(bool value) const { return sqlite3_bind_int(statement, index, value ? 1 : 0); }
    int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
    int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
    int operator()(const std::string& value) const {
      return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(const std::vector<std::byte>& value) const {
      if (value.empty()) return sqlite3_bind_zeroblob(statement, index, 0);  // a null pointer would bind NULL
      return sqlite3_bind_blob64(statement, index, value.data(), value.size(), SQLITE_STATIC);
    }
  };
  int index = 0;
  for (const sql::Value& value : query.values)
    if (std::visit(Bind{statement, ++index}, value) != SQLITE_OK) fail(query.sql);
}

const ColumnMap& SqliteConnection::columns(Prepared& prepared, const detail::Query& query) {
  sqlite3_stmt* const statement = prepared.statement.get();
  const int preparations = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0);
  if (prepared.map.type != query.row_type || prepared.preparations != preparations) {
    std::vector<std::string_view> names;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) names.emplace_back(sqlite3_column_name(statement, i));
    prepared.map = {.type = query.row_type, .columns = sql::map_columns(query.sql, *query.row_type, names)};
    prepared.preparations = preparations;
  }
  return prepared.map;
}

void SqliteConnection::limit_to(Clock::time_point deadline) {
  deadline_ = deadline;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  sqlite3_busy_timeout(database_, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
}

void SqliteConnection::fail(std::string_view sql) {
  const int code = sqlite3_extended_errcode(database_);
  // SQLite's messages hold names from the schema and words of the statement, never bound values.
  const std::string message = sqlite3_errmsg(database_);
  raise(
      {.sqlstate = sqlstate_of(code), .sql = sql, .reason = message, .constraint = violated_constraint(message, code)});
}

// SQLite names a violated UNIQUE by its columns ("UNIQUE constraint failed: users.email, users.team"), or an index on
// expressions by itself ("UNIQUE constraint failed: index 'users_lower'"). The index of those columns that was created
// by name is looked up; else the name is made as PostgreSQL makes it.
std::string SqliteConnection::violated_constraint(std::string_view message, int code) {
  if (code != SQLITE_CONSTRAINT_UNIQUE && code != SQLITE_CONSTRAINT_PRIMARYKEY && code != SQLITE_CONSTRAINT_ROWID)
    return {};
  message.remove_prefix(std::min(message.size(), message.find(": ") + 2));
  if (message.starts_with("index '")) return std::string(message.substr(7, message.size() - 8));
  const std::string table(message.substr(0, message.find('.')));
  if (code != SQLITE_CONSTRAINT_UNIQUE) return table + "_pkey";

  std::string columns;
  std::string conventional = table;
  while (!message.empty()) {
    const std::string_view qualified = message.substr(0, message.find(", "));
    const std::string_view column = qualified.substr(std::min(qualified.size(), table.size() + 1));
    columns += fmt::format("{}{}", columns.empty() ? "" : ",", column);
    conventional += fmt::format("_{}", column);
    message.remove_prefix(std::min(message.size(), qualified.size() + 2));
  }
  deadline_ = Clock::time_point::max();
  sqlite3_stmt* found = nullptr;
  sqlite3_prepare_v2(
      database_,
      "SELECT i.name FROM pragma_index_list(?1) AS i WHERE i.\"unique\" = 1 AND i.origin = 'c' AND "
      "(SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) = ?2",
      -1, &found, nullptr);
  const std::unique_ptr<sqlite3_stmt, Finalize> lookup(found);
  sqlite3_bind_text(found, 1, table.data(), static_cast<int>(table.size()), SQLITE_STATIC);
  sqlite3_bind_text(found, 2, columns.data(), static_cast<int>(columns.size()), SQLITE_STATIC);
  if (sqlite3_step(found) == SQLITE_ROW) return reinterpret_cast<const char*>(sqlite3_column_text(found, 0));
  return conventional + "_key";
}

}  // namespace redoubt::data
