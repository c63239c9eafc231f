// Optional white space around what a field lists (RFC 9110 section 5.6.3).
#pragma once

#include <string_view>

namespace redoubt {

constexpr std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace redoubt
