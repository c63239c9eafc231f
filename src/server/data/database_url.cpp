#include "redoubt/database_url.hpp"

#include <stdexcept>

namespace redoubt {

DatabaseUrl parse_database_url(std::string_view url) {
  constexpr std::string_view sqlite = "sqlite:";
  if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    return {.dialect = Dialect::postgresql, .location = std::string(url)};
  if (!url.starts_with(sqlite))
    throw std::invalid_argument("the database URL begins neither with sqlite: nor with postgresql://");
  std::string_view path = url.substr(sqlite.size());
  if (path.starts_with("//")) {
    path.remove_prefix(2);
    if (!path.starts_with('/'))
      throw std::invalid_argument(
          "the database URL names a host for SQLite: write sqlite:PATH, or sqlite:///ABSOLUTE with three slashes");
  }
  if (path.empty()) throw std::invalid_argument("the database URL sqlite: names no file: write sqlite:PATH");
  if (path.find_first_of("?#") != std::string_view::npos)
    throw std::invalid_argument("the database URL sqlite:PATH takes no parameters: ? and # have no place in it");
  if (path.find('\0') != std::string_view::npos) throw std::invalid_argument("the database URL holds a NUL byte");
  return {.dialect = Dialect::sqlite, .location = std::string(path)};
}

}  // namespace redoubt
