#include "redoubt/runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define REDOUBT_LEAVES_FRAMES_BEHIND const __lsan::ScopedDisabler left_behind
#endif
#endif
#ifndef REDOUBT_LEAVES_FRAMES_BEHIND
#define REDOUBT_LEAVES_FRAMES_BEHIND static_assert(true)
#endif

namespace redoubt {
namespace {

Task<int> answer() {
  co_return 42;
}
Task<int> deep(int depth) {
  co_return depth == 0 ? 0 : 1 + co_await deep(depth - 1);
}

TEST(Loop, RunsATaskToItsEndAndGivesItsValue) {
  Loop loop;
  EXPECT_EQ(loop.run_to_end(answer()), 42);
}

TEST(Loop, AnExceptionInATaskReachesWhoAwaitsIt) {
  Loop loop;
  auto failing = []() -> Task<int> {
    co_await sleep_for(std::chrono::milliseconds(1));
    throw std::runtime_error("no");
  };
  EXPECT_THROW(loop.run_to_end(failing()), std::runtime_error);
}

TEST(Task, AwaitingDeeplyDoesNotGrowTheStack) {
  Loop loop;
  EXPECT_EQ(loop.run_to_end(deep(20'000)), 20'000);
}

TEST(Task, InheritsTheDeadlineOfWhoAwaitsIt) {
  Loop loop;
  const auto inner = []() -> Task<Clock::time_point> { co_return co_await current_deadline(); };
  const auto middle = [inner](Clock::time_point own) -> Task<Clock::time_point> {
    co_await sleep_for(std::chrono::milliseconds(1));
    if (own != Clock::time_point()) co_await set_deadline(own);
    co_return co_await inner();
  };
  const auto outer = [&]() -> Task<void> {
    EXPECT_EQ(co_await middle({}), Clock::time_point::max());
    const Clock::time_point deadline(std::chrono::hours(5));
    co_await set_deadline(deadline);
    EXPECT_EQ(co_await middle({}), deadline);
    EXPECT_EQ(co_await middle(deadline - std::chrono::hours(1)), deadline - std::chrono::hours(1));
    EXPECT_EQ(co_await inner(), deadline);  // what a task sets for itself stays with it
  };
  loop.run_to_end(outer());
}

TEST(Workers, ResumesOnTheLoopThatAsked) {
  Loop loop;
  Workers workers("test", 1, 4);
  const auto here = std::this_thread::get_id();
  auto ask = [&]() -> Task<bool> {
    const auto there = co_await workers.run([] { return std::this_thread::get_id(); });
    co_return there != here&& std::this_thread::get_id() == here;
  };
  EXPECT_TRUE(loop.run_to_end(ask()));
}

TEST(Workers, RefusesMoreThanItsQueueHolds) {
  Loop loop;
  Workers workers("hash", 1, 0);
  auto ask = [&]() -> Task<void> { co_await workers.run([] {}); };
  EXPECT_THROW(loop.run_to_end(ask()), WorkersBusy);
}

TEST(Workers, AreWaitedForByALoopThatEndsUnderThem) {
  Workers workers("test", 1, 4);
  std::latch begun{1};
  std::latch release{1};
  std::atomic<bool> done = false;
  std::jthread releasing;
  {
    REDOUBT_LEAVES_FRAMES_BEHIND;  // those of what is cut off: the process that cuts it off ends
    Loop loop;
    // Nobody awaits it: the loop stops while the worker is busy, as a server's does that cuts requests off.
    const auto work = [&]() -> Task<void> {
      co_await workers.run([&] {
        begun.count_down();
        release.wait();
        done = true;
      });
      ADD_FAILURE() << "resumed on a loop that has ended";
    };
    const auto ask = [&]() -> Task<void> {
      Loop::current()->spawn(work());
      while (!begun.try_wait()) co_await sleep_for(std::chrono::milliseconds(1));
    };
    loop.run_to_end(ask());
    releasing = std::jthread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      release.count_down();
    });
  }
  EXPECT_TRUE(done) << "what it would have posted to is gone";
}

}  // namespace
}  // namespace redoubt
