#include "topology.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {

Named named_by(Inquiry& ask, const Value& list) {
  Named out;
  if (list.is(Kind::unknown)) out.missing = list.text;
  for (const Value& item : items_of(list))
    if (const Resource* const resource = ask.in().target(item))
      out.resources.push_back(resource);
    else if (out.missing.empty())
      out.missing =
          item.is(Kind::unknown) ? item.text : fmt::format("{} is not among the sources", text_of(ask.estate(), item));
  return out;
}

namespace {

struct Place {
  std::string_view type;
  std::string_view subnets;
  std::string_view groups;
};

constexpr Place places[] = {
    {"AWS::ECS::Service", "NetworkConfiguration.AwsvpcConfiguration.Subnets",
     "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", "Subnets", "SecurityGroups"},
    {"AWS::ElasticLoadBalancing::LoadBalancer", "Subnets", "SecurityGroups"},
    {"AWS::RDS::DBSubnetGroup", "SubnetIds", ""},
    {"AWS::DocDB::DBSubnetGroup", "SubnetIds", ""},
    {"AWS::Neptune::DBSubnetGroup", "SubnetIds", ""},
    {"AWS::RDS::DBInstance", "", "VPCSecurityGroups"},
    {"AWS::RDS::DBCluster", "", "VpcSecurityGroupIds"},
    {"AWS::DocDB::DBCluster", "", "VpcSecurityGroupIds"},
    {"AWS::Neptune::DBCluster", "", "VpcSecurityGroupIds"},
    {"AWS::Lambda::Function", "VpcConfig.SubnetIds", "VpcConfig.SecurityGroupIds"},
    {"AWS::EC2::VPCEndpoint", "SubnetIds", "SecurityGroupIds"},
    {"AWS::EC2::Instance", "SubnetId", "SecurityGroupIds"},
    {"AWS::EC2::NatGateway", "SubnetId", ""},
};

Named at(Inquiry& ask, const Resource& resource, std::string_view Place::* which) {
  for (const Place& place : places)
    if (place.type == resource.type && !(place.*which).empty()) return named_by(ask, ask.get(resource, place.*which));
  return {};
}

// The resources of a route table that the subnet uses; `missing` where that is not known.
Named routes_of(Inquiry& ask, const Resource& subnet) {
  Named out;
  const Resource* table = nullptr;
  for (const Resource* each : ask.resources("AWS::EC2::SubnetRouteTableAssociation"))
    if (ask.in().target(ask.get(*each, "SubnetId")) == &subnet) {
      const Value name = ask.get(*each, "RouteTableId");
      table = ask.in().target(name);
      if (table == nullptr) {
        out.missing = fmt::format("its route table {} is not among the sources", text_of(ask.estate(), name));
        return out;
      }
    }
  if (table == nullptr) {  // the VPC's main table
    const Value vpc = ask.get(subnet, "VpcId");
    const Resource* const home = ask.in().target(vpc);
    if (subnet.stack == estate::no_index) {
      for (const Resource* each : ask.resources("AWS::EC2::RouteTable"))
        if (surely(ask.boolean(*each, "Main")) && ask.get(*each, "VpcId") == vpc) table = each;
      if (table == nullptr) out.missing = "its route table is not among the sources";
    } else if (home == nullptr) {
      out.missing =
          fmt::format("the VPC {} and its main route table are not among the sources", text_of(ask.estate(), vpc));
    }
    if (table == nullptr) return out;  // to the main table of its own VPC a template can add nothing
  }
  for (const Resource* route : ask.resources("AWS::EC2::Route"))
    if (ask.in().target(ask.get(*route, "RouteTableId")) == table) out.resources.push_back(route);
  return out;
}

}  // namespace

Named subnets_of(Inquiry& ask, const Resource& resource) {
  if (resource.type == "AWS::ElasticLoadBalancingV2::LoadBalancer") {
    const Value mappings = ask.get(resource, "SubnetMappings");
    if (!is_empty(mappings)) {
      Value list = estate::list(parts(mappings, "SubnetId"));
      return named_by(ask, list);
    }
  }
  return at(ask, resource, &Place::subnets);
}

Named groups_of(Inquiry& ask, const Resource& resource) {
  return at(ask, resource, &Place::groups);
}

Truth is_public(Inquiry& ask, const Resource& subnet) {
  const Named routes = routes_of(ask, subnet);
  Truth out = routes.missing.empty() ? truth(false) : unknown_truth(routes.missing);
  for (const Resource* route : routes.resources) {
    const Value gateway = ask.get(*route, "GatewayId");
    if (is_empty(gateway)) continue;
    const Resource* const named = ask.in().target(gateway);
    const Known<std::string> text = ask.in().text(gateway);
    if (named != nullptr)
      out = either(out, truth(named->type == "AWS::EC2::InternetGateway"));
    else if (text.known())
      out = either(out, truth(text.value.starts_with("igw-")));
    else
      out = either(out, unknown_truth(text.why));
  }
  return out;
}

const Resource* nat_of(Inquiry& ask, const Resource& subnet) {
  for (const Resource* route : routes_of(ask, subnet).resources)
    if (const Resource* nat = ask.in().target(ask.get(*route, "NatGatewayId"))) return nat;
  return nullptr;
}

Truth in_same_zone(const Estate& estate, const Resource& left, const Resource& right) {
  const Value& first = left.properties["AvailabilityZone"];
  const Value& second = right.properties["AvailabilityZone"];
  if (is_empty(first) || is_empty(second)) return unknown_truth("a subnet names no AvailabilityZone");
  if (first == second) return truth(true);
  if (first.is(Kind::text) && second.is(Kind::text)) return truth(false);
  // A choice from Fn::GetAZs is a symbol of the estate, and two of them are two zones.
  const auto is_choice = [&](const Value& value) {
    return value.is(Kind::symbol) && estate.parameters[value.index].name.starts_with("Fn::GetAZs.");
  };
  if (is_choice(first) && is_choice(second)) return truth(false);
  // A zone's name is a letter at the end of a region's.
  const auto ends_in_letter = [](const Value& value) {
    return value.is(Kind::joined) && !value.items.empty() && value.items.back().is(Kind::text) &&
           value.items.back().text.size() == 1;
  };
  if (ends_in_letter(first) && ends_in_letter(second)) return truth(false);
  return unknown_truth("in which zones its subnets are is not known");
}

Truth in_two_zones(Inquiry& ask, const Named& subnets) {
  Truth out = subnets.missing.empty() ? truth(false) : unknown_truth(subnets.missing);
  for (std::size_t i = 0; i < subnets.resources.size(); ++i)
    for (std::size_t j = i + 1; j < subnets.resources.size(); ++j)
      out = either(out, negation(in_same_zone(ask.estate(), *subnets.resources[i], *subnets.resources[j])));
  return out;
}

}  // namespace redoubt::controls
