// What only a real PostgreSQL server can show: TLS, restarts, rotated passwords.
#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "server/data/database_fixture.hpp"
#include "support/files.hpp"

namespace redoubt {
namespace {

using namespace std::chrono_literals;
using testing::PostgresServer;

class Postgres : public DatabaseTest {
 protected:
  PostgresServer& server() const { return *PostgresServer::shared(); }

  // Why a database with these options cannot be reached; empty when it can.
  std::string reason(DatabaseOptions options) {
    run([&] { return db().close(); });
    std::string told;
    options.on_error = [&](std::string_view why) { told = why; };
    open(std::move(options));
    try {
      run([&]() -> Task<void> { co_await db().one<std::int64_t>("SELECT 1 AS one"); });
      return "";
    } catch (const DatabaseUnavailable& error) {
      EXPECT_EQ(told, error.reason());
      return error.reason();
    }
  }
  std::string reason(std::string url) {
    DatabaseOptions options;
    options.url = std::move(url);
    options.acquire_timeout = 300ms;
    return reason(std::move(options));
  }
  std::int64_t connections_of(std::string_view user) {
    return run([&] {
      return db().one<std::int64_t>("SELECT COUNT(*) AS n FROM pg_stat_activity WHERE usename = CAST($1 AS TEXT)",
                                    user);
    });
  }
};

TEST_P(Postgres, VerifiesTheServersCertificateAndName) {
  const std::string good = server().url();
  EXPECT_EQ(reason(good), "");
  std::string wrong_authority = good;
  wrong_authority.replace(wrong_authority.find(server().ca_file()), server().ca_file().size(),
                          server().other_ca_file());
  EXPECT_THAT(reason(wrong_authority), ::testing::HasSubstr("certificate verify failed"));
  std::string wrong_name = good;
  wrong_name.replace(wrong_name.find("localhost"), 9, "127.0.0.1");
  EXPECT_THAT(reason(wrong_name), ::testing::HasSubstr("does not match host name"));
}

TEST_P(Postgres, NeverTellsThePasswordWhenItIsRefused) {
  const std::string why = reason(server().url_for("redoubt", "wrong-secret"));
  EXPECT_THAT(why, ::testing::HasSubstr("28P01"));
  EXPECT_THAT(why, ::testing::Not(::testing::HasSubstr("wrong-secret")));
}

TEST_P(Postgres, NothingListeningIsUnavailable) {
  EXPECT_THAT(reason("postgresql://u:p@127.0.0.1:1/d"), ::testing::HasSubstr("refused"));
}

TEST_P(Postgres, AnUnknownHostIsUnavailable) {
  EXPECT_NE(reason("postgresql://u:p@name.invalid/d"), "");
}

TEST_P(Postgres, TheLoopGoesOnWhileNamesAreResolvedAndHandsAreShaken) {
  run([&] { return db().close(); });
  run([&]() -> Task<void> {
    bool connected = false;
    Loop::current()->spawn([](Database& database, bool& done) -> Task<void> {
      co_await database.one<std::int64_t>("SELECT 1 AS one");
      done = true;
    }(db(), connected));
    auto longest = Clock::duration::zero();
    while (!connected) {
      const auto before = Clock::now();
      co_await sleep_for(1ms);
      longest = std::max(longest, Clock::now() - before);
    }
    EXPECT_LT(longest, 100ms);
  });
}

TEST_P(Postgres, DoesNotRunAStatementTwiceOrLeaveItRunningAfterItsDeadline) {
  script("CREATE TABLE calls (n BIGINT)");
  EXPECT_THROW(
      run([&]() -> Task<void> { co_await db().within(50ms).execute("INSERT INTO calls SELECT 1 FROM pg_sleep(0.3)"); }),
      DatabaseUnavailable);
  run([&] { return sleep_for(600ms); });
  EXPECT_LE(run([&] { return db().one<std::int64_t>("SELECT COUNT(*) AS n FROM calls"); }), 1);
}

TEST_P(Postgres, ALongerTimeLimitHoldsOnTheServerToo) {
  DatabaseOptions options = options_for_test();
  options.timeout = 200ms;
  run([&] { return db().close(); });
  open(options);
  EXPECT_NO_THROW(run([&]() -> Task<void> { co_await db().within(5s).execute("SELECT pg_sleep(0.4)"); }));
  EXPECT_THROW(run([&]() -> Task<void> { co_await db().execute("SELECT pg_sleep(0.4)"); }), DatabaseUnavailable);
}

TEST_P(Postgres, DeadlinesDoNotLeakConnections) {
  DatabaseOptions options = options_for_test();
  options.connections = 2;
  run([&] { return db().close(); });
  open(options);
  for (int i = 0; i < 6; ++i)
    EXPECT_THROW(run([&]() -> Task<void> { co_await db().within(20ms).execute("SELECT pg_sleep(2)"); }),
                 DatabaseUnavailable);
  for (int i = 0; i < 4; ++i)
    EXPECT_THROW(run([&]() -> Task<void> {
                   co_await db().transaction(
                       [&](Transaction& tx) -> Task<void> { co_await tx.within(20ms).execute("SELECT pg_sleep(2)"); });
                 }),
                 DatabaseUnavailable);
  EXPECT_EQ(run([&] { return db().one<std::int64_t>("SELECT 1 AS one"); }), 1);
}

TEST_P(Postgres, ReadsSurviveAConnectionThatTheServerEnds) {
  run([&]() -> Task<void> {
    const auto process = co_await db().one<std::int64_t>("SELECT pg_backend_pid() AS pid");
    Database other(options_for_test());
    co_await other.execute("SELECT pg_terminate_backend(CAST($1 AS INTEGER))", process);
    co_await other.close();
    EXPECT_NE(co_await db().one<std::int64_t>("SELECT pg_backend_pid() AS pid"), process);
  });
}

// The server ends the connection while the statement runs.
TEST_P(Postgres, ALostConnectionRepeatsReadsButNeverAWrite) {
  script("CREATE TABLE calls (n BIGINT)");
  const auto kill_sleepers = [&]() -> Task<void> {
    Database other(options_for_test());
    std::int64_t killed = 0;
    while (killed == 0) {
      co_await sleep_for(5ms);
      killed = co_await other.one<std::int64_t>(
          "SELECT COUNT(pg_terminate_backend(pid)) AS n FROM pg_stat_activity "
          "WHERE query LIKE '%pg_sleep(0.5)%' AND state = 'active' AND pid <> pg_backend_pid()");
    }
    co_await other.close();
  };
  const auto killed_amid = [&](Task<std::int64_t> call) {
    return run([&]() -> Task<std::int64_t> {
      bool done = false;
      loop_.spawn([](auto& kill, bool& ended) -> Task<void> {
        co_await kill();
        ended = true;
      }(kill_sleepers, done));
      std::exception_ptr failure;
      std::int64_t result = 0;
      try {
        result = co_await std::move(call);
      } catch (...) {
        failure = std::current_exception();
      }
      while (!done) co_await sleep_for(1ms);
      if (failure) std::rethrow_exception(failure);
      co_return result;
    });
  };
  EXPECT_EQ(killed_amid(db().one<std::int64_t>("SELECT 7 AS n FROM pg_sleep(0.5)")), 7);
  EXPECT_THROW(killed_amid(db().execute("INSERT INTO calls SELECT 1 FROM pg_sleep(0.5)")), DatabaseUnavailable);
  EXPECT_EQ(run([&] { return db().one<std::int64_t>("SELECT COUNT(*) AS n FROM calls"); }), 0);
}

TEST_P(Postgres, AStoppedServerIsUnavailableAndItsReturnIsNoticed) {
  DatabaseOptions options = options_for_test();
  options.acquire_timeout = 200ms;
  run([&] { return db().close(); });
  open(options);
  const auto ask = [&] { return run([&] { return db().one<std::int64_t>("SELECT 1 AS one"); }); };
  EXPECT_EQ(ask(), 1);
  server().stop();
  for (int i = 0; i < 3; ++i) {
    const auto began = Clock::now();
    EXPECT_THROW(ask(), DatabaseUnavailable);
    EXPECT_LT(Clock::now() - began, 1s);
  }
  server().start();
  // Within one back-off, which has not grown far yet.
  const auto until = Clock::now() + 10s;
  bool answered = false;
  while (!answered && Clock::now() < until) {
    try {
      answered = ask() == 1;
    } catch (const DatabaseUnavailable&) {
      run([&] { return sleep_for(20ms); });
    }
  }
  EXPECT_TRUE(answered);
}

// Two users take turns, as AWS Secrets Manager's alternating-users rotation has it: the other user gets a new password
// and the file then names it. The load grows all the while, so that each rotation meets new connections.
TEST_P(Postgres, ARotatedPasswordCostsNoFailedStatement) {
  server().administer(
      "SET client_min_messages = warning; DROP ROLE IF EXISTS clerk_a; DROP ROLE IF EXISTS clerk_b;"
      "CREATE ROLE clerk_a LOGIN PASSWORD 'a0'; CREATE ROLE clerk_b LOGIN PASSWORD 'b0';");
  std::string pattern = (std::filesystem::temp_directory_path() / "redoubt-test-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  const std::filesystem::path file = folder / "credentials";
  const auto write = [&](std::string_view user, std::string_view password) {
    std::ofstream(folder / "new") << user << ' ' << password;
    std::filesystem::rename(folder / "new", file);
  };
  write("clerk_a", "a0");

  std::atomic<int> times_read = 0;
  std::atomic<int> failures = 0;
  DatabaseOptions options;
  options.url = server().bare_url();
  options.connections = 32;
  options.credentials = [&] {
    ++times_read;
    const std::string text = testing::read_file(file);
    const std::size_t space = text.find(' ');
    return Credentials{.user = text.substr(0, space), .password = text.substr(space + 1)};
  };
  options.on_error = [&](std::string_view why) {
    ++failures;
    ADD_FAILURE() << why;
  };
  constexpr int rotations = 6;
  std::atomic<int> clients_wanted = 2;  // on each loop
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> statements = 0;
  Database database(options);
  std::vector<std::jthread> loops;
  for (int i = 0; i < 2; ++i)
    loops.emplace_back([&] {
      Loop loop;
      int running = 0;
      const auto client = [&]() -> Task<void> {
        ++running;
        while (!stop) {
          try {
            co_await database.execute("SELECT pg_sleep(0.002)");
            ++statements;
          } catch (const DatabaseUnavailable&) {  // counted by the hook
          }
        }
        --running;
      };
      const auto all_clients = [&]() -> Task<void> {
        for (int started = 0; !stop || running > 0; co_await sleep_for(1ms))
          for (; !stop && started < clients_wanted; ++started) loop.spawn(client());
        co_await database.close();
      };
      loop.run_to_end(all_clients());
    });
  std::string current = "a";
  for (int rotation = 1; rotation <= rotations; ++rotation) {
    std::this_thread::sleep_for(100ms);
    const int before = times_read;
    const std::string next = current == "a" ? "b" : "a";
    const std::string password = next + std::to_string(rotation);
    server().administer("ALTER ROLE clerk_" + next + " PASSWORD '" + password + "'");
    write("clerk_" + next, password);
    // Sooner than a rotation would: the user before it is locked out at once.
    server().administer("ALTER ROLE clerk_" + current + " PASSWORD 'gone'");
    // One more client at a time, until one needs a new connection and meets the refusal.
    for (int i = 0; i < 1000 && times_read == before; ++i, std::this_thread::sleep_for(20ms))
      if (clients_wanted < 30) ++clients_wanted;
    current = next;
  }
  const std::string previous = current == "a" ? "clerk_b" : "clerk_a";
  for (int i = 0; i < 6000 && connections_of(previous) > 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(connections_of(previous), 0);
  EXPECT_GT(connections_of("clerk_" + current), 0);
  stop = true;
  loops.clear();
  EXPECT_EQ(failures, 0);
  EXPECT_GT(times_read, rotations);
  EXPECT_GT(statements, 100);
  std::filesystem::remove_all(folder);
}

TEST_P(Postgres, SerializableTransactionsRunAgainAfterAConflict) {
  script("CREATE TABLE sums (n BIGINT); INSERT INTO sums VALUES (0);");
  int runs = 0;
  int done = 0;
  for (int i = 0; i < 2; ++i)
    loop_.spawn([](Database& database, int& counted, int& finished, Loop& loop) -> Task<void> {
      co_await database.transaction(
          [&](Transaction& tx) -> Task<void> {
            const auto sum = co_await tx.one<std::int64_t>(
                "SELECT SUM(n) * 1 AS n FROM (SELECT CAST(n AS INTEGER) AS n FROM sums) AS s");
            ++counted;
            while (counted < 2) co_await sleep_for(1ms);  // both have read
            co_await tx.execute("INSERT INTO sums VALUES ($1)", sum + 1);
          },
          {.serializable = true, .attempts = 10});
      if (++finished == 2) loop.stop();
    }(db(), runs, done, loop_));
  loop_.run();
  EXPECT_GT(runs, 2);
  EXPECT_EQ(run([&] { return db().one<std::int64_t>("SELECT MAX(n) AS n FROM sums"); }), 2);
}

INSTANTIATE_TEST_SUITE_P(, Postgres, ::testing::Values(Dialect::postgresql), dialect_name);

}  // namespace
}  // namespace redoubt
