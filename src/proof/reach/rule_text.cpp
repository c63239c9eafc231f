#include "reach/rule_text.hpp"

namespace redoubt::reach {

std::optional<Protocols> protocols_named(std::string_view name) {
  if (name == "-1" || name == "all") return Protocols{}.set();
  if (name == "tcp" || name == "TCP") return protocols_of({tcp});
  if (name == "udp" || name == "UDP") return protocols_of({udp});
  if (name == "icmp" || name == "ICMP") return protocols_of({icmp});
  if (name == "icmpv6" || name == "ICMPV6") return protocols_of({icmpv6});
  unsigned number = 0;
  for (const char c : name) {
    if (c < '0' || c > '9' || number > 255) return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  if (name.empty() || number > 255) return std::nullopt;
  return protocols_of({static_cast<std::uint8_t>(number)});
}

PortSet ports_between(double first, double last, double highest) {
  if (first < 0) return PortSet::all();
  if (last < 0) last = highest;
  if (first > last || last > highest) return {};
  return PortSet::range(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
}

}  // namespace redoubt::reach
