#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

using estate::Kind;

namespace {

// Where a type says its place: a list of subnets, or the group of subnets that it names; and its security groups.
struct Managed {
  std::string_view type, subnets, subnet_group, subnet_group_type, subnet_group_subnets, groups, is_public;
  bool in_each = false;  // has an interface in each of its subnets; else in some of them
  InterfaceKind kind = InterfaceKind::host;
  std::string_view name = {};  // the property by which people know it
  bool needs_vpc = true;       // without subnets it is in the default VPC; else in none
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
    {"AWS::OpenSearchService::Domain",
     "VPCOptions.SubnetIds",
     {},
     {},
     {},
     "VPCOptions.SecurityGroupIds",
     {},
     true,
     InterfaceKind::host,
     {},
     false},
    {"AWS::Elasticsearch::Domain",
     "VPCOptions.SubnetIds",
     {},
     {},
     {},
     "VPCOptions.SecurityGroupIds",
     {},
     true,
     InterfaceKind::host,
     {},
     false},
    {"AWS::MSK::Cluster",
     "BrokerNodeGroupInfo.ClientSubnets",
     {},
     {},
     {},
     "BrokerNodeGroupInfo.SecurityGroups",
     "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type",
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
     "FunctionName",
     false},
    {"AWS::Serverless::Function",  // becomes an AWS::Lambda::Function of the same logical id
     "VpcConfig.SubnetIds",
     {},
     {},
     {},
     "VpcConfig.SecurityGroupIds",
     {},
     false,
     InterfaceKind::function,
     "FunctionName",
     false},
    {"AWS::RedshiftServerless::Workgroup", "SubnetIds", {}, {}, {}, "SecurityGroupIds", "PubliclyAccessible"},
    {"AWS::FSx::FileSystem", "SubnetIds", {}, {}, {}, "SecurityGroupIds", {}, true},
    {"AWS::DMS::ReplicationInstance",
     {},
     "ReplicationSubnetGroupIdentifier",
     "AWS::DMS::ReplicationSubnetGroup",
     "SubnetIds",
     "VpcSecurityGroupIds",
     "PubliclyAccessible"},
    {"AWS::DAX::Cluster", {}, "SubnetGroupName", "AWS::DAX::SubnetGroup", "SubnetIds", "SecurityGroupIds", {}},
    {"AWS::SageMaker::NotebookInstance",
     "SubnetId",
     {},
     {},
     {},
     "SecurityGroupIds",
     {},
     true,
     InterfaceKind::host,
     {},
     false},
};

}  // namespace

// The interfaces of an Aurora cluster are those of its instances.
bool Builder::has_instances(const Resource& cluster) {
  if (cluster.type != "AWS::RDS::DBCluster") return false;
  const std::vector<const Resource*> instances = case_.resources("AWS::RDS::DBInstance");
  return std::ranges::any_of(instances, [&](const Resource* each) {
    return named("AWS::RDS::DBCluster", case_.get(*each, "DBClusterIdentifier")) == &cluster;
  });
}

// CreateDBInstance and CreateDBCluster, PubliclyAccessible: where it is not given and a subnet group is, it is false,
// but for the group "default"; editions of the same pages say that the VPC's having an Internet gateway decides. What
// AWS does with a template that leaves it out is then not known. The property is for clusters that are not Aurora's
// only ("Valid for Cluster Type: Multi-AZ DB clusters only"): Aurora's instances say it, and those of Aurora Serverless
// v1 have no public address ("Limitations of Aurora Serverless v1").
void Builder::set_publicness(const Resource& resource, const Value& stated, Placement& placement) {
  const bool is_database = resource.type == "AWS::RDS::DBInstance" || resource.type == "AWS::RDS::DBCluster";
  const bool is_serverless = text_or(resource, "EngineMode") == "serverless";
  if (!stated && is_database && !is_serverless) {
    placement.may_be_public =
        fmt::format("{} does not say PubliclyAccessible, and whether it is public is not known", resource.id);
    if (resource.type == "AWS::RDS::DBCluster" && text_or(resource, "Engine").starts_with("aurora"))
      placement.may_be_public = fmt::format(
          "the instances of {} are not in the source, and whether they are public is not known", resource.id);
    return;
  }
  if (resource.type == "AWS::MSK::Cluster") {
    // "Turn on public access to an MSK Provisioned cluster": SERVICE_PROVIDED_EIPS, else DISABLED.
    const Known<std::string> type = case_.text(stated).when_absent("DISABLED");
    placement.is_public = type.known() && type.value == "SERVICE_PROVIDED_EIPS";
    if (!type.known() && placement.unknown.empty()) placement.unknown = fmt::format("{}: {}", resource.id, type.why);
    return;
  }
  // AWS::DMS::ReplicationInstance: "The default value is true".
  const bool usual = resource.type == "AWS::DMS::ReplicationInstance" && !is_snapshot(resource);
  const Known<bool> open = case_.boolean(stated).when_absent(usual);
  placement.is_public = open.known() && open.value;
  placement.private_because = "PubliclyAccessible is false";
  if (!open.known() && placement.unknown.empty()) placement.unknown = fmt::format("{}: {}", resource.id, open.why);
}

// The instances of a DocumentDB or Neptune cluster have its subnets and groups; Neptune's may be public
// (PubliclyAccessible of AWS::Neptune::DBInstance).
void Builder::add_members(const Resource& cluster, Placement& placement) {
  const bool is_neptune = cluster.type == "AWS::Neptune::DBCluster";
  if (!is_neptune && cluster.type != "AWS::DocDB::DBCluster") return;
  for (const Resource* each : case_.resources(is_neptune ? "AWS::Neptune::DBInstance" : "AWS::DocDB::DBInstance")) {
    if (named(cluster.type, case_.get(*each, "DBClusterIdentifier")) != &cluster) continue;
    placement.names.push_back(each->id);
    const Known<bool> open = case_.boolean(case_.get(*each, "PubliclyAccessible")).when_absent(false);
    placement.is_public = placement.is_public || (is_neptune && open.known() && open.value);
    if (is_neptune && !open.known() && placement.unknown.empty())
      placement.unknown = fmt::format("{}: {}", each->id, open.why);
  }
}

void Builder::managed_services() {
  for (const Managed& service : managed)
    for (const Resource* each : case_.resources(service.type)) {
      if (has_instances(*each)) continue;  // they have its interfaces
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
        if (cluster) placement.names = {cluster->id, text_or(*cluster, "DBClusterIdentifier"), cluster->arn};
        std::erase(placement.names, std::string());
      } else {
        placement.subnets = case_.get(*each, service.subnets);
        if (!placement.subnets || (placement.subnets.is(Kind::list) && placement.subnets.items.empty())) {
          if (service.needs_vpc)
            not_modelled(*each, "no subnet is named for it, and the default VPC is not modelled", {},
                         placement.groups.is(Kind::list) ? placement.groups : Value{});
          else
            stands_outside(*each, "no VPC is named for it, and what stands outside of one is not modelled");
          continue;
        }
        if (!placement.subnets.is(Kind::list) && !placement.subnets.is(Kind::unknown))
          placement.subnets = estate::list({placement.subnets});
      }
      if (std::string known = text_or(*each, service.name); !service.name.empty() && !known.empty())
        placement.names.push_back(std::move(known));
      if (!each->arn.empty()) placement.names.push_back(each->arn);
      // A file system is reached at its mount targets.
      if (each->type == "AWS::EFS::MountTarget")
        if (const Resource* const files = named("AWS::EFS::FileSystem", case_.get(*each, "FileSystemId")))
          placement.names.push_back(files->id);
      add_members(*each, placement);
      if (!service.is_public.empty()) set_publicness(*each, case_.get(*each, service.is_public), placement);
      add_placement(*each, placement);
    }
}

}  // namespace redoubt::reach
