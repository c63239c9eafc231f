// What a handler may ask for: each argument's type says where it comes from. Path, query, header, cookie, body and form
// values are validated, and all errors are answered together (422). Anything else is a dependency: a type with a static
// `from` whose own arguments are resolved the same way:
//
//   struct CurrentUser {
//     User user;
//     static Task<CurrentUser> from(BearerToken token, State<Tokens> tokens, Db db);
//   };
//
// Order: what asks for credentials first (401 and 403 come before anything is looked at), then inputs, then the rest.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <utility>

#include "redoubt/exchange.hpp"
#include "redoubt/fixed_string.hpp"
#include "redoubt/model.hpp"
#include "redoubt/operation.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

// {Name} of the route's pattern.
template <FixedString Name, class T>
struct Path : Wrapped<T> {
  static constexpr std::string_view name = Name.view();
};

// A query parameter: Query<"q", std::optional<Text<1, 100>>>. std::vector<T> takes repeated ones.
template <FixedString Name, class T>
struct Query : Wrapped<T> {};

// A request field: Header<"x-client-version", std::optional<std::string>>.
template <FixedString Name, class T>
struct Header : Wrapped<T> {};

template <FixedString Name, class T>
struct Cookie : Wrapped<T> {};

// A JSON body.
template <class T>
struct Body : Wrapped<T> {
  T* operator->() noexcept { return &this->value; }
  const T* operator->() const noexcept { return &this->value; }
};

// An application/x-www-form-urlencoded body.
template <class T>
struct Form : Wrapped<T> {};

// What the application provides: Application::provide(T&).
template <class T>
class State {
 public:
  explicit State(T& object) noexcept : object_(&object) {}
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }

 private:
  T* object_;
};

// The token of "Authorization: Bearer …" (RFC 6750), not verified yet. Absent or malformed: 401.
struct BearerToken {
  std::string_view token;
};

// The same where credentials are optional: empty when there is no Authorization field; a malformed one is still 401.
struct OptionalBearerToken {
  std::string_view token;
};

struct SetCookie;

// Adds fields to the answer, whatever the handler returns.
class AnswerFields {
 public:
  explicit AnswerFields(Exchange& exchange) noexcept : exchange_(&exchange) {}
  void add(std::string name, std::string value) const {
    exchange_->answer_fields.emplace_back(std::move(name), std::move(value));
  }
  // One more Set-Cookie field.
  void add(const SetCookie& cookie) const;

 private:
  Exchange* exchange_;
};

// When an argument is resolved.
enum class Phase : std::uint8_t { security, input, late };

// How a type is made from a request. Members: `phase`; `needs_body` (the media type that it reads, or ""); `resolve`,
// which gives std::optional<T> or a Task of it (nullopt: errors were recorded); `describe`.
template <class T>
struct Argument;

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

// ---- parameters from text

template <class T>
struct from_texts {  // one value
  static constexpr bool required = !Omittable<T>;
  static bool decode(std::span<const std::string_view> values, T& out, const Location& at, ValidationErrors& errors) {
    if (values.empty()) {
      if constexpr (Omittable<T>) {
        Codec<T>::omit(out);
        return true;
      } else {
        add_missing(at, errors);
        return false;
      }
    }
    if (values.size() > 1) {
      errors.add(at, "duplicate", "Input should be given once");
      return false;
    }
    return Codec<T>::decode_text(values.front(), out, at, errors);
  }
};

template <class T, std::size_t Max>
bool decode_repeated(std::span<const std::string_view> values, std::vector<T>& out, std::size_t min, const Location& at,
                     ValidationErrors& errors) {
  if (!check_size(values.size(), min, Max, at, errors)) return false;
  bool good = true;
  std::size_t index = 0;
  for (const std::string_view value : values)
    good &= Codec<T>::decode_text(value, out.emplace_back(), at.element(index++), errors);
  return good;
}

template <class T>
struct from_texts<std::vector<T>> {
  static constexpr bool required = false;
  static bool decode(std::span<const std::string_view> values, std::vector<T>& out, const Location& at,
                     ValidationErrors& errors) {
    return decode_repeated<T, default_max_elements>(values, out, 0, at, errors);
  }
};

template <class T, std::size_t Min, std::size_t Max, bool Unique>
struct from_texts<List<T, Min, Max, Unique>> {
  static constexpr bool required = Min > 0;
  static bool decode(std::span<const std::string_view> values, List<T, Min, Max, Unique>& out, const Location& at,
                     ValidationErrors& errors) {
    return decode_repeated<T, Max>(values, out.value, Min, at, errors);
  }
};

// A model from form fields: like a JSON object of strings.
template <Model T>
bool decode_form_model(const std::vector<std::pair<std::string_view, std::string_view>>& fields, T& out,
                       const Location& at, ValidationErrors& errors) {
  constexpr const auto& names = member_names<T>;
  bool good = true;
  for (const auto& [name, value] : fields) {
    if (MemberNames{names.data(), names.size()}.index_of(name) == names.size()) {
      add_unknown_member(at.member(name), errors);
      good = false;
    }
  }
  boost::mp11::mp_for_each<members_of<T>>([&](auto d) {
    std::vector<std::string_view> values;
    for (const auto& [name, value] : fields) {
      if (name == d.name) values.push_back(value);
    }
    auto& member = out.*d.pointer;
    good &= from_texts<std::remove_reference_t<decltype(member)>>::decode(values, member, at.member(d.name), errors);
  });
  return good;
}

// The token of an Authorization field; throws HttpError 401.
std::string_view bearer_token(const Request& request);

void describe_parameter(Operation& operation, std::string_view in, std::string_view name, bool required,
                        std::string schema);

// The schema of a parameter that may be left out does not also allow null.
template <class T>
struct parameter_schema {
  static std::string of(Schemas& schemas) { return Codec<T>::schema(schemas); }
};
template <class T>
struct parameter_schema<std::optional<T>> : parameter_schema<T> {};

}  // namespace detail

template <FixedString Name, class T>
struct Argument<Path<Name, T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body;
  static std::optional<Path<Name, T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("path")};
    std::optional<Path<Name, T>> made(std::in_place);
    if (!Codec<T>::decode_text(exchange.path_value(Name.view()), made->value, origin.member(Name.view()),
                               exchange.errors))
      made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    detail::describe_parameter(operation, "path", Name.view(), true, Codec<T>::schema(operation.schemas));
  }
};

template <FixedString Name, class T>
struct Argument<Query<Name, T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body;
  static std::optional<Query<Name, T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("query")};
    std::optional<Query<Name, T>> made(std::in_place);
    const auto values = exchange.query_values(Name.view());
    if (!detail::from_texts<T>::decode(values, made->value, origin.member(Name.view()), exchange.errors)) made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    detail::describe_parameter(operation, "query", Name.view(), detail::from_texts<T>::required,
                               detail::parameter_schema<T>::of(operation.schemas));
  }
};

template <FixedString Name, class T>
struct Argument<Header<Name, T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body;
  static std::optional<Header<Name, T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("header")};
    std::optional<Header<Name, T>> made(std::in_place);
    std::vector<std::string_view> values;
    for (const Field& field : exchange.request.fields) {
      if (iequals(field.name, Name.view())) values.push_back(field.value);
    }
    if (!detail::from_texts<T>::decode(values, made->value, origin.member(Name.view()), exchange.errors)) made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    detail::describe_parameter(operation, "header", Name.view(), detail::from_texts<T>::required,
                               detail::parameter_schema<T>::of(operation.schemas));
  }
};

template <FixedString Name, class T>
struct Argument<Cookie<Name, T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body;
  static std::optional<Cookie<Name, T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("cookie")};
    std::optional<Cookie<Name, T>> made(std::in_place);
    const auto found = exchange.cookie(Name.view());
    const std::span<const std::string_view> values(found ? &*found : nullptr, found ? 1 : 0);
    if (!detail::from_texts<T>::decode(values, made->value, origin.member(Name.view()), exchange.errors)) made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    detail::describe_parameter(operation, "cookie", Name.view(), detail::from_texts<T>::required,
                               detail::parameter_schema<T>::of(operation.schemas));
  }
};

template <class T>
struct Argument<Body<T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body = "application/json";
  static std::optional<Body<T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("body")};
    // JSON that does not parse has no parts to be wrong: that is the only error then.
    const json::Document document = detail::parse_or_fail(std::move(exchange.body), "body");
    std::optional<Body<T>> made(std::in_place);
    if (!Codec<T>::decode(document.root(), made->value, origin, exchange.errors)) made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    operation.body_media_type = needs_body;
    operation.body_schema = Codec<T>::schema(operation.schemas);
    operation.errors.insert({400, 413, 415, 422});
  }
};

template <class T>
struct Argument<Form<T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body = "application/x-www-form-urlencoded";
  static std::optional<Form<T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("body")};
    std::optional<Form<T>> made(std::in_place);
    if (!detail::decode_form_model(decode_form(exchange.body, exchange), made->value, origin, exchange.errors))
      made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    operation.body_media_type = needs_body;
    operation.body_schema = Codec<T>::schema(operation.schemas);
    operation.errors.insert({400, 413, 415, 422});
  }
};

template <class T>
struct Argument<State<T>> {
  static constexpr Phase phase = Phase::late;
  static constexpr std::string_view needs_body;
  static std::optional<State<T>> resolve(Exchange& exchange) {
    // Checked when the application starts: it is there.
    return State<T>(*static_cast<T*>(exchange.states.find(typeid(T))));
  }
  static void describe(Operation& operation) { operation.states.emplace_back(typeid(T)); }
};

template <>
struct Argument<BearerToken> {
  static constexpr Phase phase = Phase::security;
  static constexpr std::string_view needs_body;
  static std::optional<BearerToken> resolve(Exchange& exchange) {
    return BearerToken{detail::bearer_token(exchange.request)};
  }
  static void describe(Operation& operation) {
    operation.bearer = true;
    operation.errors.insert(401);
  }
};

template <>
struct Argument<OptionalBearerToken> {
  static constexpr Phase phase = Phase::security;
  static constexpr std::string_view needs_body;
  static std::optional<OptionalBearerToken> resolve(Exchange& exchange) {
    if (!exchange.request.header("Authorization")) return OptionalBearerToken{};
    return OptionalBearerToken{detail::bearer_token(exchange.request)};
  }
  static void describe(Operation& operation) {
    operation.bearer = true;
    operation.bearer_optional = true;
    operation.errors.insert(401);
  }
};

// The request as received, for what no typed argument says.
template <>
struct Argument<Request> {
  static constexpr Phase phase = Phase::late;
  static constexpr std::string_view needs_body;
  static void describe(Operation&) {}
};

template <>
struct Argument<AnswerFields> {
  static constexpr Phase phase = Phase::late;
  static constexpr std::string_view needs_body;
  static std::optional<AnswerFields> resolve(Exchange& exchange) { return AnswerFields(exchange); }
  static void describe(Operation&) {}
};

// ---- resolving a whole list of arguments

namespace detail {

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

// A type with a static `from`. It may also have `Task<void> finish(bool failed)`, awaited after the answer was made (or
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
  static void describe(Operation& operation) {
    Resolver::describe(operation);
    if constexpr (requires { D::errors; }) operation.errors.insert(std::begin(D::errors), std::end(D::errors));
    if constexpr (requires { D::scopes; }) operation.scopes.insert(std::begin(D::scopes), std::end(D::scopes));
  }
};

}  // namespace redoubt
