// The AWS Security Finding Format:
// https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "redoubt/json.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Outcome;
using controls::Severity;
using controls::Verdict;

// Lengths that BatchImportFindings takes.
constexpr std::size_t title_bytes = 256, description_bytes = 1024, recommendation_bytes = 512, requirements_most = 32;

// Where a template will stand is not known before it is deployed.
constexpr std::string_view no_account = "000000000000", no_region = "us-east-1";

// The types that Security Hub knows; anything else is "Other" ("Resources" in the ASFF's reference).
constexpr std::array<std::pair<std::string_view, std::string_view>, 32> resource_types{{
    {"AWS::ApiGateway::RestApi", "AwsApiGatewayRestApi"},
    {"AWS::AutoScaling::AutoScalingGroup", "AwsAutoScalingAutoScalingGroup"},
    {"AWS::Backup::BackupPlan", "AwsBackupBackupPlan"},
    {"AWS::Backup::BackupVault", "AwsBackupBackupVault"},
    {"AWS::CloudFront::Distribution", "AwsCloudFrontDistribution"},
    {"AWS::CloudTrail::Trail", "AwsCloudTrailTrail"},
    {"AWS::CloudWatch::Alarm", "AwsCloudWatchAlarm"},
    {"AWS::DynamoDB::Table", "AwsDynamoDbTable"},
    {"AWS::EC2::Instance", "AwsEc2Instance"},
    {"AWS::EC2::NetworkAcl", "AwsEc2NetworkAcl"},
    {"AWS::EC2::RouteTable", "AwsEc2RouteTable"},
    {"AWS::EC2::SecurityGroup", "AwsEc2SecurityGroup"},
    {"AWS::EC2::Subnet", "AwsEc2Subnet"},
    {"AWS::EC2::VPC", "AwsEc2Vpc"},
    {"AWS::ECR::Repository", "AwsEcrRepository"},
    {"AWS::ECS::Cluster", "AwsEcsCluster"},
    {"AWS::ECS::Service", "AwsEcsService"},
    {"AWS::ECS::TaskDefinition", "AwsEcsTaskDefinition"},
    {"AWS::EFS::AccessPoint", "AwsEfsAccessPoint"},
    {"AWS::ElasticLoadBalancing::LoadBalancer", "AwsElbLoadBalancer"},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", "AwsElbv2LoadBalancer"},
    {"AWS::IAM::Group", "AwsIamGroup"},
    {"AWS::IAM::ManagedPolicy", "AwsIamPolicy"},
    {"AWS::IAM::Role", "AwsIamRole"},
    {"AWS::IAM::User", "AwsIamUser"},
    {"AWS::KMS::Key", "AwsKmsKey"},
    {"AWS::Lambda::Function", "AwsLambdaFunction"},
    {"AWS::RDS::DBCluster", "AwsRdsDbCluster"},
    {"AWS::RDS::DBInstance", "AwsRdsDbInstance"},
    {"AWS::S3::Bucket", "AwsS3Bucket"},
    {"AWS::SNS::Topic", "AwsSnsTopic"},
    {"AWS::SecretsManager::Secret", "AwsSecretsManagerSecret"},
}};

std::string_view type_of(const Verdict& verdict) {
  const auto* found = std::ranges::find(resource_types, std::string_view(verdict.resource_type),
                                        &std::pair<std::string_view, std::string_view>::first);
  return found == resource_types.end() ? std::string_view("Other") : found->second;
}

std::string_view label_of(const Verdict& verdict) {
  if (verdict.outcome == Outcome::proved || verdict.outcome == Outcome::not_applicable) return "INFORMATIONAL";
  switch (verdict.severity) {
    case Severity::critical:
      return "CRITICAL";
    case Severity::high:
      return "HIGH";
    case Severity::medium:
      return "MEDIUM";
    case Severity::low:
      return "LOW";
  }
  return "MEDIUM";
}

std::string_view compliance_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::proved:
      return "PASSED";
    case Outcome::refuted:
    case Outcome::waived:
      return "FAILED";
    case Outcome::unknown:
      return "WARNING";
    case Outcome::not_applicable:
      break;
  }
  return "NOT_AVAILABLE";
}

std::string_view workflow_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::proved:
    case Outcome::not_applicable:
      return "RESOLVED";
    case Outcome::waived:
      return "SUPPRESSED";
    case Outcome::refuted:
    case Outcome::unknown:
      break;
  }
  return "NEW";
}

void write_compliance(json::Writer& writer, const Verdict& verdict) {
  writer.name("Compliance").begin_object().member("Status", compliance_of(verdict.outcome));
  writer.member("SecurityControlId", std::string_view(verdict.control));
  if (const controls::Control* control = controls::find_control(verdict.control); control != nullptr) {
    writer.name("RelatedRequirements").begin_array();
    std::size_t written = 0;
    for (const controls::FrameworkReference& reference : control->frameworks)
      for (const std::string& requirement : reference.requirements)
        if (written++ < requirements_most)
          writer.value(std::string_view(fmt::format("{} {}", reference.framework, requirement)));
    writer.end_array();
  }
  writer.end_object();
}

void write_finding(json::Writer& writer, const Verdict& verdict, std::string_view time) {
  const std::string_view account = verdict.account.empty() ? no_account : std::string_view(verdict.account);
  const std::string_view region = verdict.region.empty() ? no_region : std::string_view(verdict.region);
  const std::string reason = reason_of(verdict);
  writer.begin_object().member("SchemaVersion", "2018-10-08");
  writer.member("Id", std::string_view(fmt::format("{}/{}/redoubt/{}", region, account, fingerprint(verdict))));
  writer.member("ProductArn",
                std::string_view(fmt::format("arn:aws:securityhub:{0}:{1}:product/{1}/default", region, account)));
  writer.member("ProductName", "Redoubt").member("CompanyName", "Redoubt");
  writer.member("GeneratorId", std::string_view(fmt::format("redoubt/{}", verdict.check)));
  writer.member("AwsAccountId", account).member("Region", region);
  writer.name("Types").begin_array().value("Software and Configuration Checks/AWS Security Best Practices").end_array();
  writer.member("CreatedAt", time).member("UpdatedAt", time);
  writer.name("Severity").begin_object().member("Label", label_of(verdict)).end_object();
  writer.member("Title", std::string_view(shortened(title_of(verdict), title_bytes)));
  writer.member("Description",
                std::string_view(shortened(reason.empty() ? title_of(verdict) : reason, description_bytes)));
  if (!verdict.remedy.empty()) {
    writer.name("Remediation").begin_object().name("Recommendation").begin_object();
    writer.member("Text", std::string_view(shortened(verdict.remedy, recommendation_bytes))).end_object().end_object();
  }
  writer.name("Resources").begin_array().begin_object().member("Type", type_of(verdict));
  writer.member("Id", verdict.resource.empty() ? std::string_view(verdict.file) : std::string_view(verdict.resource));
  writer.member("Partition", "aws").member("Region", region).end_object().end_array();
  write_compliance(writer, verdict);
  writer.name("Workflow").begin_object().member("Status", workflow_of(verdict.outcome)).end_object();
  writer.member("RecordState", "ACTIVE").end_object();
}

}  // namespace

std::string asff(const controls::Findings& findings, const Context& context) {
  std::string out;
  json::Writer writer(out);
  const std::string time = timestamp(context.time);
  writer.begin_array();
  for (const Verdict& verdict : findings.verdicts) write_finding(writer, verdict, time);
  writer.end_array();
  return out += '\n';
}

}  // namespace redoubt::report
