// A network as the engine sees it: concrete, with every default of AWS filled in. `network_of` (network_of.hpp) makes
// one from an estate; tests write them down. What could not be found out says so where it belongs (`unknown`), and
// makes the answers that depend on it unknown; it is never left out silently.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reach/address.hpp"
#include "reach/packet.hpp"

namespace redoubt::reach {

using Index = std::uint32_t;
inline constexpr Index none = 0xFFFF'FFFF;

// A rule of a security group or of a network ACL, one direction. It looks at the remote end's address: the source of
// what comes in, the destination of what goes out.
struct Rule {
  AddressSet remote;   // empty where `group` is given, or where it is not known either
  Index group = none;  // a security group: any interface that is its member, by its private address
  Protocols protocols;
  PortSet ports = PortSet::all();                          // destination ports; matter for TCP and UDP
  PortSet types = PortSet::all(), codes = PortSet::all();  // matter for ICMP
  bool allow = true;                                       // of an ACL
  int number = 0;                                          // of an ACL
  std::string id;                                          // the rule's own resource, where it has one
  bool stands_in = false;  // the copy of a rule for a part of the Internet, for public addresses of AWS's choice
  std::string unknown;  // why what it matches is not known: it may match what the rest says, anyone if that is nobody
};

// "What is a security group" (VPC user guide): only allows, and answers pass. No rule allows nothing.
struct Group {
  std::string id;
  Index vpc = none;
  std::vector<Rule> in, out;
  std::string unknown;  // may have further rules
};

// "Network ACL rules" (VPC user guide): the first rule that matches, by number, decides; `*` denies; answers are
// packets like any other.
struct Acl {
  std::string id;
  std::vector<Rule> in, out;  // sorted by number
  std::string unknown;        // may have further rules
};

enum class TargetKind : std::uint8_t {
  local,
  internet_gateway,
  egress_only_gateway,
  nat_gateway,
  vpn_gateway,
  transit_gateway,
  peering,
  gateway_endpoint,
  interface,  // a host that is meant to forward: what it does is not known
  blackhole,
  unknown,
};

struct Target {
  TargetKind kind = TargetKind::unknown;
  Index index = none;  // into Network's vector of that kind; none where the target itself is not in the source
  std::string id;      // for people, and where the index is none
};

struct Route {
  Prefix destination;
  Target target;
  bool propagated = false;
  std::string unknown;  // why destination or target is not known: it may catch anything
};

struct RouteTable {
  std::string id;
  std::vector<Route> routes;  // the local routes are among them
  std::string unknown;        // may have further routes
};

struct Vpc {
  std::string id;
  std::vector<Prefix> ranges;
  Index internet_gateway = none;
  Index egress_only_gateway = none;
  Index gateway_routes = none;  // the route table of what enters by the Internet gateway (edge association)
  std::string unknown;          // why the ranges are not known
  std::string incomplete = {};  // why subnets or an Internet gateway may be missing
  std::string hidden = {};      // why load balancers may stand in it that nothing shows
};

struct Subnet {
  std::string id;
  Index vpc = none;
  std::vector<Prefix> ranges;
  Index route_table = none;
  Index acl = none;     // none: allows everything
  std::string zone;     // empty: not known
  std::string unknown;  // why ranges, table or ACL are not known
};

// One private address of an interface, or the range out of which AWS will choose one.
struct Assigned {
  AddressSet addresses;
  std::optional<Address> public_address;  // by which the Internet gateway translates it
};

// A function's interface opens connections and takes none ("Giving Lambda functions access to resources in an Amazon
// VPC").
enum class InterfaceKind : std::uint8_t { host, load_balancer, nat_gateway, endpoint, attachment, function };

struct Interface {
  std::string id;                  // eni-…, or the resource that has it with its subnet
  std::string owner;               // what a path calls it: an instance, a load balancer, a database, a task
  std::vector<std::string> names;  // all by which it may be asked for, besides these two
  InterfaceKind kind = InterfaceKind::host;
  Index subnet = none;
  std::vector<Assigned> assigned;
  std::vector<Index> groups;     // none: it has no group, which filters nothing (NAT and transit gateways')
  bool filtered = true;          // false: groups do not apply to it
  bool checks_addresses = true;  // SourceDestCheck
  bool one_of = false;           // its owner has some of such interfaces, as AWS chooses; this one may not exist
  bool has_its_groups = false;   // `groups` are all that it has, whatever else is unknown
  bool outside = false;          // stands in no VPC, as a function without subnets: it may be asked for, and is unknown
  std::string private_because;   // why it has no public address, where the source says it
  std::string choice;            // of one_of: what decides which one exists, if not the subnet alone
  std::string unknown;           // why its place, addresses or groups are not known

  [[nodiscard]] AddressSet addresses() const;
  [[nodiscard]] bool takes_connections() const {
    return kind == InterfaceKind::host || kind == InterfaceKind::load_balancer || kind == InterfaceKind::endpoint;
  }
};

// The other gateways: an id, and the VPC to which it is attached.
struct Gateway {
  std::string id;
  Index vpc = none;          // none: attached to nothing
  std::string unknown = {};  // why more than is known may be joined to it
};

struct NatGateway {
  std::string id;
  Index interface = none;
  bool is_public = true;  // connectivity type
};

struct Peering {
  std::string id;
  Index left = none, right = none;  // VPCs; none: not in the source
  bool active = true;
  std::string status = {};  // what a snapshot says it is instead: "pending-acceptance", "deleted" …
};

// A network beyond the estate: what lies behind a VPN connection's customer gateway or a Direct Connect gateway.
struct Site {
  std::string id;  // the router's name where a configuration is given, else the customer gateway
  std::vector<std::string> names;
  std::vector<Prefix> prefixes;  // what it tells AWS that it has
  AddressSet own;                // the router's own addresses; what it sends carries the first that is a prefix's
  bool is_named = false;         // paths show it: a configuration of the router is in the source
  std::string unknown;           // why its prefixes are not known
};

// How a site is joined to the estate.
struct SiteLink {
  std::string id;  // VPN connection or Direct Connect gateway
  Index site = none;
  bool direct_connect = false;
  std::string shown;               // stands in paths between the gateway and the site; empty: nothing does
  Index vpn_gateway = none;        // joined to this one, or to
  Index attachment = none;         // this attachment of a transit gateway
  std::vector<Prefix> statics;     // routes that the connection was given
  bool only_static = false;        // no BGP
  std::vector<Prefix> advertised;  // what AWS tells the site: the allowed prefixes of Direct Connect; empty: all it has
};

enum class AttachmentKind : std::uint8_t { vpc, vpn, direct_connect, peering, unknown };

struct Attachment {
  std::string id;
  Index gateway = none;
  AttachmentKind kind = AttachmentKind::unknown;
  Index vpc = none;
  std::vector<Index> subnets;
  Index peer = none;         // of kind peering: the other gateway's attachment
  Index route_table = none;  // association
  std::string unknown = {};  // why it is not known with which table it is associated
};

struct TransitRoute {
  Prefix destination;
  Index attachment = none;  // none: blackhole
  bool propagated = false;
};

struct TransitTable {
  std::string id;
  std::vector<TransitRoute> routes;  // those propagated from VPCs among them
  std::vector<Index> learned;        // attachments whose site's prefixes are propagated
  std::string unknown;
};

struct TransitGateway {
  std::string id;
  bool references_groups = false;  // SecurityGroupReferencingSupport
  std::string unknown;
};

struct GatewayEndpoint {
  std::string id;
  Index vpc = none;
  std::string service;
};

struct Listener {
  std::uint8_t protocol = tcp;
  PortSet ports;
  std::vector<Index> targets;  // into LoadBalancer::targets
  std::string unknown;         // why it may have other ports than these, or none of them; empty: it has them
};

struct BalancerTarget {
  Index interface = none;  // none: an address elsewhere, or a function
  std::optional<Address> address;
  std::uint8_t protocol = tcp;
  PortSet ports;
  std::string function;                    // a Lambda function, invoked without any network
  AddressSet clients = AddressSet::all();  // a listener's rule passes on what these send, and nothing else
  bool keeps_client_address = false;       // of a Network Load Balancer: what reaches the target comes from the client
  std::string unknown;                     // as of a listener: about its ports
};

// One of the targets that are named and get nothing.
struct LeftOut {
  Index interface = none;
  std::string why;
};

// "What is an Application/Network/Gateway/Classic Load Balancer": one connection ends at it, it opens another.
struct LoadBalancer {
  std::string id;
  std::vector<std::string> names;
  std::vector<Index> interfaces;
  std::vector<Listener> listeners;
  std::vector<BalancerTarget> targets;
  std::vector<LeftOut> left_out;
  bool passes_through = false;  // Network Load Balancers: without a target that answers there is no connection
  std::string unknown;
};

struct Network {
  std::vector<Vpc> vpcs;
  std::vector<Subnet> subnets;
  std::vector<RouteTable> route_tables;
  std::vector<Group> groups;
  std::vector<Acl> acls;
  std::vector<Interface> interfaces;
  std::vector<Gateway> internet_gateways, egress_only_gateways, vpn_gateways;
  std::vector<NatGateway> nat_gateways;
  std::vector<Peering> peerings;
  std::vector<Site> sites;
  std::vector<SiteLink> links;
  std::vector<TransitGateway> transit_gateways;
  std::vector<Attachment> attachments;
  std::vector<TransitTable> transit_tables;
  std::vector<GatewayEndpoint> gateway_endpoints;
  std::vector<LoadBalancer> balancers;

  std::string links_unknown;             // why sites may be joined by more than `links`
  std::string unknown;                   // why nothing at all is certain ("service.yaml:12: a macro …")
  std::vector<std::string> assumptions;  // defaults of AWS taken because a source does not list a kind of resource
};

// What the engine and the simulator look up again and again, computed once.
class Lookup {
 public:
  explicit Lookup(const Network& network);

  struct Owned {
    Address first, last;  // the addresses, private ones or a public one
    Index interface;
    std::uint32_t assigned;
  };
  // The interfaces of a subnet whose private addresses overlap, those of the whole network by public address (with IPv6
  // addresses, which are public themselves).
  [[nodiscard]] std::vector<Owned> in_subnet(Index subnet, const AddressSet& addresses) const;
  [[nodiscard]] std::vector<Owned> by_public(const AddressSet& addresses) const;
  [[nodiscard]] std::vector<Index> subnets(Index vpc, const AddressSet& addresses) const;
  [[nodiscard]] const std::vector<Index>& subnets_of(Index vpc) const { return vpc_subnets_[vpc]; }
  [[nodiscard]] const LoadBalancer* balancer_of(Index interface) const;
  // Interfaces of load balancers that are not in the source themselves.
  [[nodiscard]] const std::vector<Index>& unknown_balancers() const { return unknown_balancers_; }
  // The interfaces that a target may be: the one that it names, or all that have its address.
  [[nodiscard]] std::vector<Index> targets_of(const BalancerTarget& target) const;
  // Balancers that have this interface among their targets.
  [[nodiscard]] const std::vector<Index>& balancers_to(Index interface) const;

 private:
  // Sorted by first; `reach[i]` is the highest `last` among the first i + 1, so that a search can stop.
  struct Sorted {
    std::vector<Owned> items;
    std::vector<Address> reach;
    void seal();
    void find(const AddressSet& addresses, std::vector<Owned>& out) const;
  };
  const Network& network_;
  std::vector<Sorted> subnets_;     // by subnet: interfaces
  std::vector<Sorted> vpc_ranges_;  // by VPC: subnets (as `interface`)
  std::vector<std::vector<Index>> vpc_subnets_;
  Sorted private_, public_;
  std::vector<Index> balancer_;  // by interface
  std::vector<Index> unknown_balancers_;
  std::map<Index, std::vector<Index>> targeted_;  // interface → balancers
};

}  // namespace redoubt::reach
