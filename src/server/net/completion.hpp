// Awaiting an Asio operation from a Task without Asio's own coroutine machinery: one awaiter in the coroutine's frame,
// resumed straight from the completion handler. Errors come back as values.
#pragma once

#include <boost/asio/associated_allocator.hpp>
#include <boost/system/error_code.hpp>
#include <coroutine>
#include <tuple>
#include <utility>

namespace redoubt {

// Awaits `start(handler)`, where handler has the signature void(error_code, Values...). Gives the tuple of them all, or
// the error_code alone when there are no further values:
//   auto [error, bytes] = co_await completion<std::size_t>([&](auto done) { socket.async_read_some(buffer, done); });
template <class Start, class... Values>
class CompletionAwaiter {
 public:
  explicit CompletionAwaiter(Start start) : start_(std::move(start)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    start_([this](boost::system::error_code error, Values... values) {
      result_ = {error, std::move(values)...};
      awaiter_.resume();
    });
  }
  auto await_resume() {
    if constexpr (sizeof...(Values) == 0) {
      return std::get<0>(result_);
    } else {
      return std::move(result_);
    }
  }

 private:
  Start start_;
  std::coroutine_handle<> awaiter_;
  std::tuple<boost::system::error_code, Values...> result_;
};

template <class... Values, class Start>
auto completion(Start start) {
  return CompletionAwaiter<Start, Values...>(std::move(start));
}

}  // namespace redoubt
