// Packets, and exact sets of them: unions of boxes, each the product of a set of source addresses, destination
// addresses, protocols and ports. The engine computes with sets; its simulator follows one packet. Of an ICMP message
// the type stands in `source_port` and the code in `destination_port`; a packet of a protocol without ports has zeros.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reach/address.hpp"

namespace redoubt::reach {

using PortSet = Intervals<std::uint16_t>;
using Protocols = std::bitset<256>;  // by IANA's numbers

inline constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17, icmpv6 = 58;

[[nodiscard]] Protocols protocols_of(std::initializer_list<std::uint8_t> numbers);

struct Packet {
  Address source = 0, destination = 0;
  std::uint8_t protocol = tcp;
  std::uint16_t source_port = 0, destination_port = 0;
  bool operator==(const Packet&) const = default;
};

// "tcp 10.0.0.5:49152 -> 10.0.1.9:443", "icmp echo request 10.0.0.5 -> 10.0.1.9"
[[nodiscard]] std::string text_of(const Packet& packet);
// "tcp", "icmpv6", "47"
[[nodiscard]] std::string protocol_name(std::uint8_t protocol);

// The packet that answers this one: addresses and ports change places, an echo request becomes a reply (RFC 792, RFC
// 4443). None for the other ICMP messages: nothing answers them.
[[nodiscard]] std::optional<Packet> answer_to(const Packet& packet);

struct Box {
  AddressSet source = AddressSet::all(), destination = AddressSet::all();
  Protocols protocols = Protocols{}.set();
  PortSet source_ports = PortSet::all(), destination_ports = PortSet::all();

  [[nodiscard]] bool empty() const;
  [[nodiscard]] bool contains(const Packet& packet) const;
};

class PacketSet {
 public:
  PacketSet() = default;  // empty
  explicit PacketSet(Box box);
  // Every packet there can be: both addresses of one family, ports only where the protocol has them, echoes of ICMP
  // with code 0 only.
  [[nodiscard]] static const PacketSet& everything();

  [[nodiscard]] bool empty() const { return boxes_.empty(); }
  [[nodiscard]] bool contains(const Packet& packet) const;
  [[nodiscard]] const std::vector<Box>& boxes() const { return boxes_; }

  friend PacketSet operator&(const PacketSet& a, const PacketSet& b);
  friend PacketSet operator|(PacketSet a, const PacketSet& b);
  friend PacketSet operator-(const PacketSet& a, const PacketSet& b);

  // Those that come from, or go to, these addresses.
  [[nodiscard]] PacketSet from(const AddressSet& addresses) const;
  [[nodiscard]] PacketSet to(const AddressSet& addresses) const;
  // The same with every packet's source, or destination, replaced by each of these addresses.
  [[nodiscard]] PacketSet with_source(const AddressSet& addresses) const;
  [[nodiscard]] PacketSet with_destination(const AddressSet& addresses) const;

  // The same as a NAT gateway or a load balancer sends them on: from this address, and a port of its own (1024 to
  // 65535, "NAT gateway basics" in the VPC user guide).
  [[nodiscard]] PacketSet translated(const AddressSet& addresses) const;

  // The same from anybody: whatever source, and source port where the protocol has ports.
  [[nodiscard]] PacketSet from_anybody() const;

  [[nodiscard]] AddressSet sources() const;
  [[nodiscard]] AddressSet destinations() const;

  // The answers to the packets that have one, and the packets that have none. `answers().answers()` are those that have
  // one.
  [[nodiscard]] PacketSet answers() const;
  [[nodiscard]] PacketSet unanswered() const;
  // The packets whose answers are in the set: the inverse of `answers`.
  [[nodiscard]] PacketSet answered() const;

  // One of the packets, as telling as can be: TCP before UDP before a ping, well-known ports. The set is not empty.
  [[nodiscard]] Packet pick() const;

 private:
  struct Echo {
    std::uint16_t v4, v6;  // types of ICMP and ICMPv6
  };
  [[nodiscard]] PacketSet narrowed(AddressSet Box::* end, const AddressSet& addresses) const;
  [[nodiscard]] PacketSet replaced(AddressSet Box::* end, const AddressSet& addresses) const;
  [[nodiscard]] AddressSet gathered(AddressSet Box::* end) const;
  [[nodiscard]] PacketSet sent_from(const AddressSet& addresses, const PortSet& ports) const;
  [[nodiscard]] PacketSet turned(Echo from, Echo to) const;

  std::vector<Box> boxes_;  // none empty; they may overlap
};

}  // namespace redoubt::reach
