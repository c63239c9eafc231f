// Task<T>: the coroutine that handlers, dependencies and database calls are written in. Lazy: it starts when it is
// awaited, runs on the loop that awaits it, and resumes its awaiter without growing the stack. A Task is awaited at
// most once; destroying one that never ran destroys its arguments. A task inherits the deadline of the task that awaits
// it, so that whatever waits on the outside (a database call) can take no longer than what its request has left. It
// knows nothing of sockets or loops.
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace redoubt {

template <class T = void>
class Task;

namespace detail {

struct FinalAwaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
    return finished.promise().continuation;
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> outcome;

  Task<T> get_return_object() noexcept;
  template <class U>
    requires std::convertible_to<U&&, T>
  void return_value(U&& value) {
    outcome.template emplace<1>(std::forward<U>(value));
  }
  void unhandled_exception() noexcept { outcome.template emplace<2>(std::current_exception()); }

  T take() {
    if (outcome.index() == 2) std::rethrow_exception(std::get<2>(std::move(outcome)));
    return std::get<1>(std::move(outcome));
  }
};

template <>
struct Promise<void> : PromiseBase {
  std::exception_ptr error;

  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void unhandled_exception() noexcept { error = std::current_exception(); }

  void take() const {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using value_type = T;
  using promise_type = detail::Promise<T>;

  explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (frame_) frame_.destroy();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Awaiter>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Awaiter> awaiter) noexcept {
    frame_.promise().continuation = awaiter;
    if constexpr (std::derived_from<Awaiter, detail::PromiseBase>)
      frame_.promise().deadline = awaiter.promise().deadline;
    return frame_;
  }
  T await_resume() { return frame_.promise().take(); }

 private:
  std::coroutine_handle<promise_type> frame_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> detail::Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

// `co_await set_deadline(time)`: of this task, and of the tasks that it awaits from now on.
struct set_deadline {
  std::chrono::steady_clock::time_point deadline;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <std::derived_from<detail::PromiseBase> Awaiter>
  bool await_suspend(std::coroutine_handle<Awaiter> awaiter) const noexcept {
    awaiter.promise().deadline = deadline;
    return false;
  }
  void await_resume() const noexcept {}
};

// `co_await current_deadline()`: this task's; time_point::max() when there is none.
struct current_deadline {
  std::chrono::steady_clock::time_point deadline{};
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <std::derived_from<detail::PromiseBase> Awaiter>
  bool await_suspend(std::coroutine_handle<Awaiter> awaiter) noexcept {
    deadline = awaiter.promise().deadline;
    return false;
  }
  [[nodiscard]] std::chrono::steady_clock::time_point await_resume() const noexcept { return deadline; }
};

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

// The type that a handler or dependency yields once any Task around it has been awaited.
template <class T>
struct awaited {
  using type = T;
};
template <class T>
struct awaited<Task<T>> {
  using type = T;
};
template <class T>
using awaited_t = typename awaited<T>::type;

}  // namespace redoubt
