// What the service's routes take and give: the JSON of its API. Rows of the database are elsewhere (users.hpp, …), so
// that what is stored and what is shown can differ.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "redoubt/model.hpp"

namespace redoubt::api {

enum class Role { user, admin };
BOOST_DESCRIBE_ENUM(Role, user, admin)

using FullName = Text<1, 200>;
using Password = Secret<Text<1, 1024>>;
// A password that somebody chooses. Its length, in bytes, is told with all other errors of a body; how hard it is to
// guess takes too long for the loop and is told by itself (new_password.hpp).
struct NewPasswordText : Wrapped<std::string> {};
using NewPassword = Secret<NewPasswordText>;

// ---- accounts

struct Registration {
  Email email;
  NewPassword password;
  std::optional<FullName> full_name;
};
BOOST_DESCRIBE_STRUCT(Registration, (), (email, password, full_name))

struct RegistrationStatus {
  std::string status = "accepted";
};
BOOST_DESCRIBE_STRUCT(RegistrationStatus, (), (status))

enum class GrantType { password };
BOOST_DESCRIBE_ENUM(GrantType, password)

// The OAuth 2 password form (RFC 6749 section 4.3.2), with what clients add to it.
struct SignIn {
  Text<1, 254> username;
  Password password;
  std::optional<Text<0, 1000>> scope;
  std::optional<GrantType> grant_type;
  std::optional<Text<0, 200>> client_id;
  std::optional<Secret<Text<0, 200>>> client_secret;
};
BOOST_DESCRIBE_STRUCT(SignIn, (), (username, password, scope, grant_type, client_id, client_secret))

struct Tokens {
  std::string access_token;
  std::string token_type = "bearer";
  std::int64_t expires_in = 0;  // seconds
  std::string refresh_token;
  std::string scope;
};
BOOST_DESCRIBE_STRUCT(Tokens, (), (access_token, token_type, expires_in, refresh_token, scope))

struct Refresh {
  Secret<Text<1, 200>> refresh_token;
};
BOOST_DESCRIBE_STRUCT(Refresh, (), (refresh_token))

struct UserOut {
  std::string id;
  std::string email;
  std::optional<std::string> full_name;
  bool is_active = true;
  std::vector<Role> roles;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(UserOut, (), (id, email, full_name, is_active, roles, created_at))

struct AccountChange {
  Patch<Nullable<FullName>> full_name;
};
BOOST_DESCRIBE_STRUCT(AccountChange, (), (full_name))

struct PasswordChange {
  Password current_password;
  NewPassword new_password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current_password, new_password))

struct SessionOut {
  std::string id;
  std::string scope;
  Timestamp created_at;
  Timestamp expires_at;
  std::optional<Timestamp> revoked_at;
};
BOOST_DESCRIBE_STRUCT(SessionOut, (), (id, scope, created_at, expires_at, revoked_at))

struct UserChange {
  Patch<bool> is_active;
  Patch<List<Role, 1, 2, true>> roles;
};
BOOST_DESCRIBE_STRUCT(UserChange, (), (is_active, roles))

struct UserPage {
  std::vector<UserOut> items;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(UserPage, (), (items, next_cursor))

// ---- items

using Title = Text<1, 255>;
using Description = Text<0, 2000>;

struct ItemIn {
  Title title;
  std::optional<Description> description;
};
BOOST_DESCRIBE_STRUCT(ItemIn, (), (title, description))

struct ItemChange {
  Patch<Title> title;
  Patch<Nullable<Description>> description;
};
BOOST_DESCRIBE_STRUCT(ItemChange, (), (title, description))

struct ItemOut {
  std::string id;
  std::string owner_id;
  std::string title;
  std::optional<std::string> description;
  Timestamp created_at;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(ItemOut, (), (id, owner_id, title, description, created_at, updated_at))

struct ItemPage {
  std::vector<ItemOut> items;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(ItemPage, (), (items, next_cursor))

// Everything that is held about a user (GDPR article 15 and 20).
struct Export {
  UserOut user;
  std::vector<ItemOut> items;
  std::vector<SessionOut> sessions;
};
BOOST_DESCRIBE_STRUCT(Export, (), (user, items, sessions))

struct HealthOut {
  std::string status = "ok";
};
BOOST_DESCRIBE_STRUCT(HealthOut, (), (status))

// ---- pages

using PageLimit = Default<Integer<1, 100>, 50>;
// The id of the last row of the page before, as next_cursor gave it.
using Cursor = std::optional<Uuid>;

}  // namespace redoubt::api

namespace redoubt {

template <>
struct Codec<api::NewPasswordText> : TextCodec<api::NewPasswordText> {
  static bool decode_text(std::string_view text, api::NewPasswordText& out, const Location& at,
                          ValidationErrors& errors);
  static std::string schema(Schemas& schemas);
};

}  // namespace redoubt
