#include "data/postgres_connection.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "data/errors.hpp"
#include "net/completion.hpp"
#include "net/loop.hpp"

namespace redoubt::data {

namespace {

// Type identifiers, from PostgreSQL's catalog/pg_type.dat.
enum Type : Oid {
  unspecified = 0,
  boolean = 16,
  bytea = 17,
  name = 19,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  oid = 26,
  json = 114,
  float4 = 700,
  float8 = 701,
  unknown = 705,
  bpchar = 1042,
  varchar = 1043,
  void_type = 2278,
};

// The server infers the type of texts from where they stand: they may be a UUID or a date.
Oid type_of(sql::Kind kind) {
  switch (kind) {
    case sql::Kind::boolean:
      return boolean;
    case sql::Kind::integer:
      return int8;
    case sql::Kind::real:
      return float8;
    case sql::Kind::bytes:
      return bytea;
    case sql::Kind::text:
    case sql::Kind::null:
      break;
  }
  return unspecified;
}

// The binary format's byte order, both ways.
template <class Integer>
Integer network_order(Integer value) {
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}
template <class Integer>
Integer from_network(const char* bytes) {
  Integer value;
  std::memcpy(&value, bytes, sizeof value);
  return network_order(value);
}

// A statement's values in the binary format, network byte order; texts in the text format.
class Parameters {
 public:
  explicit Parameters(std::span<const sql::Value> bound) {
    scalars_.resize(bound.size());
    for (const sql::Value& value : bound) std::visit([this](const auto& alternative) { add(alternative); }, value);
  }

  [[nodiscard]] int count() const { return static_cast<int>(values.size()); }

  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;

 private:
  void add(const char* bytes, std::size_t size, int format) {
    values.push_back(bytes);
    lengths.push_back(static_cast<int>(size));
    formats.push_back(format);
  }
  void add(std::uint64_t word) {
    char* const place = scalars_[values.size()].data();
    word = network_order(word);
    std::memcpy(place, &word, sizeof word);
    add(place, sizeof word, 1);
  }
  void add(std::monostate) { add(nullptr, 0, 0); }
  void add(bool value) {
    char* const place = scalars_[values.size()].data();
    *place = value ? 1 : 0;
    add(place, 1, 1);
  }
  void add(std::int64_t value) { add(static_cast<std::uint64_t>(value)); }
  void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
  void add(const std::string& value) { add(value.c_str(), value.size(), 0); }
  void add(const std::vector<std::byte>& value) {
    // A null pointer would be NULL.
    add(value.empty() ? "" : reinterpret_cast<const char*>(value.data()), value.size(), 1);
  }

  std::vector<std::array<char, 8>> scalars_;
};

class PostgresRow final : public sql::RowSource {
 public:
  explicit PostgresRow(const PGresult* result) : result_(result) {}

  [[nodiscard]] sql::Cell cell(std::size_t column) const override {
    const int i = static_cast<int>(column);
    if (PQgetisnull(result_, row, i) != 0) return std::monostate();
    const char* const bytes = PQgetvalue(result_, row, i);
    const auto size = static_cast<std::size_t>(PQgetlength(result_, row, i));
    switch (PQftype(result_, i)) {
      case boolean:
        return *bytes != 0;
      case int2:
        return std::int64_t{from_network<std::int16_t>(bytes)};
      case int4:
        return std::int64_t{from_network<std::int32_t>(bytes)};
      case int8:
        return from_network<std::int64_t>(bytes);
      case oid:
        return std::int64_t{from_network<std::uint32_t>(bytes)};
      case float4:
        return double{std::bit_cast<float>(from_network<std::uint32_t>(bytes))};
      case float8:
        return std::bit_cast<double>(from_network<std::uint64_t>(bytes));
      case text:
      case varchar:
      case bpchar:
      case name:
      case unknown:
      case json:
      case void_type:
        return std::string_view(bytes, size);
      case bytea:
        return std::span(reinterpret_cast<const std::byte*>(bytes), size);
      default:
        refuse(column, "has a type that cannot be read: CAST it to TEXT, BIGINT, DOUBLE PRECISION, BOOLEAN or BYTEA");
    }
  }
  [[nodiscard]] std::string_view column_name(std::size_t column) const override {
    return PQfname(result_, static_cast<int>(column));
  }

  int row = 0;

 private:
  const PGresult* result_;
};

std::string_view field(const PGresult* result, int code) {
  const char* const value = PQresultErrorField(result, code);
  return value == nullptr ? std::string_view() : value;
}

// Classes whose messages name what is in the schema or the statement, never values: syntax, transaction states,
// conflicts, resources, operators' interventions, features. Data exceptions (22) quote what was sent.
bool may_be_told(std::string_view sqlstate) {
  constexpr std::array classes{"0A", "08", "25", "28", "3D", "40", "42", "53", "55", "57"};
  return std::ranges::any_of(classes, [&](std::string_view one) { return sqlstate.starts_with(one); });
}

bool ends_connection(std::string_view sqlstate) {
  return sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03" || sqlstate.starts_with("08");
}

}  // namespace

// One call: the connection is busy until it ends well, and its waits end at the deadline.
class PostgresConnection::Call {
 public:
  Call(PostgresConnection& connection, Clock::time_point until) : connection_(connection) {
    connection_.busy_ = true;
    connection_.sent_ = false;
    const std::shared_ptr<Wire>& wire = connection_.wire_;
    wire->late = false;
    wire->timer.expires_at(until);
    wire->timer.async_wait([wire, call = ++wire->call](boost::system::error_code error) {
      if (error || wire->call != call) return;
      wire->late = true;
      boost::system::error_code ignored;
      wire->socket.cancel(ignored);
    });
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    ++connection_.wire_->call;
    connection_.wire_->timer.cancel();
  }
  // The server's whole answer has been read.
  void answered() { connection_.busy_ = false; }

 private:
  PostgresConnection& connection_;
};

PostgresConnection::PostgresConnection(PostgresConnector::Opened opened)
    : connection_(std::move(opened.connection)),
      generation_(opened.generation),
      wire_(std::make_shared<Wire>(boost::asio::posix::stream_descriptor(current_io(), PQsocket(connection_.get())),
                                   boost::asio::steady_timer(current_io()))) {}

PostgresConnection::~PostgresConnection() {
  wire_->socket.release();  // libpq closes it
}

bool PostgresConnection::reusable() const noexcept {
  return !busy_ && !retired_ && PQstatus(connection_.get()) == CONNECTION_OK &&
         PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

bool PostgresConnection::quiet() const noexcept {
  pollfd socket{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
  return poll(&socket, 1, 0) == 0;
}

Task<std::int64_t> PostgresConnection::run(detail::Query& query, Clock::time_point until) {
  Call call(*this, until);
  Prepared* const prepared = co_await prepare(query);
  sent_ = true;
  const Parameters parameters(query.values);
  constexpr int binary = 1;
  if (PQsendQueryPrepared(connection_.get(), prepared->name.c_str(), parameters.count(), parameters.values.data(),
                          parameters.lengths.data(), parameters.formats.data(), binary) == 0)
    lost();
  const PgResult result = co_await answer(query.sql);
  call.answered();
  refuse(result.get(), query.sql);
  if (query.row_type != nullptr) take_rows(result.get(), *prepared, query);
  if (std::string_view(PQcmdStatus(result.get())).starts_with("SELECT")) co_return 0;
  const std::string_view changed = PQcmdTuples(result.get());
  std::int64_t count = 0;
  std::from_chars(changed.data(), changed.data() + changed.size(), count);
  co_return count;
}

Task<std::string> PostgresConnection::script(std::string_view sql, Clock::time_point until) {
  Call call(*this, until);
  sent_ = true;
  if (PQsendQuery(connection_.get(), std::string(sql).c_str()) == 0) lost();
  const PgResult result = co_await answer(sql);
  call.answered();
  refuse(result.get(), sql);
  co_return PQcmdStatus(result.get());
}

Task<PostgresConnection::Prepared*> PostgresConnection::prepare(const detail::Query& query) {
  const StatementKey key{.sql = query.sql.data(), .kinds = query.kinds.data()};
  if (const auto found = prepared_.find(key); found != prepared_.end()) co_return &found->second;
  std::vector<Oid> types;
  for (const sql::Kind kind : query.kinds) types.push_back(type_of(kind));
  std::string name = fmt::format("s{}", prepared_.size());
  if (PQsendPrepare(connection_.get(), name.c_str(), query.sql.data(), static_cast<int>(types.size()), types.data()) ==
      0)
    lost();
  const PgResult result = co_await answer(query.sql);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) busy_ = false;
  refuse(result.get(), query.sql);
  co_return &prepared_.emplace(key, Prepared{.name = std::move(name), .map = {}}).first->second;
}

// The last result, or the first that is an error.
Task<PgResult> PostgresConnection::answer(std::string_view sql) {
  using Socket = boost::asio::posix::stream_descriptor;
  int unsent = 0;
  while ((unsent = PQflush(connection_.get())) == 1) co_await wait(Socket::wait_write, sql);
  if (unsent < 0) lost();
  PgResult last;
  while (true) {
    while (PQisBusy(connection_.get()) != 0) {
      co_await wait(Socket::wait_read, sql);
      if (PQconsumeInput(connection_.get()) == 0) lost();
    }
    PgResult next(PQgetResult(connection_.get()));
    if (!next) break;
    if (!last || PQresultStatus(last.get()) != PGRES_FATAL_ERROR) last = std::move(next);
  }
  if (!last || PQstatus(connection_.get()) == CONNECTION_BAD) lost();
  co_return last;
}

Task<void> PostgresConnection::wait(boost::asio::posix::stream_descriptor::wait_type readiness, std::string_view sql) {
  Wire& wire = *wire_;
  boost::system::error_code error;
  if (!wire.late) error = co_await completion([&](auto done) { wire.socket.async_wait(readiness, std::move(done)); });
  if (wire.late)
    throw DatabaseUnavailable(fmt::format("PostgreSQL: the time limit of the call is over; statement: {}", sql));
  if (error) throw ConnectionLost{.reason = "PostgreSQL: " + error.message(), .sent = sent_};
}

void PostgresConnection::take_rows(const PGresult* result, Prepared& prepared, const detail::Query& query) const {
  if (prepared.map.type != query.row_type) {
    std::vector<std::string_view> names;
    for (int i = 0; i < PQnfields(result); ++i) names.emplace_back(PQfname(result, i));
    prepared.map = {.type = query.row_type, .columns = sql::map_columns(query.sql, *query.row_type, names)};
  }
  PostgresRow row(result);
  row.sql = query.sql;
  row.columns = prepared.map.columns;
  for (; row.row < PQntuples(result); ++row.row) query.row_type->append(query.rows, row);
}

// Throws unless the result is a success.
void PostgresConnection::refuse(const PGresult* result, std::string_view sql) {
  if (PQresultStatus(result) != PGRES_FATAL_ERROR) return;
  const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
  const std::string_view reason = may_be_told(sqlstate) ? field(result, PG_DIAG_MESSAGE_PRIMARY) : std::string_view();
  if (sqlstate.empty() || ends_connection(sqlstate)) {
    retire();
    throw ConnectionLost{.reason = fmt::format("PostgreSQL: SQLSTATE {}: {}", sqlstate, reason), .sent = sent_};
  }
  // The schema changed beneath a prepared statement, or the server forgot it.
  if (sqlstate == "0A000" || sqlstate == "26000") retire();
  raise({.sqlstate = sqlstate, .sql = sql, .reason = reason, .constraint = field(result, PG_DIAG_CONSTRAINT_NAME)});
}

void PostgresConnection::lost() const {
  // libpq's own words, since no result came: about the socket.
  std::string reason = fmt::format("PostgreSQL: {}", PQerrorMessage(connection_.get()));
  std::ranges::replace(reason, '\n', ' ');
  throw ConnectionLost{.reason = std::move(reason), .sent = sent_};
}

}  // namespace redoubt::data
