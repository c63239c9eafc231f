// Which names this service answers to. The application asks it about every Host field before anything is routed; what
// it does not allow is answered 400, so that no link, redirect or cache is ever made from a name of the sender's
// choice. It allocates nothing per request, and it never resolves a name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "redoubt/address.hpp"

namespace redoubt {

class TrustedHosts {
 public:
  // Each pattern is a name ("api.example.com"), an IP address ("::1" or "[::1]"), "*.example.com" (subdomains of any
  // depth, not example.com itself), or "*" (whatever comes, even nothing, as HTTP/1.0 allows). No patterns: nothing is
  // allowed. Throws std::invalid_argument with a sentence for anything else: a port, a path, a "*" elsewhere, a name
  // not in ASCII.
  explicit TrustedHosts(const std::vector<std::string>& patterns);

  // `host_field`: the value of Host, whose port is ignored. Names compare without regard to case; one final dot is the
  // same name (RFC 3986 section 3.2.2), and IPv6 addresses compare by value. An empty or malformed host is nobody's
  // name.
  [[nodiscard]] bool allows(std::string_view host_field) const noexcept;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> suffixes_;  // ".example.com"
  std::vector<IpAddress> addresses_;
  bool any_ = false;
};

}  // namespace redoubt
