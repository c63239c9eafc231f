#include "hashing_turn.hpp"

#include <atomic>
#include <latch>
#include <thread>

#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

TEST(HashingTurns, AreAShareForEachClient) {
  HashingTurns turns(2);
  EXPECT_TRUE(turns.take("192.0.2.1"));
  EXPECT_TRUE(turns.take("192.0.2.1"));
  EXPECT_FALSE(turns.take("192.0.2.1"));
  EXPECT_TRUE(turns.take("192.0.2.2"));
  turns.give_back("192.0.2.1");
  EXPECT_TRUE(turns.take("192.0.2.1"));
  EXPECT_FALSE(turns.take("192.0.2.1"));
}

// A handler that hashes until it is told to stop.
struct Hashing {
  Workers workers{"hashing", 8, 8};
  std::atomic<int> begun = 0;
  std::latch stop{1};
};

TEST(HashingTurn, IsHeldWhileARequestHashesAndGivenBackAfterwards) {
  HashingTurns turns(3);
  Hashing hashing;
  Application app({.trusted_proxies = {*IpRange::parse("127.0.0.1")}});
  app.provide(turns);
  app.provide(hashing);
  app.post("/hash", [](State<Hashing> hash, HashingTurn& /*turn*/) -> Task<NoContent> {
    co_await hash->workers.run([&] {
      ++hash->begun;
      hash->stop.wait();
    });
    co_return NoContent{};
  });
  app.prepare();
  const auto ask_from = [&](std::string address) {
    TestClient asking(app);
    return asking.post("/hash", "", {{"X-Forwarded-For", std::move(address)}});
  };
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    const auto begin_from = [&](std::string address) {
      const int before = hashing.begun;
      threads.emplace_back([&, address = std::move(address)] { answered += ask_from(address).status == 204; });
      while (hashing.begun == before) std::this_thread::yield();
    };
    for (int i = 0; i < 3; ++i) begin_from("2001:db8::1");
    const Answer beyond = ask_from("2001:db8::2");  // the same subscriber
    EXPECT_EQ(beyond.status, 503);
    EXPECT_TRUE(beyond.header("Retry-After"));
    begin_from("2001:db8:0:1::1");
    hashing.stop.count_down();
  }
  EXPECT_EQ(answered, 4);
  EXPECT_EQ(ask_from("2001:db8::1").status, 204) << "every turn was given back";
}

}  // namespace
}  // namespace redoubt::api
