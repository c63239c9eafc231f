#include "redoubt/database_rate_store.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "server/data/database_fixture.hpp"

namespace redoubt {
namespace {

using namespace std::chrono_literals;

TEST(SharedRateLimit, NeedsADatabaseThatProcessesShare) {
  Database sqlite({.url = "sqlite::memory:"});
  EXPECT_THROW(DatabaseRateStore{sqlite}, std::invalid_argument);
}

class DatabaseRateStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    script(rate_limits_table.postgresql);
  }
  RateDecision take(DatabaseRateStore& store, std::string_view key, Rate rate) {
    return run([&] { return store.take(key, rate, Clock::now()); });
  }
  // As the stores of other processes do: with a memory of its own.
  int allowed(std::string_view key, Rate rate, int requests) {
    DatabaseRateStore store(db());
    int count = 0;
    for (int i = 0; i < requests; ++i) count += take(store, key, rate).allowed ? 1 : 0;
    return count;
  }
};

TEST_P(DatabaseRateStoreTest, CountsAsTheLimiterInMemoryDoes) {
  DatabaseRateStore store(db());
  for (std::uint32_t i = 0; i < 5; ++i) {
    const RateDecision decision = take(store, "a", "5/hour");
    EXPECT_TRUE(decision.allowed);
    EXPECT_EQ(decision.remaining, 4 - i);
    EXPECT_NEAR(static_cast<double>(decision.reset.count()), 720.0 * (i + 1), 5);
  }
  for (int i = 0; i < 3; ++i) {
    const RateDecision refused = take(store, "a", "5/hour");
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.limit, 5U);
    EXPECT_EQ(refused.remaining, 0U);
    EXPECT_NEAR(static_cast<double>(refused.retry_after.count()), 720, 5);
    EXPECT_NEAR(static_cast<double>(refused.reset.count()), 3600, 5);
  }
  EXPECT_TRUE(take(store, "b", "5/hour").allowed);
  EXPECT_EQ(take(store, "a", "off").limit, 0U);
}

TEST_P(DatabaseRateStoreTest, StoresOfSeveralProcessesShareOneCount) {
  EXPECT_EQ(allowed("a", "5/hour", 3), 3);
  EXPECT_EQ(allowed("a", "5/hour", 9), 2);
  EXPECT_EQ(allowed("a", "5/hour", 9), 0);
}

TEST_P(DatabaseRateStoreTest, AllowsAgainWhenItsTimeHasCome) {
  DatabaseRateStore store(db());
  EXPECT_TRUE(take(store, "a", "2/second").allowed);
  EXPECT_TRUE(take(store, "a", "2/second").allowed);
  EXPECT_FALSE(take(store, "a", "2/second").allowed);
  std::this_thread::sleep_for(550ms);
  EXPECT_TRUE(take(store, "a", "2/second").allowed);
  EXPECT_FALSE(take(store, "a", "2/second").allowed);
}

TEST_P(DatabaseRateStoreTest, IsExactWhileManyAskAtOnce) {
  constexpr int threads = 4;
  constexpr int requests = 100;
  std::atomic<int> passed = 0;
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < threads; ++i) {
      askers.emplace_back([&] {
        Loop loop;
        Database database(options_for_test());
        DatabaseRateStore store(database);
        loop.run_to_end([](Database& own, DatabaseRateStore& limits, std::atomic<int>& count) -> Task<void> {
          for (int request = 0; request < requests; ++request) {
            if ((co_await limits.take("shared", "50/day", Clock::now())).allowed) ++count;
          }
          co_await own.close();
        }(database, store, passed));
      });
    }
  }
  EXPECT_EQ(passed, 50);
}

TEST_P(DatabaseRateStoreTest, ARefusedKeyIsRefusedFromMemory) {
  DatabaseRateStore store(db());
  EXPECT_TRUE(take(store, "a", "1/hour").allowed);
  EXPECT_FALSE(take(store, "a", "1/hour").allowed);
  script("DROP TABLE rate_limits");
  EXPECT_FALSE(take(store, "a", "1/hour").allowed);
  EXPECT_THROW(take(store, "b", "1/hour"), DatabaseError);
}

TEST_P(DatabaseRateStoreTest, AnyBytesAreAKey) {
  DatabaseRateStore store(db());
  EXPECT_TRUE(take(store, std::string("a\0b", 3), "1/hour").allowed);
  EXPECT_TRUE(take(store, "a", "1/hour").allowed);
  EXPECT_TRUE(take(store, std::string(1'000'000, '\xff'), "1/hour").allowed);
}

TEST_P(DatabaseRateStoreTest, ForgetsOnlyKeysThatHaveTheirWholeLimitAgain) {
  DatabaseRateStore store(db());
  std::ignore = take(store, "brief", "1000/second");
  std::ignore = take(store, "long", "1/hour");
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(run([&] { return store.forget_idle_keys(); }), 1);
  EXPECT_EQ(allowed("long", "1/hour", 3), 0);
}

INSTANTIATE_TEST_SUITE_P(, DatabaseRateStoreTest, ::testing::Values(Dialect::postgresql), dialect_name);

}  // namespace
}  // namespace redoubt
