#include "data/postgres_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace redoubt::data {

namespace {

using namespace std::chrono_literals;

// 50 ms, doubled with each failure up to 5 s; then half of it by chance, so that instances do not return in step.
std::chrono::milliseconds back_off(int failures) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto whole = std::min<std::int64_t>(50LL << std::min(failures - 1, 10), 5'000);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(whole / 2, whole)(random));
}

constexpr auto connect_timeout = 5s;

}  // namespace

Task<PostgresPool::Loan> PostgresPool::acquire(Clock::time_point until) {
  const DatabaseOptions& options = shared_->options;
  until = std::min(until, Clock::now() + options.acquire_timeout);
  std::optional<Connection> taken = idle_.try_take();
  while (true) {
    if (taken) {
      if ((*taken)->quiet() && (*taken)->reusable()) co_return Loan(*this, std::move(*taken));
      drop(std::move(*taken));
      taken = idle_.try_take();
      continue;
    }
    const Clock::time_point now = Clock::now();
    if (now >= until)
      throw DatabaseUnavailable(failures_ > 0 ? last_reason_ : "PostgreSQL: no connection became free in time");
    connect_if_sensible();
    if (failures_ > 0 && now - down_since_ > options.acquire_timeout) throw DatabaseUnavailable(last_reason_);
    // Those for whom a connection is being opened do not count.
    if (idle_.waiting() >= options.max_waiting + connecting_)
      throw DatabaseUnavailable(fmt::format("PostgreSQL: {} calls wait for a connection already", idle_.waiting()));
    const bool try_again = failures_ > 0 && connecting_ == 0;
    taken = co_await idle_.take(try_again ? std::min(until, next_attempt_) : until);
  }
}

void PostgresPool::give_back(Connection connection) noexcept {
  // Connections of former credentials go one by one, and not while somebody waits: they still work.
  const auto outdated = [now = shared_->connector.generation()](const Connection& c) { return c->generation() != now; };
  const bool at_leisure = connecting_ == 0 && idle_.waiting() == 0;
  if (!connection->reusable() || (outdated(connection) && at_leisure))
    drop(std::move(connection));
  else
    idle_.put(std::move(connection));
  // Those that the load has no use for would never come back by themselves.
  if (!at_leisure) return;
  if (std::optional<Connection> idle = idle_.try_take_if(outdated)) drop(std::move(*idle));
}

void PostgresPool::drop(Connection connection) {
  connection.reset();
  --open_;
  if (idle_.waiting() > 0) connect_if_sensible();
}

void PostgresPool::connect_if_sensible() {
  if (open_ >= shared_->options.connections) return;
  // A server out of reach is asked by one at a time, and not too often.
  if (failures_ > 0 && (connecting_ > 0 || Clock::now() < next_attempt_)) return;
  ++open_;
  ++connecting_;
  Loop::current()->spawn(connect());
}

Task<void> PostgresPool::connect() {
  std::string reason;
  try {
    PostgresConnector::Opened opened =
        co_await shared_->workers.run([this] { return shared_->connector.open(Clock::now() + connect_timeout); });
    auto connection = std::make_unique<PostgresConnection>(std::move(opened));
    --connecting_;
    failures_ = 0;
    idle_.put(std::move(connection));
    co_return;
  } catch (const DatabaseUnavailable& error) {
    reason = error.reason();
  } catch (const std::exception& error) {
    reason = error.what();
  }
  --connecting_;
  --open_;
  if (failures_++ == 0) down_since_ = Clock::now();
  next_attempt_ = Clock::now() + back_off(failures_);
  last_reason_ = std::move(reason);
  idle_.wake_all();
}

Task<void> PostgresPool::close() {
  const Clock::time_point until = Clock::now() + shared_->options.timeout + connect_timeout;
  while (open_ > 0 && Clock::now() < until) {
    while (std::optional<Connection> idle = idle_.try_take()) drop(std::move(*idle));
    if (open_ > 0) co_await sleep_for(2ms);
  }
}

PostgresPool& LoopPools::of(const std::shared_ptr<PostgresShared>& shared) {
  for (const auto& [owner, pool] : pools_)
    if (owner == shared) return *pool;
  return *pools_.emplace_back(shared, std::make_unique<PostgresPool>(shared)).second;
}

}  // namespace redoubt::data
