// Who is really asking, when load balancers stand in between. The application asks it once per request, before limits
// and logs. Only what a trusted proxy itself saw is believed: anything further left in X-Forwarded-For is the sender's
// own claim.
#pragma once

#include <string_view>
#include <vector>

#include "redoubt/address.hpp"
#include "redoubt/http.hpp"

namespace redoubt {

class ClientAddress {
 public:
  // `trusted_proxies`: where the proxies' own addresses are. None: the peer is always the client.
  explicit ClientAddress(std::vector<IpRange> trusted_proxies = {}) noexcept;

  // The rightmost address of X-Forwarded-For outside the trusted ranges, all fields of that name being one list, if the
  // peer is a trusted proxy; else the peer. Ports in entries ("1.2.3.4:5678", "[::1]:80") are ignored. An entry that is
  // no address ends the walk: the trusted proxy to its right is then the client. All trusted: the leftmost.
  [[nodiscard]] IpAddress of(const IpAddress& peer, const Fields& fields) const noexcept;

  // "https" or "http": what the client used. The last element of X-Forwarded-Proto from a trusted peer, else whether
  // this connection has TLS.
  [[nodiscard]] std::string_view scheme(const IpAddress& peer, const Fields& fields, bool tls) const noexcept;

 private:
  [[nodiscard]] bool is_trusted(const IpAddress& address) const noexcept;

  std::vector<IpRange> trusted_;
};

}  // namespace redoubt
