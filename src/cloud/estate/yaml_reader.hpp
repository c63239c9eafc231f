// YAML 1.1 into values, as CloudFormation reads it. Called by read_document only.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "document.hpp"

namespace redoubt::estate {

inline constexpr std::size_t deepest_document = 200;  // levels of nesting, in either format

[[nodiscard]] std::expected<Value, ReadError> read_yaml(std::string_view text, std::uint32_t file,
                                                        std::string_view name);

// What a plain scalar without a tag means (YAML 1.1's types, https://yaml.org/type/): null, a boolean, a number in
// JSON's notation, or a text. Dates stay texts, as CloudFormation takes them.
[[nodiscard]] Value plain_scalar(std::string_view text);

}  // namespace redoubt::estate
