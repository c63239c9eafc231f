#include "reach/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <charconv>

namespace redoubt::reach {
namespace {

constexpr Address ipv4_first = Address{0xFFFF'0000'0000U};
constexpr Address ipv4_last = Address{0xFFFF'FFFF'FFFFU};

AddressSet range_of(std::string_view prefix) {
  return parse_prefix(prefix)->addresses();
}

}  // namespace

Address Prefix::last() const {
  return length == 0 ? AddressSet::highest : first | ((Address{1} << (128 - length)) - 1);
}

AddressSet Prefix::addresses() const {
  // ::/0 is every IPv6 address, and no IPv4 address.
  if (length < 96 && first <= ipv4_first && last() >= ipv4_last)
    return AddressSet::range(first, last()) - AddressSet::range(ipv4_first, ipv4_last);
  return AddressSet::range(first, last());
}

AddressSet addresses_of(const std::vector<Prefix>& prefixes) {
  AddressSet out;
  for (const Prefix& prefix : prefixes) out = out | prefix.addresses();
  return out;
}

bool is_ipv4(Address address) {
  return address >= ipv4_first && address <= ipv4_last;
}

std::optional<Address> parse_address(std::string_view text) {
  const std::string copy(text);
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
    Address out = 0xFFFF;
    for (std::size_t i = 0; i < 4; ++i) out = out << 8 | bytes[i];
    return out;
  }
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) != 1) return std::nullopt;
  Address out = 0;
  for (const unsigned char byte : bytes) out = out << 8 | byte;
  return out;
}

std::optional<Prefix> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int shift = is_ipv4(*address) ? 96 : 0;
  int length = 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size() || length < 0 || length > 128 - shift)
      return std::nullopt;
    length += shift;
  }
  const Address mask = length == 0 ? 0 : AddressSet::highest << (128 - length);
  return Prefix{*address & mask, length};
}

std::string text_of(Address address) {
  std::array<unsigned char, 16> bytes{};
  for (std::size_t i = 16; i-- > 0; address >>= 8) bytes[i] = static_cast<unsigned char>(address & 0xFF);
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool four = bytes[10] == 0xFF && bytes[11] == 0xFF &&
                    std::all_of(bytes.begin(), bytes.begin() + 10, [](unsigned char b) { return b == 0; });
  inet_ntop(four ? AF_INET : AF_INET6, four ? bytes.data() + 12 : bytes.data(), text.data(), text.size());
  return text.data();
}

std::string text_of(const Prefix& prefix) {
  const bool four = prefix.length >= 96 && is_ipv4(prefix.first);
  return text_of(prefix.first) + "/" + std::to_string(four ? prefix.length - 96 : prefix.length);
}

const AddressSet& all_ipv4() {
  static const AddressSet set = AddressSet::range(ipv4_first, ipv4_last);
  return set;
}

const AddressSet& all_ipv6() {
  static const AddressSet set = AddressSet::all() - all_ipv4();
  return set;
}

const AddressSet& internet_addresses() {
  static const AddressSet set = [] {
    AddressSet four = all_ipv4();
    for (const std::string_view special :
         {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
          "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"})
      four = four - range_of(special);
    return four | range_of("2000::/3");
  }();
  return set;
}

}  // namespace redoubt::reach
