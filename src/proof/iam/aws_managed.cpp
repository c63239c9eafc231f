#include "iam/aws_managed.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "iam/request.hpp"

namespace redoubt::iam {
namespace {

// Policies with one statement, Allow on "*".
struct Listed {
  std::string_view path;
  std::string_view actions;  // with blanks between
};

constexpr std::array listed{
    Listed{"policy/service-role/AWSLambdaBasicExecutionRole",
           "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents"},
    Listed{"policy/service-role/AWSLambdaVPCAccessExecutionRole",
           "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents ec2:CreateNetworkInterface "
           "ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses "
           "ec2:UnassignPrivateIpAddresses"},
    Listed{"policy/service-role/AmazonECSTaskExecutionRolePolicy",
           "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage "
           "logs:CreateLogStream logs:PutLogEvents"},
    Listed{"policy/AWSXRayDaemonWriteAccess",
           "xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets "
           "xray:GetSamplingStatisticSummaries"},
    Listed{"policy/AmazonSSMManagedInstanceCore",
           "ssm:DescribeAssociation ssm:GetDeployablePatchSnapshotForInstance ssm:GetDocument ssm:DescribeDocument "
           "ssm:GetManifest ssm:GetParameter ssm:GetParameters ssm:ListAssociations ssm:ListInstanceAssociations "
           "ssm:PutInventory ssm:PutComplianceItems ssm:PutConfigurePackageResult ssm:UpdateAssociationStatus "
           "ssm:UpdateInstanceAssociationStatus ssm:UpdateInstanceInformation ssmmessages:CreateControlChannel "
           "ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel "
           "ec2messages:AcknowledgeMessage ec2messages:DeleteMessage ec2messages:FailMessage ec2messages:GetEndpoint "
           "ec2messages:GetMessages ec2messages:SendReply"},
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::optional<Policy> aws_managed(std::string_view name) {
  constexpr std::array full_access{std::pair{"policy/AdministratorAccess", Effect::allow},
                                   std::pair{"policy/AWSDenyAll", Effect::deny}};
  std::optional<Effect> effect;
  std::vector<std::string> actions{"*"};
  if (name.ends_with("p-FullAWSAccess") || name.ends_with("p-RCPFullAWSAccess")) effect = Effect::allow;
  if (arn_field(name, 2) == "iam" && arn_field(name, 4) == "aws") {
    const std::string_view path = arn_field(name, 5);
    for (const auto& [known, its] : full_access)
      if (path == known) effect = its;
    for (const Listed& each : listed)
      if (path == each.path) {
        effect = Effect::allow;
        actions = words_of(each.actions);
      }
  }
  if (!effect) return std::nullopt;
  Policy out{std::string(name), {Statement{}}};
  Statement& all = out.statements.front();
  all.effect = *effect;
  all.actions = std::move(actions);
  all.resources = {"*"};
  all.origin = std::string(name);
  return out;
}

}  // namespace redoubt::iam
