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

#include <string>
#include <string_view>
#include <typeindex>
#include <utility>

#include "redoubt/argument.hpp"
#include "redoubt/dependencies.hpp"
#include "redoubt/parameters.hpp"

namespace redoubt {

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

namespace detail {

// The token of an Authorization field; throws HttpError 401.
std::string_view bearer_token(const Request& request);

}  // namespace detail

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

}  // namespace redoubt
