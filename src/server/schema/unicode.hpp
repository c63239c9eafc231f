// Code points of UTF-8 text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace redoubt {

// How many code points valid UTF-8 text has: its bytes that do not continue one.
inline std::size_t count_code_points(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_valid_utf8(std::string_view bytes) noexcept;

}  // namespace redoubt
