#include "items.hpp"

namespace redoubt::api {

ItemOut ItemRow::out() const {
  return {id, owner_id, title, description, Timestamp::from_micros(created_at), Timestamp::from_micros(updated_at)};
}

namespace items {

namespace {

// A LIKE pattern for text that holds `search`, with ! as its escape.
std::string containing(std::string_view search) {
  std::string pattern = "%";
  for (const char c : search) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + '%';
}

// Sorts behind every UUID, in any collation.
constexpr std::string_view after_all = "g";

}  // namespace

Task<std::vector<ItemRow>> page(Queries db, std::string_view owner, std::string_view search, std::string_view cursor,
                                std::int64_t limit) {
  co_return co_await db.all<ItemRow>(
      "SELECT id, owner_id, title, description, created_at, updated_at FROM items "
      "WHERE id < $1 AND ($2 = '' OR owner_id = $2) "
      "AND ($3 = '%%' OR LOWER(title) LIKE LOWER($3) ESCAPE '!' OR LOWER(COALESCE(description, '')) LIKE LOWER($3) "
      "ESCAPE '!') "
      "ORDER BY id DESC LIMIT $4",
      cursor.empty() ? after_all : cursor, owner, containing(search), limit);
}

Task<std::optional<ItemRow>> find(Queries db, std::string_view id, std::string_view owner) {
  co_return co_await db.maybe<ItemRow>(
      "SELECT id, owner_id, title, description, created_at, updated_at FROM items "
      "WHERE id = $1 AND ($2 = '' OR owner_id = $2)",
      id, owner);
}

Task<bool> insert(Queries db, const ItemRow& item) {
  try {
    co_await db.execute(
        "INSERT INTO items (id, owner_id, title, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)",
        item.id, item.owner_id, item.title, item.description, item.created_at, item.updated_at);
  } catch (const DatabaseError& error) {
    if (error.sqlstate() != "23503") throw;  // foreign_key_violation
    co_return false;
  }
  co_return true;
}

Task<std::optional<ItemRow>> update(Queries db, std::string_view id, std::string_view owner,
                                    std::optional<std::string> title, bool describe,
                                    std::optional<std::string> description) {
  co_return co_await db.maybe<ItemRow>(
      "UPDATE items SET title = COALESCE($3, title), "
      "description = CASE WHEN $4 THEN $5 ELSE description END, updated_at = $6 "
      "WHERE id = $1 AND ($2 = '' OR owner_id = $2) "
      "RETURNING id, owner_id, title, description, created_at, updated_at",
      id, owner, title, describe, description, Timestamp::now().micros());
}

Task<bool> remove(Queries db, std::string_view id, std::string_view owner) {
  co_return co_await db.execute("DELETE FROM items WHERE id = $1 AND ($2 = '' OR owner_id = $2)", id, owner) == 1;
}

}  // namespace items
}  // namespace redoubt::api
