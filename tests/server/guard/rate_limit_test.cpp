#include "redoubt/rate_limit.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace redoubt {
namespace {

using namespace std::chrono_literals;

const Clock::time_point start{1h};

int allowed(RateLimiter& limiter, std::string_view key, const Rate& rate, Clock::time_point now, int requests) {
  int count = 0;
  for (int i = 0; i < requests; ++i) count += limiter.take_now(key, rate, now).allowed ? 1 : 0;
  return count;
}

TEST(RateLimiter, CountsEachKeyOnItsOwn) {
  RateLimiter limiter;
  EXPECT_EQ(allowed(limiter, "a", "5/minute", start, 9), 5);
  EXPECT_EQ(allowed(limiter, "b", "5/minute", start, 9), 5);
  EXPECT_EQ(allowed(limiter, "a", "5/minute", start + 24s, 9), 2);
  EXPECT_EQ(allowed(limiter, "a", "5/minute", start + 1h, 9), 5);
}

TEST(RateLimiter, WithoutALimitCountsNothing) {
  RateLimiter limiter;
  EXPECT_EQ(allowed(limiter, "a", "off", start, 100), 100);
  EXPECT_EQ(limiter.take_now("a", "off", start).limit, 0U);
}

TEST(RateLimiter, AnswersThroughTheStoresInterfaceToo) {
  Loop loop;
  RateLimiter limiter;
  RateStore& store = limiter;
  EXPECT_EQ(loop.run_to_end(store.take("a", "2/hour", start)).remaining, 1U);
  EXPECT_EQ(loop.run_to_end(store.take("a", "2/hour", start)).remaining, 0U);
  EXPECT_EQ(loop.run_to_end(store.take("a", "2/hour", start)).retry_after, 30min);
}

TEST(RateLimiter, AClockReadTooEarlyGivesNothingBack) {
  RateLimiter limiter;
  EXPECT_EQ(allowed(limiter, "a", "5/second", start + 10ms, 9), 5);
  EXPECT_EQ(allowed(limiter, "a", "5/second", start, 9), 0);
}

TEST(RateLimiter, IsExactAcrossThreads) {
  RateLimiter limiter;
  constexpr int keys = 8;
  std::array<std::atomic<int>, keys> passed{};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 4'000; ++i) {
          const int key = (i + thread) % keys;
          if (limiter.take_now(fmt::format("key {}", key), "1000/hour", start).allowed)
            ++passed[static_cast<std::size_t>(key)];
        }
      });
    }
  }
  for (const auto& count : passed) EXPECT_EQ(count, 1000);
}

TEST(RateLimiter, IsExactAcrossThreadsWhileTimePassesAndKeysCrowd) {
  // Few places, many keys, threads whose clocks differ: never more than the limit allows in the time that passed.
  RateLimiter limiter(64);
  const Rate rate("50/second");
  constexpr auto duration = 2s;
  std::array<std::atomic<std::int64_t>, 4> passed{};
  {
    std::vector<std::jthread> threads;
    for (unsigned thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        std::mt19937 random(thread);
        for (auto t = 0ms; t < duration; t += 1ms) {
          const auto now = start + t - std::chrono::microseconds(random() % 3000);
          const std::size_t key = random() % passed.size();
          if (limiter.take_now(fmt::format("key {}", key), rate, now).allowed) ++passed[key];
          std::ignore = limiter.take_now(fmt::format("crowd {}", random()), rate, now);
        }
      });
    }
  }
  for (const auto& count : passed) EXPECT_LE(count, 50 + 2 * 50);
}

TEST(RateLimiter, AgreesWithOneCounterAKeyThatIsNeverForgotten) {
  RateLimiter limiter(2'000);
  const Rate rate("4/minute");
  std::map<std::string, std::chrono::nanoseconds> arrivals;
  std::mt19937 random(7);
  std::chrono::nanoseconds now = 1h;
  for (int i = 0; i < 50'000; ++i) {
    now += std::chrono::milliseconds(random() % 200);
    const std::string key = fmt::format("key {}", random() % 400);
    std::chrono::nanoseconds& arrival = arrivals[key];
    auto ahead = arrival - now;
    const bool expected = decide(rate, ahead).allowed;
    if (expected) arrival = now + ahead;
    ASSERT_EQ(limiter.take_now(key, rate, Clock::time_point(now)).allowed, expected) << "at request " << i;
  }
}

TEST(RateLimiter, AFloodOfFreshKeysNeverFreesALimitedOne) {
  RateLimiter limiter(1'000);
  EXPECT_EQ(allowed(limiter, "victim", "5/hour", start, 9), 5);
  int passed = 0;
  for (int i = 0; i < 100'000; ++i) {
    passed += limiter.take_now(fmt::format("flood {}", i), "5/hour", start).allowed ? 1 : 0;
  }
  EXPECT_EQ(allowed(limiter, "victim", "5/hour", start, 9), 0);
  // The places, and the limit that each of the 64 shards keeps for keys without one.
  EXPECT_LE(passed, 4'096 + 64 * 5);
  EXPECT_GE(passed, 1'000);
}

TEST(RateLimiter, AfterAFloodFreshKeysHaveTheirOwnLimitAgain) {
  RateLimiter limiter(1'000);
  for (int i = 0; i < 100'000; ++i) std::ignore = limiter.take_now(fmt::format("flood {}", i), "5/minute", start);
  EXPECT_EQ(allowed(limiter, "fresh", "5/minute", start, 9), 0);
  EXPECT_EQ(allowed(limiter, "fresh", "5/minute", start + 1min, 9), 5);
}

TEST(RateLimiter, KeysThatTogetherFitAreNotCrowdedOut) {
  RateLimiter limiter(10'000);
  int passed = 0;
  for (int i = 0; i < 10'000; ++i) {
    passed += allowed(limiter, fmt::format("key {}", i), "1/hour", start, 2);
  }
  EXPECT_EQ(passed, 10'000);
}

TEST(RateLimiter, PeekingCostsNothing) {
  RateLimiter limiter;
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(limiter.peek("a", "1/hour", start).allowed);
  EXPECT_TRUE(limiter.take_now("a", "1/hour", start).allowed);
  EXPECT_EQ(limiter.peek("a", "1/hour", start).retry_after, 1h);
}

TEST(RateLimiter, LearnsWhatWasSpentElsewhere) {
  RateLimiter limiter;
  limiter.learn("a", 36min, start);
  EXPECT_EQ(allowed(limiter, "a", "5/hour", start, 9), 2);
  limiter.learn("a", 1min, start);
  EXPECT_EQ(allowed(limiter, "a", "5/hour", start, 9), 0);
  limiter.learn("b", 1h, start - 1h);
  EXPECT_EQ(allowed(limiter, "b", "5/hour", start, 9), 5);
}

TEST(RateLimitKey, CountsIpv6ByItsNetworkAndIpv4ByAddress) {
  const auto key = [](std::string_view text) { return client_key("login", *IpAddress::parse(text)); };
  EXPECT_EQ(key("2001:db8:1:2:3::4"), key("2001:db8:1:2:ffff::"));
  EXPECT_NE(key("2001:db8:1:2::"), key("2001:db8:1:3::"));
  EXPECT_NE(key("192.0.2.1"), key("192.0.2.2"));
  EXPECT_EQ(key("::ffff:192.0.2.1"), key("192.0.2.1"));
  EXPECT_EQ(key("2001:db8:1:2:3::4"), "login client 2001:db8:1:2::/64");
}

TEST(RateLimitKey, KeepsScopesAndKindsApart) {
  EXPECT_NE(subject_key("login", "a"), subject_key("items", "a"));
  EXPECT_NE(subject_key("login", "192.0.2.1"), client_key("login", *IpAddress::parse("192.0.2.1")));
}

}  // namespace
}  // namespace redoubt
