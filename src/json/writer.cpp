#include <array>
#include <charconv>
#include <cmath>

#include "redoubt/json.hpp"

namespace redoubt::json {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Bytes that stand for themselves inside a JSON string: ASCII without quote, backslash and control characters.
constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

// One wide pass: most strings are plain from end to end.
bool is_plain(std::string_view text) noexcept {
  unsigned char odd = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    odd |= static_cast<unsigned char>((byte < 0x20) | (byte >= 0x80) | (byte == '"') | (byte == '\\'));
  }
  return odd == 0;
}

unsigned char byte(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

// Length of the multi-byte UTF-8 sequence at `at`, 0 when there is none (RFC 3629 section 4).
std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
  const auto in = [&](std::size_t ahead, unsigned low, unsigned high) {
    const unsigned c = byte(text, at + ahead);
    return c >= low && c <= high;
  };
  const auto tail = [&](std::size_t ahead) { return in(ahead, 0x80, 0xBF); };
  const unsigned first = byte(text, at);
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;   // no overlong form
    const unsigned high = first == 0xED ? 0x9F : 0xBF;  // no surrogate
    return in(1, low, high) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;  // not beyond U+10FFFF
    return in(1, low, high) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += hexadecimal[static_cast<unsigned char>(c) >> 4];
      out += hexadecimal[static_cast<unsigned char>(c) & 0xF];
  }
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;  // the longest: a double of 24 characters
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_plain(text)) {
    out.append(text) += '"';
    return;
  }
  std::size_t written = 0;
  std::size_t at = 0;
  const auto flush = [&] { out.append(text, written, at - written); };
  while (at < text.size()) {
    const unsigned char c = byte(text, at);
    if (plain[c]) {
      ++at;
      continue;
    }
    if (const std::size_t length = c < 0x80 ? 0 : sequence_length(text, at)) {
      at += length;
      continue;
    }
    flush();
    if (c < 0x80) {
      append_escape(out, text[at]);
    } else {
      out += replacement;
    }
    written = ++at;
  }
  flush();
  out += '"';
}

void Writer::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

Writer& Writer::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
  return *this;
}

Writer& Writer::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

Writer& Writer::name(std::string_view name) {
  separate();
  append_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Writer& Writer::null() {
  return raw("null");
}
Writer& Writer::value(bool boolean) {
  return raw(boolean ? "true" : "false");
}
Writer& Writer::value(std::int64_t integer) {
  separate();
  append_number(out_, integer);
  return *this;
}
Writer& Writer::value(std::uint64_t integer) {
  separate();
  append_number(out_, integer);
  return *this;
}
Writer& Writer::value(double real) {
  if (!std::isfinite(real)) return null();
  if (real == 0 && std::signbit(real)) return raw("-0.0");  // "-0" would read back as the integer 0
  separate();
  append_number(out_, real);
  return *this;
}
Writer& Writer::value(std::string_view text) {
  separate();
  append_string(out_, text);
  return *this;
}

// Recursion is bounded by the depth that parse() allowed.
Writer& Writer::value(const Value& parsed) {
  switch (parsed.kind()) {
    case Kind::null:
      return null();
    case Kind::boolean:
      return value(parsed.boolean());
    case Kind::integer:
      return value(*parsed.integer());
    case Kind::unsigned_integer:
      return value(parsed.unsigned_integer());
    case Kind::real:
      return value(parsed.number());
    case Kind::string:
      return value(parsed.string());
    case Kind::array:
      begin_array();
      for (const Value element : parsed.elements()) value(element);
      return end_array();
    case Kind::object:
      begin_object();
      for (const auto& [member_name, member_value] : parsed.members()) name(member_name).value(member_value);
      return end_object();
  }
  return *this;
}

}  // namespace redoubt::json
