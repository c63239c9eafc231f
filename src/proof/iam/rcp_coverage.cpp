#include "iam/rcp_coverage.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {
namespace {

// "RCPs apply to actions for the following AWS services", by the prefixes that the page gives, sorted.
constexpr std::array<std::string_view, 62> services{
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "autoscaling-plans",
    "budgets",
    "clouddirectory",
    "cloudfront",
    "cloudsearch",
    "cloudtrail-data",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "compute-optimizer",
    "cost-optimization-hub",
    "dax",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "fis",
    "fms",
    "gamelift",
    "health",
    "inspector-scan",
    "kendra",
    "kinesisvideo",
    "kms",
    "logs",
    "memorydb",
    "networkmonitor",
    "notifications",
    "opensearch",
    "pca-connector-ad",
    "personalize",
    "polly",
    "pricing",
    "resource-groups",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "signin",
    "sqs",
    "sts",
    "support",
    "swf",
    "textract",
    "timestream-influxdb",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "workspaces",
    "xray",
};
static_assert(std::ranges::is_sorted(services));

}  // namespace

RcpCoverage rcp_coverage(std::string_view action, std::string_view resource) {
  if (action.empty()) return RcpCoverage::covered;
  const std::string name = lower(action);
  const std::string_view service = std::string_view(name).substr(0, name.find(':'));
  // "RCPs do not impact the kms:RetireGrant permission", nor "the service-linked role's trust policy".
  if (name == "kms:retiregrant" || arn_field(resource, 5).starts_with("role/aws-service-role/"))
    return RcpCoverage::none;
  // The page lists "Amazon OpenSearch Service (prefix:opensearch)"; the actions of its domains begin with es.
  if (service == "es") return RcpCoverage::open;
  return std::ranges::binary_search(services, service) ? RcpCoverage::covered : RcpCoverage::none;
}

}  // namespace redoubt::iam
