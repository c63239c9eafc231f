#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

using estate::Kind;

void Builder::auto_scaling_group(const Resource& resource) {
  if (is_snapshot(resource)) return;  // its instances are listed
  Placement placement;
  placement.owner = resource.id;
  placement.subnets = case_.get(resource, "VPCZoneIdentifier");
  placement.by_subnet = true;
  placement.one_of = true;
  const auto shape = [&](const Resource& of, std::string_view path) {
    const auto at = [&](std::string_view name) { return case_.get(of, fmt::format("{}{}", path, name)); };
    placement.groups = at(path.empty() ? "SecurityGroups" : "SecurityGroupIds");
    Value maps = at("AssociatePublicIpAddress");
    if (const Value entries = at("NetworkInterfaces"); entries.is(Kind::list) && !entries.items.empty()) {
      placement.groups = entries.items[0]["Groups"];
      maps = entries.items[0]["AssociatePublicIpAddress"];
    }
    if (!maps) return;
    const Known<bool> stated = case_.boolean(maps);
    placement.by_subnet = false;
    placement.is_public = stated.known() && stated.value;
    if (!stated.known()) placement.unknown = fmt::format("{}: {}", resource.id, stated.why);
  };
  const Value mixed = case_.get(resource, "MixedInstancesPolicy.LaunchTemplate");
  Value by_template = case_.get(resource, "LaunchTemplate.LaunchTemplateId");
  if (!by_template) by_template = mixed["LaunchTemplateSpecification"]["LaunchTemplateId"];
  const Value& overrides = mixed["Overrides"];
  if (std::ranges::any_of(overrides.items, [](const Value& each) { return bool(each["LaunchTemplateSpecification"]); }))
    placement.unknown = fmt::format("{}: some of its instances are started with another template", resource.id);
  if (const Resource* const found = named("AWS::EC2::LaunchTemplate", by_template))
    shape(*found, "LaunchTemplateData.");
  else if (const Resource* const old =
               named("AWS::AutoScaling::LaunchConfiguration", case_.get(resource, "LaunchConfigurationName")))
    shape(*old, "");
  else
    placement.unknown = fmt::format("{}: what its instances are started with is not in the source", resource.id);
  add_placement(resource, placement);
}

void Builder::ecs() {
  for (const Resource* each : case_.resources("AWS::ECS::Service")) {
    const Value network = case_.get(*each, "NetworkConfiguration.AwsvpcConfiguration");
    if (!network) continue;  // on its hosts' interfaces
    Placement placement;
    placement.owner = each->id;
    placement.names = {text_or(*each, "ServiceName")};
    placement.subnets = network["Subnets"];
    placement.groups = network["SecurityGroups"];
    placement.one_of = true;
    const Known<std::string> assigns = case_.text(network["AssignPublicIp"]).when_absent("DISABLED");
    placement.is_public = assigns.known() && assigns.value == "ENABLED";
    if (!assigns.known()) placement.unknown = fmt::format("{}: {}", each->id, assigns.why);
    add_placement(*each, placement);
  }
  for (const Resource* each : case_.resources("AWS::ECS::Task"))
    for (const Value& attachment : case_.get(*each, "Attachments").items)
      for (const Value& detail : attachment["Details"].items)
        if (detail["Name"].text == "networkInterfaceId")
          if (const Index i = place(interface_, "AWS::EC2::NetworkInterface", detail["Value"]); i != none) {
            n_.interfaces[i].owner = each->id;
            n_.interfaces[i].names.push_back(each->id.substr(each->id.rfind('/') + 1));
            owned_[each].push_back(i);
          }
}

namespace {

// Where a type says its place: a list of subnets, or the group of subnets that it names; and its security groups.
struct Managed {
  std::string_view type, subnets, subnet_group, subnet_group_type, subnet_group_subnets, groups, is_public;
  bool in_each = false;  // has an interface in each of its subnets; else in some of them
  InterfaceKind kind = InterfaceKind::host;
  std::string_view name = {};  // the property by which people know it
};

constexpr Managed managed[] = {
    {"AWS::RDS::DBInstance",
     {},
     "DBSubnetGroupName",
     "AWS::RDS::DBSubnetGroup",
     "SubnetIds",
     "VPCSecurityGroups",
     "PubliclyAccessible",
     false,
     InterfaceKind::host,
     "DBInstanceIdentifier"},
    {"AWS::RDS::DBCluster",
     {},
     "DBSubnetGroupName",
     "AWS::RDS::DBSubnetGroup",
     "SubnetIds",
     "VpcSecurityGroupIds",
     "PubliclyAccessible",
     false,
     InterfaceKind::host,
     "DBClusterIdentifier"},
    {"AWS::RDS::DBProxy", "VpcSubnetIds", {}, {}, {}, "VpcSecurityGroupIds", {}, true},
    {"AWS::DocDB::DBCluster",
     {},
     "DBSubnetGroupName",
     "AWS::DocDB::DBSubnetGroup",
     "SubnetIds",
     "VpcSecurityGroupIds",
     {}},
    {"AWS::Neptune::DBCluster",
     {},
     "DBSubnetGroupName",
     "AWS::Neptune::DBSubnetGroup",
     "SubnetIds",
     "VpcSecurityGroupIds",
     {}},
    {"AWS::Redshift::Cluster",
     {},
     "ClusterSubnetGroupName",
     "AWS::Redshift::ClusterSubnetGroup",
     "SubnetIds",
     "VpcSecurityGroupIds",
     "PubliclyAccessible"},
    {"AWS::ElastiCache::CacheCluster",
     {},
     "CacheSubnetGroupName",
     "AWS::ElastiCache::SubnetGroup",
     "SubnetIds",
     "VpcSecurityGroupIds",
     {}},
    {"AWS::ElastiCache::ReplicationGroup",
     {},
     "CacheSubnetGroupName",
     "AWS::ElastiCache::SubnetGroup",
     "SubnetIds",
     "SecurityGroupIds",
     {}},
    {"AWS::ElastiCache::ServerlessCache", "SubnetIds", {}, {}, {}, "SecurityGroupIds", {}, true},
    {"AWS::MemoryDB::Cluster",
     {},
     "SubnetGroupName",
     "AWS::MemoryDB::SubnetGroup",
     "SubnetIds",
     "SecurityGroupIds",
     {}},
    {"AWS::OpenSearchService::Domain", "VPCOptions.SubnetIds", {}, {}, {}, "VPCOptions.SecurityGroupIds", {}, true},
    {"AWS::Elasticsearch::Domain", "VPCOptions.SubnetIds", {}, {}, {}, "VPCOptions.SecurityGroupIds", {}, true},
    {"AWS::MSK::Cluster",
     "BrokerNodeGroupInfo.ClientSubnets",
     {},
     {},
     {},
     "BrokerNodeGroupInfo.SecurityGroups",
     {},
     true},
    {"AWS::AmazonMQ::Broker", "SubnetIds", {}, {}, {}, "SecurityGroups", "PubliclyAccessible", true},
    {"AWS::EFS::MountTarget", "SubnetId", {}, {}, {}, "SecurityGroups", {}, true},
    {"AWS::Lambda::Function",
     "VpcConfig.SubnetIds",
     {},
     {},
     {},
     "VpcConfig.SecurityGroupIds",
     {},
     false,
     InterfaceKind::function,
     "FunctionName"},
    {"AWS::RedshiftServerless::Workgroup", "SubnetIds", {}, {}, {}, "SecurityGroupIds", "PubliclyAccessible"},
    {"AWS::FSx::FileSystem", "SubnetIds", {}, {}, {}, "SecurityGroupIds", {}, true},
    {"AWS::DAX::Cluster", {}, "SubnetGroupName", "AWS::DAX::SubnetGroup", "SubnetIds", "SecurityGroupIds", {}},
    {"AWS::SageMaker::NotebookInstance", "SubnetId", {}, {}, {}, "SecurityGroupIds", {}, true},
};

}  // namespace

void Builder::managed_services() {
  for (const Managed& service : managed)
    for (const Resource* each : case_.resources(service.type)) {
      Placement placement;
      placement.owner = each->id;
      placement.kind = service.kind;
      placement.groups = case_.get(*each, service.groups);
      placement.one_of = !service.in_each;
      if (!service.subnet_group.empty()) {
        const Value group = case_.get(*each, service.subnet_group);
        // A member of a cluster stands where the cluster's group says, with its groups.
        const Resource* const cluster = named("AWS::RDS::DBCluster", case_.get(*each, "DBClusterIdentifier"));
        const Value of_cluster = cluster && !group ? case_.get(*cluster, service.subnet_group) : group;
        if (const Resource* const found = named(service.subnet_group_type, of_cluster))
          placement.subnets = case_.get(*found, service.subnet_group_subnets);
        else
          placement.unknown = fmt::format("{}: its subnets are not in the source", each->id);
        if (cluster && !placement.groups) placement.groups = case_.get(*cluster, "VpcSecurityGroupIds");
      } else {
        placement.subnets = case_.get(*each, service.subnets);
        if (!placement.subnets) continue;  // not in any VPC
        if (placement.subnets.is(Kind::list) && placement.subnets.items.empty()) continue;
        if (!placement.subnets.is(Kind::list) && !placement.subnets.is(Kind::unknown))
          placement.subnets = estate::list({placement.subnets});
      }
      if (std::string known = text_or(*each, service.name); !service.name.empty() && !known.empty())
        placement.names.push_back(std::move(known));
      if (!each->arn.empty()) placement.names.push_back(each->arn);
      if (!service.is_public.empty()) {
        // "AWS::RDS::DBInstance", PubliclyAccessible: where it is not given, an Internet gateway of the VPC makes it
        // public.
        const bool usual = each->type == "AWS::RDS::DBInstance" && !is_snapshot(*each);
        const Known<bool> open = case_.boolean(case_.get(*each, service.is_public)).when_absent(usual);
        placement.is_public = open.known() && open.value;
        if (!open.known() && placement.unknown.empty()) placement.unknown = fmt::format("{}: {}", each->id, open.why);
      }
      add_placement(*each, placement);
    }
}

void Builder::interface_endpoints() {
  for (const Resource* each : case_.resources("AWS::EC2::VPCEndpoint")) {
    if (endpoint_.contains(each)) continue;
    const Value own = case_.get(*each, "NetworkInterfaceIds");
    bool found = false;
    for (const Value& id : own.items)
      if (const Index i = place(interface_, "AWS::EC2::NetworkInterface", id); i != none) {
        n_.interfaces[i].owner = each->id;
        n_.interfaces[i].kind = InterfaceKind::endpoint;
        owned_[each].push_back(i);
        found = true;
      }
    if (found) continue;
    Placement placement;
    placement.owner = each->id;
    placement.kind = InterfaceKind::endpoint;
    placement.subnets = case_.get(*each, "SubnetIds");
    placement.groups = case_.get(*each, "SecurityGroupIds");
    const std::string type = text_or(*each, "VpcEndpointType");
    placement.filtered = type != "GatewayLoadBalancer";
    if (type != "Interface")
      placement.unknown = fmt::format("{}: endpoints of the kind {} are not modelled", each->id, type);
    add_placement(*each, placement);
  }
}

}  // namespace redoubt::reach
