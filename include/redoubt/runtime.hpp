// Where coroutines run. A Loop is one thread's event loop: everything that a request does happens on the loop that
// accepted it, so its data needs no locks. What would block (hashing, SQLite, files) is handed to a Workers pool and
// comes back to the same loop. No socket type appears here: the implementation keeps Asio to itself.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "redoubt/task.hpp"

namespace redoubt {

using Clock = std::chrono::steady_clock;

class Loop {
 public:
  Loop();
  // Waits for what is held (see Hold).
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // The loop whose thread this is; null outside any loop.
  static Loop* current() noexcept;

  // Runs on the calling thread until stop() is called; may be called again.
  void run();
  // From any thread.
  void stop() noexcept;
  // From any thread: runs the function on the loop's own thread, soon.
  void post(std::move_only_function<void()> function);
  // Starts a task that nobody awaits. An exception that leaves it is given to `failed` (default: std::terminate).
  void spawn(Task<void> task, std::move_only_function<void(std::exception_ptr)> failed = {});

  // Runs a task to its end on this loop, from outside of any loop, and gives its value or throws its exception.
  template <class T>
  T run_to_end(Task<T> task);

  // Keeps a loop from being destroyed while another thread still owes it something: taken on the loop, let go of there.
  class Hold {
   public:
    explicit Hold(Loop& loop) noexcept;
    Hold(Hold&& other) noexcept : loop_(std::exchange(other.loop_, nullptr)) {}
    Hold& operator=(Hold&&) = delete;
    ~Hold();
    Loop* operator->() const noexcept { return loop_; }

   private:
    Loop* loop_;
  };

  // The implementation's io_context, for this library's own sources only.
  struct Impl;
  [[nodiscard]] Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Suspends for at least `duration`, on the current loop.
Task<void> sleep_for(std::chrono::nanoseconds duration);

// The pool is full: answered as 503 with Retry-After.
struct WorkersBusy : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A bounded pool of threads for work that blocks or computes for long.
class Workers {
 public:
  // `queue_limit`: how many calls may wait for a thread before run() throws WorkersBusy.
  Workers(std::string name, std::size_t threads, std::size_t queue_limit);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  [[nodiscard]] std::size_t waiting() const noexcept;

  // Calls `function()` on a thread of the pool; the awaiting coroutine resumes on its own loop with the result.
  template <class F>
  Task<std::invoke_result_t<F>> run(F function);

 private:
  void submit(std::move_only_function<void()> job);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// ---- implementation of the templates

namespace detail {

template <class F>
struct WorkersAwaiter {
  using Result = std::invoke_result_t<F>;
  using Stored = std::conditional_t<std::is_void_v<Result>, std::monostate, Result>;

  F& function;
  std::function<void(std::move_only_function<void()>)> submit;
  std::optional<Stored> value{};
  std::exception_ptr error{};

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    submit([this, awaiter, loop = Loop::Hold(*Loop::current())] {
      try {
        if constexpr (std::is_void_v<Result>) {
          function();
          value.emplace();
        } else {
          value.emplace(function());
        }
      } catch (...) {
        error = std::current_exception();
      }
      loop->post([awaiter] { awaiter.resume(); });
    });
  }
  Result await_resume() {
    if (error) std::rethrow_exception(error);
    if constexpr (!std::is_void_v<Result>) return std::move(*value);
  }
};

}  // namespace detail

template <class F>
Task<std::invoke_result_t<F>> Workers::run(F function) {
  co_return co_await detail::WorkersAwaiter<F>{
      .function = function, .submit = [this](std::move_only_function<void()> job) { submit(std::move(job)); }};
}

template <class T>
T Loop::run_to_end(Task<T> task) {
  // Written by the wrapper below, read once the loop has stopped.
  std::optional<Task<T>> pending(std::move(task));
  std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
  std::exception_ptr error;
  auto settle = [&]() -> Task<void> {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(*pending);
        value.emplace();
      } else {
        value.emplace(co_await std::move(*pending));
      }
    } catch (...) {
      error = std::current_exception();
    }
    stop();
  };
  spawn(settle());
  run();
  if (error) std::rethrow_exception(error);
  if constexpr (!std::is_void_v<T>) return std::move(*value);
}

}  // namespace redoubt
