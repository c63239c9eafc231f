#include "users.hpp"

#include <algorithm>

namespace redoubt::api {

std::vector<Role> parse_roles(std::string_view text) {
  std::vector<Role> roles;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    Role role{};
    if (boost::describe::enum_from_string(std::string(text.substr(0, end)).c_str(), role)) roles.push_back(role);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return roles;
}

std::string join_roles(const std::vector<Role>& roles) {
  std::string text;
  for (const Role role : roles) {
    if (!text.empty()) text += ' ';
    text += boost::describe::enum_to_string(role, "");
  }
  return text;
}

bool UserRow::has_role(Role role) const {
  const auto held = parse_roles(roles);
  return std::ranges::find(held, role) != held.end();
}

UserOut UserRow::out() const {
  return {id, email, full_name, is_active, parse_roles(roles), Timestamp::from_micros(created_at)};
}

namespace users {

std::string email_key(std::string_view email) {
  std::string key(email);
  std::ranges::transform(key, key.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return key;
}

Task<std::optional<UserRow>> find_by_email(Queries db, std::string_view email) {
  co_return co_await db.maybe<UserRow>(
      "SELECT id, email, full_name, password_hash, is_active, roles, created_at FROM users WHERE email_key = $1",
      email_key(email));
}

Task<std::optional<UserRow>> find(Queries db, std::string_view id) {
  co_return co_await db.maybe<UserRow>(
      "SELECT id, email, full_name, password_hash, is_active, roles, created_at FROM users WHERE id = $1", id);
}

Task<std::optional<std::string>> costliest_hash(Queries db) {
  // "$2b$12$…": the cost comes first, in two digits, so the greatest text costs most.
  co_return co_await db.maybe<std::string>(
      "SELECT password_hash FROM users WHERE SUBSTR(password_hash, 5, 2) = "
      "(SELECT MAX(SUBSTR(password_hash, 5, 2)) FROM users) LIMIT 1");
}

Task<std::vector<UserRow>> page(Queries db, std::string_view cursor, std::int64_t limit) {
  co_return co_await db.all<UserRow>(
      "SELECT id, email, full_name, password_hash, is_active, roles, created_at FROM users WHERE id > $1 "
      "ORDER BY id LIMIT $2",
      cursor, limit);
}

Task<bool> any_administrator(Queries db) {
  co_return co_await db.one<std::int64_t>("SELECT COUNT(*) FROM users WHERE ' ' || roles || ' ' LIKE '% admin %'") > 0;
}

Task<std::int64_t> other_administrators(Queries db, std::string_view id) {
  co_return co_await db.one<std::int64_t>(
      "SELECT COUNT(*) FROM users WHERE ' ' || roles || ' ' LIKE '% admin %' AND is_active AND id <> $1", id);
}

Task<bool> insert(Queries db, const UserRow& user) {
  const auto id = co_await db.one<std::string>(
      "INSERT INTO users (id, email, email_key, full_name, password_hash, is_active, roles, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
      "ON CONFLICT (email_key) DO UPDATE SET email_key = excluded.email_key RETURNING id",
      user.id, user.email, email_key(user.email), user.full_name, user.password_hash, user.is_active, user.roles,
      user.created_at);
  co_return id == user.id;
}

Task<void> set_full_name(Queries db, std::string_view id, std::optional<std::string> full_name) {
  co_await db.execute("UPDATE users SET full_name = $2 WHERE id = $1", id, full_name);
}

Task<bool> replace_password_hash(Queries db, const UserRow& user, std::string_view hash) {
  co_return co_await db.execute("UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3", user.id,
                                hash, user.password_hash) == 1;
}

Task<bool> confirm(Queries db, const UserRow& user, std::string_view hash) {
  co_return co_await db.execute(
      "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3 AND roles = $4 AND is_active", user.id,
      hash, user.password_hash, user.roles) == 1;
}

Task<void> set_rights(Queries db, std::string_view id, bool is_active, std::string_view roles) {
  co_await db.execute("UPDATE users SET is_active = $2, roles = $3 WHERE id = $1", id, is_active, roles);
}

Task<void> remove(Queries db, std::string_view id) {
  co_await db.execute("DELETE FROM users WHERE id = $1", id);
}

}  // namespace users
}  // namespace redoubt::api
