#include "redoubt/database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "data/drivers.hpp"
#include "data/postgres_connector.hpp"
#include "redoubt/database_url.hpp"

namespace redoubt {

namespace {

std::unique_ptr<detail::Driver> make_driver(DatabaseOptions options) {
  const DatabaseUrl url = parse_database_url(options.url);
  return url.dialect == Dialect::sqlite ? data::make_sqlite_driver(url.location, std::move(options))
                                        : data::make_postgres_driver(url.location, std::move(options));
}

// At most what is left until the deadline of whoever awaits.
std::chrono::milliseconds bounded(std::chrono::milliseconds timeout, Clock::time_point deadline) {
  if (deadline == Clock::time_point::max()) return timeout;
  const auto left = std::chrono::floor<std::chrono::milliseconds>(deadline - Clock::now());
  if (left <= left.zero()) throw DatabaseUnavailable("the request's deadline had passed before the database was asked");
  return std::min(timeout, left);
}

}  // namespace

namespace detail {

Task<std::int64_t> Executor::run(Query& query) {
  query.timeout = bounded(query.timeout, co_await current_deadline());
  co_return co_await reported(run_statement(query));
}

void Executor::report(const std::exception_ptr& error) const noexcept {
  if (!options_.on_error) return;
  try {
    std::rethrow_exception(error);
  } catch (const DatabaseUnavailable& unavailable) {
    options_.on_error(unavailable.reason());
  } catch (const DatabaseError& refused) {
    // Class 23: integrity constraint violation; 40001, 40P01: conflicts that a retry resolves.
    if (!refused.sqlstate().starts_with("23") && !is_conflict(error)) options_.on_error(refused.what());
  } catch (...) {
    options_.on_error("the database driver failed by an error that is not its own");
  }
}

Task<void> Session::commit() {
  return reported(commit_transaction());
}

Task<std::unique_ptr<Session>> Driver::begin(SessionOptions options) {
  options.timeout = bounded(options.timeout, co_await current_deadline());
  co_return co_await reported(begin_transaction(options));
}

Task<std::int64_t> run_execute(Executor* executor, Query query) {
  co_return co_await executor->run(query);
}

void refuse_row_count(std::string_view sql, std::size_t rows) {
  throw DatabaseError("21000", fmt::format("one row was asked for, and there are {}; statement: {}", rows, sql));
}

bool is_conflict(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const DatabaseError& refused) {
    return refused.sqlstate() == "40001" || refused.sqlstate() == "40P01";
  } catch (...) {
    return false;
  }
}

Task<void> wait_before_retry(int attempt) {
  // Full jitter: those that met once should not meet again.
  thread_local std::minstd_rand random{std::random_device{}()};
  const int ceiling_ms = std::min(5 << std::min(attempt, 6), 200);
  co_await sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<int>(1, ceiling_ms)(random)));
}

}  // namespace detail

bool is_verified(std::string_view url) {
  const DatabaseUrl parsed = parse_database_url(url);
  if (parsed.dialect == Dialect::sqlite) return true;
  const auto parameters = data::parse_postgres_url(parsed.location);
  return std::ranges::find(parameters, std::pair<std::string, std::string>("sslmode", "verify-full")) !=
         parameters.end();
}

Credentials credentials_in(std::string_view url) {
  const DatabaseUrl parsed = parse_database_url(url);
  Credentials found;
  if (parsed.dialect == Dialect::sqlite) return found;
  for (const auto& [name, value] : data::parse_postgres_url(parsed.location)) {
    if (name == "user") found.user = value;
    if (name == "password") found.password = value;
  }
  return found;
}

Database::Database(DatabaseOptions options) : Database(make_driver(std::move(options))) {}

Database::Database(std::unique_ptr<detail::Driver> driver)
    : Queries(*driver, driver->options().timeout), driver_(std::move(driver)) {}

Database::~Database() = default;

Task<void> Database::close() {
  return driver_->close();
}

Dialect Database::dialect() const noexcept {
  return driver_->dialect();
}

}  // namespace redoubt
