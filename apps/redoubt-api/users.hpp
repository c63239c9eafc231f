// Users as the database keeps them. Each function is one statement, in one place, for both databases.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models.hpp"
#include "redoubt/database.hpp"

namespace redoubt::api {

struct UserRow {
  std::string id;
  std::string email;
  std::optional<std::string> full_name;
  std::string password_hash;
  bool is_active = true;
  std::string roles;            // names separated by spaces
  std::int64_t created_at = 0;  // microseconds since 1970

  [[nodiscard]] bool has_role(Role role) const;
  [[nodiscard]] UserOut out() const;
};
BOOST_DESCRIBE_STRUCT(UserRow, (), (id, email, full_name, password_hash, is_active, roles, created_at))

[[nodiscard]] std::vector<Role> parse_roles(std::string_view text);
[[nodiscard]] std::string join_roles(const std::vector<Role>& roles);

namespace users {

// Two spellings of one address that differ only in case are one account.
[[nodiscard]] std::string email_key(std::string_view email);

Task<std::optional<UserRow>> find_by_email(Queries db, std::string_view email);
Task<std::optional<UserRow>> find(Queries db, std::string_view id);
// The password hash that takes longest to check; none where there are no users.
Task<std::optional<std::string>> costliest_hash(Queries db);
// At most `limit` users after `cursor` (an id, or "" for the first), ordered by id.
Task<std::vector<UserRow>> page(Queries db, std::string_view cursor, std::int64_t limit);
Task<bool> any_administrator(Queries db);
// How many active administrators there are besides this user.
Task<std::int64_t> other_administrators(Queries db, std::string_view id);

// False when the address has an account already: nothing changes then, but as much is written as otherwise, so that the
// time it takes does not tell.
Task<bool> insert(Queries db, const UserRow& user);
Task<void> set_full_name(Queries db, std::string_view id, std::optional<std::string> full_name);
// False when the hash is no longer the one that `user` has: a password that was checked against it is not right any
// more.
Task<bool> replace_password_hash(Queries db, const UserRow& user, std::string_view hash);
// The same for a sign-in: false also when the user was deactivated or given other roles since. Until the transaction
// ends, nobody else changes the user.
Task<bool> confirm(Queries db, const UserRow& user, std::string_view hash);
Task<void> set_rights(Queries db, std::string_view id, bool is_active, std::string_view roles);
// With everything that belongs to the user.
Task<void> remove(Queries db, std::string_view id);

}  // namespace users
}  // namespace redoubt::api
