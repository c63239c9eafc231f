// The making of a Network from an estate: what its parts share (vpc_builder.cpp, group_builder.cpp, acl_builder.cpp,
// route_builder.cpp, gateway_builder.cpp, direct_connect_builder.cpp, interface_builder.cpp, service_builder.cpp,
// balancer_builder.cpp, listener_builder.cpp …). Only
// network_of uses it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "estate/case.hpp"
#include "reach/network.hpp"
#include "reach/routers.hpp"

namespace redoubt::reach {

using estate::Case;
using estate::Known;
using estate::Resource;
using estate::Value;

// Addresses that AWS will choose, and that no source can name: they stand in for public ones and for IPv6 ranges that
// it assigns. None is of the Internet (RFC 1112, section 4; RFC 4193).
[[nodiscard]] const AddressSet& stand_ins();

class Builder {
 public:
  Builder(Case& in, const std::vector<Router>& routers, std::optional<std::uint16_t> port);
  [[nodiscard]] Network build();

 private:
  using Places = std::map<const Resource*, Index>;

  // --- builder.cpp
  [[nodiscard]] Known<std::string> text(const Resource& of, std::string_view path);
  [[nodiscard]] std::string text_or(const Resource& of, std::string_view path, std::string_view fallback = {});
  [[nodiscard]] bool flag(const Resource& of, std::string_view path, bool fallback);
  // The resource of this type that a value names, nullptr if none of the estate.
  [[nodiscard]] const Resource* named(std::string_view type, const Value& value);
  [[nodiscard]] Index place(const Places& places, std::string_view type, const Value& value);
  // What a value says, for people and as a key for what is not in the source.
  [[nodiscard]] std::string shown(const Value& value);
  // Whether a snapshot lists this kind: at all; in the account and region of a resource; about this very resource.
  [[nodiscard]] bool is_listed(std::string_view kind) const;
  [[nodiscard]] bool is_listed(std::string_view kind, const Resource& beside) const;
  [[nodiscard]] bool is_asked(std::string_view kind, const Resource& about) const;
  [[nodiscard]] static bool is_snapshot(const Resource& resource) { return resource.stack == estate::no_index; }
  // Appends the prefix; `why` gets the reason where it cannot be had.
  void add_prefix(std::vector<Prefix>& to, const Value& value, std::string& why, std::string_view what);
  void assume(std::string text);
  [[nodiscard]] Address next_public();
  [[nodiscard]] std::string gaps() const;
  // Rules and routes may name AWS's address ranges, in which a stand-in's real address may lie.
  void mind_stand_ins();

  // --- vpc_builder.cpp, group_builder.cpp, acl_builder.cpp, route_builder.cpp
  void vpcs();
  void subnets();
  void groups();
  void acls();
  void route_tables();
  void what_was_not_listed();
  void add_group_rule(const Value& rule, bool egress, Index group, std::string_view id);
  // --- port_builder.cpp: of a rule for TCP or UDP; absent: all ports.
  struct Ports {
    PortSet sure, possible;  // whatever the parameters are; for some of their values
    std::string why;         // empty: only sure
  };
  [[nodiscard]] Ports ports_of(const Value& first, const Value& last);
  void add_acl_entry(const Resource& entry);
  void route(const Resource& route);
  [[nodiscard]] Target target_of(const Resource& route, Index vpc, std::string& why);
  [[nodiscard]] Index group_of(const Value& value, std::string& why);
  [[nodiscard]] Index default_group(Index vpc);
  [[nodiscard]] Index vpc_of(const Value& value);
  [[nodiscard]] Known<std::vector<Prefix>> prefix_list(const Value& value);
  [[nodiscard]] Index vpc_not_in_source(const std::string& id);
  [[nodiscard]] bool is_foreign(Index vpc) const;

  // --- default_vpc_builder.cpp: none where it is not known that something stands there.
  [[nodiscard]] Index default_subnet(const Resource& of, const Value& groups);
  [[nodiscard]] bool may_stand_in_default_vpc(const Value& groups);

  // --- gateway_builder.cpp
  void gateways();
  void peerings();
  void sites();
  void vpn_connections();
  void direct_connect();
  void virtual_interfaces();
  void learnt_prefixes();
  [[nodiscard]] AddressSet customer_address(const Resource& virtual_interface);
  void transit_gateways();
  void transit_tables();
  [[nodiscard]] Index transit_table(const Value& value);
  [[nodiscard]] Index attachment_of(const Value& value, Index gateway);
  void add_attachment(const Resource& resource);
  void propagate(Index attachment, Index table);
  [[nodiscard]] bool finds_propagated(const Resource& table);
  void gateway_endpoints();
  [[nodiscard]] Index site_of(const AddressSet& addresses, const std::string& id, const std::string& name);

  // --- interface_builder.cpp
  struct Placement {
    std::string owner, id;
    std::vector<std::string> names;
    InterfaceKind kind = InterfaceKind::host;
    Value subnets, groups;                      // lists
    bool is_public = false, by_subnet = false;  // a public address: stated, or as the subnet has it
    bool one_of = false, filtered = true, outside = false;
    bool by_default_vpc = false;  // without a subnet it stands in the account's default VPC
    std::string private_because;  // where it has no public address: what says so
    std::string may_be_public;    // why it is not known whether it has a public address; empty: it is
    std::string unknown;
  };
  void interfaces();
  void network_interface(const Resource& resource);
  void elastic_addresses();
  void nat_gateways();
  std::vector<Index> add_placement(const Resource& of, const Placement& placement);
  Index add_interface(const Resource& of, const Placement& placement, const Value& subnet);
  void set_groups(Interface& interface, const Value& groups);
  void assign_from_range(Interface& interface, const Placement& placement, const Value& fixed);
  void requester(const Resource& resource, Interface& interface);

  // --- launch_builder.cpp
  void instance(const Resource& resource);
  void instance_interface(const Resource& resource, const Value& entry, std::size_t number, const std::string& doubt);
  [[nodiscard]] const Resource* launch_template(const Value& specification, std::string& why);
  [[nodiscard]] Value launch_data(const Value& specification, std::string& why);
  void auto_scaling_group(const Resource& resource);

  // --- service_builder.cpp, managed_builder.cpp, unmodelled_builder.cpp
  void ecs();
  void managed_services();
  void unmodelled_services();
  void not_modelled(const Resource& resource, std::string_view why, const Value& subnets, const Value& groups);
  void stands_outside(const Resource& resource, std::string_view why);
  void add_members(const Resource& cluster, Placement& placement);
  [[nodiscard]] bool has_instances(const Resource& cluster);
  void set_publicness(const Resource& resource, const Value& stated, Placement& placement);
  void interface_endpoints();

  // --- listener_builder.cpp
  struct ListenerRule;
  [[nodiscard]] std::vector<ListenerRule> listener_rules(const Resource& listener, LoadBalancer& balancer);
  void listener(const Resource& resource, LoadBalancer& balancer);
  void forward(const Value& actions, LoadBalancer& balancer, Listener& listener, const AddressSet& clients);

  // --- balancer_builder.cpp
  void balancers();
  void balancer(const Resource& resource);
  void classic_balancer(const Resource& resource);
  // `gets_nothing`: why none of the group's targets is passed anything; empty: they are.
  void target_group(const Value& named_by, LoadBalancer& balancer, Listener& listener, const AddressSet& clients,
                    const std::string& gets_nothing = {});
  void no_share(const Value& named_by, LoadBalancer& balancer);
  [[nodiscard]] Ports port_of(const Value& value);
  static void add_listener(LoadBalancer& balancer, Listener listener, const Ports& ports, std::string_view id);
  [[nodiscard]] bool zones_differ(Index left, Index right);
  [[nodiscard]] bool is_in_other_zone(Index interface, const LoadBalancer& balancer);
  [[nodiscard]] static std::vector<std::uint8_t> transports_of(std::string_view protocol);
  [[nodiscard]] std::vector<Index> balancer_interfaces(const Resource& resource, std::string_view description,
                                                       bool filtered);

  Case& case_;
  const std::vector<Router>& routers_;
  const std::optional<std::uint16_t> port_;  // the one that is asked about
  Network n_;
  Places vpc_, subnet_, table_, group_, acl_, internet_, egress_only_, vpn_, nat_, peering_, transit_, transit_table_,
      endpoint_, interface_;
  std::map<const Resource*, std::vector<Index>> owned_;  // interfaces of instances, services, load balancers
  std::map<std::string, Index> foreign_groups_, foreign_vpcs_;
  std::map<Index, std::string> unknown_ranges_;  // by subnet: why one is not known
  std::map<Index, std::string> zone_names_;      // by subnet: as text, or as "${Fn::GetAZs.0}"
  std::map<Index, Index> default_groups_, main_tables_, default_transit_tables_, default_propagation_;
  std::map<std::pair<std::string, Index>, Index> attachments_;  // by id and gateway
  std::map<std::string, Index> vpn_attachments_, direct_connect_attachments_;
  Index default_subnet_ = none;
  bool several_regions_ = false;  // the snapshots speak of more than one
  std::uint32_t public_addresses_ = 0, ipv6_ranges_ = 0;
};

}  // namespace redoubt::reach
