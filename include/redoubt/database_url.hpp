// Database addresses: which database, and where. Read when a Database is made, and by programs that check their
// settings.
#pragma once

#include <string>
#include <string_view>

#include "redoubt/database.hpp"

namespace redoubt {

struct DatabaseUrl {
  Dialect dialect;
  std::string location;  // SQLite: a path, or ":memory:"; PostgreSQL: the URL, for libpq to take apart
};

// Throws std::invalid_argument with a sentence that does not repeat the URL, since it may hold a password.
DatabaseUrl parse_database_url(std::string_view url);

// The user and password of a PostgreSQL URL, empty where it has none, and of a SQLite one. Throws as above.
Credentials credentials_in(std::string_view url);

}  // namespace redoubt
