// The character classes of HTTP and of URIs, as one table. For the parsers of this folder.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace redoubt::http {

enum CharacterClass : std::uint8_t {
  token_character = 1,   // tchar, RFC 9110 section 5.6.2
  field_character = 2,   // VCHAR, obs-text, SP, HTAB: RFC 9110 section 5.5
  path_character = 4,    // pchar and "/", RFC 3986 section 3.3; a "%" must begin an escape
  query_character = 8,   // RFC 3986 section 3.4, and what browsers leave raw there (see below)
  host_character = 16,   // reg-name, RFC 3986 section 3.2.2; a "%" must begin an escape
  digit_character = 32,  // RFC 5234: DIGIT
  hex_character = 64,    // either case
};

namespace detail {

consteval std::array<std::uint8_t, 256> character_table() {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&table](std::string_view characters, unsigned classes) {
    for (const char c : characters) table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(classes);
  };
  for (unsigned c = 0x21; c < 256; ++c)
    if (c != 0x7f) table[c] |= field_character;
  mark(" \t", field_character);
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view digits = "0123456789";
  mark(letters, token_character | path_character | query_character | host_character);
  mark(digits, token_character | path_character | query_character | host_character | digit_character | hex_character);
  mark("abcdefABCDEF", hex_character);
  mark("!#$%&'*+-.^_`|~", token_character);
  mark("-._~!$&'()*+,;=%", path_character | query_character | host_character);
  mark(":@/", path_character | query_character);
  mark("?", query_character);
  // Not in RFC 3986, but a URL typed into a browser or given to fetch() carries them as they are (WHATWG URL, "query
  // percent-encode set"). In a query they mean nothing to framing or routing.
  mark("[]{}|^`", query_character);
  return table;
}

inline constexpr std::array<std::uint8_t, 256> characters = character_table();

}  // namespace detail

[[nodiscard]] constexpr bool is(CharacterClass wanted, char c) noexcept {
  return (detail::characters[static_cast<unsigned char>(c)] & wanted) != 0;
}

// The value of a hexadecimal digit; only for a hex_character.
[[nodiscard]] constexpr unsigned hex_value(char c) noexcept {
  return is(digit_character, c) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  for (const char c : text)
    if (!is(token_character, c)) return false;
  return !text.empty();
}

// Without the optional whitespace (SP, HTAB) at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace redoubt::http
