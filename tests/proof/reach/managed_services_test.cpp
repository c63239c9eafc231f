// Services of AWS that have interfaces in a VPC: each stands in its subnets, behind its security groups.
#include "support.hpp"

namespace redoubt::reach {
namespace {

using testing::ask;
using testing::path_of;
using testing::shown;

const std::string narrow = testing::two_subnets + R"(
  Narrow:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: only from the public subnet
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 6000, ToPort: 6000, CidrIp: 10.0.0.0/24}]
)";

struct Service {
  std::string_view title, resources;
};

constexpr Service services[] = {
    {"RDS", R"(
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Narrow], PubliclyAccessible: false}}
)"},
    {"Aurora", R"(
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Private]}}
  Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-mysql, DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Narrow]}}
  Service: {Type: AWS::RDS::DBInstance, Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster, PubliclyAccessible: false}}
)"},
    {"a Multi-AZ cluster", R"(
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::RDS::DBCluster, Properties: {Engine: mysql, DBClusterInstanceClass: db.m6gd.large, PubliclyAccessible: false, DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Narrow]}}
)"},
    {"DocumentDB", R"(
  Subnets: {Type: AWS::DocDB::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::DocDB::DBCluster, Properties: {DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Narrow]}}
)"},
    {"Neptune", R"(
  Subnets: {Type: AWS::Neptune::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::Neptune::DBCluster, Properties: {DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Narrow]}}
)"},
    {"Redshift", R"(
  Subnets: {Type: AWS::Redshift::ClusterSubnetGroup, Properties: {Description: x, SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::Redshift::Cluster, Properties: {ClusterSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Narrow]}}
)"},
    {"ElastiCache, a cluster", R"(
  Subnets: {Type: AWS::ElastiCache::SubnetGroup, Properties: {Description: x, SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::ElastiCache::CacheCluster, Properties: {CacheSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Narrow]}}
)"},
    {"ElastiCache, a replication group", R"(
  Subnets: {Type: AWS::ElastiCache::SubnetGroup, Properties: {Description: x, SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::ElastiCache::ReplicationGroup, Properties: {CacheSubnetGroupName: !Ref Subnets, SecurityGroupIds: [!Ref Narrow]}}
)"},
    {"ElastiCache, serverless", R"(
  Service: {Type: AWS::ElastiCache::ServerlessCache, Properties: {Engine: valkey, ServerlessCacheName: c, SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref Narrow]}}
)"},
    {"MemoryDB", R"(
  Subnets: {Type: AWS::MemoryDB::SubnetGroup, Properties: {SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::MemoryDB::Cluster, Properties: {SubnetGroupName: !Ref Subnets, SecurityGroupIds: [!Ref Narrow]}}
)"},
    {"OpenSearch", R"(
  Service: {Type: AWS::OpenSearchService::Domain, Properties: {VPCOptions: {SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref Narrow]}}}
)"},
    {"Elasticsearch", R"(
  Service: {Type: AWS::Elasticsearch::Domain, Properties: {VPCOptions: {SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref Narrow]}}}
)"},
    {"MSK", R"(
  Service: {Type: AWS::MSK::Cluster, Properties: {BrokerNodeGroupInfo: {ClientSubnets: [!Ref Private], SecurityGroups: [!Ref Narrow]}}}
)"},
    {"MQ", R"(
  Service: {Type: AWS::AmazonMQ::Broker, Properties: {SubnetIds: [!Ref Private], SecurityGroups: [!Ref Narrow], PubliclyAccessible: false}}
)"},
    {"EFS", R"(
  Service: {Type: AWS::EFS::MountTarget, Properties: {SubnetId: !Ref Private, SecurityGroups: [!Ref Narrow]}}
)"},
    {"ECS", R"(
  Service: {Type: AWS::ECS::Service, Properties: {NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref Private], SecurityGroups: [!Ref Narrow]}}}}
)"},
    {"an endpoint", R"(
  Service: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcEndpointType: Interface, VpcId: !Ref Vpc, ServiceName: s, SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref Narrow]}}
)"},
    {"a scaling group by a launch template", R"(
  Template: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {SecurityGroupIds: [!Ref Narrow]}}}
  Service: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {VPCZoneIdentifier: [!Ref Private], LaunchTemplate: {LaunchTemplateId: !Ref Template, Version: '1'}}}
)"},
    {"a scaling group by a mixed policy", R"(
  Template: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {SecurityGroupIds: [!Ref Narrow]}}}
  Service: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {VPCZoneIdentifier: [!Ref Private], MixedInstancesPolicy: {LaunchTemplate: {LaunchTemplateSpecification: {LaunchTemplateId: !Ref Template, Version: '1'}}}}}
)"},
    {"a scaling group by a launch configuration", R"(
  Configuration: {Type: AWS::AutoScaling::LaunchConfiguration, Properties: {SecurityGroups: [!Ref Narrow]}}
  Service: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {VPCZoneIdentifier: [!Ref Private], LaunchConfigurationName: !Ref Configuration}}
)"},
};

TEST(ManagedService, stands_in_its_subnet_behind_its_security_group) {
  for (const Service& each : services) {
    SCOPED_TRACE(each.title);
    const std::string text = narrow + std::string(each.resources);
    const Finding finding = ask(text, "Front", "Service", "tcp 6000");
    EXPECT_EQ(shown(finding), "reachable") << finding.unknown;
    EXPECT_EQ(path_of(finding), "Front > Public > Vpc > Private > Service");
    EXPECT_EQ(shown(ask(text, "Front", "Service", "tcp 6001")), "unreachable: Narrow (security group)");
    EXPECT_EQ(shown(ask(text, "Back", "Service", "tcp 6000")), "unreachable: Narrow (security group)");
    EXPECT_EQ(ask(text, "internet", "Service").verdict, Verdict::unreachable);
  }
}

TEST(ManagedService, database_that_does_not_say_whether_it_is_public_is_unknown_where_that_matters) {
  const std::string open = testing::two_subnets + R"(
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Public]}}
  Service: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Open])";
  const Finding silent = ask(open + "}}\n", "internet", "Service");
  EXPECT_EQ(shown(silent), "unknown");
  EXPECT_EQ(silent.unknown,
            "it depends: Service does not say PubliclyAccessible, and whether it is public is not known");
  EXPECT_EQ(shown(ask(open + "}}\n", "internet", "Service@Public")), "unknown");
  EXPECT_EQ(shown(ask(open + "}}\n", "Back", "Service")), "reachable");
  EXPECT_EQ(ask(open + ", PubliclyAccessible: false}}\n", "internet", "Service").verdict, Verdict::unreachable);
  EXPECT_EQ(shown(ask(open + ", PubliclyAccessible: true}}\n", "internet", "Service")), "reachable");
  const std::string closed = testing::two_subnets + R"(
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Private]}}
  Service: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Open]}}
)";
  EXPECT_EQ(ask(closed, "internet", "Service", "tcp 5432").verdict,
            Verdict::unreachable);  // its subnet has no way out, either way
}

TEST(ManagedService, database_cluster_that_is_not_auroras_says_itself_whether_it_is_public) {
  const std::string open = testing::two_subnets + R"(
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Public]}}
  Service: {Type: AWS::RDS::DBCluster, Properties: {Engine: postgres, DBClusterInstanceClass: db.m6gd.large, DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Open])";
  EXPECT_EQ(shown(ask(open + "}}\n", "internet", "Service")), "unknown");
  EXPECT_EQ(shown(ask(open + ", PubliclyAccessible: true}}\n", "internet", "Service")), "reachable");
  EXPECT_EQ(ask(open + ", PubliclyAccessible: false}}\n", "internet", "Service").verdict, Verdict::unreachable);
}

TEST(ManagedService, aurora_cluster_is_reached_where_an_instance_of_it_is) {
  const std::string cluster = testing::two_subnets + R"(
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Public]}}
  Service: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-mysql, DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Open])";
  const auto member = [&](std::string_view more) {
    return cluster +
           "}}\n  Member: {Type: AWS::RDS::DBInstance, Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref "
           "Service" +
           std::string(more) + "}}\n";
  };
  EXPECT_EQ(shown(ask(member(", PubliclyAccessible: true"), "internet", "Service")), "reachable");
  EXPECT_EQ(ask(member(", PubliclyAccessible: false"), "internet", "Service").verdict, Verdict::unreachable);
  EXPECT_EQ(shown(ask(member(""), "internet", "Service")), "unknown");
  EXPECT_EQ(shown(ask(member(", PubliclyAccessible: false"), "Front", "Service")), "reachable");
  EXPECT_EQ(shown(ask(cluster + "}}\n", "internet", "Service")), "unknown");  // its instances are made elsewhere
  EXPECT_EQ(ask(cluster + ", EngineMode: serverless}}\n", "internet", "Service").verdict, Verdict::unreachable);
}

TEST(ManagedService, that_is_public_is_reached_through_the_internet_gateway) {
  const std::string open = testing::two_subnets + R"(
  Subnets: {Type: AWS::Redshift::ClusterSubnetGroup, Properties: {Description: x, SubnetIds: [!Ref Public]}}
  Warehouse: {Type: AWS::Redshift::Cluster, Properties: {ClusterSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Open], PubliclyAccessible: true}}
  Broker: {Type: AWS::AmazonMQ::Broker, Properties: {SubnetIds: [!Ref Public], SecurityGroups: [!Ref Open], PubliclyAccessible: true}}
)";
  EXPECT_EQ(path_of(ask(open, "internet", "Warehouse", "tcp 5439")), "internet > Gateway > Vpc > Public > Warehouse");
  EXPECT_EQ(path_of(ask(open, "internet", "Broker", "tcp 5671")), "internet > Gateway > Vpc > Public > Broker");
}

TEST(ManagedService, whose_subnets_are_not_in_the_source_is_unknown) {
  for (const std::string_view resources : {R"(
  Service: {Type: AWS::RDS::DBInstance, Properties: {VPCSecurityGroups: [!Ref Narrow]}}
)",
                                           R"(
  Service: {Type: AWS::ElastiCache::ReplicationGroup, Properties: {CacheSubnetGroupName: elsewhere, SecurityGroupIds: [!Ref Narrow]}}
)",
                                           R"(
  Service: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {VPCZoneIdentifier: [!Ref Private], LaunchTemplate: {LaunchTemplateId: lt-1, Version: '1'}}}
)"})
    EXPECT_EQ(ask(narrow + std::string(resources), "Front", "Service", "tcp 7000").verdict, Verdict::unknown)
        << resources;
}

}  // namespace
}  // namespace redoubt::reach
