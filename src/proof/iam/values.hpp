// The typed values of condition operators: numbers, dates, addresses. Read the same way by the evaluator and by the
// engine, in one place.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redoubt::iam {

// A decimal number, exactly when a double holds it.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

// Seconds since 1970: an ISO 8601 date ("2020-04-01", "2020-04-01T00:00:00Z", offsets, a fraction that is dropped) or
// the seconds themselves (W3C's profile of ISO 8601, "Date condition operators").
[[nodiscard]] std::optional<std::int64_t> parse_date(std::string_view text);
[[nodiscard]] std::string format_date(std::int64_t seconds);

// An IPv4 or IPv6 address, as 16 bytes in network order (IPv4 in the last four).
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const IpAddress&) const = default;
};
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text);
[[nodiscard]] std::string format_address(const IpAddress& address);

struct AddressRange {
  IpAddress first;
  IpAddress last;
  [[nodiscard]] bool contains(const IpAddress& address) const {
    return address.v6 == first.v6 && first <= address && address <= last;
  }
};
// CIDR, or one address ("IP address condition operators"). Bits beyond the prefix are ignored.
[[nodiscard]] std::optional<AddressRange> parse_address_range(std::string_view text);

}  // namespace redoubt::iam
