#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

void Builder::vpcs() {
  for (const Resource* each : case_.resources("AWS::EC2::VPC")) {
    vpc_[each] = static_cast<Index>(n_.vpcs.size());
    Vpc& vpc = n_.vpcs.emplace_back();
    vpc.id = each->id;
    const Value range = case_.get(*each, "CidrBlock");
    if (range)
      add_prefix(vpc.ranges, range, vpc.unknown, vpc.id);
    else
      vpc.unknown = fmt::format("{}: its address range is not in the source", vpc.id);
  }
  for (const Resource* each : case_.resources("AWS::EC2::VPCCidrBlock")) {
    const Index index = vpc_of(case_.get(*each, "VpcId"));
    if (index == none) continue;
    Vpc& vpc = n_.vpcs[index];
    add_prefix(vpc.ranges, case_.get(*each, "CidrBlock"), vpc.unknown, vpc.id);
    if (flag(*each, "AmazonProvidedIpv6CidrBlock", false)) {
      // AWS chooses a /56 (VPC user guide, "IPv6 VPC CIDR blocks").
      Prefix out = *parse_prefix("fd00:ffff::/56");
      out.first += Address{++ipv6_ranges_} << 72;
      vpc.ranges.push_back(out);
    } else {
      add_prefix(vpc.ranges, case_.get(*each, "Ipv6CidrBlock"), vpc.unknown, vpc.id);
    }
    if (case_.get(*each, "Ipv4IpamPoolId") && !case_.get(*each, "CidrBlock") && vpc.unknown.empty())
      vpc.unknown = fmt::format("{}: a pool chooses its address range", vpc.id);
  }
}

// Of a snapshot's VPC: what its account was not asked for in its region may be there all the same.
void Builder::what_was_not_listed() {
  for (const auto& [resource, v] : vpc_) {
    if (!is_snapshot(*resource)) continue;
    Vpc& vpc = n_.vpcs[v];
    if (!is_listed("Subnets", *resource))
      vpc.incomplete = fmt::format("{}: its subnets were not listed", vpc.id);
    else if (vpc.internet_gateway == none && !is_listed("InternetGateways", *resource))
      vpc.incomplete = fmt::format("{}: its Internet gateway was not listed", vpc.id);
    if (!is_listed("NetworkInterfaces", *resource) &&
        !(is_listed("LoadBalancers", *resource) && is_listed("LoadBalancerDescriptions", *resource)))
      vpc.hidden = fmt::format("{}: neither its interfaces nor its load balancers were listed", vpc.id);
  }
  bool any = false;
  for (const auto& [resource, g] : vpn_) {
    if (!is_snapshot(*resource)) continue;
    any = true;
    Gateway& gateway = n_.vpn_gateways[g];
    const bool joined = std::ranges::find(n_.links, g, &SiteLink::vpn_gateway) != n_.links.end();
    const bool direct = is_listed("DirectConnectGatewayAssociations") || is_listed("VirtualInterfaces");
    if (!is_listed("VpnConnections", *resource))
      gateway.unknown = fmt::format("{}: the VPN connections of its account and region were not listed", gateway.id);
    else if (!direct && !joined)
      gateway.unknown = fmt::format("{}: what Direct Connect joins to it was not listed", gateway.id);
    else if (!direct)
      assume("the sources list no Direct Connect: nothing is taken to be joined by it");
  }
  for (const auto& [resource, g] : transit_) any = any || is_snapshot(*resource);
  if (any && !is_listed("VpnConnections")) n_.links_unknown = "the VPN connections were not listed";
}

Index Builder::vpc_not_in_source(const std::string& id) {
  const auto [at, added] = foreign_vpcs_.try_emplace(id, static_cast<Index>(n_.vpcs.size()));
  if (added) {
    n_.vpcs.push_back({});
    n_.vpcs.back().id = id;
    n_.vpcs.back().unknown = fmt::format("{}: this VPC is not in the source", id);
  }
  return at->second;
}

// Whether the source names the VPC and does not hold it.
bool Builder::is_foreign(Index vpc) const {
  return std::ranges::any_of(foreign_vpcs_, [&](const auto& each) { return each.second == vpc; });
}

Index Builder::vpc_of(const Value& value) {
  if (!value) return none;
  if (const Index found = place(vpc_, "AWS::EC2::VPC", value); found != none) return found;
  return vpc_not_in_source(shown(value));
}

void Builder::subnets() {
  std::map<Index, std::uint32_t> assigned;  // stand-in ranges of IPv6 by VPC
  const auto ipv6 = [&](Subnet& subnet, const Value& range) {
    if (!range) return;
    if (case_.text(range).known()) return add_prefix(subnet.ranges, range, subnet.unknown, subnet.id);
    for (const Prefix& of_vpc : n_.vpcs[subnet.vpc].ranges)
      if (stand_ins().contains(of_vpc.first) && !is_ipv4(of_vpc.first)) {
        Prefix out{of_vpc.first + (Address{assigned[subnet.vpc]++} << 64), 64};
        return subnet.ranges.push_back(out);
      }
    add_prefix(subnet.ranges, range, subnet.unknown, subnet.id);
  };
  for (const Resource* each : case_.resources("AWS::EC2::Subnet")) {
    Subnet subnet;
    subnet.id = each->id;
    subnet.vpc = vpc_of(case_.get(*each, "VpcId"));
    if (subnet.vpc == none) subnet.vpc = vpc_not_in_source(fmt::format("the VPC of {}", subnet.id));
    add_prefix(subnet.ranges, case_.get(*each, "CidrBlock"), subnet.unknown, subnet.id);
    ipv6(subnet, case_.get(*each, "Ipv6CidrBlock"));
    if (subnet.ranges.empty() && subnet.unknown.empty())
      subnet.unknown = fmt::format("{}: its address range is not in the source", subnet.id);
    subnet.zone = text_or(*each, "AvailabilityZone", text_or(*each, "AvailabilityZoneId"));
    const auto index = static_cast<Index>(n_.subnets.size());
    subnet_[each] = index;
    if (!subnet.zone.empty())
      zone_names_[index] = subnet.zone;
    else if (std::string zone = shown(case_.get(*each, "AvailabilityZone")); zone.starts_with("${Fn::GetAZs."))
      zone_names_[index] = std::move(zone);
    n_.subnets.push_back(std::move(subnet));
  }
  for (const Resource* each : case_.resources("AWS::EC2::SubnetCidrBlock"))
    if (const Index s = place(subnet_, "AWS::EC2::Subnet", case_.get(*each, "SubnetId")); s != none)
      ipv6(n_.subnets[s], case_.get(*each, "Ipv6CidrBlock"));
  for (Index s = 0; s < n_.subnets.size(); ++s)
    if (!n_.subnets[s].unknown.empty()) unknown_ranges_[s] = n_.subnets[s].unknown;
}

}  // namespace redoubt::reach
