#include <array>
#include <charconv>

#include "yaml_reader.hpp"

namespace redoubt::estate {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view digits_and_rule = "0123456789_";

bool consists_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

template <std::size_t n>
bool is_one_of(std::string_view text, const std::array<std::string_view, n>& words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

std::string without_rules(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '_') out += c;
  }
  return out;
}

// Digits of a base other than ten as decimal; empty where there are none or 64 bits do not hold them.
std::string decimal(std::string_view text, int base) {
  const std::string plain = without_rules(text);
  std::uint64_t number = 0;
  const auto read = std::from_chars(plain.data(), plain.data() + plain.size(), number, base);
  return read.ec == std::errc() && read.ptr == plain.data() + plain.size() ? std::to_string(number) : std::string();
}

// `190:20:30`: base 60, every part after the first below 60.
std::string sexagesimal(std::string_view text) {
  std::uint64_t number = 0;
  for (bool first = true; !text.empty(); first = false) {
    const std::string_view part = text.substr(0, text.find(':'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (!consists_of(part, digits) || part.size() > (first ? 9U : 2U)) return {};
    std::uint64_t place = 0;
    std::from_chars(part.data(), part.data() + part.size(), place);
    if (!first && place >= 60) return {};
    if (number > std::uint64_t{1} << 50) return {};
    number = number * 60 + place;
  }
  return std::to_string(number);
}

// Without its sign.
std::string integer(std::string_view text) {
  if (text == "0") return "0";
  if (text.starts_with("0b")) return decimal(text.substr(2), 2);
  if (text.starts_with("0x")) return decimal(text.substr(2), 16);
  if (text.starts_with('0')) return consists_of(text, "01234567_") ? decimal(text.substr(1), 8) : std::string();
  if (text.find(':') != std::string_view::npos) return text.ends_with(':') ? std::string() : sexagesimal(text);
  return text.starts_with('_') || !consists_of(text, digits_and_rule) ? std::string() : without_rules(text);
}

// `12.5`, `.5`, `1.` and with an exponent that has a sign: YAML 1.1 takes `1e3` for a text.
std::string real(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return {};
  const std::string_view whole = text.substr(0, point);
  std::string_view rest = text.substr(point + 1);
  std::string_view exponent;
  if (const std::size_t e = rest.find_first_of("eE"); e != std::string_view::npos) {
    exponent = rest.substr(e);
    rest = rest.substr(0, e);
    const bool has_sign = exponent.size() > 1 && (exponent[1] == '+' || exponent[1] == '-');
    if (!has_sign || exponent.size() > 6 || !consists_of(exponent.substr(2), digits)) return {};
  }
  if (!whole.empty() && (whole.starts_with('_') || !consists_of(whole, digits_and_rule))) return {};
  if (!rest.empty() && !consists_of(rest, digits_and_rule)) return {};
  if (whole.empty() && (rest.empty() || rest.starts_with('_'))) return {};
  std::string left = without_rules(whole);
  const std::size_t first = left.find_first_not_of('0');  // JSON knows no leading zeros
  left = first == std::string::npos ? "0" : left.substr(first);
  const std::string right = without_rules(rest);
  return left + '.' + (right.empty() ? "0" : right) + std::string(exponent);
}

}  // namespace

Value plain_scalar(std::string_view text) {
  Value out;
  if (is_one_of<5>(text, {"", "~", "null", "Null", "NULL"})) {
    out.kind = Kind::null;
  } else if (is_one_of<9>(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) {
    out.kind = Kind::boolean;
    out.boolean = true;
  } else if (is_one_of<9>(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) {
    out.kind = Kind::boolean;
  } else {
    const bool negative = text.starts_with('-');
    const std::string_view unsigned_part = text.substr(negative || text.starts_with('+') ? 1 : 0);
    std::string number;
    if (!unsigned_part.empty() && (unsigned_part[0] == '.' || digits.contains(unsigned_part[0]))) {
      number = integer(unsigned_part);
      if (number.empty()) number = real(unsigned_part);
    }
    out.kind = number.empty() ? Kind::text : Kind::number;
    out.text = number.empty() ? std::string(text) : (negative ? "-" : "") + number;
  }
  return out;
}

}  // namespace redoubt::estate
