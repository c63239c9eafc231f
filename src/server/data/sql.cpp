#include "redoubt/sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "data/errors.hpp"
#include "redoubt/database.hpp"

namespace redoubt::sql {

Value text_value(std::string text) {
  if (text.find('\0') != std::string::npos)
    throw std::invalid_argument("a text with U+0000 cannot be stored: PostgreSQL has no place for it");
  return text;
}

Value integer_value(std::uint64_t integer) {
  if (!std::in_range<std::int64_t>(integer))
    throw std::invalid_argument("an integer above 9223372036854775807 cannot be stored: columns hold 64 bits, signed");
  return static_cast<std::int64_t>(integer);
}

void RowSource::refuse(std::size_t column, std::string_view why) const {
  // 42804, datatype_mismatch
  throw DatabaseError("42804", fmt::format("column \"{}\" {}; statement: {}", column_name(column), why, sql));
}

std::vector<std::uint16_t> map_columns(std::string_view sql, const RowType& type,
                                       std::span<const std::string_view> column_names) {
  const auto refuse = [sql](const std::string& why) {
    throw DatabaseError("42703", fmt::format("{}; statement: {}", why, sql));  // undefined_column
  };
  if (type.members.empty()) {
    if (column_names.size() != 1)
      refuse(fmt::format("a single value is read from one column, and the statement gives {}", column_names.size()));
    return {0};
  }
  std::vector<std::uint16_t> columns;
  for (const std::string_view member : type.members) {
    const auto found = std::ranges::find(column_names, member);
    if (found == column_names.end()) refuse(fmt::format("no column for the member \"{}\"", member));
    columns.push_back(static_cast<std::uint16_t>(found - column_names.begin()));
  }
  for (std::size_t i = 0; i < column_names.size(); ++i)
    if (std::ranges::find(columns, i) == columns.end())
      refuse(fmt::format("column \"{}\" has no member, or comes twice", column_names[i]));
  return columns;
}

}  // namespace redoubt::sql
