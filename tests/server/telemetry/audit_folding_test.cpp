#include "redoubt/audit_folding.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace redoubt {
namespace {

using namespace std::chrono_literals;

const Clock::time_point start{1h};

EventKind refused_by_rate(std::string client) {
  return {.event = AuditEvent::excess_rate_limit_exceeded, .client = std::move(client)};
}

TEST(AuditFolding, LetsTheFirstOfAMinutePassAndCountsTheRest) {
  AuditFolding folding;
  const EventKind kind = refused_by_rate("192.0.2.1");
  EXPECT_TRUE(folding.is_first(kind, start));
  for (int i = 1; i <= 500; ++i) EXPECT_FALSE(folding.is_first(kind, start + i * 100ms));
  EXPECT_TRUE(folding.take_ended(start + 59s).empty()) << "its minute is not over";

  const auto counted = folding.take_ended(start + 60s);
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].kind, kind);
  EXPECT_EQ(counted[0].count, 500U);
  EXPECT_TRUE(folding.take_ended(start + 61s).empty()) << "told once";
  EXPECT_TRUE(folding.is_first(kind, start + 61s)) << "the next minute begins with a line again";
}

TEST(AuditFolding, SaysNothingOfAMinuteWithOneEvent) {
  AuditFolding folding;
  EXPECT_TRUE(folding.is_first(refused_by_rate("192.0.2.1"), start));
  EXPECT_TRUE(folding.take_ended(start + 1h).empty());
}

TEST(AuditFolding, TellsEventsAccountsClientsAndRoutesApart) {
  AuditFolding folding;
  const EventKind kind{.event = AuditEvent::authz_fail, .account = "ann", .client = "192.0.2.1", .route = "/users"};
  EXPECT_TRUE(folding.is_first(kind, start));
  for (const auto change : {0, 1, 2, 3}) {
    EventKind other = kind;
    if (change == 0) other.event = AuditEvent::authn_token_fail;
    if (change == 1) other.account = "bob";
    if (change == 2) other.client = "192.0.2.2";
    if (change == 3) other.route = "/users/{id}";
    EXPECT_TRUE(folding.is_first(other, start)) << change;
    EXPECT_FALSE(folding.is_first(other, start)) << change;
  }
  EXPECT_EQ(folding.take_ended(Clock::time_point::max()).size(), 4U);
}

TEST(AuditFolding, CountsAFloodOfClientsTogetherBeyondItsBound) {
  AuditFolding folding(10);
  int lines = 0;
  for (int i = 0; i < 10'000; ++i)
    lines += folding.is_first(refused_by_rate("client " + std::to_string(i)), start) ? 1 : 0;
  EXPECT_EQ(lines, 10);
  const auto counted = folding.take_ended(start + 1min);
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].kind, refused_by_rate("")) << "no client by name";
  EXPECT_EQ(counted[0].count, 9'990U);
  EXPECT_TRUE(folding.is_first(refused_by_rate("client 11"), start + 1min)) << "there is room again";
}

TEST(AuditFolding, LosesNoEventOfSeveralThreads) {
  AuditFolding folding;
  std::atomic<std::uint64_t> firsts = 0;
  std::atomic<std::uint64_t> counted = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < 5'000; ++n) {
          if (folding.is_first(refused_by_rate("192.0.2.1"), start + n * 1s)) ++firsts;
          if (n % 100 == 0) {
            for (const auto& minute : folding.take_ended(start + n * 1s)) counted += minute.count;
          }
        }
      });
  }
  for (const auto& minute : folding.take_ended(Clock::time_point::max())) counted += minute.count;
  EXPECT_EQ(firsts + counted, 20'000U);
}

}  // namespace
}  // namespace redoubt
