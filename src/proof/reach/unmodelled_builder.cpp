#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

using estate::Kind;

namespace {

// What packets come from or go to, and whose network is not modelled: where it says its subnets and groups, if it does.
struct Unmodelled {
  std::string_view type, why, subnets = {}, groups = {};
  bool outside = false;  // where it names no subnets: Interface::outside
};

constexpr std::string_view elsewhere = "it stands outside of the VPCs, and is not modelled";
constexpr std::string_view inside = "its interfaces are not modelled";

constexpr Unmodelled unmodelled[] = {
    {"AWS::EKS::Cluster", "its endpoints and the security group that EKS makes for it are not modelled",
     "ResourcesVpcConfig.SubnetIds", "ResourcesVpcConfig.SecurityGroupIds"},
    {"AWS::EKS::Nodegroup", inside, "Subnets"},
    {"AWS::EKS::FargateProfile", inside, "Subnets"},
    {"AWS::MSK::ServerlessCluster", inside, "VpcConfigs"},
    {"AWS::DMS::ReplicationConfig", inside},
    {"AWS::WorkSpaces::Workspace", inside},
    {"AWS::DirectoryService::MicrosoftAD", inside, "VpcSettings.SubnetIds"},
    {"AWS::DirectoryService::SimpleAD", inside, "VpcSettings.SubnetIds"},
    {"AWS::EMR::Cluster", inside, "Instances.Ec2SubnetIds"},
    {"AWS::Batch::ComputeEnvironment", inside, "ComputeResources.Subnets", "ComputeResources.SecurityGroupIds"},
    {"AWS::SageMaker::Domain", inside, "SubnetIds"},
    {"AWS::MWAA::Environment", inside, "NetworkConfiguration.SubnetIds", "NetworkConfiguration.SecurityGroupIds"},
    {"AWS::CodeBuild::Project", inside, "VpcConfig.Subnets", "VpcConfig.SecurityGroupIds", true},
    {"AWS::Transfer::Server", "its endpoint is not modelled", "EndpointDetails.SubnetIds",
     "EndpointDetails.SecurityGroupIds", true},
    {"AWS::OpenSearchServerless::VpcEndpoint", inside, "SubnetIds", "SecurityGroupIds"},
    {"AWS::OpenSearchServerless::Collection", elsewhere, {}, {}, true},
    {"AWS::EC2::EC2Fleet", inside},
    {"AWS::EC2::SpotFleet", inside},
    {"AWS::EC2::InstanceConnectEndpoint", inside, {}, "SecurityGroupIds"},
    {"AWS::EC2::ClientVpnEndpoint", inside, {}, "SecurityGroupIds"},
    {"AWS::ElasticBeanstalk::Environment", inside},
    {"AWS::NetworkFirewall::Firewall", "firewalls are not modelled"},
    {"AWS::AppRunner::Service", elsewhere, {}, {}, true},
    {"AWS::AppRunner::VpcConnector", inside, "Subnets", "SecurityGroups"},
    {"AWS::AppRunner::VpcIngressConnection", elsewhere, {}, {}, true},
    {"AWS::Lambda::Url", elsewhere, {}, {}, true},
    {"AWS::ApiGateway::RestApi", elsewhere, {}, {}, true},
    {"AWS::ApiGateway::VpcLink", "what an API passes on through it is not modelled"},
    {"AWS::ApiGatewayV2::Api", elsewhere, {}, {}, true},
    {"AWS::ApiGatewayV2::VpcLink", "what an API passes on through it is not modelled", "SubnetIds", "SecurityGroupIds"},
    {"AWS::CloudFront::Distribution", elsewhere, {}, {}, true},
    {"AWS::CloudFront::VpcOrigin", "what CloudFront passes on through it is not modelled"},
    {"AWS::GlobalAccelerator::Accelerator", "what it passes on is not modelled", {}, {}, true},
    {"AWS::VpcLattice::Service", "VPC Lattice is not modelled"},
    {"AWS::Lightsail::Instance", elsewhere, {}, {}, true},
};

}  // namespace

// Whoever asks for it, or for a subnet or group that it names, is told so. A snapshot lists its interfaces among the
// others.
void Builder::not_modelled(const Resource& resource, std::string_view why, const Value& subnets, const Value& groups) {
  Placement placement;
  placement.owner = resource.id;
  if (!resource.arn.empty()) placement.names.push_back(resource.arn);
  placement.groups = groups;
  placement.one_of = true;
  placement.unknown = fmt::format("{} ({}): {}", resource.id, resource.type, why);
  if (!is_snapshot(resource)) placement.subnets = subnets;
  add_placement(resource, placement);
}

void Builder::stands_outside(const Resource& resource, std::string_view why) {
  Placement placement;
  placement.owner = resource.id;
  if (!resource.arn.empty()) placement.names.push_back(resource.arn);
  placement.outside = true;
  placement.unknown = fmt::format("{} ({}): {}", resource.id, resource.type, why);
  add_interface(resource, placement, {});
}

void Builder::unmodelled_services() {
  for (const Unmodelled& each : unmodelled)
    for (const Resource* resource : case_.resources(each.type)) {
      Value subnets = each.subnets.empty() ? Value{} : case_.get(*resource, each.subnets);
      Value groups = each.groups.empty() ? Value{} : case_.get(*resource, each.groups);
      if (each.outside && !subnets) {
        stands_outside(*resource, each.why);
        continue;
      }
      if (each.type == "AWS::MSK::ServerlessCluster") {
        std::vector<Value> named;
        for (const Value& place : subnets.items)
          named.insert(named.end(), place["SubnetIds"].items.begin(), place["SubnetIds"].items.end());
        groups = subnets.items.empty() ? Value{} : subnets.items[0]["SecurityGroups"];
        subnets = estate::list(std::move(named));
      }
      not_modelled(*resource, each.why, subnets.is(Kind::list) ? subnets : Value{},
                   groups.is(Kind::list) ? groups : Value{});
    }
}

}  // namespace redoubt::reach
