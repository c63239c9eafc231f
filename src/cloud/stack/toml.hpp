// TOML text into the estate's values, with lines, so that an error can say where. Only the kinds that redoubt.toml
// uses: texts, whole numbers, yes or no, lists, tables.
#pragma once

#include <expected>
#include <string_view>

#include "estate/document.hpp"

namespace redoubt::stack {

[[nodiscard]] std::expected<estate::Value, estate::ReadError> read_toml(std::string_view text, std::string_view name);

}  // namespace redoubt::stack
