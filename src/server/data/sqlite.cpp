#include <fmt/format.h>

#include <atomic>
#include <vector>

#include "data/drivers.hpp"
#include "data/lease.hpp"
#include "data/sqlite_connection.hpp"

namespace redoubt::data {

namespace {

using Connections = Exchange<SqliteConnection*>;

// SQLite lets one connection write while others read (WAL): statements that only read spread over the readers, all
// else takes its turn at the writer. A database in memory has one connection for both.
class SqliteDriver final : public detail::Driver {
 public:
  SqliteDriver(const std::string& path, DatabaseOptions driver_options)
      : Driver(std::move(driver_options)),
        single_(path == ":memory:"),
        workers_("sqlite", 1, options().connections + 1),
        reading_("sqlite reading", single_ ? 0 : options().connections, options().connections + options().max_waiting) {
    writers_.put(open(path, SqliteConnection::Access::write));
    for (std::size_t i = 0; !single_ && i < options().connections; ++i)
      readers_.put(open(path, SqliteConnection::Access::read));
  }

  Task<void> close() override { co_return; }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }

 private:
  friend class SqliteSession;

  SqliteConnection* open(const std::string& path, SqliteConnection::Access access) {
    return connections_.emplace_back(std::make_unique<SqliteConnection>(path, access)).get();
  }

  Task<Lease<SqliteConnection>> lease(Connections& connections, Clock::time_point deadline) {
    std::optional<SqliteConnection*> taken = connections.try_take();
    if (!taken) {
      if (connections.waiting() >= options().max_waiting)
        throw DatabaseUnavailable(fmt::format("SQLite: {} calls wait for a connection already", options().max_waiting));
      taken = co_await connections.take(std::min(deadline, Clock::now() + options().acquire_timeout));
    }
    if (!taken) throw DatabaseUnavailable("SQLite: no connection became free in time");
    co_return Lease<SqliteConnection>(connections, *taken);
  }

  Task<std::int64_t> run_statement(detail::Query& query) override {
    if (query.reads && !single_) co_return co_await read(query);
    const Clock::time_point deadline = Clock::now() + query.timeout;
    const auto connection = co_await lease(writers_, deadline);
    co_return co_await workers_.run([&] { return connection->run(query, deadline); });
  }

  // There are as many threads that read as connections for it: a statement waits for a thread, which then finds a
  // connection free. While statements wait, no thread goes to sleep between two of them. One that has waited too long
  // is told so when its turn comes.
  Task<std::int64_t> read(detail::Query& query) {
    const Clock::time_point called = Clock::now();
    try {
      co_return co_await reading_.run([&] {
        if (Clock::now() > called + options().acquire_timeout)
          throw DatabaseUnavailable("SQLite: no connection became free in time");
        const Lease<SqliteConnection> connection(readers_, *readers_.try_take());
        return connection->run(query, called + query.timeout);
      });
    } catch (const WorkersBusy&) {
      throw DatabaseUnavailable(fmt::format("SQLite: {} calls wait for a connection already", options().max_waiting));
    }
  }

  Task<std::unique_ptr<detail::Session>> begin_transaction(detail::SessionOptions options) override;

  const bool single_;
  std::vector<std::unique_ptr<SqliteConnection>> connections_;
  Connections readers_;
  Connections writers_;
  Workers workers_;  // last, with the next: their threads end before what they use
  Workers reading_;
};

class SqliteSession final : public detail::Session {
 public:
  SqliteSession(SqliteDriver& driver, Lease<SqliteConnection> connection, Clock::time_point deadline)
      : Session(driver.options()), driver_(driver), connection_(std::move(connection)), deadline_(deadline) {}
  ~SqliteSession() override {
    if (open_) connection_->rollback();
  }

  Task<void> rollback() override {
    if (!std::exchange(open_, false)) co_return;
    co_await driver_.workers_.run([&] { connection_->rollback(); });
  }

  Task<void> script(std::string_view sql) override {
    const std::string text(sql);
    co_await attempt([&] { connection_->script(text.c_str(), deadline_); });
  }

 private:
  Task<std::int64_t> run_statement(detail::Query& query) override {
    const Clock::time_point deadline = std::min(deadline_, Clock::now() + query.timeout);
    co_return co_await attempt([&] { return connection_->run(query, deadline); });
  }

  Task<void> commit_transaction() override {
    co_await attempt([&] { connection_->script("COMMIT", deadline_); });
    open_ = false;
  }

  // As on PostgreSQL, nothing follows a statement that failed.
  template <class Function>
  Task<std::invoke_result_t<Function>> attempt(Function function) {
    if (failed_) throw DatabaseError("25P02", "a statement of this transaction has failed: it can only be rolled back");
    failed_ = true;
    if constexpr (std::is_void_v<std::invoke_result_t<Function>>) {
      co_await driver_.workers_.run(std::move(function));
      failed_ = false;
    } else {
      auto result = co_await driver_.workers_.run(std::move(function));
      failed_ = false;
      co_return result;
    }
  }

  SqliteDriver& driver_;
  Lease<SqliteConnection> connection_;
  Clock::time_point deadline_;
  bool open_ = true;
  bool failed_ = false;
};

Task<std::unique_ptr<detail::Session>> SqliteDriver::begin_transaction(detail::SessionOptions session_options) {
  const Clock::time_point deadline = Clock::now() + session_options.timeout;
  auto connection = co_await lease(writers_, deadline);
  // IMMEDIATE: a transaction that reads first and writes later cannot then be refused as a conflict.
  co_await workers_.run([&] { connection->script("BEGIN IMMEDIATE", deadline); });
  co_return std::make_unique<SqliteSession>(*this, std::move(connection), deadline);
}

}  // namespace

std::unique_ptr<detail::Driver> make_sqlite_driver(const std::string& path, DatabaseOptions options) {
  return std::make_unique<SqliteDriver>(path, std::move(options));
}

}  // namespace redoubt::data
