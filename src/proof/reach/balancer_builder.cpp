#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

using estate::Kind;

namespace {

constexpr std::string_view target_group_type = "AWS::ElasticLoadBalancingV2::TargetGroup";

// The value of an attribute in [{Key, Value}].
const Value& attribute(const Value& attributes, std::string_view key) {
  static const Value nothing;
  for (const Value& each : attributes.items)
    if (each["Key"].text == key) return each["Value"];
  return nothing;
}

// A target of a snapshot whose state is "unused" gets nothing (TargetHealth, Elastic Load Balancing API reference): its
// group has no listener, or its zone is not enabled. One that is stopped may start again.
bool is_unused(const Value& descriptions, std::size_t number, const Value& target) {
  if (number >= descriptions.items.size() || descriptions.items[number]["Target"] != target) return false;
  const Value& health = descriptions.items[number]["TargetHealth"];
  return health["State"].text == "unused" && health["Reason"].text == "Target.NotInUse";
}

}  // namespace

// "TCP_UDP" listens to both.
std::vector<std::uint8_t> Builder::transports_of(std::string_view protocol) {
  if (protocol == "UDP" || protocol == "QUIC") return {udp};
  if (protocol == "TCP_UDP" || protocol == "TCP_QUIC") return {tcp, udp};
  return {tcp};
}

// One whose port is open is two: the ports that it has whatever a parameter is, and those that it may have.
void Builder::add_listener(LoadBalancer& balancer, Listener listener, const Ports& ports, std::string_view id) {
  if (!ports.why.empty()) {
    Listener maybe = listener;
    maybe.ports = ports.possible;
    maybe.unknown = fmt::format("the port of a listener of {}: {}", id, ports.why);
    balancer.listeners.push_back(std::move(maybe));
  }
  if (ports.why.empty() || !ports.sure.empty()) balancer.listeners.push_back(std::move(listener));
}

// Of a listener or a target, which have one; none where it is not said.
Builder::Ports Builder::port_of(const Value& value) {
  return value ? ports_of(value, value) : Ports();
}

// Whether two subnets are certainly in different zones: by name, or as different items of one Fn::GetAZs.
bool Builder::zones_differ(Index left, Index right) {
  const auto zone = [&](Index s) {
    const auto found = zone_names_.find(s);
    return found == zone_names_.end() ? std::string_view() : std::string_view(found->second);
  };
  const std::string_view one = zone(left), other = zone(right);
  if (one.empty() || other.empty() || one == other) return false;
  const auto list_of = [](std::string_view name) {
    return name.starts_with('$') ? name.substr(0, name.rfind('.')) : "";
  };
  return list_of(one) == list_of(other);
}

// "If you register targets in an Availability Zone but do not enable the Availability Zone, these registered targets do
// not receive traffic" ("How Elastic Load Balancing works", user guide).
bool Builder::is_in_other_zone(Index interface, const LoadBalancer& balancer) {
  const Interface& target = n_.interfaces[interface];
  if (target.subnet == none || target.kind == InterfaceKind::load_balancer || balancer.interfaces.empty()) return false;
  return std::ranges::all_of(balancer.interfaces, [&](Index i) {
    const Index subnet = n_.interfaces[i].subnet;
    return subnet != none && n_.subnets[subnet].vpc == n_.subnets[target.subnet].vpc &&
           zones_differ(subnet, target.subnet);
  });
}

void Builder::balancers() {
  for (const Resource* each : case_.resources("AWS::ElasticLoadBalancingV2::LoadBalancer")) balancer(*each);
  for (const Resource* each : case_.resources("AWS::ElasticLoadBalancing::LoadBalancer")) classic_balancer(*each);
}

// Those that a snapshot's interfaces tell by their description, else one in each subnet.
std::vector<Index> Builder::balancer_interfaces(const Resource& resource, std::string_view description, bool filtered) {
  std::vector<Index> out;
  if (is_snapshot(resource))
    for (Index i = 0; i < n_.interfaces.size(); ++i) {
      Interface& interface = n_.interfaces[i];
      if (interface.kind != InterfaceKind::load_balancer ||
          std::ranges::find(interface.names, description) == interface.names.end())
        continue;
      interface.owner = resource.id;
      out.push_back(i);
    }
  if (!out.empty()) return out;
  Placement placement;
  placement.owner = resource.id;
  placement.kind = InterfaceKind::load_balancer;
  placement.subnets = case_.get(resource, "Subnets");
  const Value mappings = case_.get(resource, "SubnetMappings");
  if (!placement.subnets && mappings.is(Kind::list)) {
    std::vector<Value> subnets;
    for (const Value& each : mappings.items) subnets.push_back(each["SubnetId"]);
    placement.subnets = estate::list(std::move(subnets));
  }
  placement.groups = case_.get(resource, "SecurityGroups");
  placement.filtered = filtered;
  const Known<std::string> scheme = text(resource, "Scheme").when_absent("internet-facing");
  placement.is_public = scheme.known() && scheme.value == "internet-facing";
  placement.private_because = "its scheme is internal";
  if (!scheme.known()) placement.unknown = fmt::format("{}: {}", resource.id, scheme.why);
  return add_placement(resource, placement);
}

void Builder::balancer(const Resource& resource) {
  LoadBalancer out;
  out.id = resource.id;
  for (const std::string_view name : {"Name", "LoadBalancerName", "DNSName"})
    if (std::string known = text_or(resource, name); !known.empty()) out.names.push_back(std::move(known));
  if (!resource.arn.empty()) out.names.push_back(resource.arn);
  const std::string type = text_or(resource, "Type", "application");
  const bool is_network = type == "network";
  out.passes_through = is_network;
  if (type == "gateway") out.unknown = fmt::format("{}: Gateway Load Balancers are not modelled", resource.id);
  const Value groups = case_.get(resource, "SecurityGroups");
  // "Security groups for your Network Load Balancer": without any it filters nothing.
  const bool filtered = type == "application" || (groups && !(groups.is(Kind::list) && groups.items.empty()));
  constexpr std::string_view kind = ":loadbalancer/";
  const std::size_t at = resource.id.find(kind);
  const std::string description =
      at == std::string::npos ? std::string() : "ELB " + resource.id.substr(at + kind.size());
  out.interfaces = balancer_interfaces(resource, description, filtered);
  for (const Resource* each : case_.resources("AWS::ElasticLoadBalancingV2::Listener"))
    if (named("AWS::ElasticLoadBalancingV2::LoadBalancer", case_.get(*each, "LoadBalancerArn")) == &resource)
      listener(*each, out);
  if (is_snapshot(resource) && out.listeners.empty() && out.unknown.empty() && !is_asked("Listeners", resource))
    out.unknown = fmt::format("{}: its listeners are not in the source", resource.id);
  n_.balancers.push_back(std::move(out));
}

void Builder::target_group(const Value& named_by, LoadBalancer& balancer, Listener& listener, const AddressSet& clients,
                           const std::string& gets_nothing) {
  const bool is_network = balancer.passes_through;
  const Resource* const group = named(target_group_type, named_by);
  if (!group) {
    balancer.unknown = fmt::format("{}: its target group {} is not in the source", balancer.id, shown(named_by));
    return;
  }
  const std::string type = text_or(*group, "TargetType", "instance"), protocol = text_or(*group, "Protocol", "HTTP");
  const Ports usual = port_of(case_.get(*group, "Port"));
  const std::vector<std::uint8_t> transports = transports_of(protocol);
  const std::uint8_t transport =
      std::ranges::find(transports, listener.protocol) != transports.end() ? listener.protocol : transports.front();
  // "Client IP preservation" (Network Load Balancer guide): always for UDP, by default for instances.
  bool keeps = is_network && (type != "ip" || transport == udp);
  const Value attributes = case_.get(*group, "TargetGroupAttributes");
  if (const Value& stated = attribute(attributes, "preserve_client_ip.enabled");
      stated && is_network && transport != udp) {
    const Known<bool> said = case_.boolean(stated);
    keeps = said.value;
    if (!said.known()) balancer.unknown = fmt::format("{}: preserve_client_ip.enabled: {}", group->id, said.why);
  } else if (is_network && transport != udp && is_snapshot(*group)) {
    assume(
        fmt::format("the attributes of {} are not in the sources: it is taken to {} clients' addresses, as by default",
                    group->id, keeps ? "keep" : "replace"));
  }
  const auto add = [&](BalancerTarget target, const Ports& ports, bool in_all_zones, std::string none_because) {
    if (target.interface != none && none_because.empty() && !in_all_zones &&
        is_in_other_zone(target.interface, balancer))
      none_because = fmt::format("{} stands in a zone in which the load balancer has no subnet",
                                 n_.interfaces[target.interface].owner);
    if (!none_because.empty()) {
      if (target.interface != none) balancer.left_out.push_back({target.interface, std::move(none_because)});
      return;
    }
    target.protocol = transport;
    target.clients = clients;
    target.keeps_client_address = keeps;
    const auto push = [&](const PortSet& of, std::string why) {
      target.ports = of;
      target.unknown = std::move(why);
      listener.targets.push_back(static_cast<Index>(balancer.targets.size()));
      balancer.targets.push_back(target);
    };
    if (!ports.why.empty()) push(ports.possible, fmt::format("the port of a target of {}: {}", group->id, ports.why));
    if (ports.why.empty() || !ports.sure.empty()) push(ports.sure, {});
  };
  const auto add_owned = [&](const Resource& owner, const Ports& ports, const std::string& none_because) {
    const auto owned = owned_.find(&owner);
    if (owned == owned_.end()) return;
    const bool all = owner.type != "AWS::EC2::Instance";  // of an instance, its first interface
    for (const Index i : owned->second) {
      BalancerTarget target;
      target.interface = i;
      add(std::move(target), ports, false, none_because);
      if (!all) break;
    }
  };
  const Value targets = case_.get(*group, "Targets");
  if (targets.is(Kind::unknown)) balancer.unknown = fmt::format("{}: {}", group->id, targets.text);
  const Value health = case_.get(*group, "TargetHealthDescriptions");
  for (std::size_t i = 0; i < targets.items.size(); ++i) {
    const Value& each = targets.items[i];
    std::string none_because = gets_nothing;
    if (is_unused(health, i, each)) none_because = fmt::format("{} has this target and does not use it", group->id);
    const Ports ports = each["Port"] ? port_of(each["Port"]) : usual;
    const std::string id = shown(each["Id"]);
    if (type == "lambda") {
      BalancerTarget target;
      target.function = id;
      add(std::move(target), ports, false, none_because);
    } else if (const Resource* const host = case_.target(each["Id"])) {
      add_owned(*host, ports, none_because);
    } else if (const auto address = parse_address(id)) {
      BalancerTarget target;
      target.address = address;
      const Value vpc_value = case_.get(*group, "VpcId");
      const Index vpc = place(vpc_, "AWS::EC2::VPC", vpc_value);
      for (Index of = 0; of < n_.interfaces.size() && target.interface == none; ++of)
        if (n_.interfaces[of].subnet != none && n_.subnets[n_.interfaces[of].subnet].vpc == vpc &&
            n_.interfaces[of].addresses() == AddressSet::one(*address))
          target.interface = of;
      add(std::move(target), ports, case_.text(each["AvailabilityZone"]).value == "all", none_because);
    } else if (none_because.empty()) {
      balancer.unknown = fmt::format("{}: its target {} is not in the source", group->id, id);
    }
  }
  for (const Resource* service : case_.resources("AWS::ECS::Service"))
    for (const Value& each : case_.get(*service, "LoadBalancers").items)
      if (!is_snapshot(*service) && named(target_group_type, each["TargetGroupArn"]) == group) {
        if (each["ContainerPort"])
          add_owned(*service, port_of(each["ContainerPort"]), gets_nothing);
        else
          balancer.unknown = fmt::format("{}: its container's port is not known", service->id);
      }
  for (const Resource* scaling : case_.resources("AWS::AutoScaling::AutoScalingGroup"))
    for (const Value& each : case_.get(*scaling, "TargetGroupARNs").items)
      if (named(target_group_type, each) == group) add_owned(*scaling, usual, gets_nothing);
}

// A group that gets no share of the requests: what it lacks says nothing of the load balancer.
void Builder::no_share(const Value& named_by, LoadBalancer& balancer) {
  const Resource* const group = named(target_group_type, named_by);
  if (!group) return;
  LoadBalancer aside = balancer;
  Listener unheard;
  target_group(named_by, aside, unheard, AddressSet::all(), fmt::format("{} has the weight 0", group->id));
  balancer.left_out = std::move(aside.left_out);
}

void Builder::classic_balancer(const Resource& resource) {
  LoadBalancer out;
  out.id = resource.id;
  if (std::string name = text_or(resource, "LoadBalancerName"); !name.empty()) out.names.push_back(std::move(name));
  out.interfaces = balancer_interfaces(resource, "ELB " + resource.id, true);
  std::vector<Index> hosts;
  for (const Value& each : case_.get(resource, "Instances").items)
    if (const Resource* const host = named("AWS::EC2::Instance", each)) {
      if (const auto owned = owned_.find(host); owned != owned_.end() && !owned->second.empty())
        hosts.push_back(owned->second.front());
    } else {
      out.unknown = fmt::format("{}: its target {} is not in the source", resource.id, shown(each));
    }
  for (const Resource* scaling : case_.resources("AWS::AutoScaling::AutoScalingGroup"))
    for (const Value& each : case_.get(*scaling, "LoadBalancerNames").items)
      if (named("AWS::ElasticLoadBalancing::LoadBalancer", each) == &resource)
        if (const auto owned = owned_.find(scaling); owned != owned_.end())
          hosts.insert(hosts.end(), owned->second.begin(), owned->second.end());
  const Value listeners = case_.get(resource, "Listeners");
  if (!listeners.is(Kind::list)) out.unknown = fmt::format("{}: its listeners are not known", resource.id);
  for (const Value& each : listeners.items) {
    const Ports port = port_of(each["LoadBalancerPort"]), to = port_of(each["InstancePort"]);
    Listener listener{tcp, port.sure, {}, {}};
    for (const Index host : hosts) {
      if (is_in_other_zone(host, out)) {
        out.left_out.push_back({host, fmt::format("{} stands in a zone in which the load balancer has no subnet",
                                                  n_.interfaces[host].owner)});
        continue;
      }
      BalancerTarget target;
      target.interface = host;
      const auto push = [&](const PortSet& ports, std::string why) {
        target.ports = ports;
        target.unknown = std::move(why);
        listener.targets.push_back(static_cast<Index>(out.targets.size()));
        out.targets.push_back(target);
      };
      if (!to.why.empty()) push(to.possible, fmt::format("the instances' port of {}: {}", resource.id, to.why));
      if (to.why.empty() || !to.sure.empty()) push(to.sure, {});
    }
    add_listener(out, std::move(listener), port, resource.id);
  }
  n_.balancers.push_back(std::move(out));
}

}  // namespace redoubt::reach
