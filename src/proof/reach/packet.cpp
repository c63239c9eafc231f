#include "reach/packet.hpp"

#include <fmt/format.h>

#include <array>

namespace redoubt::reach {
namespace {

constexpr std::uint16_t echo_request = 8, echo_reply = 0, echo_request_v6 = 128, echo_reply_v6 = 129;

constexpr std::uint16_t dynamic_port = 49152;  // the first (RFC 6335, section 6)

Box intersect(const Box& a, const Box& b) {
  Box out;
  out.protocols = a.protocols & b.protocols;
  if (out.protocols.none()) return out;
  out.destination = a.destination & b.destination;
  if (out.destination.empty()) return out;
  out.source = a.source & b.source;
  out.source_ports = a.source_ports & b.source_ports;
  out.destination_ports = a.destination_ports & b.destination_ports;
  return out;
}

// a without b, as disjoint boxes: what lies outside b in the first dimension, then of the rest what lies outside in the
// second, and so on.
void subtract(const Box& a, const Box& b, std::vector<Box>& out) {
  if (intersect(a, b).empty()) {
    out.push_back(a);
    return;
  }
  Box rest = a;
  const auto cut = [&](auto Box::* side) {
    Box outside = rest;
    outside.*side = rest.*side - b.*side;
    if (!(outside.*side).empty()) out.push_back(std::move(outside));
    rest.*side = rest.*side & b.*side;
  };
  Box outside = rest;
  outside.protocols = rest.protocols & ~b.protocols;
  if (outside.protocols.any()) out.push_back(std::move(outside));
  rest.protocols &= b.protocols;
  cut(&Box::destination_ports);
  cut(&Box::source_ports);
  cut(&Box::source);
  cut(&Box::destination);
}

// One message of ICMP turned into another.
void add_echo(const Box& box, std::uint8_t protocol, std::uint16_t from, std::uint16_t to, std::vector<Box>& out) {
  if (!box.protocols.test(protocol) || !box.source_ports.contains(from) || !box.destination_ports.contains(0)) return;
  out.push_back({box.destination, box.source, protocols_of({protocol}), PortSet::one(to), PortSet::one(0)});
}

const Protocols& with_messages() {
  static const Protocols set = protocols_of({icmp, icmpv6});
  return set;
}

std::uint16_t pick_port(const PortSet& ports, std::initializer_list<std::uint16_t> preferred) {
  for (const std::uint16_t port : preferred)
    if (ports.contains(port)) return port;
  return ports.first();
}

Address pick_address(const AddressSet& addresses) {
  static const std::array<Address, 2> known{*parse_address("8.8.8.8"), *parse_address("2001:4860:4860::8888")};
  for (const Address address : known)
    if (addresses.contains(address)) return address;
  return addresses.first();
}

}  // namespace

Protocols protocols_of(std::initializer_list<std::uint8_t> numbers) {
  Protocols out;
  for (const std::uint8_t number : numbers) out.set(number);
  return out;
}

std::string protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case icmp:
      return "icmp";
    case tcp:
      return "tcp";
    case udp:
      return "udp";
    case icmpv6:
      return "icmpv6";
    default:
      return std::to_string(protocol);
  }
}

std::string text_of(const Packet& packet) {
  const std::string source = text_of(packet.source), destination = text_of(packet.destination);
  const auto with_port = [](const std::string& address, std::uint16_t port) {
    return address.contains(':') ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
  };
  if (packet.protocol == tcp || packet.protocol == udp)
    return fmt::format("{} {} -> {}", protocol_name(packet.protocol), with_port(source, packet.source_port),
                       with_port(destination, packet.destination_port));
  if (packet.protocol == icmp || packet.protocol == icmpv6) {
    const bool echo = packet.source_port == (packet.protocol == icmp ? echo_request : echo_request_v6);
    return fmt::format(
        "{} {} {} -> {}", protocol_name(packet.protocol),
        echo ? "echo request" : fmt::format("type {} code {}", packet.source_port, packet.destination_port), source,
        destination);
  }
  return fmt::format("protocol {} {} -> {}", packet.protocol, source, destination);
}

std::optional<Packet> answer_to(const Packet& packet) {
  Packet out{packet.destination, packet.source, packet.protocol, packet.destination_port, packet.source_port};
  if (!with_messages().test(packet.protocol)) return out;
  const bool four = packet.protocol == icmp;
  if (packet.source_port != (four ? echo_request : echo_request_v6) || packet.destination_port != 0) return {};
  out.source_port = four ? echo_reply : echo_reply_v6;
  out.destination_port = 0;
  return out;
}

bool Box::empty() const {
  return protocols.none() || destination.empty() || source.empty() || source_ports.empty() || destination_ports.empty();
}

bool Box::contains(const Packet& packet) const {
  return protocols.test(packet.protocol) && source.contains(packet.source) &&
         destination.contains(packet.destination) && source_ports.contains(packet.source_port) &&
         destination_ports.contains(packet.destination_port);
}

PacketSet::PacketSet(Box box) {
  if (!box.empty()) boxes_.push_back(std::move(box));
}

const PacketSet& PacketSet::everything() {
  static const PacketSet set = [] {
    PacketSet out;
    for (const auto* family : {&all_ipv4(), &all_ipv6()}) {
      const PortSet bytes = PortSet::range(0, 255), none = PortSet::one(0);
      // An echo has code 0 (RFC 792, RFC 4443): no other is sent.
      const PortSet echo = family == &all_ipv4() ? PortSet::one(echo_request) | PortSet::one(echo_reply)
                                                 : PortSet::one(echo_request_v6) | PortSet::one(echo_reply_v6);
      const std::uint8_t message = family == &all_ipv4() ? icmp : icmpv6;
      const Protocols ports = protocols_of({tcp, udp}), messages = protocols_of({message});
      out.boxes_.push_back({*family, *family, ports, PortSet::all(), PortSet::all()});
      out.boxes_.push_back({*family, *family, messages, bytes - echo, bytes});
      out.boxes_.push_back({*family, *family, messages, echo, none});
      out.boxes_.push_back({*family, *family, ~(ports | with_messages()), none, none});
    }
    return out;
  }();
  return set;
}

bool PacketSet::contains(const Packet& packet) const {
  return std::ranges::any_of(boxes_, [&](const Box& box) { return box.contains(packet); });
}

PacketSet operator&(const PacketSet& a, const PacketSet& b) {
  PacketSet out;
  for (const Box& left : a.boxes_)
    for (const Box& right : b.boxes_)
      if (Box both = intersect(left, right); !both.empty()) out.boxes_.push_back(std::move(both));
  return out;
}

PacketSet operator|(PacketSet a, const PacketSet& b) {
  a.boxes_.insert(a.boxes_.end(), b.boxes_.begin(), b.boxes_.end());
  return a;
}

PacketSet operator-(const PacketSet& a, const PacketSet& b) {
  PacketSet out = a;
  for (const Box& hole : b.boxes_) {
    std::vector<Box> rest;
    for (const Box& box : out.boxes_) subtract(box, hole, rest);
    out.boxes_ = std::move(rest);
  }
  return out;
}

// One end of every box narrowed to these addresses.
PacketSet PacketSet::narrowed(AddressSet Box::* end, const AddressSet& addresses) const {
  PacketSet out;
  for (const Box& box : boxes_)
    if (AddressSet both = box.*end & addresses; !both.empty()) {
      out.boxes_.push_back(box);
      out.boxes_.back().*end = std::move(both);
    }
  return out;
}

PacketSet PacketSet::replaced(AddressSet Box::* end, const AddressSet& addresses) const {
  PacketSet out = *this;
  for (Box& box : out.boxes_) box.*end = addresses;
  return out;
}

AddressSet PacketSet::gathered(AddressSet Box::* end) const {
  AddressSet out;
  for (const Box& box : boxes_) out = out | box.*end;
  return out;
}

PacketSet PacketSet::from(const AddressSet& addresses) const {
  return narrowed(&Box::source, addresses);
}

PacketSet PacketSet::to(const AddressSet& addresses) const {
  return narrowed(&Box::destination, addresses);
}

PacketSet PacketSet::with_source(const AddressSet& addresses) const {
  return replaced(&Box::source, addresses);
}

PacketSet PacketSet::with_destination(const AddressSet& addresses) const {
  return replaced(&Box::destination, addresses);
}

AddressSet PacketSet::sources() const {
  return gathered(&Box::source);
}

AddressSet PacketSet::destinations() const {
  return gathered(&Box::destination);
}

// Sent by somebody else: from these addresses, and from these ports where the protocol has ports.
PacketSet PacketSet::sent_from(const AddressSet& addresses, const PortSet& ports) const {
  static const Protocols with_ports = protocols_of({tcp, udp});
  PacketSet out;
  for (const Box& box : boxes_) {
    Box ported = box, plain = box;
    ported.source = plain.source = addresses;
    ported.protocols &= with_ports;
    ported.source_ports = ports;
    plain.protocols &= ~with_ports;
    if (!ported.empty()) out.boxes_.push_back(std::move(ported));
    if (!plain.empty()) out.boxes_.push_back(std::move(plain));
  }
  return out;
}

PacketSet PacketSet::translated(const AddressSet& addresses) const {
  return sent_from(addresses, PortSet::range(1024, 65535));
}

PacketSet PacketSet::from_anybody() const {
  return sent_from(AddressSet::all(), PortSet::all());
}

// Both ends change places; of the messages of ICMP only these echoes are left, turned into those.
PacketSet PacketSet::turned(Echo from, Echo to) const {
  PacketSet out;
  for (const Box& box : boxes_) {
    Box swapped{box.destination, box.source, box.protocols & ~with_messages(), box.destination_ports, box.source_ports};
    if (swapped.protocols.any()) out.boxes_.push_back(std::move(swapped));
    add_echo(box, icmp, from.v4, to.v4, out.boxes_);
    add_echo(box, icmpv6, from.v6, to.v6, out.boxes_);
  }
  return out;
}

PacketSet PacketSet::answers() const {
  return turned({echo_request, echo_request_v6}, {echo_reply, echo_reply_v6});
}

PacketSet PacketSet::answered() const {
  return turned({echo_reply, echo_reply_v6}, {echo_request, echo_request_v6});
}

PacketSet PacketSet::unanswered() const {
  PacketSet out;
  for (const Box& box : boxes_)
    for (const auto& [protocol, request] : {std::pair{icmp, echo_request}, std::pair{icmpv6, echo_request_v6}}) {
      if (!box.protocols.test(protocol)) continue;
      Box messages = box;
      messages.protocols = protocols_of({protocol});
      Box echo;
      echo.source_ports = PortSet::one(request);
      echo.destination_ports = PortSet::one(0);
      subtract(messages, echo, out.boxes_);
    }
  return out;
}

Packet PacketSet::pick() const {
  const auto rank = [](const Box& box) {
    if (box.protocols.test(tcp)) return box.destination_ports.contains(443) ? 0 : 1;
    if (box.protocols.test(udp)) return 2;
    if (box.protocols.test(icmp) && box.source_ports.contains(echo_request)) return 3;
    if (box.protocols.test(icmpv6) && box.source_ports.contains(echo_request_v6)) return 3;
    return with_messages().test(box.protocols._Find_first()) ? 5 : 4;
  };
  const Box& box = *std::ranges::min_element(
      boxes_, {}, [&](const Box& each) { return std::pair(rank(each), !each.source_ports.contains(dynamic_port)); });
  Packet out;
  out.source = pick_address(box.source);
  out.destination = pick_address(box.destination);
  if (box.protocols.test(tcp))
    out.protocol = tcp;
  else if (box.protocols.test(udp))
    out.protocol = udp;
  else
    out.protocol = static_cast<std::uint8_t>(box.protocols._Find_first());
  if (with_messages().test(out.protocol)) {
    out.source_port = pick_port(box.source_ports, {out.protocol == icmp ? echo_request : echo_request_v6});
    out.destination_port = pick_port(box.destination_ports, {0});
  } else {
    out.source_port = pick_port(box.source_ports, {dynamic_port});
    out.destination_port = pick_port(box.destination_ports, {443, 80, 22, 5432, 53});
  }
  return out;
}

}  // namespace redoubt::reach
