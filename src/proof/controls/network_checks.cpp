// NET-1, NET-4, NET-5, NET-12 and NET-13: the VPC, its zones, public addresses, flow logs and endpoints.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "containers.hpp"
#include "databases.hpp"
#include "environments.hpp"
#include "group_rules.hpp"
#include "iam/values.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "topology.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view vpc_type = "AWS::EC2::VPC";
constexpr std::string_view endpoint_type = "AWS::EC2::VPCEndpoint";
constexpr std::string_view flow_log_type = "AWS::EC2::FlowLog";
constexpr std::string_view service_type = "AWS::ECS::Service";
constexpr std::string_view balancer_type = "AWS::ElasticLoadBalancingV2::LoadBalancer";

void own_vpc(Inquiry& ask) {
  const auto vpcs = ask.resources(vpc_type);
  if (vpcs.empty()) return ask.refuted(nullptr, {}, "no AWS::EC2::VPC is declared");
  ask.proved(vpcs.front(), {}, fmt::format("{} is declared", vpcs.front()->id));
}

bool is_private(const iam::AddressRange& range) {
  static const std::array ranges{*iam::parse_address_range("10.0.0.0/8"), *iam::parse_address_range("172.16.0.0/12"),
                                 *iam::parse_address_range("192.168.0.0/16")};
  return std::ranges::any_of(ranges,
                             [&](const auto& each) { return each.contains(range.first) && each.contains(range.last); });
}

void private_addresses(Inquiry& ask, const Resource& block) {
  const Value value = ask.get(block, "CidrBlock");
  if (is_empty(value)) return;  // taken from an address pool, or IPv6
  const Known<std::string> text = ask.in().text(value);
  const auto range = text.known() ? iam::parse_address_range(text.value) : std::nullopt;
  if (!range)
    ask.unknown(&block, value.at, text.known() ? fmt::format("\"{}\" is no range of addresses", text.value) : text.why);
  else
    ask.expect(block, value.at, truth(is_private(*range)), fmt::format("{} is private", text.value),
               fmt::format("{} is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", text.value));
}

// Each of these is in the default VPC where it does not say otherwise.
void nothing_in_default_vpc(Inquiry& ask, const Resource& resource, std::string_view path) {
  ask.expect_given(resource, path);
}

Check placed(std::string_view type, std::string_view path) {
  return {"NET-1.nothing-in-default-vpc",
          Method::property,
          {type},
          [path](Inquiry& ask, const Resource& each) { nothing_in_default_vpc(ask, each, path); },
          {}};
}

void database_placed(Inquiry& ask, const Resource& database) {
  if (is_cluster_member(ask, database) || !is_empty(ask.get(database, "SourceDBInstanceIdentifier"))) return;
  ask.expect_given(database, "DBSubnetGroupName");
}

void balancer_placed(Inquiry& ask, const Resource& balancer) {
  if (is_empty(ask.get(balancer, "SubnetMappings"))) ask.expect_given(balancer, "Subnets");
}

void two_zones(Inquiry& ask, const Resource& resource) {
  const Named subnets = subnets_of(ask, resource);
  if (subnets.resources.empty() && subnets.missing.empty()) return;  // not placed in subnets
  if (subnets.resources.size() == 1 && subnets.missing.empty())
    return ask.refuted(&resource, {}, fmt::format("it is in one subnet only, {}", subnets.resources.front()->id));
  ask.expect(resource, {}, in_two_zones(ask, subnets), "its subnets are in at least two zones",
             "all its subnets are in one zone");
}

void database_standby(Inquiry& ask, const Resource& database) {
  if (database.type == db_instance) {
    if (is_cluster_member(ask, database) || !is_empty(ask.get(database, "SourceDBInstanceIdentifier"))) return;
    return ask.expect_true(database, "MultiAZ");
  }
  // Aurora Serverless v1 starts an instance in another zone by itself ("How Aurora Serverless v1 works").
  const Known<std::string> mode = ask.text(database, "EngineMode");
  if (mode.unknown()) return ask.unknown(&database, {}, mode.why);
  if (mode.known() && mode.value == "serverless")
    return ask.proved(&database, {}, "Aurora Serverless starts elsewhere what a failed zone had");
  // A cluster that is not Aurora's has its standbys by itself.
  if (!is_empty(ask.get(database, "DBClusterInstanceClass")))
    return ask.proved(&database, {}, "a Multi-AZ cluster has two readable standbys");
  const std::string_view member_type =
      database.type == db_cluster ? db_instance : std::string_view("AWS::DocDB::DBInstance");
  const auto members = naming(ask, member_type, "DBClusterIdentifier", database);
  if (members.size() >= 2)
    ask.proved(&database, members[1]->at, fmt::format("it has {} instances", members.size()));
  else
    ask.refuted(&database, {}, fmt::format("it has {} instance{}", members.size(), members.size() == 1 ? "" : "s"));
}

void nat_in_every_zone(Inquiry& ask) {
  for (const Resource* subnet : ask.resources("AWS::EC2::Subnet")) {
    const Resource* const nat = nat_of(ask, *subnet);
    if (nat == nullptr) continue;
    const Named place = subnets_of(ask, *nat);
    if (place.resources.empty()) {
      ask.unknown(subnet, {}, place.missing.empty() ? "its NAT gateway names no subnet" : place.missing);
      continue;
    }
    Truth own = in_same_zone(ask.estate(), *subnet, *place.resources.front());
    if (!surely(own)) {
      const Truth less = is_for_development(ask, *subnet);
      if (surely(less)) continue;
      if (less.unknown()) own = less;
    }
    ask.expect(*subnet, nat->at, own, fmt::format("{} is in its own zone", nat->id),
               fmt::format("{} is in the zone of {}, another one", nat->id, place.resources.front()->id));
  }
}

void task_no_public_address(Inquiry& ask, const Resource& service) {
  static constexpr std::string_view disabled[] = {"DISABLED"};
  if (is_empty(ask.get(service, "NetworkConfiguration"))) return;  // the network of its instance
  ask.expect_one_of(service, "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", disabled, "DISABLED");
}

// "AWS::RDS::DBInstance", PubliclyAccessible: where it is not given, the VPC's having an internet gateway decides.
void database_no_public_address(Inquiry& ask, const Resource& database) {
  const Value value = ask.get(database, "PubliclyAccessible");
  const Truth is = ask.in().boolean(value);
  if (is.absent() && database.type == db_cluster) return;  // Aurora's instances answer for themselves
  ask.expect(database, value.at, is.absent() ? truth(false) : negation(is), "PubliclyAccessible is false",
             is.absent() ? "PubliclyAccessible is absent, so that it is public where its VPC has an internet gateway"
                         : "PubliclyAccessible is true");
}

void instance_no_public_address(Inquiry& ask, const Resource& resource) {
  const bool is_template = resource.type == "AWS::EC2::LaunchTemplate";
  const Value own = ask.get(resource, "AssociatePublicIpAddress");
  const Value interfaces =
      ask.get(resource, is_template ? "LaunchTemplateData.NetworkInterfaces" : "NetworkInterfaces");
  if (interfaces.is(Kind::unknown)) return ask.unknown(&resource, interfaces.at, interfaces.text);
  Truth asks = ask.in().boolean(own);
  Location where = own.at;
  for (const Value& each : items_of(interfaces)) {
    const Truth public_one = ask.in().boolean(each["AssociatePublicIpAddress"]);
    if (surely(public_one)) where = each.at;
    asks = either(asks, public_one);
  }
  ask.expect(resource, where, negation(asks), "it asks for no public address", "AssociatePublicIpAddress is true");
}

void subnet_no_automatic_address(Inquiry& ask, const Resource& subnet) {
  ask.expect_false(subnet, "MapPublicIpOnLaunch");
}

void not_public(Inquiry& ask, const Resource& resource) {
  // DMS alone takes true where nothing is said ("AWS::DMS::ReplicationInstance").
  ask.expect_false(resource, "PubliclyAccessible", resource.type == "AWS::DMS::ReplicationInstance");
}

void cluster_endpoint_private(Inquiry& ask, const Resource& cluster) {
  ask.expect_false(cluster, "ResourcesVpcConfig.EndpointPublicAccess", true);
}

// A search domain without VPCOptions has an endpoint on the Internet ("Launching your domains within a VPC").
void domain_in_vpc(Inquiry& ask, const Resource& domain) {
  ask.expect_given(domain, "VPCOptions.SubnetIds");
}

void classic_group(Inquiry& ask, const Resource& group) {
  ask.refuted(&group, {}, "it belongs to EC2-Classic, outside of any VPC");
}

void flow_log_recorded(Inquiry& ask) {
  for (const Resource* vpc : ask.resources(vpc_type)) {
    const auto logs = naming(ask, flow_log_type, "ResourceId", *vpc);
    if (logs.empty())
      ask.refuted(vpc, {}, "no AWS::EC2::FlowLog has it as its ResourceId");
    else
      ask.proved(vpc, logs.front()->at, fmt::format("{} records it", logs.front()->id));
  }
}

void all_traffic(Inquiry& ask, const Resource& log) {
  static constexpr std::string_view all[] = {"ALL"};
  const Known<std::string> kind = ask.text(log, "ResourceType");
  if (kind.known() && kind.value.starts_with("Transit")) return;  // takes no TrafficType
  ask.expect_one_of(log, "TrafficType", all);
}

// The log group or the bucket that a flow log is written to; nullptr where it is none of the estate.
const Resource* destination_of(Inquiry& ask, const Resource& log, Value& named) {
  for (const std::string_view path : {"LogDestination", "LogGroupName"}) {
    named = ask.get(log, path);
    if (is_empty(named)) continue;
    if (const Resource* found = ask.in().target(named)) return found;
    for (const Resource* group : ask.resources("AWS::Logs::LogGroup"))
      if (ask.get(*group, "LogGroupName") == named) return group;
    return nullptr;
  }
  return nullptr;
}

void about_destination(Inquiry& ask, const Resource& log, std::string_view group_path, std::string_view bucket_path) {
  Value named;
  const Resource* const to = destination_of(ask, log, named);
  if (to == nullptr)
    return ask.unknown(&log, named.at, fmt::format("{} is not among the sources", text_of(ask.estate(), named)));
  const bool is_group = to->type == "AWS::Logs::LogGroup";
  const std::string_view path = is_group ? group_path : bucket_path;
  const Value value = ask.get(*to, path);
  if (value.is(Kind::unknown)) return ask.unknown(&log, value.at, value.text);
  const bool given =
      !is_empty(value) &&
      (is_group || path != "BucketEncryption" ||
       !parts(value, "ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.KMSMasterKeyID").empty());
  ask.expect(log, value.at.line != 0 ? value.at : to->at, truth(given),
             fmt::format("{} of {} is {}", path, to->id, text_of(ask.estate(), value)),
             fmt::format("{} has no {}", to->id, path));
}

void flow_log_retention(Inquiry& ask, const Resource& log) {
  about_destination(ask, log, "RetentionInDays", "LifecycleConfiguration");
}

void flow_log_encrypted(Inquiry& ask, const Resource& log) {
  about_destination(ask, log, "KmsKeyId", "BucketEncryption");
}

bool is_interface(Inquiry& ask, const Resource& endpoint) {
  const Known<std::string> type = ask.text(endpoint, "VpcEndpointType");
  return type.known() && type.value == "Interface";
}

const Resource* endpoint_for(Inquiry& ask, std::string_view service, bool interface) {
  for (const Resource* endpoint : ask.resources(endpoint_type)) {
    const Known<std::string> name = ask.text(*endpoint, "ServiceName");
    if (name.known() && name.value.ends_with(fmt::format(".{}", service)) && is_interface(ask, *endpoint) == interface)
      return endpoint;
  }
  return nullptr;
}

void interface_endpoints(Inquiry& ask) {
  static constexpr std::array services{"ecr.api", "ecr.dkr", "logs", "secretsmanager", "kms", "sts", "monitoring"};
  std::string missing;
  for (const std::string_view service : services)
    if (endpoint_for(ask, service, true) == nullptr)
      missing += fmt::format("{}{}", missing.empty() ? "" : ", ", service);
  if (missing.empty())
    ask.proved(nullptr, {}, "each of the seven services has an interface endpoint");
  else
    ask.refuted(nullptr, {}, fmt::format("no interface endpoint is declared for {}", missing));
}

void s3_gateway(Inquiry& ask) {
  const Resource* const gateway = endpoint_for(ask, "s3", false);
  if (gateway == nullptr) return ask.refuted(nullptr, {}, "no gateway endpoint is declared for s3");
  ask.expect_given(*gateway, "RouteTableIds");
}

void private_names(Inquiry& ask, const Resource& endpoint) {
  if (is_interface(ask, endpoint)) ask.expect_true(endpoint, "PrivateDnsEnabled");
}

// Does the policy admit everybody to everything, as the one does that AWS puts in where none is given?
void endpoint_policy(Inquiry& ask, const Resource& endpoint) {
  const Known<std::string> type = ask.text(endpoint, "VpcEndpointType");
  if (type.known() && type.value == "GatewayLoadBalancer") return;
  const Value policy = ask.get(endpoint, "PolicyDocument");
  if (policy.is(Kind::unknown)) return ask.unknown(&endpoint, policy.at, policy.text);
  if (is_empty(policy))
    return ask.refuted(&endpoint, {}, "PolicyDocument is not given, so that AWS puts in one that admits everything");
  for (const Value& statement : items_of(policy["Statement"])) {
    const auto is_star = [&](const Value& value) {
      for (const Value& item : items_of(value)) {
        const Known<std::string> text = ask.in().text(item);
        if (text.known() && text.value == "*") return true;
      }
      return false;
    };
    const Known<std::string> effect = ask.in().text(statement["Effect"]);
    const bool anyone = is_star(statement["Principal"]) || is_star(statement["Principal"]["AWS"]);
    if (effect.known() && effect.value == "Allow" && anyone && is_star(statement["Action"]) &&
        is_star(statement["Resource"]) && is_empty(statement["Condition"]))
      return ask.refuted(&endpoint, statement.at, "a statement of its policy admits everybody to everything");
  }
  ask.proved(&endpoint, policy.at, "no statement of its policy admits everybody to everything");
}

void endpoint_group_closed(Inquiry& ask, const Resource& endpoint) {
  if (!is_interface(ask, endpoint)) return;
  const Named groups = groups_of(ask, endpoint);
  if (!groups.missing.empty()) return ask.unknown(&endpoint, {}, groups.missing);
  if (groups.resources.empty())
    return ask.refuted(&endpoint, {}, "SecurityGroupIds are not given, so that the VPC's default group decides");
  constexpr double https = 443;
  for (const Resource* group : groups.resources)
    for (const GroupRule& rule : rules_of(ask, *group, true)) {
      const Truth everywhere = is_open_to_everywhere(ask, rule);
      if (rule.from.unknown() || rule.protocol.unknown() || everywhere.unknown())
        ask.unknown(&endpoint, rule.value.at, fmt::format("{}: {}", group->id, text_of(ask, rule)));
      else if (surely(everywhere) || !rule.protocol.known() || rule.protocol.value != "tcp" || !rule.from.known() ||
               rule.from.value != https || !rule.to.known() || rule.to.value != https)
        ask.refuted(&endpoint, rule.value.at, fmt::format("{} admits {}", group->id, text_of(ask, rule)));
    }
  ask.proved(&endpoint, {}, "its groups admit port 443 only, and not from everywhere");
}

}  // namespace

std::vector<Check> network_checks() {
  return {
      {"NET-1.own-vpc", Method::property, {}, {}, own_vpc},
      {"NET-1.private-addresses", Method::property, {vpc_type, "AWS::EC2::VPCCidrBlock"}, private_addresses},
      placed("AWS::EC2::SecurityGroup", "VpcId"),
      placed(service_type, "NetworkConfiguration.AwsvpcConfiguration.Subnets"),
      placed("AWS::Redshift::Cluster", "ClusterSubnetGroupName"),
      by_type("NET-1.nothing-in-default-vpc",
              {{db_instance, database_placed}, {db_cluster, database_placed}, {balancer_type, balancer_placed}}),
      {"NET-4.load-balancer-in-two-zones", Method::property, {balancer_type}, two_zones},
      {"NET-4.tasks-in-two-zones", Method::property, {service_type}, two_zones},
      {"NET-4.database-in-two-zones", Method::property, {"AWS::RDS::DBSubnetGroup"}, two_zones},
      {"NET-4.database-standby", Method::property, {db_instance, db_cluster, docdb_cluster}, database_standby},
      {"NET-4.nat-in-every-zone", Method::property, {}, {}, nat_in_every_zone},
      {"NET-5.task-no-public-address", Method::property, {service_type}, task_no_public_address},
      {"NET-5.database-no-public-address", Method::property, {db_instance, db_cluster}, database_no_public_address},
      {"NET-5.instance-no-public-address",
       Method::property,
       {"AWS::EC2::Instance", "AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration"},
       instance_no_public_address},
      {"NET-5.subnet-no-automatic-address", Method::property, {"AWS::EC2::Subnet"}, subnet_no_automatic_address},
      by_type("NET-5.other-services-not-public", {{"AWS::AmazonMQ::Broker", not_public},
                                                  {"AWS::Redshift::Cluster", not_public},
                                                  {"AWS::DMS::ReplicationInstance", not_public},
                                                  {"AWS::EKS::Cluster", cluster_endpoint_private},
                                                  {"AWS::Elasticsearch::Domain", domain_in_vpc},
                                                  {"AWS::OpenSearchService::Domain", domain_in_vpc},
                                                  {"AWS::Redshift::ClusterSecurityGroup", classic_group},
                                                  {"AWS::RDS::DBSecurityGroup", classic_group},
                                                  {"AWS::ElastiCache::SecurityGroup", classic_group}}),
      {"NET-12.recorded", Method::property, {}, {}, flow_log_recorded},
      {"NET-12.all-traffic", Method::property, {flow_log_type}, all_traffic},
      {"NET-12.retention", Method::property, {flow_log_type}, flow_log_retention},
      {"NET-12.encrypted", Method::property, {flow_log_type}, flow_log_encrypted},
      {"NET-13.interface-endpoints", Method::property, {}, {}, interface_endpoints},
      {"NET-13.s3-gateway", Method::property, {}, {}, s3_gateway},
      {"NET-13.private-names", Method::property, {endpoint_type}, private_names},
      {"NET-13.endpoint-policy", Method::policy, {endpoint_type}, endpoint_policy},
      {"NET-13.endpoint-group-closed", Method::property, {endpoint_type}, endpoint_group_closed},
  };
}

}  // namespace redoubt::controls
