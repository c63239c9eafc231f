#include "redoubt/database.hpp"
#include "redoubt/database_url.hpp"

#include <atomic>
#include <limits>
#include <thread>

#include "server/data/database_fixture.hpp"

namespace redoubt {

struct ThingRow {
  std::string id;
  std::optional<std::string> label;
  bool active = false;
  std::int64_t count = 0;
  double weight = 0;
  std::vector<std::byte> data;
  bool operator==(const ThingRow&) const = default;
};
BOOST_DESCRIBE_STRUCT(ThingRow, (), (id, label, active, count, weight, data))

struct PairRow {
  std::int64_t second = 0;
  std::int64_t first = 0;
};
BOOST_DESCRIBE_STRUCT(PairRow, (), (second, first))

struct SmallRow {
  std::int16_t count = 0;
};
BOOST_DESCRIBE_STRUCT(SmallRow, (), (count))

namespace {

using namespace std::chrono_literals;

// One statement, one row of ThingRow's table.
class DatabaseOnBoth : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    script(
        "CREATE TABLE things (id TEXT PRIMARY KEY, label TEXT, active BOOLEAN NOT NULL, count BIGINT NOT NULL, "
        "weight DOUBLE PRECISION NOT NULL, data BYTEA NOT NULL, CHECK (count >= 0))");
  }

  Task<void> insert(const Queries& queries, std::string id, std::int64_t count = 0) {
    co_await queries.execute(
        "INSERT INTO things (id, label, active, count, weight, data) VALUES ($1, $2, $3, $4, $5, $6)", id,
        std::optional<std::string>(), true, count, 0.5, std::vector<std::byte>());
  }
  Task<std::int64_t> count() { co_return co_await db().one<std::int64_t>("SELECT COUNT(*) AS n FROM things"); }

  // What a call throws.
  template <class Error, class Function>
  Error failure(Function function) {
    try {
      run(std::move(function));
    } catch (const Error& error) {
      return error;
    }
    throw std::logic_error("nothing was thrown");
  }
};

TEST_P(DatabaseOnBoth, GivesBackEveryKindOfValue) {
  const ThingRow full{"a'b\"$1", "Größe 漢字",
                      true,      std::numeric_limits<std::int64_t>::max(),
                      0.1,       {std::byte{0}, std::byte{0xff}, std::byte{'\''}}};
  const ThingRow bare{"", std::nullopt, false, 0, -1e300, {}};
  run([&]() -> Task<void> {
    for (const ThingRow& row : {full, bare})
      co_await db().execute(
          "INSERT INTO things (id, label, active, count, weight, data) VALUES ($1, $2, $3, $4, $5, $6)", row.id,
          row.label, row.active, row.count, row.weight, row.data);
    const auto rows =
        co_await db().all<ThingRow>("SELECT data, id, label, active, count, weight FROM things ORDER BY id DESC");
    EXPECT_EQ(rows, (std::vector{full, bare}));
  });
}

TEST_P(DatabaseOnBoth, BindsPlaceholdersByNumberNotByAppearance) {
  run([&]() -> Task<void> {
    const auto row = co_await db().one<PairRow>("SELECT $2 AS second, $1 AS first", std::int64_t{1}, std::int64_t{2});
    EXPECT_EQ(row.first, 1);
    EXPECT_EQ(row.second, 2);
  });
}

TEST_P(DatabaseOnBoth, KeepsTextApartFromSql) {
  run([&]() -> Task<void> {
    const std::string hostile = "x'; DROP TABLE things; --";
    co_await insert(db(), hostile);
    EXPECT_EQ(co_await db().one<std::string>("SELECT id FROM things WHERE id = $1", hostile), hostile);
    EXPECT_EQ(co_await db().one<std::string>("SELECT '$1 ?' AS text"), "$1 ?");
  });
}

TEST_P(DatabaseOnBoth, ReadsRowsByNameAndRefusesWhatDoesNotFit) {
  run([&]() -> Task<void> { co_await insert(db(), "a", 40'000); });
  const auto refused = [&](auto function) { return std::string(failure<DatabaseError>(function).what()); };
  EXPECT_THAT(refused([&]() -> Task<void> { co_await db().all<PairRow>("SELECT 1 AS first FROM things"); }),
              ::testing::HasSubstr("\"second\""));
  EXPECT_THAT(refused([&]() -> Task<void> {
                co_await db().all<PairRow>("SELECT 1 AS first, 2 AS second, 3 AS third FROM things");
              }),
              ::testing::HasSubstr("\"third\""));
  EXPECT_THAT(
      refused([&]() -> Task<void> { co_await db().all<PairRow>("SELECT 1 AS first, NULL AS second FROM things"); }),
      ::testing::HasSubstr("NULL"));
  EXPECT_THAT(refused([&]() -> Task<void> { co_await db().all<SmallRow>("SELECT count FROM things"); }),
              ::testing::AllOf(::testing::HasSubstr("\"count\""), ::testing::HasSubstr("out of the member's range"),
                               ::testing::Not(::testing::HasSubstr("40000"))));
  EXPECT_THAT(refused([&]() -> Task<void> { co_await db().all<std::int64_t>("SELECT id FROM things"); }),
              ::testing::HasSubstr("no integer"));
  EXPECT_THAT(refused([&]() -> Task<void> { co_await db().all<std::string>("SELECT count FROM things"); }),
              ::testing::HasSubstr("no text"));
}

TEST_P(DatabaseOnBoth, RefusesAWrongRowTypeEvenWhenThereAreNoRows) {
  EXPECT_THROW(run([&]() -> Task<void> { co_await db().all<PairRow>("SELECT 1 AS first FROM things"); }),
               DatabaseError);
}

TEST_P(DatabaseOnBoth, CountsTheRowsThatWereAskedFor) {
  run([&]() -> Task<void> {
    co_await insert(db(), "a");
    co_await insert(db(), "b");
    EXPECT_EQ(co_await db().maybe<std::string>("SELECT id FROM things WHERE id = $1", "c"), std::nullopt);
    EXPECT_EQ(co_await db().maybe<std::string>("SELECT id FROM things WHERE id = $1", "a"), "a");
  });
  EXPECT_THROW(run([&]() -> Task<void> { co_await db().maybe<std::string>("SELECT id FROM things"); }), DatabaseError);
  EXPECT_THROW(run([&]() -> Task<void> { co_await db().one<std::string>("SELECT id FROM things WHERE id = 'c'"); }),
               DatabaseError);
}

TEST_P(DatabaseOnBoth, TellsHowManyRowsChanged) {
  run([&]() -> Task<void> {
    co_await insert(db(), "a");
    co_await insert(db(), "b");
    EXPECT_EQ(co_await db().execute("UPDATE things SET count = count + $1", 1), 2);
    EXPECT_EQ(co_await db().execute("DELETE FROM things WHERE id = $1", std::string_view("zz")), 0);
    EXPECT_EQ(co_await db().execute("CREATE INDEX things_count ON things (count)"), 0);
    EXPECT_EQ(co_await db().execute("SELECT 1 AS one"), 0);
  });
}

TEST_P(DatabaseOnBoth, CountsInOneAtomicStatement) {
  run([&]() -> Task<void> {
    for (const std::int64_t expected : {1, 2, 3}) {
      const auto row = co_await db().one<SmallRow>(
          "INSERT INTO things AS t (id, active, count, weight, data) VALUES ($1, TRUE, 1, 0, $2) "
          "ON CONFLICT (id) DO UPDATE SET count = t.count + 1 RETURNING count",
          "key", std::vector<std::byte>());
      EXPECT_EQ(row.count, expected);
    }
  });
}

TEST_P(DatabaseOnBoth, NamesTheViolatedConstraintAlikeOnBothAndNoValue) {
  script(
      "CREATE TABLE accounts (id TEXT PRIMARY KEY, email TEXT UNIQUE, team TEXT, name TEXT, UNIQUE (team, name));"
      "CREATE TABLE named (a TEXT, b TEXT); CREATE UNIQUE INDEX one_a_and_b ON named (a, b);"
      "CREATE TABLE folded (a TEXT, b TEXT); CREATE UNIQUE INDEX one_lower ON folded (lower(b));");
  const auto violated = [&](auto statement) {
    const auto error = failure<UniqueViolation>([&]() -> Task<void> {
      co_await statement();
      co_await statement();
    });
    EXPECT_THAT(error.what(), ::testing::Not(::testing::HasSubstr("secret")));
    EXPECT_EQ(error.sqlstate(), "23505");
    return error.constraint();
  };
  EXPECT_EQ(violated([&] { return db().execute("INSERT INTO accounts (id) VALUES ($1)", "secret"); }), "accounts_pkey");
  EXPECT_EQ(violated([&] {
              return db().execute("INSERT INTO accounts (id, email) SELECT CAST(COUNT(*) AS TEXT), $1 FROM accounts",
                                  "secret");
            }),
            "accounts_email_key");
  EXPECT_EQ(violated([&] {
              return db().execute(
                  "INSERT INTO accounts (id, team, name) SELECT CAST(COUNT(*) AS TEXT), 't', $1 FROM accounts",
                  "secret");
            }),
            "accounts_team_name_key");
  EXPECT_EQ(violated([&] { return db().execute("INSERT INTO named (a, b) VALUES ('a', 'b')"); }), "one_a_and_b");
  EXPECT_EQ(violated([&] {
              return db().execute("INSERT INTO folded (a, b) SELECT CAST(COUNT(*) AS TEXT), $1 FROM folded", "SECRET");
            }),
            "one_lower");
}

TEST_P(DatabaseOnBoth, EnforcesChecksAndForeignKeys) {
  script("CREATE TABLE parts (thing TEXT NOT NULL REFERENCES things (id) ON DELETE CASCADE)");
  EXPECT_EQ(failure<DatabaseError>([&]() -> Task<void> { co_await insert(db(), "a", -1); }).sqlstate(), "23514");
  EXPECT_EQ(failure<DatabaseError>([&]() -> Task<void> {
              co_await db().execute("INSERT INTO parts (thing) VALUES ($1)", "absent");
            }).sqlstate(),
            "23503");
  EXPECT_EQ(failure<DatabaseError>([&]() -> Task<void> {
              co_await db().execute("INSERT INTO parts (thing) VALUES (NULL)");
            }).sqlstate(),
            "23502");
}

TEST_P(DatabaseOnBoth, CommitsWhatATransactionReturnsFrom) {
  const std::int64_t given = run([&]() -> Task<std::int64_t> {
    co_return co_await db().transaction([&](Transaction& tx) -> Task<std::int64_t> {
      co_await insert(tx, "a");
      co_await insert(tx, "b");
      co_return co_await tx.one<std::int64_t>("SELECT COUNT(*) AS n FROM things");
    });
  });
  EXPECT_EQ(given, 2);
  EXPECT_EQ(run([&] { return count(); }), 2);
}

TEST_P(DatabaseOnBoth, RollsBackWhenAnExceptionLeavesATransaction) {
  EXPECT_THROW(run([&]() -> Task<void> {
                 co_await db().transaction([&](Transaction& tx) -> Task<void> {
                   co_await insert(tx, "a");
                   throw std::runtime_error("no");
                 });
               }),
               std::runtime_error);
  EXPECT_EQ(run([&] { return count(); }), 0);
}

TEST_P(DatabaseOnBoth, ATransactionCannotGoOnAfterAFailedStatement) {
  const auto error = failure<DatabaseError>([&]() -> Task<void> {
    co_await db().transaction([&](Transaction& tx) -> Task<void> {
      co_await insert(tx, "a");
      bool violated = false;
      try {
        co_await insert(tx, "a");
      } catch (const UniqueViolation&) {
        violated = true;
      }
      EXPECT_TRUE(violated);
      // Returning now would commit half of what was asked.
    });
  });
  EXPECT_EQ(error.sqlstate(), "25P02");
  EXPECT_EQ(run([&] { return count(); }), 0);
}

TEST_P(DatabaseOnBoth, RunsATransactionAgainAfterAConflict) {
  int runs = 0;
  run([&]() -> Task<void> {
    co_await db().transaction(
        [&](Transaction& tx) -> Task<void> {
          co_await insert(tx, std::to_string(runs));
          if (++runs < 3) throw DatabaseError("40001", "could not serialize access");
        },
        {.attempts = 3});
  });
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(run([&] { return count(); }), 1);
}

TEST_P(DatabaseOnBoth, WritersDoNotLoseEachOthersUpdates) {
  run([&]() -> Task<void> { co_await insert(db(), "a"); });
  constexpr int writers = 20;
  int done = 0;
  for (int i = 0; i < writers; ++i)
    loop_.spawn([](Database& database, int& finished, Loop& loop) -> Task<void> {
      co_await database.transaction([](Transaction& tx) -> Task<void> {
        co_await tx.execute("UPDATE things SET count = count + 1 WHERE id = $1", "a");
        co_await sleep_for(1ms);
      });
      if (++finished == writers) loop.stop();
    }(db(), done, loop_));
  loop_.run();
  EXPECT_EQ(run([&] { return db().one<std::int64_t>("SELECT count FROM things WHERE id = 'a'"); }), writers);
}

TEST_P(DatabaseOnBoth, ServesSeveralLoopsAtOnce) {
  run([&]() -> Task<void> { co_await insert(db(), "a"); });
  constexpr int loops = 3;
  constexpr int updates = 20;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < loops; ++i)
      threads.emplace_back([&] {
        Loop loop;
        const auto work = [&]() -> Task<void> {
          for (int update = 0; update < updates; ++update) {
            co_await db().execute("UPDATE things SET count = count + 1 WHERE id = $1", "a");
            EXPECT_GE(co_await db().one<std::int64_t>("SELECT count FROM things WHERE id = 'a'"), update + 1);
          }
          co_await db().close();
        };
        loop.run_to_end(work());
      });
  }
  EXPECT_EQ(run([&] { return db().one<std::int64_t>("SELECT count FROM things WHERE id = 'a'"); }), loops * updates);
}

TEST_P(DatabaseOnBoth, RefusesMoreCallsThanMayWait) {
  DatabaseOptions options = options_for_test();
  options.connections = 1;
  options.max_waiting = 0;
  options.acquire_timeout = 1s;
  std::vector<std::string> reasons;
  options.on_error = [&](std::string_view reason) { reasons.emplace_back(reason); };
  run([&] { return db().close(); });
  open(std::move(options));
  run([&]() -> Task<void> {
    co_await db().transaction([&](Transaction&) -> Task<void> {
      bool unavailable = false;
      try {
        co_await insert(db(), "a");
      } catch (const Unavailable& error) {
        unavailable = error.status() == 503;
      }
      EXPECT_TRUE(unavailable);
    });
    co_await insert(db(), "b");
  });
  EXPECT_EQ(reasons.size(), 1);
}

TEST_P(DatabaseOnBoth, RefusesMoreReadsThanMayWait) {
  DatabaseOptions options = options_for_test();
  options.connections = 1;
  options.max_waiting = 0;
  std::atomic<int> refused = 0;
  options.on_error = [&](std::string_view reason) { refused += reason.find("wait for a connection") != reason.npos; };
  run([&] { return db().close(); });
  open(std::move(options));
  constexpr int readers = 3;
  int finished = 0;
  for (int i = 0; i < readers; ++i)
    loop_.spawn([](Database& database, int& done, Loop& loop) -> Task<void> {
      try {
        co_await database.within(300ms).all<std::int64_t>(
            "SELECT n FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000000000) "
            "SELECT n FROM c) AS c WHERE n < 0");
      } catch (const std::exception&) {  // one is refused, the others end at their deadline
      }
      if (++done == readers) loop.stop();
    }(db(), finished, loop_));
  loop_.run();
  EXPECT_GE(refused, 1);
}

TEST_P(DatabaseOnBoth, WaitsForAConnectionNoLongerThanItMay) {
  DatabaseOptions options = options_for_test();
  options.connections = 1;
  options.acquire_timeout = 300ms;
  run([&] { return db().close(); });
  open(std::move(options));
  run([&]() -> Task<void> {
    co_await db().transaction([&](Transaction&) -> Task<void> {
      const auto began = Clock::now();
      bool unavailable = false;
      try {
        co_await insert(db(), "a");
      } catch (const DatabaseUnavailable&) {
        unavailable = true;
      }
      EXPECT_TRUE(unavailable);
      EXPECT_GE(Clock::now() - began, 300ms);
      EXPECT_LT(Clock::now() - began, 2s);
    });
    co_await insert(db(), "b");
  });
}

TEST_P(DatabaseOnBoth, EndsAStatementAtItsDeadline) {
  const auto began = Clock::now();
  EXPECT_THROW(
      run([&]() -> Task<void> {
        co_await db().within(100ms).all<std::int64_t>(
            "SELECT n FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000000000) "
            "SELECT n FROM c) AS c WHERE n < 0");
      }),
      DatabaseUnavailable);
  EXPECT_LT(Clock::now() - began, 2s);
  EXPECT_EQ(run([&] { return count(); }), 0);
}

TEST_P(DatabaseOnBoth, EndsAStatementAtTheDeadlineOfTheTaskThatAsked) {
  const auto slow = [&]() -> Task<void> {
    co_await db().all<std::int64_t>(
        "SELECT n FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000000000) "
        "SELECT n FROM c) AS c WHERE n < 0");
  };
  const auto began = Clock::now();
  const auto call = [&]() -> Task<void> {
    co_await set_deadline(began + 100ms);
    co_await slow();
  };
  const auto transaction = [&]() -> Task<void> {
    co_await set_deadline(Clock::now() + 100ms);
    co_await db().transaction([](Transaction& tx) -> Task<void> {
      co_await tx.all<std::int64_t>(
          "SELECT n FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000000000) "
          "SELECT n FROM c) AS c WHERE n < 0");
    });
  };
  EXPECT_THROW(run(call), DatabaseUnavailable);
  EXPECT_THROW(run(transaction), DatabaseUnavailable);
  EXPECT_LT(Clock::now() - began, 3s);
  const auto late = [&]() -> Task<void> {
    co_await set_deadline(Clock::now() - 1ms);
    co_await insert(db(), "a");
  };
  EXPECT_THROW(run(late), DatabaseUnavailable);
  EXPECT_EQ(run([&] { return count(); }), 0);
}

TEST_P(DatabaseOnBoth, TellsTheHookOfErrorsButNotOfViolatedConstraints) {
  DatabaseOptions options = options_for_test();
  std::vector<std::string> reasons;
  options.on_error = [&](std::string_view reason) { reasons.emplace_back(reason); };
  run([&] { return db().close(); });
  open(std::move(options));
  EXPECT_THROW(run([&]() -> Task<void> {
                 co_await insert(db(), "a");
                 co_await insert(db(), "a");
               }),
               UniqueViolation);
  EXPECT_TRUE(reasons.empty());
  EXPECT_THROW(run([&]() -> Task<void> { co_await db().execute("DELETE FROM nowhere"); }), DatabaseError);
  ASSERT_EQ(reasons.size(), 1);
  EXPECT_THAT(reasons.front(), ::testing::HasSubstr("DELETE FROM nowhere"));
}

INSTANTIATE_TEST_SUITE_P(, DatabaseOnBoth, ::testing::Values(Dialect::sqlite, Dialect::postgresql), dialect_name);

// ---- addresses

std::string refused_url(std::string url) {
  try {
    const Database database(DatabaseOptions{.url = std::move(url)});
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(DatabaseUrl, IsRefusedWithASentenceThatHoldsNoPassword) {
  for (const char* url : {"mysql://u:secret@h/d", "secret", "sqlite:", "sqlite://secret/x", "sqlite:a.db?secret=1",
                          "postgresql://u:secret@h:port/d", "postgresql://u:secret@h/d?sslmod=secret"}) {
    EXPECT_NE(refused_url(url), "") << url;
    EXPECT_THAT(refused_url(url), ::testing::Not(::testing::HasSubstr("secret"))) << url;
  }
}

TEST(DatabaseUrl, IsVerifiedOnlyWhereTheServersNameIs) {
  EXPECT_TRUE(is_verified("sqlite:a.db"));
  EXPECT_TRUE(is_verified("postgresql://h/d?sslmode=verify-full"));
  EXPECT_FALSE(is_verified("postgresql://h/d"));
  EXPECT_FALSE(is_verified("postgresql://h/d?sslmode=verify-ca"));
  EXPECT_FALSE(is_verified("postgresql://h/d?application_name=verify-full"));
  EXPECT_THROW(is_verified("postgresql://h/d?sslmode=verify-full&sslmode"), std::invalid_argument);
}

TEST(DatabaseUrl, GivesTheCredentialsThatItHolds) {
  EXPECT_EQ(credentials_in("postgresql://ann:p%40ss@h/d"), (Credentials{"ann", "p@ss"}));
  EXPECT_EQ(credentials_in("postgresql://h/d?user=ann"), (Credentials{"ann", ""}));
  EXPECT_EQ(credentials_in("postgresql://h/d"), Credentials{});
  EXPECT_EQ(credentials_in("sqlite:a.db"), Credentials{});
  EXPECT_THROW(credentials_in("ftp://h/d"), std::invalid_argument);
}

TEST(DatabaseUrl, InMemoryKeepsOneDatabaseForReadsAndWrites) {
  Loop loop;
  const Database database(DatabaseOptions{.url = "sqlite::memory:"});
  auto ask = [&]() -> Task<std::int64_t> {
    co_await database.execute("CREATE TABLE t (n BIGINT)");
    co_await database.execute("INSERT INTO t VALUES (7)");
    co_return co_await database.one<std::int64_t>("SELECT n FROM t");
  };
  EXPECT_EQ(loop.run_to_end(ask()), 7);
}

TEST(DatabaseUrl, ASqliteFileIsReadableByItsOwnerOnly) {
  std::string pattern = (std::filesystem::temp_directory_path() / "redoubt-test-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  const std::filesystem::path file = folder / "made" / "x.db";
  const Database database(DatabaseOptions{.url = "sqlite://" + file.string()});
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace redoubt
