#include <fmt/format.h>

#include "data/drivers.hpp"
#include "data/errors.hpp"
#include "data/postgres_pool.hpp"
#include "net/loop.hpp"

namespace redoubt::data {

namespace {

class PostgresSession final : public detail::Session {
 public:
  PostgresSession(const DatabaseOptions& database_options, PostgresPool::Loan connection, Clock::time_point deadline)
      : Session(database_options), connection_(std::move(connection)), deadline_(deadline) {}

  Task<void> rollback() override {
    if (connection_->reusable()) co_return;  // no transaction is open
    try {
      co_await connection_->script("ROLLBACK", Clock::now() + std::chrono::seconds(1));
    } catch (const ConnectionLost&) {
      connection_->retire();
    } catch (const std::exception&) {
      connection_->retire();
    }
  }

  Task<void> script(std::string_view sql) override { co_await attempt(connection_->script(sql, deadline_), sql); }

 private:
  Task<std::int64_t> run_statement(detail::Query& query) override {
    co_return co_await attempt(connection_->run(query, std::min(deadline_, Clock::now() + query.timeout)), query.sql);
  }

  Task<void> commit_transaction() override {
    // The server answers a failed transaction's COMMIT by ROLLBACK, as if nothing were wrong.
    const std::string tag = co_await attempt(connection_->script("COMMIT", deadline_), "COMMIT");
    if (tag != "COMMIT")
      throw DatabaseError("25P02", "a statement of this transaction has failed: it can only be rolled back");
  }

  template <class T>
  Task<T> attempt(Task<T> call, std::string_view sql) {
    std::string lost;
    try {
      co_return co_await std::move(call);
    } catch (const ConnectionLost& error) {
      connection_->retire();
      lost = error.reason;
    }
    throw DatabaseUnavailable(fmt::format("{}; in a transaction, at {}", lost, sql));
  }

  PostgresPool::Loan connection_;
  Clock::time_point deadline_;
};

class PostgresDriver final : public detail::Driver {
 public:
  PostgresDriver(const std::string& url, DatabaseOptions driver_options)
      : Driver(std::move(driver_options)), shared_(std::make_shared<PostgresShared>(url, options())) {}

  Task<void> close() override { co_await pool().close(); }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgresql; }

 private:
  PostgresPool& pool() const { return boost::asio::use_service<LoopPools>(current_io()).of(shared_); }

  // A lost connection: what was certainly not sent, or only reads, is asked once more on another.
  Task<std::int64_t> run_statement(detail::Query& query) override {
    const Clock::time_point until = Clock::now() + query.timeout;
    for (bool first = true;; first = false) {
      const PostgresPool::Loan connection = co_await pool().acquire(until);
      try {
        if (query.timeout > options().timeout) {
          co_await connection->script(fmt::format("SET statement_timeout = {}", query.timeout.count()), until);
          connection->retire();  // it keeps that setting
        }
        co_return co_await connection->run(query, until);
      } catch (const ConnectionLost& lost) {
        connection->retire();
        if (!first || (lost.sent && !query.reads))
          throw DatabaseUnavailable(fmt::format("{}; statement: {}", lost.reason, query.sql));
      }
    }
  }

  Task<std::unique_ptr<detail::Session>> begin_transaction(detail::SessionOptions session_options) override {
    const Clock::time_point until = Clock::now() + session_options.timeout;
    std::string begin = session_options.serializable ? "BEGIN ISOLATION LEVEL SERIALIZABLE" : "BEGIN";
    if (session_options.timeout > options().timeout)
      begin += fmt::format("; SET LOCAL statement_timeout = {}", session_options.timeout.count());
    for (bool first = true;; first = false) {
      PostgresPool::Loan connection = co_await pool().acquire(until);
      try {
        co_await connection->script(begin, until);
        co_return std::make_unique<PostgresSession>(options(), std::move(connection), until);
      } catch (const ConnectionLost& lost) {
        connection->retire();
        if (!first) throw DatabaseUnavailable(lost.reason);
      }
    }
  }

  std::shared_ptr<PostgresShared> shared_;
};

}  // namespace

std::unique_ptr<detail::Driver> make_postgres_driver(const std::string& url, DatabaseOptions options) {
  return std::make_unique<PostgresDriver>(url, std::move(options));
}

}  // namespace redoubt::data
