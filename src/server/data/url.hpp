// Database addresses: which database, and where. Read once, when a Database is made.
#pragma once

#include <string>
#include <string_view>

#include "redoubt/database.hpp"

namespace redoubt::data {

struct Url {
  Dialect dialect;
  std::string location;  // SQLite: a path, or ":memory:"; PostgreSQL: the URL, for libpq to take apart
};

// Throws std::invalid_argument with a sentence that does not repeat the URL, since it may hold a password.
Url parse_url(std::string_view url);

}  // namespace redoubt::data
