#include "redoubt/trusted_hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "guard/authority.hpp"
#include "redoubt/http.hpp"

namespace redoubt {
namespace {

[[noreturn]] void refuse(std::string_view pattern) {
  throw std::invalid_argument(fmt::format(
      "The trusted host \"{}\" cannot be used: it must be a host name in ASCII (punycode for others), an IP "
      "address, \"*.\" and a name, or \"*\" alone, without scheme, port or path.",
      pattern));
}

}  // namespace

TrustedHosts::TrustedHosts(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    if (pattern == "*") {
      any_ = true;
      continue;
    }
    if (const auto bare = IpAddress::parse(pattern)) {
      addresses_.push_back(*bare);
      continue;
    }
    const bool wildcard = pattern.starts_with("*.");
    const std::string_view rest = std::string_view(pattern).substr(wildcard ? 2 : 0);
    const auto authority = guard::parse_authority(rest);
    const bool has_port = rest.ends_with(':') || (authority && authority->port);
    if (!authority || has_port || (wildcard && authority->address)) refuse(pattern);
    if (authority->address) {
      addresses_.push_back(*authority->address);
      continue;
    }
    std::string name = guard::to_lower(rest);
    if (name.ends_with('.')) name.pop_back();
    if (wildcard) {
      suffixes_.push_back("." + name);
    } else {
      names_.push_back(std::move(name));
    }
  }
}

bool TrustedHosts::allows(std::string_view host_field) const noexcept {
  if (any_) return true;
  const auto authority = guard::parse_authority(host_field);
  if (!authority) return false;
  if (authority->address) return std::ranges::find(addresses_, *authority->address) != addresses_.end();
  std::string_view name = authority->host;
  if (name.ends_with('.')) name.remove_suffix(1);
  return std::ranges::any_of(names_, [&](const std::string& exact) { return iequals(name, exact); }) ||
         std::ranges::any_of(suffixes_, [&](const std::string& suffix) {
           return name.size() > suffix.size() && iequals(name.substr(name.size() - suffix.size()), suffix);
         });
}

}  // namespace redoubt
