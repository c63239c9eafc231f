#include "rights/arn_forms.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace redoubt::rights {
namespace {

constexpr std::array forms{
    ArnForm{"AWS::IAM::Role", "arn:aws:iam::{account}:role{path}{name}", "RoleName"},
    ArnForm{"AWS::IAM::User", "arn:aws:iam::{account}:user{path}{name}", "UserName"},
    ArnForm{"AWS::IAM::Group", "arn:aws:iam::{account}:group{path}{name}", "GroupName"},
    ArnForm{"AWS::IAM::ManagedPolicy", "arn:aws:iam::{account}:policy{path}{name}", "ManagedPolicyName", Ref::arn},
    ArnForm{"AWS::IAM::InstanceProfile", "arn:aws:iam::{account}:instance-profile{path}{name}", "InstanceProfileName"},
    ArnForm{"AWS::S3::Bucket", "arn:aws:s3:::{name}", "BucketName"},
    ArnForm{"AWS::SQS::Queue", "arn:aws:sqs:{region}:{account}:{name}", "QueueName", Ref::other},
    ArnForm{"AWS::SNS::Topic", "arn:aws:sns:{region}:{account}:{name}", "TopicName", Ref::arn},
    ArnForm{"AWS::KMS::Key", "arn:aws:kms:{region}:{account}:key/{name}", ""},
    ArnForm{"AWS::KMS::ReplicaKey", "arn:aws:kms:{region}:{account}:key/{name}", ""},
    ArnForm{"AWS::SecretsManager::Secret", "arn:aws:secretsmanager:{region}:{account}:secret:{name}", "Name", Ref::arn},
    ArnForm{"AWS::Lambda::Function", "arn:aws:lambda:{region}:{account}:function:{name}", "FunctionName"},
    ArnForm{"AWS::ECR::Repository", "arn:aws:ecr:{region}:{account}:repository/{name}", "RepositoryName"},
    ArnForm{"AWS::DynamoDB::Table", "arn:aws:dynamodb:{region}:{account}:table/{name}", "TableName"},
    ArnForm{"AWS::DynamoDB::GlobalTable", "arn:aws:dynamodb:{region}:{account}:table/{name}", "TableName"},
    ArnForm{"AWS::Logs::LogGroup", "arn:aws:logs:{region}:{account}:log-group:{name}", "LogGroupName", Ref::name, ":*"},
    ArnForm{"AWS::Kinesis::Stream", "arn:aws:kinesis:{region}:{account}:stream/{name}", "Name"},
    ArnForm{"AWS::KinesisFirehose::DeliveryStream", "arn:aws:firehose:{region}:{account}:deliverystream/{name}",
            "DeliveryStreamName"},
    ArnForm{"AWS::StepFunctions::StateMachine", "arn:aws:states:{region}:{account}:stateMachine:{name}",
            "StateMachineName", Ref::arn},
    ArnForm{"AWS::ECS::Cluster", "arn:aws:ecs:{region}:{account}:cluster/{name}", "ClusterName"},
    ArnForm{"AWS::Events::EventBus", "arn:aws:events:{region}:{account}:event-bus/{name}", "Name"},
    ArnForm{"AWS::EFS::FileSystem", "arn:aws:elasticfilesystem:{region}:{account}:file-system/{name}", ""},
    ArnForm{"AWS::Backup::BackupVault", "arn:aws:backup:{region}:{account}:backup-vault:{name}", "BackupVaultName"},
    ArnForm{"AWS::EC2::Instance", "arn:aws:ec2:{region}:{account}:instance/{name}", ""},
    ArnForm{"AWS::SageMaker::NotebookInstance", "arn:aws:sagemaker:{region}:{account}:notebook-instance/{name}",
            "NotebookInstanceName", Ref::arn},
    ArnForm{"AWS::Glue::DevEndpoint", "arn:aws:glue:{region}:{account}:devEndpoint/{name}", "EndpointName"},
    ArnForm{"AWS::CodeBuild::Project", "arn:aws:codebuild:{region}:{account}:project/{name}", "Name"},
};

bool is_alphanumeric(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

const ArnForm* arn_form(std::string_view type) {
  const auto found = std::ranges::find(forms, type, &ArnForm::type);
  return found == forms.end() ? nullptr : &*found;
}

bool may_be_made(const ArnForm& form, std::string_view logical_id, std::string_view name) {
  if (form.name.empty()) return true;       // an id of its own: any may be it
  constexpr std::size_t secret_suffix = 7;  // "-AbCdEf", behind the name
  if (form.type == "AWS::SecretsManager::Secret") name.remove_suffix(std::min(secret_suffix, name.size()));
  const std::size_t dash = name.rfind('-');
  constexpr std::size_t fewest_random = 6;
  if (dash == std::string_view::npos || name.size() - dash - 1 < fewest_random ||
      !is_alphanumeric(name.substr(dash + 1)))
    return false;
  // Before it the logical id, or its beginning, behind the stack's name; a secret has no stack's name.
  const std::string before = "-" + lower(name.substr(0, dash)), id = lower(logical_id);
  for (std::size_t length = id.size(); length > 0; --length)
    if (before.ends_with("-" + id.substr(0, length))) return true;
  return false;
}

}  // namespace redoubt::rights
