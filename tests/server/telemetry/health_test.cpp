#include "redoubt/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "redoubt/runtime.hpp"

namespace redoubt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Readiness, IsReadyWithoutChecks) {
  Loop loop;
  const Readiness readiness;
  EXPECT_THAT(loop.run_to_end(readiness.failing()), IsEmpty());
}

TEST(Readiness, NamesWhatFailsAndAsksAnewEachTime) {
  Loop loop;
  Readiness readiness;
  bool up = false;
  readiness.add("database", [&up]() -> Task<bool> { co_return up; });
  readiness.add("keys", []() -> Task<bool> { co_return true; });
  readiness.add("audit", []() -> Task<bool> {
    co_await sleep_for(std::chrono::milliseconds(1));
    throw std::runtime_error("disk full");
  });
  EXPECT_THAT(loop.run_to_end(readiness.failing()), ElementsAre("database", "audit"));
  up = true;
  EXPECT_THAT(loop.run_to_end(readiness.failing()), ElementsAre("audit"));
}

TEST(Readiness, IsNotReadyWhileDraining) {
  Loop loop;
  Readiness readiness;
  EXPECT_FALSE(readiness.draining());
  readiness.drain();
  EXPECT_TRUE(readiness.draining());
  EXPECT_THAT(loop.run_to_end(readiness.failing()), ElementsAre("draining"));
}

}  // namespace
}  // namespace redoubt
