#include "hashing_turn.hpp"

#include <atomic>
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

class HashingQueue : public ServiceTest {};
REDOUBT_ON_BOTH_DATABASES(HashingQueue);

TEST_P(HashingQueue, IsNeverFilledByOneClient) {
  // Costly enough for the requests of all threads to meet in the queue.
  Instance busy(environment({{"AUDIT_LOG", "off"}, {"TRUSTED_PROXIES", "127.0.0.1"}}), 11);
  const auto sign_in_from = [&](TestClient& asking, std::string address) {
    return asking.post_form("/auth/login", {{"username", "nobody@example.com"}, {"password", "wrong"}},
                            {{"X-Forwarded-For", std::move(address)}});
  };
  std::atomic<int> answered = 0;
  std::atomic<int> turned_away = 0;
  std::atomic<int> neighbours_turned_away = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 100; ++i)
      threads.emplace_back([&] {
        TestClient asking(busy.service->application());
        const Answer answer = sign_in_from(asking, "192.0.2.1");
        if (answer.status == 401) ++answered;
        if (answer.status == 503 && answer.header("Retry-After")) ++turned_away;
      });
    while (turned_away == 0 && answered < 100) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) {
      TestClient asking(busy.service->application());
      if (sign_in_from(asking, "192.0.2.2").status == 503) ++neighbours_turned_away;
    }
  }
  EXPECT_EQ(answered + turned_away, 100);
  EXPECT_GE(answered, 48);
  EXPECT_GT(turned_away, 0);
  EXPECT_EQ(neighbours_turned_away, 0);
  // Every turn was given back.
  TestClient later(busy.service->application());
  EXPECT_EQ(sign_in_from(later, "192.0.2.1").status, 401);
}

}  // namespace
}  // namespace redoubt::api
