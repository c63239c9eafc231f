// A route: a method, a pattern such as "/items/{id}", and a handler whose signature says the rest. The pattern is read
// at compile time against the handler: a {name} that no argument takes, or a Path argument that the pattern lacks, does
// not compile.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "redoubt/arguments.hpp"
#include "redoubt/rate.hpp"
#include "redoubt/reply.hpp"

namespace redoubt {

namespace detail {

// The names of Path arguments, also those of dependencies, in one list.
struct PathNames {
  std::array<std::string_view, 16> names{};
  std::size_t count = 0;
  consteval void add(std::string_view name) {
    for (std::size_t i = 0; i < count; ++i) {
      if (names[i] == name) return;
    }
    if (count == names.size()) throw "more than 16 path parameters";
    names[count++] = name;
  }
  [[nodiscard]] consteval bool has(std::string_view name) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (names[i] == name) return true;
    }
    return false;
  }
};

template <class A>
consteval void collect_path_names(PathNames& names);

template <class... A>
consteval void collect_path_names_of(PathNames& names, std::tuple<A...>*) {
  (collect_path_names<std::remove_cvref_t<A>>(names), ...);
}

template <class A>
inline constexpr bool is_path = false;
template <FixedString Name, class T>
inline constexpr bool is_path<Path<Name, T>> = true;

template <class A>
consteval void collect_path_names(PathNames& names) {
  if constexpr (is_path<A>) {
    names.add(A::name);
  } else if constexpr (Dependency<A>) {
    collect_path_names_of(names, static_cast<typename signature<decltype(&A::from)>::arguments*>(nullptr));
  }
}

// Throws (which stops the compiler, with the sentence in its message) when pattern and names differ.
consteval void check_pattern(std::string_view pattern, const PathNames& wanted) {
  if (pattern.empty() || pattern.front() != '/') throw "a route's pattern begins with /";
  PathNames found;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    std::size_t end = 0;
    while (end < pattern.size() && pattern[end] != '/') ++end;
    const std::string_view segment = pattern.substr(0, end);
    if (segment.size() > 2 && segment.front() == '{' && segment.back() == '}') {
      const std::string_view name = segment.substr(1, segment.size() - 2);
      if (found.has(name)) throw "a {name} stands twice in the route's pattern";
      if (!wanted.has(name)) throw "the route's pattern has a {name} that no Path argument of the handler takes";
      found.add(name);
    } else {
      for (const char c : segment) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                c == '-' || c == '.' || c == '_' || c == '~';
        if (!unreserved) throw "a segment of a route's pattern is {name}, or letters, digits and - . _ ~";
      }
    }
    pattern.remove_prefix(end);
  }
  if (found.count != wanted.count) throw "the handler has a Path argument that the route's pattern lacks";
}

}  // namespace detail

// A string literal that was checked against the handler's Path arguments.
template <class Handler>
class RoutePattern {
 public:
  // Not explicit: a literal is meant to convert, as with std::format_string.
  template <std::size_t N>
  consteval RoutePattern(const char (&literal)[N]) : text_(literal, N - 1) {
    detail::PathNames wanted;
    detail::collect_path_names_of(
        wanted, static_cast<typename detail::signature<std::remove_cvref_t<Handler>>::arguments*>(nullptr));
    detail::check_pattern(text_, wanted);
  }
  [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
};

// Whom a rate limit counts.
enum class LimitBy : std::uint8_t {
  client,   // the client's address
  account,  // who the bearer token speaks for; without one, the client's address
};

// Where a rate limit is counted.
enum class LimitScope : std::uint8_t {
  process,  // in this process: no round trip
  shared,   // in the database that all processes share: exact across them
};

struct RouteLimit {
  Rate rate;
  LimitBy by = LimitBy::client;
  LimitScope scope = LimitScope::process;
};

class Route {
 public:
  Route(Method method, std::string pattern) : method_(method), pattern_(std::move(pattern)) {}

  // ---- words for the documentation
  Route& summary(std::string text) & {
    summary_ = std::move(text);
    return *this;
  }
  Route& description(std::string text) & {
    description_ = std::move(text);
    return *this;
  }
  Route& tag(std::string name) & {
    tags_.push_back(std::move(name));
    return *this;
  }
  // Default: made from method and pattern, "get_items_id".
  Route& operation_id(std::string id) & {
    operation_id_ = std::move(id);
    return *this;
  }
  // Statuses that the handler itself raises: .answers(404).
  Route& answers(std::initializer_list<int> statuses) & {
    errors_.insert(errors_.end(), statuses);
    return *this;
  }
  Route& answers(int status) & { return answers({status}); }
  Route& hidden() & {
    hidden_ = true;
    return *this;
  }

  // ---- rules
  // "30/minute" for this route alone, on top of the application's default; "off" exempts it from that.
  Route& limit(Rate rate, LimitBy by = LimitBy::client, LimitScope scope = LimitScope::process) & {
    return limit(RouteLimit{rate, by, scope});
  }
  Route& limit(RouteLimit limit) & {
    limit_ = limit;
    return *this;
  }
  // The largest body in bytes (default: the server's).
  Route& body_limit(std::uint64_t bytes) & {
    body_limit_ = bytes;
    return *this;
  }
  // Answers whatever the Host: load balancers ask for health by address.
  Route& any_host() & {
    any_host_ = true;
    return *this;
  }

 private:
  friend class Application;
  friend class Group;
  friend class Router;
  friend class OpenApiWriter;

  Method method_;
  std::string pattern_;
  std::string summary_;
  std::string description_;
  std::vector<std::string> tags_;
  std::string operation_id_;
  std::vector<int> errors_;
  bool hidden_ = false;
  std::optional<RouteLimit> limit_;
  std::optional<std::uint64_t> body_limit_;
  bool any_host_ = false;
  std::function<Task<Response>(Exchange&)> handle_;
  std::function<void(Operation&)> describe_;
};

namespace detail {

template <class A>
auto finish_one(Slot<A>& slot, bool failed) {
  if constexpr (Finishing<A>) {
    return [](std::optional<A>& value, bool has_failed) -> Task<void> {
      if (value) co_await value->finish(has_failed);
    }(slot.value, failed);
  } else {
    return Nothing{};
  }
}

template <class... A, std::size_t... I>
Task<void> finish_all(std::tuple<Slot<A>...>& slots, bool failed, std::index_sequence<I...>) {
  constexpr std::size_t last = sizeof...(A) - 1;
  (co_await finish_one(std::get<last - I>(slots), failed), ...);
  co_return;
}

// The answer of a handler that is a coroutine.
template <class Value>
Task<Response> answer_of(Task<Value> task) {
  if constexpr (std::is_void_v<Value>) {
    co_await std::move(task);
    co_return Reply<void>::make({});
  } else {
    co_return Reply<Value>::make(co_await std::move(task));
  }
}

// The answer of one that is not, made already: awaiting it takes no coroutine.
struct Answered {
  Response response;
  [[nodiscard]] static bool await_ready() noexcept { return true; }
  static void await_suspend(std::coroutine_handle<>) noexcept {}
  Response await_resume() noexcept { return std::move(response); }
};

template <class Handler, class Resolver>
auto answer(const Handler& handler, typename Resolver::Slots& slots, Exchange& exchange) {
  using Result = decltype(Resolver::call(handler, slots, exchange));
  if constexpr (is_task<Result>) {
    return answer_of(Resolver::call(handler, slots, exchange));
  } else if constexpr (std::is_void_v<Result>) {
    Resolver::call(handler, slots, exchange);
    return Answered{Reply<void>::make({})};
  } else {
    return Answered{Reply<std::remove_cvref_t<Result>>::make(Resolver::call(handler, slots, exchange))};
  }
}

// Resolves the arguments, calls the handler, makes its answer.
template <class Handler>
Task<Response> handle(const Handler& handler, Exchange& exchange) {
  using Arguments = typename signature<Handler>::arguments;
  using Resolves = Resolver<Arguments>;
  static_assert(each<Arguments>::bodies <= 1, "a handler reads the body once: one Body, Form or Multipart argument");

  constexpr bool finishing = []<class... A>(std::tuple<A...>*) {
    static_assert(((!Finishing<std::remove_cvref_t<A>> || std::is_lvalue_reference_v<A>) && ...),
                  "an argument that has finish() is taken by reference, so that it is still there to be finished");
    return (Finishing<std::remove_cvref_t<A>> || ...);
  }(static_cast<Arguments*>(nullptr));

  if constexpr (repeats_dependencies<Arguments>) exchange.shares_dependencies = true;
  typename Resolves::Slots slots;
  std::exception_ptr failure;
  std::optional<Response> response;
  try {
    co_await Resolves::template resolve<Phase::security>(slots, exchange);
    if constexpr (!each<Arguments>::needs_body.empty()) co_await exchange.read_body(each<Arguments>::needs_body);
    co_await Resolves::template resolve<Phase::input>(slots, exchange);
    if (!exchange.errors.empty()) throw ValidationFailed(exchange.errors);
    co_await Resolves::template resolve<Phase::late>(slots, exchange);
    if (!exchange.errors.empty()) throw ValidationFailed(exchange.errors);
    response = co_await answer<Handler, Resolves>(handler, slots, exchange);
  } catch (...) {
    if constexpr (!finishing) throw;
    failure = std::current_exception();
  }
  if constexpr (finishing) {
    co_await finish_all(slots, failure != nullptr,
                        std::make_index_sequence<std::tuple_size_v<typename Resolves::Slots>>{});
    if (failure) std::rethrow_exception(failure);
  }
  co_return std::move(*response);
}

template <class Handler>
void describe(Operation& operation) {
  using Signature = signature<Handler>;
  Resolver<typename Signature::arguments>::describe(operation);
  if constexpr (each<typename Signature::arguments>::any_input) operation.errors.insert(422);
  Reply<awaited_t<typename Signature::result>>::describe(operation);
}

}  // namespace detail

}  // namespace redoubt
