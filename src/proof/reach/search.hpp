// The search behind Reach::flows: legs put together into flows, through NAT gateways and load balancers.
#pragma once

#include "reach/reach.hpp"

namespace redoubt::reach {

class Reach::Search {
 public:
  Search(const Reach& reach, const Endpoint& receiver, PacketSet packets)
      : network(reach.network_),
        lookup(reach.lookup_),
        filters(reach.filters_),
        to(receiver),
        wanted(std::move(packets)) {}

  const Network& network;
  const Lookup& lookup;
  const Filters& filters;
  const Endpoint& to;
  PacketSet wanted;  // what the receiver is asked about: protocol and port
  std::vector<Flow> flows;
  std::optional<Drop> stopped;
  std::vector<std::string> doubts;
  bool found = false;   // a certain one
  bool direct = false;  // not through load balancers

  struct Sender {
    Hop hop;
    AddressSet addresses;
  };

  // From one sender to the receiver, by all ways, until a certain one is found.
  void run(const Sender& sender);

 private:
  struct Goal {
    const Endpoint* end;
    AddressSet addresses;
  };

  void connect(const Sender& sender, const Goal& goal, const PacketSet& constraint, const std::vector<Leg>& before);
  void through_balancers(const Sender& sender);
  void mind_left_out(const Sender& sender);
  [[nodiscard]] bool may_pass_on(const LoadBalancer& balancer) const;
  void mind_nat64(const Sender& sender, const Goal& goal);
  void unseen_balancers(const Goal& goal);
  void arrived(std::vector<Leg> legs, bool at_receiver);
  void to_target(const std::vector<Leg>& legs, const BalancerTarget& target, bool at_receiver);
  void add(std::vector<Leg> legs);
  [[nodiscard]] std::optional<Leg> close(const Sender& sender, Arrival arrival, const std::vector<Leg>& before);
  [[nodiscard]] std::optional<Leg> close_kept(Hop from, Arrival arrival, const std::vector<Leg>& before);
  [[nodiscard]] Walk start(const Sender& sender, const PacketSet& packets, bool answers, const Endpoint* goal) const;
  [[nodiscard]] bool reaches(const Endpoint& end, const Arrival& arrival) const;
  [[nodiscard]] AddressSet addresses_of(const Endpoint& end) const;
  void note(const Walk& walk, const std::vector<Leg>& before);

  std::vector<Index> towards_;  // the receiver's interfaces and those of the load balancers before it
};

// Appends the way of a leg to that of the legs before, whose last hop is its first.
void append(std::vector<Hop>& path, const std::vector<Hop>& leg);

}  // namespace redoubt::reach
