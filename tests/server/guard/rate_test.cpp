#include "redoubt/rate.hpp"

#include <gtest/gtest.h>

#include <random>

namespace redoubt {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

static_assert(Rate("5/minute").limit() == 5);
static_assert(Rate("5/minute").period() == 60s);
static_assert(Rate("1/day").period() == 24h);
static_assert(Rate("off").is_off());
static_assert(Rate("7/second").burst() >= 1s && Rate("7/second").burst() < 1s + 7ns);

TEST(Rate, ReadsWhatConfigurationSays) {
  EXPECT_EQ(Rate::parse("300/minute"), Rate("300/minute"));
  EXPECT_EQ(Rate::parse("1/second")->to_string(), "1/second");
  EXPECT_EQ(Rate::parse("1000000/hour")->to_string(), "1000000/hour");
  EXPECT_EQ(Rate::parse("10/day")->to_string(), "10/day");
  EXPECT_EQ(Rate::parse("off")->to_string(), "off");
}

TEST(Rate, RefusesWhatItDoesNotUnderstand) {
  for (const char* text :
       {"", "5", "/", "/minute", "5/", "5/minutes", "5 / minute", "5/Minute", "-5/minute", "+5/minute", "5.5/minute",
        "0/minute", "1000001/second", "99999999999999999999/second", "5/minute/hour", "OFF", " off", "5/fortnight"}) {
    EXPECT_FALSE(Rate::parse(text)) << text;
  }
  EXPECT_EQ(Rate::parse("0/minute").error(), "would refuse every request: write off for no limit");
}

// A client with a clock of its own, in front of decide().
struct Client {
  Rate rate;
  nanoseconds arrival = 0ns;

  RateDecision send(nanoseconds now) {
    nanoseconds ahead = arrival - now;
    const RateDecision decision = decide(rate, ahead);
    if (decision.allowed) arrival = now + ahead;
    return decision;
  }
};

TEST(Rate, AllowsTheWholeLimitAtOnceThenOneEachInterval) {
  Client client{Rate("5/minute")};
  for (std::uint32_t i = 0; i < 5; ++i) {
    const RateDecision decision = client.send(0s);
    EXPECT_TRUE(decision.allowed);
    EXPECT_EQ(decision.remaining, 4 - i);
    EXPECT_EQ(decision.reset, 12s * (i + 1));
    EXPECT_EQ(decision.retry_after, 0s);
  }
  const RateDecision refused = client.send(0s);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.limit, 5U);
  EXPECT_EQ(refused.remaining, 0U);
  EXPECT_EQ(refused.retry_after, 12s);
  EXPECT_EQ(refused.reset, 60s);

  EXPECT_FALSE(client.send(12s - 1ns).allowed);
  EXPECT_EQ(client.send(11s).retry_after, 1s);
  EXPECT_EQ(client.send(10s + 1ms).retry_after, 2s);
  EXPECT_TRUE(client.send(12s).allowed);
  EXPECT_FALSE(client.send(12s).allowed);
}

TEST(Rate, KnowsNoWindowsEdge) {
  Client client{Rate("5/minute")};
  const auto spend = [&](nanoseconds now) {
    int allowed = 0;
    for (int i = 0; i < 10; ++i) allowed += client.send(now).allowed ? 1 : 0;
    return allowed;
  };
  EXPECT_EQ(spend(59s), 5);
  EXPECT_EQ(spend(61s), 0);
  EXPECT_EQ(spend(59s + 60s), 5);
}

TEST(Rate, ARefusedRequestCostsNothing) {
  Client client{Rate("1/minute")};
  EXPECT_TRUE(client.send(0s).allowed);
  for (int i = 1; i < 60; ++i) EXPECT_FALSE(client.send(std::chrono::seconds(i)).allowed);
  EXPECT_TRUE(client.send(60s).allowed);
}

// The definition, by brute force: a request may pass when, counted from every earlier one that passed, no time span
// sees more than N + t / interval.
bool oracle_allows(const std::vector<nanoseconds>& passed, const Rate& rate, nanoseconds now) {
  for (std::size_t i = 0; i < passed.size(); ++i) {
    const auto in_span = static_cast<std::int64_t>(passed.size() - i + 1);
    if (in_span > rate.limit() + (now - passed[i]) / rate.interval()) return false;
  }
  return true;
}

TEST(Rate, DecidesAsTheDefinitionDoes) {
  std::mt19937_64 random(20260101);
  for (const Rate rate : {Rate("1/second"), Rate("3/second"), Rate("7/second"), Rate("5/minute"), Rate("11/minute"),
                          Rate("30/hour"), Rate("2/day")}) {
    for (int round = 0; round < 20; ++round) {
      Client client{rate};
      std::vector<nanoseconds> passed;
      nanoseconds now = 1h;
      for (int i = 0; i < 300; ++i) {
        // Bursts, steps that meet an interval to the nanosecond, and any others.
        switch (random() % 4) {
          case 0:
            break;
          case 1:
            now += rate.interval() - 1ns + nanoseconds(random() % 3);
            break;
          case 2:
            now += nanoseconds(random() % static_cast<std::uint64_t>(rate.interval().count()));
            break;
          default:
            now += random() % 8 == 0 ? nanoseconds(rate.period()) : nanoseconds(random() % 1000);
        }
        const bool expected = oracle_allows(passed, rate, now);
        const RateDecision decision = client.send(now);
        ASSERT_EQ(decision.allowed, expected) << rate.to_string() << " at request " << i;
        ASSERT_EQ(decision.allowed, decision.retry_after == 0s);
        if (decision.allowed) passed.push_back(now);
        // What is said to remain is what would pass now.
        Client probe = client;
        std::uint32_t remaining = 0;
        while (probe.send(now).allowed) ++remaining;
        ASSERT_EQ(decision.remaining, remaining);
        ASSERT_TRUE(decision.allowed || Client(client).send(now + decision.retry_after).allowed);
      }
    }
  }
}

TEST(Rate, ASpanOfOnePeriodNeverSeesTwiceTheLimitWhateverTheSenderTries) {
  // The greediest sender: asks at every instant that could be allowed.
  const Rate rate("5/minute");
  Client client{rate};
  std::vector<nanoseconds> passed;
  for (nanoseconds now = 1h; now < 2h; now += 500ms) {
    while (client.send(now).allowed) passed.push_back(now);
  }
  EXPECT_EQ(passed.size(), 5U + 3600 / 12 - 1);
  for (std::size_t first = 0; first < passed.size(); ++first) {
    const auto end = std::ranges::lower_bound(passed, passed[first] + rate.period());
    EXPECT_LT(end - passed.begin() - static_cast<std::ptrdiff_t>(first), 10);
  }
}

TEST(Rate, TellsTheClientInResponseFields) {
  Response response;
  apply({.allowed = false, .limit = 5, .remaining = 0, .reset = 60s, .retry_after = 12s}, response);
  EXPECT_EQ(response.find("RateLimit-Limit"), "5");
  EXPECT_EQ(response.find("RateLimit-Remaining"), "0");
  EXPECT_EQ(response.find("RateLimit-Reset"), "60");
  EXPECT_EQ(response.find("Retry-After"), "12");

  Response allowed;
  apply({.allowed = true, .limit = 5, .remaining = 4, .reset = 12s}, allowed);
  EXPECT_EQ(allowed.find("RateLimit-Remaining"), "4");
  EXPECT_EQ(allowed.find("Retry-After"), std::nullopt);

  Response unlimited;
  apply(RateDecision(), unlimited);
  EXPECT_TRUE(unlimited.fields.empty());
}

}  // namespace
}  // namespace redoubt
