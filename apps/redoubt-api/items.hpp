// Items as the database keeps them. Whoever is not their owner does not see them: `owner` restricts each statement, and
// is empty for administrators, who see all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models.hpp"
#include "redoubt/database.hpp"

namespace redoubt::api {

struct ItemRow {
  std::string id;
  std::string owner_id;
  std::string title;
  std::optional<std::string> description;
  std::int64_t created_at = 0;  // microseconds since 1970
  std::int64_t updated_at = 0;

  [[nodiscard]] ItemOut out() const;
};
BOOST_DESCRIBE_STRUCT(ItemRow, (), (id, owner_id, title, description, created_at, updated_at))

namespace items {

// At most `limit` items before `cursor` (an id, or "" for the newest), newest first, whose title or description holds
// `search` (if not empty) without regard to case (on SQLite, that of ASCII letters).
Task<std::vector<ItemRow>> page(Queries db, std::string_view owner, std::string_view search, std::string_view cursor,
                                std::int64_t limit);
Task<std::optional<ItemRow>> find(Queries db, std::string_view id, std::string_view owner);

// False when its owner is gone.
Task<bool> insert(Queries db, const ItemRow& item);
// Sets what is given; `describe` says whether the description is. Gives the item as it is then, none when not found.
Task<std::optional<ItemRow>> update(Queries db, std::string_view id, std::string_view owner,
                                    std::optional<std::string> title, bool describe,
                                    std::optional<std::string> description);
Task<bool> remove(Queries db, std::string_view id, std::string_view owner);

}  // namespace items
}  // namespace redoubt::api
