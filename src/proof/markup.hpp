// Text in XML, HTML and SVG: what the reports and the pictures write by hand has it escaped here.
#pragma once

#include <string>
#include <string_view>

namespace redoubt {

// Text as an element's content or a quoted attribute's value. Line breaks and tabs are kept; other control characters,
// which cannot be written at all, become U+FFFD. Source: XML 1.0, sections 2.2, 2.4 and 3.3.3; HTML, "Escaping a
// string".
[[nodiscard]] inline std::string markup_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char each : text) {
    switch (each) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        if (static_cast<unsigned char>(each) < ' ')
          out += "\uFFFD";
        else
          out += each;
    }
  }
  return out;
}

}  // namespace redoubt
