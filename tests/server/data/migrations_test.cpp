#include "redoubt/migrations.hpp"

#include <array>
#include <thread>

#include "server/data/database_fixture.hpp"

namespace redoubt {
namespace {

class MigrationsOnBoth : public DatabaseTest {
 protected:
  std::vector<std::int64_t> migrated(std::span<const Migration> migrations) {
    return run([&] { return migrate(db(), migrations); });
  }
  std::string refused(std::span<const Migration> migrations) {
    try {
      migrated(migrations);
      return "";
    } catch (const MigrationError& error) {
      return error.what();
    }
  }
};

constexpr std::array history{
    Migration{1, "users", "CREATE TABLE users (id TEXT PRIMARY KEY); CREATE INDEX users_by_id ON users (id);"},
    Migration{2, "counts", {"CREATE TABLE counts (n INTEGER)", "CREATE TABLE counts (n BIGINT)"}},
    Migration{5, "names", "ALTER TABLE users ADD COLUMN name TEXT"},
};

TEST_P(MigrationsOnBoth, AreAppliedOnceInOrder) {
  EXPECT_EQ(migrated(std::span(history).first(1)), std::vector<std::int64_t>{1});
  EXPECT_EQ(migrated(history), (std::vector<std::int64_t>{2, 5}));
  EXPECT_EQ(migrated(history), std::vector<std::int64_t>{});
  EXPECT_EQ(run([&] { return db().execute("INSERT INTO users (id, name) VALUES ('a', 'b')"); }), 1);
}

TEST_P(MigrationsOnBoth, ChangedAfterwardsAreRefused) {
  migrated(history);
  auto changed = history;
  changed[0].script = "CREATE TABLE users (id TEXT)";
  EXPECT_THAT(refused(changed), ::testing::HasSubstr("migration 1 (users) was changed"));
}

TEST_P(MigrationsOnBoth, OfANewerProgramAreRefused) {
  migrated(history);
  EXPECT_THAT(refused(std::span(history).first(2)), ::testing::HasSubstr("run a newer program"));
}

TEST_P(MigrationsOnBoth, InsertedBeforeAppliedOnesAreRefused) {
  migrated(history);
  const std::array inserted{history[0], history[1], Migration{3, "late", "SELECT 1"}, history[2]};
  EXPECT_THAT(refused(inserted), ::testing::HasSubstr("migration 3 (late) is not applied"));
  const std::array disorder{history[1], history[0]};
  EXPECT_THAT(refused(disorder), ::testing::HasSubstr("ascending"));
}

TEST_P(MigrationsOnBoth, ThatFailLeaveNothingOfThemselves) {
  const std::array failing{Migration{1, "half", "CREATE TABLE half (n BIGINT); INSERT INTO nowhere VALUES (1);"}};
  EXPECT_THROW(migrated(failing), DatabaseError);
  const std::array mended{Migration{1, "half", "CREATE TABLE half (n BIGINT)"}};
  EXPECT_EQ(migrated(mended), std::vector<std::int64_t>{1});
}

TEST_P(MigrationsOnBoth, AreRequiredWithoutChangingAnything) {
  const auto require = [&](std::span<const Migration> migrations) {
    run([&] { return require_migrated(db(), migrations); });
  };
  EXPECT_THROW(require(history), MigrationError);
  EXPECT_NO_THROW(require({}));
  migrated(std::span(history).first(2));
  EXPECT_THROW(require(history), MigrationError);
  EXPECT_NO_THROW(require(std::span(history).first(2)));
}

TEST_P(MigrationsOnBoth, OfSeveralInstancesAtOnceRunEachScriptOnce) {
  std::atomic<std::size_t> applied = 0;
  {
    std::vector<std::jthread> instances;
    for (int i = 0; i < 4; ++i)
      instances.emplace_back([&, options = options_for_test()]() mutable {
        options.connections = 1;
        options.acquire_timeout = std::chrono::seconds(10);
        Loop loop;
        Database database(std::move(options));
        const auto instance = [&]() -> Task<void> {
          applied += (co_await migrate(database, history)).size();
          co_await database.close();
        };
        loop.run_to_end(instance());
      });
  }
  EXPECT_EQ(applied, history.size());
}

INSTANTIATE_TEST_SUITE_P(, MigrationsOnBoth, ::testing::Values(Dialect::sqlite, Dialect::postgresql), dialect_name);

}  // namespace
}  // namespace redoubt
