// Dependencies: types with a static `from`, whose own arguments are resolved as a handler's are, and the resolving of a
// whole list of arguments in its phases.
#pragma once

#include <array>
#include <concepts>
#include <coroutine>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "redoubt/argument.hpp"
#include "redoubt/exchange.hpp"
#include "redoubt/operation.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

namespace detail {

template <class F>
struct signature : signature<decltype(&F::operator())> {};
template <class R, class... A>
struct signature<R (*)(A...)> {
  using result = R;
  using arguments = std::tuple<A...>;
};
template <class R, class... A>
struct signature<R (*)(A...) noexcept> : signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...)> : signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...) const> : signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...) noexcept> : signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...) const noexcept> : signature<R (*)(A...)> {};

template <class D>
concept Dependency = requires { &D::from; };

// A dependency with clean-up.
template <class A>
concept Finishing = requires(A& argument, bool failed) {
  { argument.finish(failed) } -> std::same_as<Task<void>>;
};

// One that several may have a copy of. What is finished belongs to one.
template <class D>
concept Shareable = Dependency<D> && std::copy_constructible<D> && !Finishing<D>;

// The dependencies that a list of arguments asks for, directly and through others.
struct AskedFor {
  std::array<const void*, 32> seen{};
  std::size_t count = 0;
  bool repeats = false;
  consteval void add(const void* mark) {
    for (std::size_t i = 0; i < count; ++i) repeats = repeats || seen[i] == mark;
    if (count == seen.size()) {
      repeats = true;  // who knows; to share is never wrong
    } else {
      seen[count++] = mark;
    }
  }
};

template <class D>
inline constexpr char mark_of = 0;

template <class A>
consteval void collect_dependencies(AskedFor& asked);

template <class... A>
consteval void collect_dependencies_of(AskedFor& asked, std::tuple<A...>*) {
  (collect_dependencies<std::remove_cvref_t<A>>(asked), ...);
}

template <class A>
consteval void collect_dependencies(AskedFor& asked) {
  if constexpr (Dependency<A>) {
    if constexpr (Shareable<A>) asked.add(&mark_of<A>);
    collect_dependencies_of(asked, static_cast<typename signature<decltype(&A::from)>::arguments*>(nullptr));
  }
}

// Whether some dependency is asked for more than once.
template <class Arguments>
inline constexpr bool repeats_dependencies = [] {
  AskedFor asked;
  collect_dependencies_of(asked, static_cast<Arguments*>(nullptr));
  return asked.repeats;
}();

template <class Tuple>
struct each;
template <class... A>
struct each<std::tuple<A...>> {
  static constexpr bool any_security = ((Argument<std::remove_cvref_t<A>>::phase == Phase::security) || ...);
  static constexpr bool any_input = ((Argument<std::remove_cvref_t<A>>::phase == Phase::input) || ...);
  static constexpr std::string_view needs_body = [] {
    std::string_view found;
    ((Argument<std::remove_cvref_t<A>>::needs_body.empty()
          ? void()
          : void(found = Argument<std::remove_cvref_t<A>>::needs_body)),
     ...);
    return found;
  }();
  static constexpr bool any_finishing = (Finishing<std::remove_cvref_t<A>> || ...);
  static constexpr std::size_t bodies =
      (std::size_t{0} + ... + (Argument<std::remove_cvref_t<A>>::needs_body.empty() ? 0 : 1));
};

// Where an argument waits for the call: made in place, or, for the request, a reference.
template <class A>
struct Slot {
  std::optional<A> value;
  A& get(Exchange&) { return *value; }
};
template <>
struct Slot<Request> {
  static Request& get(Exchange& exchange) { return exchange.request; }
};

template <class A>
using slot_of = Slot<std::remove_cvref_t<A>>;

// Something to co_await in place of nothing.
using Nothing = std::suspend_never;

// Fills a slot from a Task.
template <class A>
class Fill {
 public:
  Fill(Slot<A>& slot, Task<std::optional<A>> task) noexcept : slot_(slot), task_(std::move(task)) {}
  [[nodiscard]] bool await_ready() const noexcept { return task_.await_ready(); }
  auto await_suspend(std::coroutine_handle<> awaiter) noexcept { return task_.await_suspend(awaiter); }
  void await_resume() { slot_.value = task_.await_resume(); }

 private:
  Slot<A>& slot_;
  Task<std::optional<A>> task_;
};

template <class A>
auto resolve_now(Slot<A>& slot, Exchange& exchange) {
  using Result = decltype(Argument<A>::resolve(exchange));
  if constexpr (is_task<Result>) {
    return Fill<A>(slot, Argument<A>::resolve(exchange));
  } else {
    slot.value = Argument<A>::resolve(exchange);
    return Nothing{};
  }
}

template <Phase Now, class A>
auto resolve_in_phase(Slot<A>& slot, Exchange& exchange) {
  if constexpr (std::same_as<A, Request> || Argument<A>::phase != Now) {
    return Nothing{};
  } else {
    return resolve_now<A>(slot, exchange);
  }
}

template <class A>
bool is_ready(const Slot<A>& slot) {
  if constexpr (std::same_as<A, Request>) {
    return true;
  } else {
    return slot.value.has_value();
  }
}

// By value: moved from the slot. By reference: the slot itself.
template <class A>
decltype(auto) pass(slot_of<A>& slot, Exchange& exchange) {
  if constexpr (std::is_lvalue_reference_v<A>) {
    return static_cast<std::remove_cvref_t<A>&>(slot.get(exchange));
  } else {
    return std::move(slot.get(exchange));
  }
}

template <class Tuple>
struct Resolver;

template <class... A>
struct Resolver<std::tuple<A...>> {
  using Slots = std::tuple<slot_of<A>...>;

  // To be awaited; a coroutine only where some argument of the phase needs one.
  template <Phase Now>
  static auto resolve(Slots& slots, Exchange& exchange) {
    return resolve_each<Now>(slots, exchange, std::index_sequence_for<A...>{});
  }

  static bool ready(const Slots& slots) {
    return std::apply([](const auto&... slot) { return (is_ready(slot) && ...); }, slots);
  }

  template <class F>
  static decltype(auto) call(F&& function, Slots& slots, Exchange& exchange) {
    return call_with(std::forward<F>(function), slots, exchange, std::index_sequence_for<A...>{});
  }

  static void describe(Operation& operation) { (Argument<std::remove_cvref_t<A>>::describe(operation), ...); }

 private:
  template <Phase Now, std::size_t... I>
  static auto resolve_each(Slots& slots, Exchange& exchange, std::index_sequence<I...>) {
    constexpr bool waits =
        (!std::same_as<Nothing,
                       decltype(resolve_in_phase<Now, std::remove_cvref_t<A>>(std::get<I>(slots), exchange))> ||
         ...);
    if constexpr (waits) {
      return [](Slots& into, Exchange& from) -> Task<void> {
        (co_await resolve_in_phase<Now, std::remove_cvref_t<A>>(std::get<I>(into), from), ...);
      }(slots, exchange);
    } else {
      (resolve_in_phase<Now, std::remove_cvref_t<A>>(std::get<I>(slots), exchange), ...);
      return Nothing{};
    }
  }
  template <class F, std::size_t... I>
  static decltype(auto) call_with(F&& function, Slots& slots, Exchange& exchange, std::index_sequence<I...>) {
    return std::forward<F>(function)(pass<A>(std::get<I>(slots), exchange)...);
  }
};

}  // namespace detail

// A type with a static `from`, made once a request: whoever else asks for it gets a copy, unless it cannot be copied or
// has finish(). It may also have `Task<void> finish(bool failed)`, awaited after the answer was made (or
// an error raised), `static constexpr int errors[]`: the statuses it may answer with, and
// `static constexpr std::string_view scopes[]`: those it asks of the token.
template <class D>
  requires detail::Dependency<D>
struct Argument<D> {
  using Arguments = typename detail::signature<decltype(&D::from)>::arguments;
  using Resolver = detail::Resolver<Arguments>;
  static constexpr std::string_view needs_body = detail::each<Arguments>::needs_body;
  static constexpr Phase phase = detail::each<Arguments>::any_security ? Phase::security
                                 : detail::each<Arguments>::any_input  ? Phase::input
                                                                       : Phase::late;
  static_assert(phase != Phase::security || needs_body.empty(),
                "what asks for credentials is resolved before the body is read: it cannot depend on the body");
  static_assert(!detail::each<Arguments>::any_finishing,
                "only an argument of a handler is finished, not one of a from");

  static Task<std::optional<D>> resolve(Exchange& exchange) {
    if constexpr (detail::Shareable<D>) {
      if (exchange.shares_dependencies) return resolve_once(exchange);
    }
    return make(exchange);
  }
  static void describe(Operation& operation) {
    Resolver::describe(operation);
    if constexpr (requires { D::errors; }) operation.errors.insert(std::begin(D::errors), std::end(D::errors));
    if constexpr (requires { D::scopes; }) operation.scopes.insert(std::begin(D::scopes), std::end(D::scopes));
  }

 private:
  static Task<std::optional<D>> resolve_once(Exchange& exchange) {
    if (const auto* const made = exchange.shared<std::optional<D>>()) co_return *made;
    std::optional<D> made = co_await make(exchange);
    exchange.share(made);
    co_return made;
  }
  static Task<std::optional<D>> make(Exchange& exchange) {
    typename Resolver::Slots slots;
    co_await Resolver::template resolve<Phase::security>(slots, exchange);
    co_await Resolver::template resolve<Phase::input>(slots, exchange);
    co_await Resolver::template resolve<Phase::late>(slots, exchange);
    if (!Resolver::ready(slots)) co_return std::nullopt;
    using Result = typename detail::signature<decltype(&D::from)>::result;
    if constexpr (is_task<Result>) {
      co_return co_await Resolver::call(&D::from, slots, exchange);
    } else {
      co_return Resolver::call(&D::from, slots, exchange);
    }
  }
};

}  // namespace redoubt
