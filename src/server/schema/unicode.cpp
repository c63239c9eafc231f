#include "schema/unicode.hpp"

#include <cstdint>

namespace redoubt {

bool is_valid_utf8(std::string_view bytes) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const auto continues = [&](std::size_t i) { return i < bytes.size() && (at(i) & 0xC0U) == 0x80U; };
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::uint8_t lead = at(i);
    if (lead < 0x80) {
      i += 1;
    } else if (lead >= 0xC2 && lead <= 0xDF) {
      if (!continues(i + 1)) return false;
      i += 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      if (!continues(i + 1) || !continues(i + 2)) return false;
      if (lead == 0xE0 && at(i + 1) < 0xA0) return false;  // overlong
      if (lead == 0xED && at(i + 1) > 0x9F) return false;  // surrogate
      i += 3;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      if (!continues(i + 1) || !continues(i + 2) || !continues(i + 3)) return false;
      if (lead == 0xF0 && at(i + 1) < 0x90) return false;  // overlong
      if (lead == 0xF4 && at(i + 1) > 0x8F) return false;  // beyond U+10FFFF
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace redoubt
