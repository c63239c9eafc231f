#include "placed.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace redoubt::controls {

using reach::AddressSet;
using reach::Index;
using reach::Network;
using reach::PortSet;

std::vector<const Resource*> of_types(Inquiry& ask, const std::vector<std::string_view>& types) {
  std::vector<const Resource*> out;
  for (const std::string_view type : types) {
    const auto found = ask.in().resources(type);
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

std::vector<Index> interfaces_of(const Network& network, const Resource& resource) {
  std::vector<Index> out;
  for (Index i = 0; i < network.interfaces.size(); ++i) {
    const reach::Interface& each = network.interfaces[i];
    // The interfaces of an Aurora cluster are its instances'.
    const bool of_cluster =
        resource.type == db_cluster && std::ranges::find(each.names, resource.id) != each.names.end();
    if (!each.outside && (each.owner == resource.id || each.id == resource.id || of_cluster)) out.push_back(i);
  }
  return out;
}

reach::Endpoint endpoint_of(const Network& network, const Resource& resource) {
  reach::Endpoint out;
  out.name = resource.id;
  out.interfaces = interfaces_of(network, resource);
  return out;
}

std::vector<Index> groups_of(const Network& network, const std::vector<Index>& interfaces) {
  std::vector<Index> out;
  for (const Index i : interfaces)
    for (const Index group : network.interfaces[i].groups)
      if (std::ranges::find(out, group) == out.end()) out.push_back(group);
  return out;
}

bool stands_in(const reach::Rule& rule) {
  return rule.stands_in;
}

std::string text_of(const Network& network, const reach::Answer& answer) {
  if (!answer.packet) return fmt::format("{}", fmt::join(reach::ids_of(network, answer.path), " > "));
  return fmt::format("{} by {}", reach::text_of(*answer.packet), fmt::join(reach::ids_of(network, answer.path), " > "));
}

namespace {

std::string text_of(const PortSet& ports) {
  if (ports.is_all()) return "every port";
  std::string out;
  for (const auto& [first, last] : ports)
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", first, first == last ? "" : fmt::format("-{}", last));
  return out.empty() ? "no port" : out;
}

std::string text_of(const AddressSet& addresses) {
  if (addresses.covers(reach::all_ipv4())) return "every IPv4 address";
  if (addresses.covers(reach::all_ipv6())) return "every IPv6 address";
  std::string out;
  std::size_t count = 0;
  for (const auto& [first, last] : addresses) {
    if (++count > 3) return out + ", and others";
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", reach::text_of(first),
                       first == last ? "" : fmt::format(" to {}", reach::text_of(last)));
  }
  return out;
}

std::string protocols_text(const reach::Rule& rule) {
  if (rule.protocols.all()) return "every protocol";
  std::string out;
  for (std::size_t number = 0; number < rule.protocols.size(); ++number) {
    if (!rule.protocols.test(number)) continue;
    out += fmt::format("{}{}", out.empty() ? "" : ", ", reach::protocol_name(static_cast<std::uint8_t>(number)));
    if (number == reach::tcp || number == reach::udp) out += ' ' + text_of(rule.ports);
  }
  return out;
}

}  // namespace

std::string text_of(const Network& network, const reach::Group& group, const reach::Rule& rule, bool ingress) {
  return fmt::format("{} admits {} {} {}", group.id, protocols_text(rule), ingress ? "from" : "to",
                     rule.group != reach::none ? network.groups[rule.group].id : text_of(rule.remote));
}

std::string with_assumptions(const Network& network, std::string evidence) {
  if (!network.assumptions.empty()) evidence += fmt::format("; assumed: {}", fmt::join(network.assumptions, "; "));
  return evidence;
}

reach::PacketSet all_but_tcp(std::vector<double> ports) {
  PortSet of;
  for (const double port : ports)
    if (port >= 0 && port <= PortSet::highest) of = of | PortSet::one(static_cast<std::uint16_t>(port));
  return reach::PacketSet::everything() -
         reach::PacketSet(reach::Box{.protocols = reach::protocols_of({reach::tcp}), .destination_ports = of});
}

}  // namespace redoubt::controls
