#include "listing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace redoubt::controls {
namespace {

// One row for each answer that lists the type whole. Without a command: CloudFormation has it as a resource, an account
// only as a part of another, or not at all; then nothing has to be asked for.
struct Listing {
  std::string_view type;
  std::string_view key = {};      // the answer's top-level member, as Estate::listed has it
  std::string_view command = {};  // of the AWS CLI
  std::string_view shared = {};   // a type whose answer has the same member: an estate with that one and none of this
                                  // type was perhaps only asked for that one
};

constexpr Listing listings[] = {
    // VPC
    {"AWS::EC2::VPC", "Vpcs", "ec2 describe-vpcs"},
    {"AWS::EC2::Subnet", "Subnets", "ec2 describe-subnets"},
    {"AWS::EC2::RouteTable", "RouteTables", "ec2 describe-route-tables"},
    {"AWS::EC2::Route", "RouteTables", "ec2 describe-route-tables"},
    {"AWS::EC2::SubnetRouteTableAssociation", "RouteTables", "ec2 describe-route-tables"},
    {"AWS::EC2::SecurityGroup", "SecurityGroups", "ec2 describe-security-groups"},
    {"AWS::EC2::SecurityGroupIngress"},
    {"AWS::EC2::SecurityGroupEgress"},
    {"AWS::EC2::NetworkAcl", "NetworkAcls", "ec2 describe-network-acls"},
    {"AWS::EC2::NetworkAclEntry", "NetworkAcls", "ec2 describe-network-acls"},
    {"AWS::EC2::SubnetNetworkAclAssociation", "NetworkAcls", "ec2 describe-network-acls"},
    {"AWS::EC2::VPCEndpoint", "VpcEndpoints", "ec2 describe-vpc-endpoints"},
    {"AWS::EC2::FlowLog", "FlowLogs", "ec2 describe-flow-logs"},
    {"AWS::EC2::InternetGateway", "InternetGateways", "ec2 describe-internet-gateways"},
    {"AWS::EC2::NatGateway", "NatGateways", "ec2 describe-nat-gateways"},
    {"AWS::EC2::VPCPeeringConnection", "VpcPeeringConnections", "ec2 describe-vpc-peering-connections"},
    {"AWS::EC2::TransitGateway", "TransitGateways", "ec2 describe-transit-gateways"},
    {"AWS::EC2::NetworkInterface", "NetworkInterfaces", "ec2 describe-network-interfaces"},
    {"AWS::EC2::Instance", "Instances", "ec2 describe-instances"},
    {"AWS::EC2::EIP", "Addresses", "ec2 describe-addresses"},
    {"AWS::EC2::Volume", "Volumes", "ec2 describe-volumes"},
    {"AWS::EC2::Snapshot", "Snapshots", "ec2 describe-snapshots --owner-ids self"},
    {"AWS::EC2::EbsEncryptionByDefault", "EbsEncryptionByDefault", "ec2 get-ebs-encryption-by-default"},
    // Load balancing
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancers", "elbv2 describe-load-balancers"},
    {"AWS::ElasticLoadBalancingV2::Listener", "Listeners", "elbv2 describe-listeners"},
    {"AWS::ElasticLoadBalancingV2::ListenerRule", "Rules", "elbv2 describe-rules", "AWS::Events::Rule"},
    {"AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroups", "elbv2 describe-target-groups"},
    {"AWS::ElasticLoadBalancing::LoadBalancer", "LoadBalancerDescriptions", "elb describe-load-balancers"},
    // Databases
    {"AWS::RDS::DBInstance", "DBInstances", "rds describe-db-instances"},
    {"AWS::RDS::DBCluster", "DBClusters", "rds describe-db-clusters"},
    {"AWS::DocDB::DBCluster", "DBClusters", "rds describe-db-clusters"},
    {"AWS::Neptune::DBCluster", "DBClusters", "rds describe-db-clusters"},
    {"AWS::RDS::DBSubnetGroup", "DBSubnetGroups", "rds describe-db-subnet-groups"},
    {"AWS::DocDB::DBSubnetGroup", "DBSubnetGroups", "rds describe-db-subnet-groups"},
    {"AWS::Neptune::DBSubnetGroup", "DBSubnetGroups", "rds describe-db-subnet-groups"},
    {"AWS::RDS::DBParameterGroup", "DBParameterGroups", "rds describe-db-parameter-groups"},
    {"AWS::RDS::DBClusterParameterGroup", "DBClusterParameterGroups", "rds describe-db-cluster-parameter-groups"},
    {"AWS::RDS::DBSnapshot", "DBSnapshots", "rds describe-db-snapshots"},
    {"AWS::RDS::DBClusterSnapshot", "DBClusterSnapshots", "rds describe-db-cluster-snapshots"},
    {"AWS::RDS::DBInstanceAutomatedBackup", "DBInstanceAutomatedBackups", "rds describe-db-instance-automated-backups"},
    {"AWS::OpenSearchService::Domain", "DomainStatusList", "opensearch describe-domains"},
    {"AWS::Elasticsearch::Domain", "DomainStatusList", "opensearch describe-domains"},
    // Storage and keys
    {"AWS::S3::Bucket", "Buckets", "s3api list-buckets"},
    {"AWS::S3::BucketPolicy", "Buckets", "s3api list-buckets"},
    {"AWS::KMS::Key", "Keys", "kms list-keys"},
    {"AWS::KMS::ReplicaKey", "Keys", "kms list-keys"},
    {"AWS::KMS::Alias", "Aliases", "kms list-aliases"},
    {"AWS::SecretsManager::Secret", "SecretList", "secretsmanager list-secrets"},
    {"AWS::SecretsManager::ResourcePolicy", "SecretList", "secretsmanager list-secrets"},
    {"AWS::SecretsManager::RotationSchedule", "SecretList", "secretsmanager list-secrets"},
    {"AWS::SecretsManager::SecretTargetAttachment"},
    // Identity
    {"AWS::IAM::User", "UserDetailList", "iam get-account-authorization-details"},
    {"AWS::IAM::User", "Users", "iam list-users"},
    {"AWS::IAM::Group", "GroupDetailList", "iam get-account-authorization-details"},
    {"AWS::IAM::Group", "Groups", "iam list-groups"},
    {"AWS::IAM::Role", "RoleDetailList", "iam get-account-authorization-details"},
    {"AWS::IAM::Role", "Roles", "iam list-roles"},
    {"AWS::IAM::ManagedPolicy", "Policies", "iam get-account-authorization-details"},
    {"AWS::IAM::Policy"},
    {"AWS::IAM::RolePolicy"},
    {"AWS::IAM::UserPolicy"},
    {"AWS::IAM::GroupPolicy"},
    {"AWS::IAM::InstanceProfile", "InstanceProfiles", "iam list-instance-profiles"},
    {"AWS::IAM::AccessKey", "AccessKeyMetadata", "iam list-access-keys"},
    {"AWS::IAM::CredentialReport", "ReportFormat", "iam get-credential-report"},
    {"AWS::IAM::AccountSummary", "SummaryMap", "iam get-account-summary"},
    {"AWS::IAM::AccountPasswordPolicy", "PasswordPolicy", "iam get-account-password-policy"},
    {"AWS::IAM::VirtualMFADevice", "VirtualMFADevices", "iam list-virtual-mfa-devices"},
    {"AWS::AccessAnalyzer::Analyzer", "analyzers", "accessanalyzer list-analyzers"},
    {"AWS::AccessAnalyzer::Finding", "findings", "accessanalyzer list-findings"},
    // Containers and functions
    {"AWS::ECS::Cluster", "clusters", "ecs describe-clusters"},
    {"AWS::ECS::Service", "services", "ecs describe-services"},
    {"AWS::ECS::Task", "tasks", "ecs describe-tasks"},
    {"AWS::ECS::TaskDefinition", "taskDefinition", "ecs describe-task-definition"},
    {"AWS::ECR::Repository", "repositories", "ecr describe-repositories"},
    {"AWS::ECR::Image", "imageDetails", "ecr describe-images"},
    {"AWS::ECR::RegistryScanningConfiguration", "scanningConfiguration", "ecr get-registry-scanning-configuration"},
    {"AWS::Lambda::Function", "Functions", "lambda list-functions"},
    {"AWS::ApplicationAutoScaling::ScalableTarget", "ScalableTargets",
     "application-autoscaling describe-scalable-targets"},
    {"AWS::ApplicationAutoScaling::ScalingPolicy", "ScalingPolicies",
     "application-autoscaling describe-scaling-policies"},
    // Monitoring and security
    {"AWS::Logs::LogGroup", "logGroups", "logs describe-log-groups"},
    {"AWS::Logs::MetricFilter", "metricFilters", "logs describe-metric-filters"},
    {"AWS::Logs::ResourcePolicy", "resourcePolicies", "logs describe-resource-policies"},
    {"AWS::CloudTrail::Trail", "trailList", "cloudtrail describe-trails"},
    {"AWS::CloudWatch::Alarm", "MetricAlarms", "cloudwatch describe-alarms"},
    {"AWS::CloudWatch::CompositeAlarm", "CompositeAlarms", "cloudwatch describe-alarms"},
    {"AWS::CloudWatch::Metric", "Metrics", "cloudwatch list-metrics"},
    {"AWS::Logs::LogStream", "logStreams", "logs describe-log-streams"},
    {"AWS::Logs::LogEvent", "events", "logs filter-log-events"},
    {"AWS::Events::Rule", "Rules", "events list-rules", "AWS::ElasticLoadBalancingV2::ListenerRule"},
    {"AWS::SNS::Topic", "Topics", "sns list-topics"},
    {"AWS::SNS::TopicPolicy", "Topics", "sns list-topics"},
    {"AWS::SNS::TopicInlinePolicy", "Topics", "sns list-topics"},
    {"AWS::SNS::Subscription", "Subscriptions", "sns list-subscriptions"},
    {"AWS::SQS::Queue", "QueueUrls", "sqs list-queues"},
    {"AWS::SQS::QueuePolicy", "QueueUrls", "sqs list-queues"},
    {"AWS::SQS::QueueInlinePolicy", "QueueUrls", "sqs list-queues"},
    {"AWS::GuardDuty::Detector", "DetectorIds", "guardduty list-detectors"},
    {"AWS::SecurityHub::Hub", "HubArn", "securityhub describe-hub"},
    {"AWS::SecurityHub::Standard", "StandardsSubscriptions", "securityhub get-enabled-standards"},
    {"AWS::Config::ConfigurationRecorder", "ConfigurationRecorders", "configservice describe-configuration-recorders"},
    {"AWS::Config::DeliveryChannel", "DeliveryChannels", "configservice describe-delivery-channels"},
    {"AWS::WAFv2::WebACL", "WebACLs", "wafv2 list-web-acls"},
    {"AWS::WAFv2::WebACLAssociation", "ResourceArns", "wafv2 list-resources-for-web-acl"},
    {"AWS::WAFv2::LoggingConfiguration", "LoggingConfigurations", "wafv2 list-logging-configurations"},
    {"AWS::S3::AccountPublicAccessBlock"},  // a part of the account, unknown where it was not asked for
    // Backup
    {"AWS::Backup::BackupPlan", "BackupPlansList", "backup list-backup-plans"},
    {"AWS::Backup::BackupSelection", "BackupSelectionsList", "backup list-backup-selections"},
    {"AWS::Backup::BackupVault", "BackupVaultList", "backup list-backup-vaults"},
    {"AWS::Backup::RecoveryPoint", "RecoveryPoints", "backup list-recovery-points-by-backup-vault"},
    {"AWS::Backup::RestoreJob", "RestoreJobs", "backup list-restore-jobs"},
    {"AWS::Backup::RestoreTestingPlan", "RestoreTestingPlans", "backup list-restore-testing-plans"},
    {"AWS::Backup::RestoreTestingSelection", "RestoreTestingSelections", "backup list-restore-testing-selections"},
    // What AWS SAM turns into resources of other types
    {"AWS::Serverless::Function"},
    {"AWS::Serverless::StateMachine"},
};

bool has_resource(const estate::Estate& estate, std::string_view type) {
  return std::ranges::find(estate.resources, type, &estate::Resource::type) != estate.resources.end();
}

bool same_key(std::string_view left, std::string_view right) {
  return left == right || (left.size() == right.size() && left.substr(1) == right.substr(1) &&
                           (left.front() ^ right.front()) == ('a' ^ 'A'));
}

bool is_listed(const estate::Estate& estate, const Listing& listing) {
  const bool there =
      std::ranges::any_of(estate.listed, [&](const estate::Listed& each) { return same_key(each.kind, listing.key); });
  return there &&
         (listing.shared.empty() || has_resource(estate, listing.type) || !has_resource(estate, listing.shared));
}

}  // namespace

bool has_snapshot(const estate::Estate& estate) {
  if (estate.stacks.empty()) return true;  // answers that are all errors list nothing
  return !estate.listed.empty() || std::ranges::any_of(estate.resources, [](const estate::Resource& each) {
    return each.stack == estate::no_index;
  });
}

std::string not_listed(const estate::Estate& estate, std::string_view type) {
  if (!has_snapshot(estate)) return {};
  std::string commands;
  for (const Listing& listing : listings) {
    if (listing.type != type) continue;
    if (listing.command.empty() || is_listed(estate, listing)) return {};
    commands += fmt::format("{}`aws {}`", commands.empty() ? "" : " or ", listing.command);
  }
  return commands.empty() ? fmt::format("Redoubt reads no answer of the API that lists {}", type)
                          : fmt::format("the snapshot does not hold the answer of {}", commands);
}

bool can_be_listed(std::string_view type) {
  return std::ranges::any_of(listings,
                             [&](const Listing& listing) { return listing.type == type && !listing.command.empty(); });
}

bool is_in_table(std::string_view type) {
  return std::ranges::find(listings, type, &Listing::type) != std::ranges::end(listings);
}

}  // namespace redoubt::controls
