// Internet addresses and prefixes, IPv4 and IPv6 in one space: IPv4 stands in ::ffff:0:0/96 (RFC 4291, section
// 2.5.5.2), so that every set of addresses is a set of 128-bit numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reach/intervals.hpp"

namespace redoubt::reach {

__extension__ using Address = unsigned __int128;
using AddressSet = Intervals<Address>;

struct Prefix {
  Address first = 0;
  int length = 0;  // 0 to 128; of an IPv4 prefix 96 more than it is written with

  [[nodiscard]] Address last() const;
  [[nodiscard]] AddressSet addresses() const;
  bool operator==(const Prefix&) const = default;
};

[[nodiscard]] AddressSet addresses_of(const std::vector<Prefix>& prefixes);

[[nodiscard]] bool is_ipv4(Address address);
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
// "10.0.0.0/16", "2600::/56"; an address alone is a prefix of one. Bits beyond the length are cleared, as AWS does.
[[nodiscard]] std::optional<Prefix> parse_prefix(std::string_view text);
[[nodiscard]] std::string text_of(Address address);
[[nodiscard]] std::string text_of(const Prefix& prefix);

[[nodiscard]] const AddressSet& all_ipv4();
[[nodiscard]] const AddressSet& all_ipv6();

// The addresses of hosts on the Internet: all that the registries of special-purpose addresses (RFC 6890; IANA) do not
// keep from it, of IPv6 the global unicast range (RFC 4291, section 2.4). The documentation ranges (RFC 5737, RFC 3849)
// are among them: where a rule names one, it stands for a real one.
[[nodiscard]] const AddressSet& internet_addresses();

}  // namespace redoubt::reach
