// IP addresses and address ranges, as guards and limits compare them. IPv4-mapped IPv6 addresses (::ffff:a.b.c.d) are
// the IPv4 address they carry, so that one peer has one identity.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redoubt {

class IpAddress {
 public:
  // 0.0.0.0
  constexpr IpAddress() noexcept = default;
  static IpAddress v4(std::array<std::uint8_t, 4> bytes) noexcept;
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes) noexcept;
  // Textual forms of RFC 4291 section 2.2 and dotted decimal (no leading zeros); no port, no brackets, no zone.
  static std::optional<IpAddress> parse(std::string_view text) noexcept;

  [[nodiscard]] bool is_v4() const noexcept { return v4_; }
  [[nodiscard]] bool is_loopback() const noexcept;
  // Network order; an IPv4 address fills the first four.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
  // RFC 5952 for IPv6.
  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  bool v4_ = true;
};

// An address range in CIDR notation; a bare address is the range of itself.
class IpRange {
 public:
  static std::optional<IpRange> parse(std::string_view text) noexcept;
  [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
  [[nodiscard]] std::string to_string() const;
  bool operator==(const IpRange&) const = default;

 private:
  IpAddress network_;
  unsigned prefix_ = 0;  // bits
};

}  // namespace redoubt
