// One packet, followed hop by hop with the plainest means: rules read one after the other, routes searched one by one.
// It shares nothing with the engine but the network, is slow, and judges every "reachable" before anyone sees it; the
// tests compare the two on random networks.
#pragma once

#include <map>
#include <vector>

#include "reach/network.hpp"
#include "reach/walk.hpp"

namespace redoubt::reach {

struct Delivery {
  std::vector<Hop> path;  // the last hop has the packet
  Packet packet;          // as it arrives
};

class Simulator {
 public:
  explicit Simulator(const Network& network) : network_(network) {}

  // Where AWS chooses an interface's address out of a range, the one that it chose.
  void choose(Index interface, Address address) { chosen_[interface] = address; }
  // There is a host with this address in the subnet that the network does not know.
  void add_host(Index subnet, Address address) { host_ = {subnet, address}; }

  // Takes a gateway endpoint's routes as holding whatever is sent: its prefix list is AWS's own.
  void seek_endpoint(Index endpoint) { endpoint_ = endpoint; }

  // Everywhere this packet may arrive: mostly one place or none; several where AWS may choose (a transit gateway's
  // attachments). `answer`: it answers another, so that security groups let it pass. A rule that is not known matches
  // nothing.
  [[nodiscard]] std::vector<Delivery> send(Hop from, const Packet& packet, bool answer) const;
  // From a load balancer's interface, with whatever source address.
  [[nodiscard]] std::vector<Delivery> send_as_balancer(Index interface, const Packet& packet) const;

  // Whether a target's answer to a client whose address was kept gets back to the load balancer.
  [[nodiscard]] bool balancer_gets(Index target, Index balancer, const Packet& answer) const;

 private:
  struct Walker;
  const Network& network_;
  std::map<Index, Address> chosen_;
  std::optional<std::pair<Index, Address>> host_;
  Index endpoint_ = none;
};

}  // namespace redoubt::reach
