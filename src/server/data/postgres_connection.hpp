// One PostgreSQL connection on its loop, with its prepared statements: libpq does the talking, Asio the waiting. One
// call at a time.
#pragma once

#include <libpq-fe.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "data/drivers.hpp"
#include "data/postgres_connector.hpp"
#include "redoubt/database.hpp"

namespace redoubt::data {

// The connection was lost during a call.
struct ConnectionLost {
  std::string reason;
  bool sent;  // the server may have run the statement
};

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;

class PostgresConnection {
 public:
  // On the loop that is to use it.
  explicit PostgresConnection(PostgresConnector::Opened opened);
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection();

  // Each throws ConnectionLost, DatabaseError, or DatabaseUnavailable when the time is over. Gives how many rows were
  // changed.
  Task<std::int64_t> run(detail::Query& query, Clock::time_point until);
  // Statements without values; gives the last one's command tag, as "COMMIT".
  Task<std::string> script(std::string_view sql, Clock::time_point until);

  // Not to be used again after the present call.
  void retire() noexcept { retired_ = true; }
  // Between calls, outside any transaction, and sound as far as this side knows.
  [[nodiscard]] bool reusable() const noexcept;
  // The server has neither closed it nor said anything unasked.
  [[nodiscard]] bool quiet() const noexcept;
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

 private:
  struct Prepared {
    std::string name;
    ColumnMap map;
  };
  // Shared with timer handlers, which may come after the connection's end.
  struct Wire {
    boost::asio::posix::stream_descriptor socket;
    boost::asio::steady_timer timer;
    std::uint64_t call = 0;
    bool late = false;
  };
  class Call;

  Task<Prepared*> prepare(const detail::Query& query);
  Task<PgResult> answer(std::string_view sql);
  Task<void> wait(boost::asio::posix::stream_descriptor::wait_type readiness, std::string_view sql);
  void take_rows(const PGresult* result, Prepared& prepared, const detail::Query& query) const;
  void refuse(const PGresult* result, std::string_view sql);
  [[noreturn]] void lost() const;

  PgConnection connection_;
  std::uint64_t generation_;
  std::shared_ptr<Wire> wire_;
  bool busy_ = false;
  bool sent_ = false;
  bool retired_ = false;
  std::unordered_map<StatementKey, Prepared, StatementKey::Hash> prepared_;
};

}  // namespace redoubt::data
