// How many simple statements a second one loop gets through, beside the bare client libraries: SELECT by key.
//   database_bench            SQLite in a temporary file, PostgreSQL started by tests/support/postgres.sh
#include <libpq-fe.h>
#include <sqlite3.h>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "redoubt/database.hpp"
#include "support/postgres.hpp"

namespace redoubt {

struct UserRow {
  std::string id;
  std::string email;
  std::optional<std::string> full_name;
  bool is_active = false;
  std::int64_t created_at = 0;
};
BOOST_DESCRIBE_STRUCT(UserRow, (), (id, email, full_name, is_active, created_at))

namespace {

constexpr int users = 1000;
constexpr int statements_a_round = 2000;

std::string user_id(int number) {
  return "user-" + std::to_string(number % users);
}

const std::string& url_of(Dialect dialect) {
  static const std::string folder = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "redoubt-bench-XXXXXX").string();
    return std::string(mkdtemp(pattern.data()));
  }();
  static const std::string sqlite = "sqlite:" + folder + "/bench.db";
  return dialect == Dialect::sqlite ? sqlite : testing::PostgresServer::shared()->url();
}

Task<void> fill(Database& database) {
  co_await database.transaction([](Transaction& tx) -> Task<void> {
    co_await tx.execute("DROP TABLE IF EXISTS users");
    co_await tx.execute(
        "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL, full_name TEXT, is_active BOOLEAN NOT NULL, "
        "created_at BIGINT NOT NULL)");
    for (int i = 0; i < users; ++i)
      co_await tx.execute("INSERT INTO users VALUES ($1, $2, $3, $4, $5)", user_id(i), user_id(i) + "@example.com",
                          std::optional<std::string>("Full Name"), true, i);
  });
}

Task<void> client(Database& database, int statements, int& running) {
  for (int i = 0; i < statements; ++i)
    benchmark::DoNotOptimize(co_await database.one<UserRow>(
        "SELECT id, email, full_name, is_active, created_at FROM users WHERE id = $1", user_id(i * 7)));
  --running;
}

// Clients at once on one loop, which they share.
void select_by_key(benchmark::State& state, Dialect dialect) {
  Loop loop;
  DatabaseOptions options;
  options.url = url_of(dialect);
  options.connections = static_cast<std::size_t>(state.range(1));
  options.acquire_timeout = std::chrono::seconds(30);
  options.timeout = std::chrono::seconds(30);
  Database database(options);
  loop.run_to_end(fill(database));
  const int clients = static_cast<int>(state.range(0));
  const auto round = [&]() -> Task<void> {
    int running = clients;
    for (int i = 0; i < clients; ++i) loop.spawn(client(database, statements_a_round / clients, running));
    while (running > 0) co_await sleep_for(std::chrono::microseconds(200));
  };
  for (auto _ : state) loop.run_to_end(round());
  state.SetItemsProcessed(state.iterations() * statements_a_round);
  loop.run_to_end(database.close());
}

// The library's own blocking calls, one statement after the other.
void bare_sqlite(benchmark::State& state) {
  sqlite3* database = nullptr;
  sqlite3_open(url_of(Dialect::sqlite).substr(7).c_str(), &database);
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, "SELECT id, email, full_name, is_active, created_at FROM users WHERE id = ?1", -1,
                     &statement, nullptr);
  int i = 0;
  for (auto _ : state) {
    const std::string id = user_id(i++ * 7);
    sqlite3_bind_text(statement, 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
    if (sqlite3_step(statement) != SQLITE_ROW) throw std::runtime_error("no row");
    benchmark::DoNotOptimize(std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, 1))));
    sqlite3_reset(statement);
  }
  state.SetItemsProcessed(state.iterations());
  sqlite3_finalize(statement);
  sqlite3_close(database);
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

Connection connect_bare() {
  Connection connection(PQconnectdb(url_of(Dialect::postgresql).c_str()), &PQfinish);
  PQclear(PQprepare(connection.get(), "s",
                    "SELECT id, email, full_name, is_active, created_at FROM users WHERE id = $1", 1, nullptr));
  return connection;
}

void bare_libpq(benchmark::State& state) {
  const Connection connection = connect_bare();
  int i = 0;
  for (auto _ : state) {
    const std::string id = user_id(i++ * 7);
    const char* const value = id.c_str();
    PGresult* const result = PQexecPrepared(connection.get(), "s", 1, &value, nullptr, nullptr, 1);
    if (PQntuples(result) != 1) throw std::runtime_error("no row");
    PQclear(result);
  }
  state.SetItemsProcessed(state.iterations());
}

// One connection in pipeline mode, so many statements under way at once, a Sync after each.
void bare_libpq_pipelined(benchmark::State& state) {
  const Connection connection = connect_bare();
  PQenterPipelineMode(connection.get());
  const int depth = static_cast<int>(state.range(0));
  int i = 0;
  for (auto _ : state) {
    for (int k = 0; k < depth; ++k) {
      const std::string id = user_id(i++ * 7);
      const char* const value = id.c_str();
      PQsendQueryPrepared(connection.get(), "s", 1, &value, nullptr, nullptr, 1);
      PQpipelineSync(connection.get());
    }
    for (int k = 0; k < depth; ++k) {
      PGresult* const result = PQgetResult(connection.get());
      if (PQntuples(result) != 1) throw std::runtime_error("no row");
      PQclear(result);
      PQgetResult(connection.get());           // the end of the statement's results
      PQclear(PQgetResult(connection.get()));  // its Sync
    }
  }
  state.SetItemsProcessed(state.iterations() * depth);
}

BENCHMARK_CAPTURE(select_by_key, sqlite, Dialect::sqlite)
    ->ArgNames({"clients", "connections"})
    ->Args({1, 4})
    ->Args({16, 1})
    ->Args({16, 2})
    ->Args({16, 4})
    ->UseRealTime();
BENCHMARK(bare_sqlite)->UseRealTime();
BENCHMARK_CAPTURE(select_by_key, postgresql, Dialect::postgresql)
    ->ArgNames({"clients", "connections"})
    ->Args({1, 4})
    ->Args({16, 1})
    ->Args({16, 2})
    ->Args({16, 4})
    ->Args({16, 8})
    ->UseRealTime();
BENCHMARK(bare_libpq)->UseRealTime();
BENCHMARK(bare_libpq_pipelined)->ArgName("depth")->Arg(4)->Arg(16)->UseRealTime();

}  // namespace
}  // namespace redoubt

BENCHMARK_MAIN();
