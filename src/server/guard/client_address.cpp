#include "redoubt/client_address.hpp"

#include <algorithm>

#include "guard/authority.hpp"
#include "guard/list.hpp"

namespace redoubt {
namespace {

// An address as proxies write it: bare, or with a port, which puts an IPv6 address in brackets.
std::optional<IpAddress> parse_entry(std::string_view entry) noexcept {
  if (const auto bare = IpAddress::parse(entry)) return bare;
  const auto authority = guard::parse_authority(entry);
  return authority ? authority->address : std::nullopt;
}

}  // namespace

ClientAddress::ClientAddress(std::vector<IpRange> trusted_proxies) noexcept : trusted_(std::move(trusted_proxies)) {}

bool ClientAddress::is_trusted(const IpAddress& address) const noexcept {
  return std::ranges::any_of(trusted_, [&](const IpRange& range) { return range.contains(address); });
}

IpAddress ClientAddress::of(const IpAddress& peer, const Fields& fields) const noexcept {
  IpAddress client = peer;
  if (!is_trusted(peer)) return client;
  guard::for_each_element_backwards(fields, "X-Forwarded-For", [&](std::string_view entry) {
    const auto address = parse_entry(entry);
    if (!address) return false;
    client = *address;
    return is_trusted(client);
  });
  return client;
}

std::string_view ClientAddress::scheme(const IpAddress& peer, const Fields& fields, bool tls) const noexcept {
  std::string_view scheme = tls ? "https" : "http";
  if (!is_trusted(peer)) return scheme;
  guard::for_each_element_backwards(fields, "X-Forwarded-Proto", [&](std::string_view last) {
    for (const std::string_view known : {"https", "http"}) {
      if (iequals(last, known)) scheme = known;
    }
    return false;
  });
  return scheme;
}

}  // namespace redoubt
