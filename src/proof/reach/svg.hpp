// What the pictures of a network share.
#pragma once

#include <string>
#include <string_view>

namespace redoubt::reach {

// Text as an element's content or a quoted attribute's value (XML 1.0, sections 2.2 and 2.4); control characters, which
// cannot be written, are left out.
[[nodiscard]] inline std::string svg_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  return out;
}

}  // namespace redoubt::reach
