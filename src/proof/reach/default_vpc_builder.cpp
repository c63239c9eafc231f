// The account's default VPC, of which a template says nothing: what names no subnet and no VPC is made there.
#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

using estate::Kind;

// Groups of a template that name no VPC ("Defaults to the default VPC", CreateSecurityGroup). Those whose VPC is said,
// or not known, make it uncertain that the interface is there.
bool Builder::may_stand_in_default_vpc(const Value& groups) {
  if (!groups) return true;
  return groups.is(Kind::list) && std::ranges::all_of(groups.items, [&](const Value& each) {
           const Resource* const group = named("AWS::EC2::SecurityGroup", each);
           return group != nullptr && !is_snapshot(*group) && !case_.get(*group, "VpcId");
         });
}

// "If you don't specify a subnet ID, we choose a default subnet from your default VPC for you" (RunInstances). What AWS
// makes of it ("Default VPCs", "Default subnets", VPC user guide): 172.31.0.0/16, an Internet gateway, a main route
// table with a route to it, the default ACL, and in each zone a subnet that gives public addresses. One subnet stands
// here for all of them, since nothing between them filters. Of several templates, which may be of several regions, and
// beside a snapshot, which may list the VPC, it is not known which one it is.
Index Builder::default_subnet(const Resource& of, const Value& groups) {
  const estate::Estate& estate = case_.estate();
  if (is_snapshot(of) || estate.stacks.size() != 1 || !estate.listed.empty() || !may_stand_in_default_vpc(groups))
    return none;
  if (default_subnet_ != none) return default_subnet_;
  const auto vpc = static_cast<Index>(n_.vpcs.size());
  const auto gateway = static_cast<Index>(n_.internet_gateways.size());
  const Prefix range = *parse_prefix("172.31.0.0/16");
  n_.vpcs.push_back({.id = "default VPC", .ranges = {range}, .internet_gateway = gateway, .unknown = {}});
  n_.internet_gateways.push_back({"Internet gateway of the default VPC", vpc});
  const auto table = static_cast<Index>(n_.route_tables.size());
  n_.route_tables.push_back({.id = "main route table of the default VPC",
                             .routes = {{range, {TargetKind::local, none, "local"}, false, {}},
                                        {*parse_prefix("0.0.0.0/0"),
                                         {TargetKind::internet_gateway, gateway, n_.internet_gateways.back().id},
                                         false,
                                         {}}},
                             .unknown = {}});
  default_subnet_ = static_cast<Index>(n_.subnets.size());
  n_.subnets.push_back(
      {.id = "default subnet", .vpc = vpc, .ranges = {range}, .route_table = table, .zone = {}, .unknown = {}});
  for (const auto& [resource, g] : group_)
    if (!is_snapshot(*resource) && !case_.get(*resource, "VpcId")) n_.groups[g].vpc = vpc;
  assume("what names no subnet is made in the account's default VPC, which is taken to be as AWS makes it");
  return default_subnet_;
}

}  // namespace redoubt::reach
