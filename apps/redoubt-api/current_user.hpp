// Who asks, as arguments of handlers: CurrentUser for anybody signed in, Scoped<"items:read"> where the token must
// carry a scope, Administrator for administrators. Their session is looked up on each request, so signing out, revoking
// and deactivating work at once, not when a token expires.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "redoubt/arguments.hpp"
#include "redoubt/database.hpp"
#include "token_service.hpp"
#include "users.hpp"

namespace redoubt::api {

// The scopes that tokens can carry. One that asks for none gets all that its roles allow.
struct Scope {
  std::string_view name;
  std::string_view description;
  bool administrators_only = false;
};
inline constexpr Scope all_scopes[] = {
    {"account", "Read and change your own account"},
    {"items:read", "Read items"},
    {"items:write", "Create, change and delete items"},
    {"users", "Administer users", true},
};

struct CurrentUser {
  UserRow user;
  std::string session_id;
  std::string scope;

  [[nodiscard]] bool is_administrator() const { return user.has_role(Role::admin); }
  [[nodiscard]] bool has_scope(std::string_view name) const;

  static constexpr int errors[] = {503};
  static Task<CurrentUser> from(BearerToken token, State<TokenService> tokens, State<Database> db);
};

// Forged, expired, signed out, deactivated and deleted look alike.
[[nodiscard]] HttpError invalid_access_token();

// Throws HttpError 403 with the challenge of RFC 6750 section 3.1.
[[noreturn]] void refuse_scope(std::string_view scope);

template <FixedString Name>
struct Scoped : CurrentUser {
  static constexpr int errors[] = {403, 503};
  static constexpr std::string_view scopes[] = {Name.view()};
  static Scoped from(CurrentUser current) {
    if (!current.has_scope(Name.view())) refuse_scope(Name.view());
    return Scoped{std::move(current)};
  }
};

struct Administrator : CurrentUser {
  static constexpr int errors[] = {403, 503};
  static constexpr std::string_view scopes[] = {"users"};
  static Administrator from(CurrentUser current);
};

// For routes that answer without credentials too; bad ones are refused all the same.
struct MaybeUser {
  std::optional<CurrentUser> current;

  static constexpr int errors[] = {503};
  static Task<MaybeUser> from(OptionalBearerToken token, State<TokenService> tokens, State<Database> db);
};

// Who may register others: anybody where registration is open, else administrators.
struct Registrar : MaybeUser {
  static constexpr int errors[] = {403, 503};
  static Registrar from(MaybeUser asking, State<Settings> settings);
};

}  // namespace redoubt::api
