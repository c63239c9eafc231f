// Whether packets get from one end to another, and by which way; or what stops them. The command line, the checks and
// the drawings ask here. An answer is about connections: a packet arrives, and the packet that answers it gets back
// (ICMP messages that nothing answers need only arrive). Every "reachable" was followed through the simulator first
// (simulate.hpp); what cannot be known is "unknown", never either of the others.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reach/network.hpp"
#include "reach/walk.hpp"

namespace redoubt::reach {

// One end of a question. Several interfaces mean any of them.
struct Endpoint {
  std::string name;
  std::vector<Index> interfaces;
  std::vector<Index> sites, gateway_endpoints;
  bool internet = false;
  std::optional<Address> address;  // this address only, of whatever has it
  Index host_subnet = none;        // a host in this subnet that the network does not know
};

// By "internet", an address, or an id: of an interface or what has one (instance, load balancer, database, task …), a
// subnet, a VPC, a security group, a gateway endpoint, a router on premises. The error says what could be meant.
[[nodiscard]] std::expected<Endpoint, std::string> find_endpoint(const Network& network, std::string_view name);

struct Question {
  Endpoint from, to;
  std::optional<std::uint8_t> protocol;  // icmp stands for both of its versions
  std::optional<std::uint16_t> port;     // destination port, at the receiver
  std::optional<Address> source;         // the sender's address
  bool direct = false;                   // only connections that no load balancer passes on
  std::optional<PacketSet> within = {};  // only packets of this set, as they reach the receiver
};

enum class Verdict : std::uint8_t { reachable, unreachable, unknown };
[[nodiscard]] std::string_view name_of(Verdict verdict);

// One connection of a flow: from its sender to where it ends, which is a NAT gateway or a load balancer if a further
// one follows.
struct Leg {
  Hop from;
  Arrival arrival;
  PacketSet packets;  // of those that arrive, the ones whose answers get back
  bool keeps_client_address = false;
};

struct Flow {
  std::vector<Leg> legs;
  std::string doubt;  // empty: it certainly works
};

struct StoppedBy {
  std::string resource;  // id
  std::string kind;      // "security group", "network ACL", "route table" …
  std::string rule;      // what of it, in a sentence
  bool answer = false;   // the packet arrives, its answer does not get back
};

struct Answer {
  Verdict verdict = Verdict::unknown;
  std::vector<Hop> path;         // reachable: all the way; unreachable: as far as packets get
  std::optional<Packet> packet;  // as it is sent; unreachable: one of those that are stopped
  std::vector<Packet> sent;      // the first packet of each leg
  std::optional<StoppedBy> stopped_by;
  std::string unknown;  // why
};

// What a sender reaches, or who reaches a receiver.
struct Reached {
  Index interface = none;
  bool certain = true;
  std::string doubt;
};

class Reach {
 public:
  // The network must outlive it.
  explicit Reach(const Network& network);

  [[nodiscard]] Answer ask(const Question& question) const;
  // Every interface to which somebody on the Internet can open a connection, itself or through load balancers; in the
  // order of the network. Near-linear in its size.
  // `direct`: not through load balancers.
  [[nodiscard]] std::vector<Reached> reached_from_internet(bool direct = false) const;
  // Every interface from which a connection can be opened to this end, and every one to which this end can open one.
  [[nodiscard]] std::vector<Reached> what_reaches(const Endpoint& to) const;
  [[nodiscard]] std::vector<Reached> reached_from(const Endpoint& from) const;

  // The ways themselves, until a certain one is found; `stopped` gets what came farthest.
  [[nodiscard]] std::vector<Flow> flows(const Question& question, std::optional<Drop>& stopped,
                                        std::vector<std::string>& doubts) const;

  [[nodiscard]] const Network& network() const { return network_; }
  // In words, with the ids of the path.
  [[nodiscard]] StoppedBy explain(const Drop& drop) const;

 private:
  class Search;
  [[nodiscard]] Answer confirmed(const Flow& flow) const;
  [[nodiscard]] std::vector<Index> placements(const Endpoint& end, Hop hop) const;
  // A receiving interface whose groups let nothing of the kind in from this sender, where that is so for every one.
  [[nodiscard]] std::optional<Index> settled_by_groups(const Question& question, const PacketSet& wanted) const;
  [[nodiscard]] std::string placement_doubt(const Question& question, const Flow& flow) const;

  const Network& network_;
  Lookup lookup_;
  Filters filters_;
};

// The ids of a path as people know them: hops that the question did not ask for and that have no id of their own are
// left out.
[[nodiscard]] std::vector<std::string> ids_of(const Network& network, const std::vector<Hop>& path);
// What each of those is: "subnet", "load balancer" …
[[nodiscard]] std::vector<std::string> kinds_of(const Network& network, const std::vector<Hop>& path);

}  // namespace redoubt::reach
