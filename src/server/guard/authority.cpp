#include "guard/authority.hpp"

#include <algorithm>
#include <charconv>

namespace redoubt::guard {
namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035 section 2.3.4, as text
constexpr std::size_t longest_label = 63;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_name_character(char c) noexcept {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '_';
}

bool is_name(std::string_view name) noexcept {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > longest_name) return false;
  std::string_view label;
  for (std::size_t start = 0; start <= name.size(); start += label.size() + 1) {
    label = name.substr(start, name.find('.', start) - start);
    if (label.empty() || label.size() > longest_label || !std::ranges::all_of(label, is_name_character)) return false;
  }
  return !std::ranges::all_of(label, is_digit);
}

std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) noexcept {
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    authority.host = text.substr(1, close - 1);
    authority.address = IpAddress::parse(authority.host);
    if (!authority.address || authority.host.find(':') == std::string_view::npos) return std::nullopt;
    rest = text.substr(close + 1);
  } else {
    authority.host = text.substr(0, text.find(':'));
    authority.address = IpAddress::parse(authority.host);
    if (!authority.address && !is_name(authority.host)) return std::nullopt;
    rest = text.substr(authority.host.size());
  }
  if (rest.empty()) return authority;
  if (rest.front() != ':') return std::nullopt;
  rest.remove_prefix(1);
  // RFC 3986 section 3.2.3 lets the port be empty.
  if (rest.empty()) return authority;
  authority.port = parse_port(rest);
  if (!authority.port) return std::nullopt;
  return authority;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), ascii_lower);
  return lower;
}

}  // namespace redoubt::guard
