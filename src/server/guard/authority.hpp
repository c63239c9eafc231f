// The host and port of a Host field or an origin (RFC 3986 section 3.2), split and checked without allocating.
// Internal to the guards. It decides syntax only, never trust.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "redoubt/address.hpp"

namespace redoubt::guard {

struct Authority {
  std::string_view host;             // a name or an address; without brackets
  std::optional<IpAddress> address;  // when the host is an IP literal
  std::optional<std::uint16_t> port;
};

// None where the text is not host[:port]: a name of letters, digits, "-" and "_" in dotted labels (one final dot is
// allowed), an IPv4 address, or an IPv6 address in brackets. A name whose last label is all digits must be an IPv4
// address, as in the WHATWG URL standard.
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text) noexcept;

[[nodiscard]] constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] std::string to_lower(std::string_view text);

}  // namespace redoubt::guard
