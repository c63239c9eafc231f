#include "redoubt/runtime.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "net/completion.hpp"
#include "net/loop.hpp"

namespace redoubt {

namespace {

thread_local Loop* current_loop = nullptr;

// A coroutine that nobody awaits: it destroys itself when it ends.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

Detached run_detached(Task<void> task, std::move_only_function<void(std::exception_ptr)> failed) {
  try {
    co_await std::move(task);
  } catch (...) {
    if (!failed) std::terminate();
    failed(std::current_exception());
  }
}

}  // namespace

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() {
  // A worker may be busy for a loop that was stopped under it; and what it posted may have run, and ended this loop,
  // before it has left post().
  constexpr int patience = 1000;
  for (int turn = 0; impl_->held.load(std::memory_order_acquire) != 0; ++turn) {
    if (turn < patience) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

Loop::Hold::Hold(Loop& loop) noexcept : loop_(&loop) {
  loop_->impl_->held.fetch_add(1, std::memory_order_relaxed);
}

Loop::Hold::~Hold() {
  if (loop_ != nullptr) loop_->impl_->held.fetch_sub(1, std::memory_order_release);
}

Loop* Loop::current() noexcept {
  return current_loop;
}

void Loop::run() {
  Loop* const outer = std::exchange(current_loop, this);
  impl_->io.restart();
  const auto keep_running = boost::asio::make_work_guard(impl_->io);
  impl_->io.run();
  current_loop = outer;
}

void Loop::stop() noexcept {
  impl_->io.stop();
}

void Loop::post(std::move_only_function<void()> function) {
  const Hold hold(*this);
  boost::asio::post(impl_->io, std::move(function));
}

void Loop::spawn(Task<void> task, std::move_only_function<void(std::exception_ptr)> failed) {
  post([task = std::move(task), failed = std::move(failed)]() mutable {
    run_detached(std::move(task), std::move(failed));
  });
}

Task<void> sleep_for(std::chrono::nanoseconds duration) {
  boost::asio::steady_timer timer(current_io(), duration);
  co_await completion([&timer](auto done) { timer.async_wait(std::move(done)); });
}

// ---- Workers

struct Workers::Impl {
  std::mutex mutex;
  std::condition_variable ready;
  std::deque<std::move_only_function<void()>> queue;
  std::size_t queue_limit;
  bool ending = false;
  std::string name;
  std::vector<std::jthread> threads;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      ready.wait(lock, [this] { return ending || !queue.empty(); });
      if (queue.empty()) return;  // ending, and everything accepted is done
      auto job = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
  }
};

Workers::Workers(std::string name, std::size_t threads, std::size_t queue_limit) : impl_(std::make_unique<Impl>()) {
  impl_->queue_limit = queue_limit;
  impl_->name = std::move(name);
  for (std::size_t i = 0; i < threads; ++i) impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
}

Workers::~Workers() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->ending = true;
  }
  impl_->ready.notify_all();
}

std::size_t Workers::waiting() const noexcept {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->queue.size();
}

void Workers::submit(std::move_only_function<void()> job) {
  {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->queue.size() >= impl_->queue_limit)
      throw WorkersBusy(impl_->name + ": " + std::to_string(impl_->queue.size()) + " calls are waiting already");
    impl_->queue.push_back(std::move(job));
  }
  impl_->ready.notify_one();
}

}  // namespace redoubt
