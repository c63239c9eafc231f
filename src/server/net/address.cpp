#include "redoubt/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace redoubt {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // RFC 4291, 2.5.5.2
constexpr unsigned mapped_prefix_bits = 96;

bool is_mapped(const std::array<std::uint8_t, 16>& bytes) noexcept {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

std::uint16_t group(const std::array<std::uint8_t, 16>& bytes, std::size_t index) noexcept {
  return static_cast<std::uint16_t>(bytes[2 * index] << 8 | bytes[2 * index + 1]);
}

// The network's address: every bit behind the prefix cleared.
void clear_host_bits(std::array<std::uint8_t, 16>& bytes, unsigned prefix) noexcept {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::clamp(prefix, 8 * i, 8 * i + 8) - 8 * i;
    bytes[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
}

}  // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> bytes) noexcept {
  IpAddress address;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) noexcept {
  if (is_mapped(bytes)) return v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  IpAddress address;
  address.bytes_ = bytes;
  address.v4_ = false;
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) noexcept {
  char terminated[INET6_ADDRSTRLEN];
  // A NUL inside would end the text early for inet_pton.
  if (text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) return std::nullopt;
  *std::copy(text.begin(), text.end(), terminated) = '\0';

  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, terminated, four.data()) == 1) return v4(four);
  std::array<std::uint8_t, 16> sixteen{};
  if (inet_pton(AF_INET6, terminated, sixteen.data()) == 1) return v6(sixteen);
  return std::nullopt;
}

bool IpAddress::is_loopback() const noexcept {
  if (v4_) return bytes_[0] == 127;
  constexpr std::array<std::uint8_t, 16> loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return bytes_ == loopback;
}

std::string IpAddress::to_string() const {
  if (v4_) {
    std::array<char, INET_ADDRSTRLEN> text;
    char* end = text.data();
    for (std::size_t i = 0; i < 4; ++i) {
      if (i > 0) *end++ = '.';
      end = std::to_chars(end, text.data() + text.size(), bytes_[i]).ptr;
    }
    return {text.data(), end};
  }

  // RFC 5952 section 4.2: the longest run of two or more zero groups is shortened, the first of equals.
  constexpr std::size_t groups = 8;
  std::size_t run = groups;
  std::size_t run_length = 1;
  for (std::size_t i = 0; i < groups; ++i) {
    std::size_t end = i;
    while (end < groups && group(bytes_, end) == 0) ++end;
    if (end - i > run_length) {
      run = i;
      run_length = end - i;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < groups; ++i) {
    if (i == run) {
      text += "::";
      i += run_length - 1;
    } else {
      fmt::format_to(std::back_inserter(text), "{}{:x}", text.empty() || text.back() == ':' ? "" : ":",
                     group(bytes_, i));
    }
  }
  return text;
}

std::optional<IpRange> IpRange::parse(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const std::string_view network = text.substr(0, slash);
  const std::optional<IpAddress> address = IpAddress::parse(network);
  if (!address) return std::nullopt;

  const bool written_as_v6 = network.find(':') != std::string_view::npos;
  const unsigned width = written_as_v6 ? 128 : 32;
  unsigned prefix = width;
  if (slash != std::string_view::npos) {
    const std::string_view bits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
    const bool leading_zero = bits.size() > 1 && bits.front() == '0';
    if (error != std::errc{} || end != bits.data() + bits.size() || leading_zero || prefix > width) {
      return std::nullopt;
    }
  }
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8; a shorter prefix would span more than the IPv4 addresses that it can be.
  if (written_as_v6 && address->is_v4()) {
    if (prefix < mapped_prefix_bits) return std::nullopt;
    prefix -= mapped_prefix_bits;
  }
  IpRange range;
  range.prefix_ = prefix;
  auto bytes = address->bytes();
  clear_host_bits(bytes, prefix);
  range.network_ = address->is_v4() ? IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]}) : IpAddress::v6(bytes);
  return range;
}

bool IpRange::contains(const IpAddress& address) const noexcept {
  if (address.is_v4() != network_.is_v4()) return false;
  auto bytes = address.bytes();
  clear_host_bits(bytes, prefix_);
  return bytes == network_.bytes();
}

std::string IpRange::to_string() const {
  return fmt::format("{}/{}", network_.to_string(), prefix_);
}

}  // namespace redoubt
