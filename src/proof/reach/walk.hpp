// Follows a set of packets through a network, all at once, until they arrive somewhere or are stopped. One walk is one
// direction of one connection: NAT gateways and load balancers end it, since they open another (see reach.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reach/filters.hpp"
#include "reach/network.hpp"

namespace redoubt::reach {

enum class HopKind : std::uint8_t {
  interface,
  subnet,
  vpc,
  internet,
  internet_gateway,
  egress_only_gateway,
  vpn_gateway,
  transit_gateway,
  peering,
  gateway_endpoint,
  link,  // a Direct Connect gateway
  site,
  host,  // a host that the network does not know: the sender in a subnet or with an address that nobody has
};

struct Hop {
  HopKind kind = HopKind::internet;
  Index index = none;
  bool operator==(const Hop&) const = default;
};
[[nodiscard]] std::string id_of(const Network& network, Hop hop);

struct Arrival {
  Hop at;
  PacketSet packets;  // as they arrive
  // As they were sent, where an Internet gateway translated them on the way.
  std::optional<AddressSet> sent_source, sent_destination;
  std::vector<Hop> path;  // from the sender to `at`
  std::string doubt;      // why it is not certain that they arrive; empty: it is
  bool routed = false;    // arrived as a route's target (NAT), not by its address

  // Some of `packets`, as they were sent.
  [[nodiscard]] PacketSet sent(PacketSet some) const;
};

enum class Why : std::uint8_t {
  source_check,
  group_out,
  group_in,
  acl_out,
  acl_in,
  no_route,
  blackhole,
  no_public_address,
  not_on_the_internet,
  no_gateway,
  nobody,
  not_forwarded,
  no_transit_route,
  no_attachment_in_zone,
  no_site_route,
  one_way,
  inactive,
  not_this_family,
  too_long,
  unsolicited,
  no_listener,
  no_target,
};

struct Drop {
  Why why = Why::nobody;
  Hop at;
  Index subject = none;  // the route table, ACL … that decides
  PacketSet packets;
  std::vector<Hop> path;
  bool answer = false;       // on the way back; `path` is then the way there
  std::size_t progress = 0;  // how far packets came, to compare drops
};

class Walk {
 public:
  // `answers`: the packets answer others, so that groups let them pass.
  Walk(const Network& network, const Lookup& lookup, const Filters& filters, bool answers)
      : network_(network), lookup_(lookup), filters_(filters), answers_(answers) {}

  void from_interface(Index interface, const PacketSet& packets);
  void from_host(Index subnet, const PacketSet& packets);
  void from_internet(const PacketSet& packets);
  void from_site(Index site, const PacketSet& packets);
  void from_endpoint(Index endpoint, const PacketSet& packets);  // the answers of AWS's service behind it
  // A load balancer's connection to a target, which carries the client's address where it keeps that.
  void from_balancer(Index interface, const PacketSet& packets);
  // There is somebody in this subnet whom the network does not know: whatever nobody else has is delivered there.
  void expect_host(Index subnet) { host_ = subnet; }
  // Nobody else but these interfaces is asked about: what others take is no arrival. Sorted by whoever calls.
  void only(const std::vector<Index>& interfaces) { only_ = &interfaces; }
  // Takes every address of the Internet as outside, the estate's own public ones too.
  void stop_at_internet() { stops_at_internet_ = true; }
  // Takes a gateway endpoint's routes as holding whatever is sent (its prefix list is AWS's own).
  void seek_endpoint(Index endpoint) { endpoint_ = endpoint; }

  [[nodiscard]] std::vector<Arrival>& arrivals() { return arrivals_; }
  [[nodiscard]] const std::optional<Drop>& drop() const { return drop_; }  // the one that came farthest
  [[nodiscard]] const std::vector<std::string>& doubts() const { return doubts_; }

 private:
  struct State {
    PacketSet packets;
    std::optional<AddressSet> sent_source, sent_destination;
    std::vector<Hop> path;
    Index subnet = none;        // where it was sent from, or entered by a transit gateway
    bool from_transit = false;  // entered `subnet` by a transit gateway
    const Interface* sender = nullptr;
    bool known_by_groups = false;  // carries the private address by which groups know the sender
    Index required_group = none;   // an outbound rule lets it go to members of this group only
    std::string doubt;

    // The first reason stands; an empty one is none.
    void doubt_if(const std::string& reason) {
      if (doubt.empty()) doubt = reason;
    }
  };
  // Longer than any path through a network that does not send packets in circles.
  static constexpr std::size_t longest_path = 40;

  // The sender and the way within a VPC: walk.cpp. What gateways do: walk_gateways.cpp.
  template <class Next>
  void pass(const State& state, const Allowed& allowed, Why why, Index subject, Next next);
  void leave(const State& state, Index interface);
  void subnet_router(State state);
  void route(State state, Index table, Index vpc);
  void take(State state, const Target& target, Index table, Index vpc);
  void through_internet_gateway(State state, Index vpc);
  void internet(State state);
  void enter_from_internet(State state, Index interface, const Assigned& assigned);
  void deliver_in_vpc(State state, Index vpc);
  void deliver_in_subnet(State state, Index subnet);
  void to_nat(State state, Index nat);
  void to_vpn_gateway(State state, Index gateway);
  void to_transit_gateway(State state, Index gateway, Index vpc);
  void through_transit_gateway(State state, Index attachment);
  void enter_from_transit(State state, Index attachment);
  void to_site(State state, const SiteLink& link);
  void through_peering(State state, Index peering, Index vpc);
  void at_interface(State state, Index interface);
  void arrive(State state, bool routed = false);
  void stop(const State& state, Why why, Index subject = none);
  [[nodiscard]] const Allowed& acl_of(Index subnet, Direction direction) const;

  const Network& network_;
  const Lookup& lookup_;
  const Filters& filters_;
  bool answers_;
  Index endpoint_ = none;
  Index host_ = none;
  const std::vector<Index>* only_ = nullptr;
  bool stops_at_internet_ = false;
  std::vector<Arrival> arrivals_;
  std::optional<Drop> drop_;
  std::vector<std::string> doubts_;
};

// What a filter lets through goes on, and what it may let through goes on in doubt; where nothing does, the walk stops.
template <class Next>
void Walk::pass(const State& state, const Allowed& allowed, Why why, Index subject, Next next) {
  bool passed = false;
  const auto go_on = [&](const PacketSet& set, bool sure) {
    if (set.empty()) return;
    State part = state;
    if (part.packets = state.packets & set; part.packets.empty()) return;
    if (!sure) part.doubt_if(allowed.why);
    passed = true;
    next(std::move(part));
  };
  go_on(allowed.sure, true);
  go_on(allowed.possible, false);
  if (!passed) stop(state, why, subject);
}

}  // namespace redoubt::reach
