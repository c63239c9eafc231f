// The database of an application: one coroutine interface over PostgreSQL and SQLite. Handlers and repositories call
// it from any loop and co_await the answer; one object serves the whole process. It never blocks a loop, never builds
// SQL at run time (sql.hpp), and never runs a write twice.
//
//   auto user = co_await db.maybe<UserRow>("SELECT id, email FROM users WHERE email = $1", email);
//   co_await db.transaction([&](Transaction& tx) -> Task<void> { … });
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "redoubt/http.hpp"
#include "redoubt/runtime.hpp"
#include "redoubt/sql.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

// ---- errors

// The database refused a statement, or its answer does not fit what was asked for. what() holds the statement's text
// and the reason, never a bound value.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(std::string sqlstate, const std::string& what);
  // Five characters (PostgreSQL, appendix A); SQLite's result codes are given their nearest.
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

 private:
  std::string sqlstate_;
};

// A row with that key exists already (SQLSTATE 23505).
class UniqueViolation : public DatabaseError {
 public:
  UniqueViolation(std::string constraint, const std::string& what);
  // The index's name where the index was created by name, else PostgreSQL's convention on both databases:
  // TABLE_COLUMN_key, TABLE_pkey.
  [[nodiscard]] const std::string& constraint() const noexcept { return constraint_; }

 private:
  std::string constraint_;
};

// The database cannot be reached, is too slow or too busy: answered as 503 with Retry-After. The client is told no more
// than that; the reason is for logs, and holds no password and no bound value.
class DatabaseUnavailable : public Unavailable {
 public:
  explicit DatabaseUnavailable(std::string reason);
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  std::string reason_;
};

// ---- options

struct Credentials {
  std::string user;
  std::string password;
  bool operator==(const Credentials&) const = default;
};

struct DatabaseOptions {
  // sqlite:PATH, sqlite:///ABSOLUTE, sqlite::memory:, or postgresql://… with libpq's parameters
  // (`?sslmode=verify-full&sslrootcert=FILE`).
  std::string url = "sqlite:var/redoubt.db";
  // Called off the loops, from any thread: before the first connection, and again when the server refuses what it gave
  // last. Empty, or where it leaves one empty: the URL's own user and password.
  std::function<Credentials()> credentials{};
  // PostgreSQL: connections of one loop at most. SQLite: connections that read; one more writes.
  std::size_t connections = 4;
  // How many calls may wait for a connection (PostgreSQL: of one loop); the next is refused at once.
  std::size_t max_waiting = 256;
  // How long a call waits for a connection.
  std::chrono::milliseconds acquire_timeout{2'000};
  // How long one call, or one transaction, may take in all; never longer than what is left of the request's deadline.
  // Queries::within() changes it for one call.
  std::chrono::milliseconds timeout{5'000};
  // Told the reason of every DatabaseUnavailable and DatabaseError but violated constraints, which are the
  // application's to answer. From any thread; must not throw.
  std::function<void(std::string_view reason)> on_error{};
};

enum class Dialect : std::uint8_t { sqlite, postgresql };

// Whether nobody on the way can read or impersonate that database: SQLite, or PostgreSQL with sslmode=verify-full.
// Production asks this of its URL. Throws std::invalid_argument for a bad URL, without repeating it.
bool is_verified(std::string_view url);

// ---- what drivers implement

namespace detail {

struct Query {
  std::string_view sql;
  std::span<const sql::Kind> kinds;
  bool reads = false;
  std::vector<sql::Value> values{};
  std::chrono::milliseconds timeout{};
  const sql::RowType* row_type = nullptr;  // null: rows are not wanted
  void* rows = nullptr;                    // std::vector of what row_type reads
};

class Executor {
 public:
  explicit Executor(const DatabaseOptions& options) : options_(options) {}
  virtual ~Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Gives how many rows were changed.
  Task<std::int64_t> run(Query& query);
  [[nodiscard]] const DatabaseOptions& options() const noexcept { return options_; }

 protected:
  // Awaits the task; an error that leaves it is told to on_error.
  template <class T>
  Task<T> reported(Task<T> task) const;

 private:
  virtual Task<std::int64_t> run_statement(Query& query) = 0;
  void report(const std::exception_ptr& error) const noexcept;

  const DatabaseOptions& options_;
};

// A transaction that has begun. Destroyed without commit, it rolls back.
class Session : public Executor {
 public:
  using Executor::Executor;
  Task<void> commit();
  // Never throws: a connection that cannot roll back is closed, which does.
  virtual Task<void> rollback() = 0;
  // Several statements, without values; for migrations.
  virtual Task<void> script(std::string_view sql) = 0;

 private:
  virtual Task<void> commit_transaction() = 0;
};

struct SessionOptions {
  std::chrono::milliseconds timeout{};
  bool serializable = false;
};

class Driver : public Executor {
 public:
  explicit Driver(DatabaseOptions options) : Executor(options_), options_(std::move(options)) {}
  Task<std::unique_ptr<Session>> begin(SessionOptions options);
  virtual Task<void> close() = 0;
  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;

 private:
  virtual Task<std::unique_ptr<Session>> begin_transaction(SessionOptions options) = 0;

  const DatabaseOptions options_;
};

Task<std::int64_t> run_execute(Executor* executor, Query query);
[[noreturn]] void refuse_row_count(std::string_view sql, std::size_t rows);
// A serialisation failure or deadlock: the same transaction may succeed when it runs again.
bool is_conflict(const std::exception_ptr& error) noexcept;
Task<void> wait_before_retry(int attempt);

template <class Row>
Task<std::vector<Row>> run_all(Executor* executor, Query query) {
  std::vector<Row> rows;
  query.row_type = &sql::detail::RowReader<Row>::type;
  query.rows = &rows;
  co_await executor->run(query);
  co_return rows;
}

template <class Row>
Task<std::optional<Row>> run_maybe(Executor* executor, Query query) {
  const std::string_view sql = query.sql;
  std::vector<Row> rows = co_await run_all<Row>(executor, std::move(query));
  if (rows.size() > 1) refuse_row_count(sql, rows.size());
  if (rows.empty()) co_return std::nullopt;
  co_return std::optional<Row>(std::move(rows.front()));
}

template <class Row>
Task<Row> run_one(Executor* executor, Query query) {
  const std::string_view sql = query.sql;
  std::vector<Row> rows = co_await run_all<Row>(executor, std::move(query));
  if (rows.size() != 1) refuse_row_count(sql, rows.size());
  co_return static_cast<Row>(std::move(rows.front()));
}

}  // namespace detail

// ---- what applications call

// The calls that a Database and a Transaction share: a repository's function that takes Queries works with both.
// A row type is a described struct, whose members are read from the columns of the same names, or a single value's
// type, read from the only column. Every call may throw DatabaseError and DatabaseUnavailable.
class Queries {
 public:
  template <class Row, class... Args>
  Task<std::vector<Row>> all(sql::Statement<Args...> statement, Args&&... args) const {
    return detail::run_all<Row>(executor_, query(statement, std::forward<Args>(args)...));
  }
  // At most one row: more throw DatabaseError.
  template <class Row, class... Args>
  Task<std::optional<Row>> maybe(sql::Statement<Args...> statement, Args&&... args) const {
    return detail::run_maybe<Row>(executor_, query(statement, std::forward<Args>(args)...));
  }
  // Exactly one row: none or more throw DatabaseError.
  template <class Row, class... Args>
  Task<Row> one(sql::Statement<Args...> statement, Args&&... args) const {
    return detail::run_one<Row>(executor_, query(statement, std::forward<Args>(args)...));
  }
  // Gives how many rows were inserted, updated or deleted.
  template <class... Args>
  Task<std::int64_t> execute(sql::Statement<Args...> statement, Args&&... args) const {
    return detail::run_execute(executor_, query(statement, std::forward<Args>(args)...));
  }

  // The same with another time limit for a call: `co_await db.within(200ms).one<…>(…)`.
  [[nodiscard]] Queries within(std::chrono::milliseconds timeout) const { return {*executor_, timeout}; }

 protected:
  Queries(detail::Executor& executor, std::chrono::milliseconds timeout) : executor_(&executor), timeout_(timeout) {}
  [[nodiscard]] std::chrono::milliseconds timeout() const { return timeout_; }

 private:
  template <class Statement, class... Args>
  detail::Query query(const Statement& statement, Args&&... args) const {
    detail::Query query{
        .sql = statement.sql(), .kinds = Statement::kinds(), .reads = statement.reads(), .timeout = timeout_};
    query.values.reserve(sizeof...(Args));
    (query.values.push_back(sql::to_value(std::forward<Args>(args))), ...);
    return query;
  }

  detail::Executor* executor_;
  std::chrono::milliseconds timeout_;
};

// One transaction. After a statement of it failed it can only be rolled back, on both databases alike.
class Transaction : public Queries {
 public:
  Transaction(detail::Session& session, std::chrono::milliseconds timeout) : Queries(session, timeout) {}
};

struct TransactionOptions {
  // SERIALIZABLE on PostgreSQL, whose default is READ COMMITTED; SQLite is always serializable.
  bool serializable = false;
  // How often the body may run in all, when it fails by a conflict with others; then DatabaseUnavailable is thrown.
  // With 1 the conflict itself is thrown, as DatabaseError. More than 1 only where it is harmless to run the body
  // again: what it did outside the database is not undone.
  int attempts = 1;
};

class Database : public Queries {
 public:
  // Opens SQLite's file at once (throws DatabaseError when it cannot); PostgreSQL is connected to when it is needed.
  // Throws std::invalid_argument for a bad URL, without repeating it.
  explicit Database(DatabaseOptions options);
  ~Database();

  // Runs `body(Transaction&)`, a coroutine, and commits when it returns; rolls back when an exception leaves it, which
  // is then thrown on. Gives what the body gives.
  template <class Body>
  std::invoke_result_t<Body&, Transaction&> transaction(Body body, TransactionOptions options = {}) const;

  // Closes the current loop's connections once they are idle; to be awaited on each loop before it ends.
  Task<void> close();

  [[nodiscard]] Dialect dialect() const noexcept;
  // For this library's own sources.
  [[nodiscard]] detail::Driver& driver() const noexcept { return *driver_; }

 private:
  explicit Database(std::unique_ptr<detail::Driver> driver);

  std::unique_ptr<detail::Driver> driver_;
};

template <class Body>
std::invoke_result_t<Body&, Transaction&> Database::transaction(Body body, TransactionOptions options) const {
  using Result = awaited_t<std::invoke_result_t<Body&, Transaction&>>;
  for (int attempt = 1;; ++attempt) {
    const std::unique_ptr<detail::Session> session =
        co_await driver_->begin({.timeout = timeout(), .serializable = options.serializable});
    std::exception_ptr failure;
    try {
      Transaction transaction(*session, timeout());
      if constexpr (std::is_void_v<Result>) {
        co_await body(transaction);
        co_await session->commit();
        co_return;
      } else {
        Result result = co_await body(transaction);
        co_await session->commit();
        co_return result;
      }
    } catch (...) {
      failure = std::current_exception();
    }
    co_await session->rollback();
    if (options.attempts == 1 || !detail::is_conflict(failure)) std::rethrow_exception(failure);
    if (attempt >= options.attempts) throw DatabaseUnavailable("a transaction conflicts with others again and again");
    co_await detail::wait_before_retry(attempt);
  }
}

template <class T>
Task<T> detail::Executor::reported(Task<T> task) const {
  try {
    co_return co_await std::move(task);
  } catch (...) {
    report(std::current_exception());
    throw;
  }
}

}  // namespace redoubt
