// One loop's connections to PostgreSQL. Connections are opened by demand, on worker threads, and lent to one call or
// transaction at a time; broken ones and those of outdated credentials are closed when they come back.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/execution_context.hpp>

#include "data/exchange.hpp"
#include "data/postgres_connection.hpp"
#include "data/postgres_connector.hpp"
#include "redoubt/database.hpp"

namespace redoubt::data {

// What the pools of all loops share. Shared ownership: a pool lives as long as its loop, which may end after the
// Database.
struct PostgresShared {
  PostgresShared(const std::string& url, const DatabaseOptions& database_options)
      : options(database_options), connector(url, options) {}

  const DatabaseOptions options;
  PostgresConnector connector;
  Workers workers{"postgresql", 2, 1024};  // each thread opens one connection at a time
};

class PostgresPool {
 public:
  class Loan;

  explicit PostgresPool(std::shared_ptr<PostgresShared> shared) : shared_(std::move(shared)) {}

  // Throws DatabaseUnavailable: too many wait already, none became free in time, or the server has been out of reach
  // for longer than one may wait.
  Task<Loan> acquire(Clock::time_point until);
  // Closes idle connections, and waits for the others to come back.
  Task<void> close();

 private:
  using Connection = std::unique_ptr<PostgresConnection>;

  void give_back(Connection connection) noexcept;
  void connect_if_sensible();
  Task<void> connect();
  void drop(Connection connection);

  std::shared_ptr<PostgresShared> shared_;
  Exchange<Connection> idle_;
  std::size_t open_ = 0;  // lent, idle and being opened
  std::size_t connecting_ = 0;
  int failures_ = 0;  // to connect, one after the other
  Clock::time_point next_attempt_;
  Clock::time_point down_since_;
  std::string last_reason_;
};

class PostgresPool::Loan {
 public:
  Loan(PostgresPool& pool, Connection connection) : pool_(&pool), connection_(std::move(connection)) {}
  Loan(Loan&&) noexcept = default;
  Loan& operator=(Loan&&) = delete;
  ~Loan() {
    if (connection_) pool_->give_back(std::move(connection_));
  }

  PostgresConnection* operator->() const { return connection_.get(); }

 private:
  PostgresPool* pool_;
  Connection connection_;
};

// The pools of one loop, one for each Database. As a service of the io_context they end with it, while its sockets can
// still be closed.
class LoopPools final : public boost::asio::execution_context::service {
 public:
  using key_type = LoopPools;
  static inline boost::asio::execution_context::id id;

  explicit LoopPools(boost::asio::execution_context& context) : service(context) {}

  PostgresPool& of(const std::shared_ptr<PostgresShared>& shared);

 private:
  void shutdown() override { pools_.clear(); }

  std::vector<std::pair<std::shared_ptr<PostgresShared>, std::unique_ptr<PostgresPool>>> pools_;
};

}  // namespace redoubt::data
