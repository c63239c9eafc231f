#include "iam/plain_request.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iam/evaluate.hpp"

namespace redoubt::iam {
namespace {

// Actions that people know, those first that a difference is best shown by. Any other action would do as well: which
// ones a policy means is decided elsewhere. Source: Service Authorization Reference.
constexpr std::array well_known{
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:GetObjectVersion",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:PutObjectAcl",
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:ListAllMyBuckets",
    "s3:AbortMultipartUpload",
    "s3:RestoreObject",
    "iam:GetUser",
    "iam:ListUsers",
    "iam:CreateUser",
    "iam:PassRole",
    "iam:AttachUserPolicy",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:DeleteUser",
    "iam:TagRole",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
    "sts:TagSession",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
    "kms:ListKeys",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "kms:ReEncryptFrom",
    "kms:ScheduleKeyDeletion",
    "kms:Verify",
    "secretsmanager:GetSecretValue",
    "secretsmanager:DescribeSecret",
    "secretsmanager:ListSecrets",
    "secretsmanager:PutSecretValue",
    "secretsmanager:CreateSecret",
    "secretsmanager:UpdateSecret",
    "secretsmanager:RotateSecret",
    "secretsmanager:DeleteSecret",
    "ec2:DescribeInstances",
    "ec2:RunInstances",
    "ec2:StartInstances",
    "ec2:TerminateInstances",
    "ec2:CreateTags",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:ModifyInstanceAttribute",
    "ec2:DeleteVolume",
    "ec2:GetConsoleOutput",
    "lambda:InvokeFunction",
    "lambda:GetFunction",
    "lambda:ListFunctions",
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "lambda:AddPermission",
    "lambda:DeleteFunction",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchGetItem",
    "dynamodb:CreateTable",
    "dynamodb:DescribeTable",
    "dynamodb:ListTables",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueUrl",
    "sqs:ListQueues",
    "sqs:CreateQueue",
    "sqs:PurgeQueue",
    "sns:Publish",
    "sns:Subscribe",
    "sns:CreateTopic",
    "sns:GetTopicAttributes",
    "sns:ListTopics",
    "sns:DeleteTopic",
    "logs:PutLogEvents",
    "logs:CreateLogStream",
    "logs:CreateLogGroup",
    "logs:GetLogEvents",
    "logs:DescribeLogGroups",
    "logs:FilterLogEvents",
    "logs:StartQuery",
    "logs:DeleteLogGroup",
    "cloudwatch:PutMetricData",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DeleteAlarms",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "ecr:PutImage",
    "ecr:GetAuthorizationToken",
    "ecr:DescribeImages",
    "ecr:ListImages",
    "ecr:CreateRepository",
    "ecr:DeleteRepository",
    "ecs:RunTask",
    "ecs:RegisterTaskDefinition",
    "ecs:UpdateService",
    "ecs:DescribeTasks",
    "ecs:ListTasks",
    "ecs:StopTask",
    "ecs:ExecuteCommand",
    "rds:DescribeDBInstances",
    "rds:CreateDBInstance",
    "rds:ModifyDBInstance",
    "rds:DeleteDBInstance",
    "rds:ListTagsForResource",
    "rds-db:connect",
    "ssm:GetParameter",
    "ssm:PutParameter",
    "ssm:DescribeParameters",
    "ssm:ListCommands",
    "ssm:SendCommand",
    "ssm:StartSession",
    "ssm:DeleteParameter",
    "cloudformation:CreateStack",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStacks",
    "cloudformation:UpdateStack",
    "cloudformation:DeleteStack",
    "cloudtrail:LookupEvents",
    "cloudtrail:StopLogging",
    "cloudtrail:DeleteTrail",
    "cloudtrail:GetTrail",
    "events:PutEvents",
    "events:PutRule",
    "events:ListRules",
    "kinesis:PutRecord",
    "kinesis:GetRecords",
    "kinesis:DescribeStream",
    "kinesis:ListStreams",
    "states:StartExecution",
    "states:DescribeExecution",
    "states:ListExecutions",
    "organizations:LeaveOrganization",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "route53:ChangeResourceRecordSets",
    "route53:ListHostedZones",
    "route53:GetHostedZone",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:CreateListener",
    "autoscaling:SetDesiredCapacity",
    "autoscaling:DescribeAutoScalingGroups",
    "backup:StartBackupJob",
    "backup:DeleteRecoveryPoint",
    "codebuild:StartBuild",
    "glue:GetTable",
    "athena:StartQueryExecution",
    "execute-api:Invoke",
    "elasticfilesystem:ClientMount",
    "elasticfilesystem:ClientWrite",
    "cognito-idp:AdminCreateUser",
    "acm:DescribeCertificate",
    "guardduty:DeleteDetector",
    "config:StopConfigurationRecorder",
};

// "*" of a pattern's field (arn:PARTITION:SERVICE:REGION:ACCOUNT:…) as an example; within a text, as a word.
std::string filled(std::string_view pattern) {
  constexpr std::array<std::string_view, 5> whole{"arn", "aws", "s3", "eu-west-1", "111122223333"};
  std::string out;
  for (std::size_t field = 0;; ++field) {
    const std::size_t end = field < whole.size() ? pattern.find(':') : std::string_view::npos;
    const std::string_view text = pattern.substr(0, end);
    if (text == "*" && field < whole.size() && end != std::string_view::npos) {
      out += whole[field];
    } else {
      for (const char each : text) {
        if (each == '*')
          out += "example";
        else
          out += each == '?' ? 'x' : each;
      }
    }
    if (end == std::string_view::npos) return out;
    out += ':';
    pattern.remove_prefix(end + 1);
  }
}

// A shortest ARN as a condition has it, with an account and a last name.
std::string whole_arn(std::string_view arn) {
  std::string out;
  for (int field = 0; field < 5; ++field)
    out += std::string(field == 4 && arn_field(arn, 4).empty() ? "111122223333" : arn_field(arn, field)) + ":";
  out += arn_field(arn, 5);
  return out.ends_with('/') ? out + "example" : out;
}

bool is_plain(std::string_view pattern) {
  return pattern.find_first_of("*?$") == std::string_view::npos;
}

std::vector<std::string> actions_for(std::string_view found, const Policy& allowing) {
  std::vector<std::string> out;
  for (const Statement& statement : allowing.statements)
    if (statement.effect == Effect::allow && !statement.not_action)
      std::ranges::copy_if(statement.actions, std::back_inserter(out), is_plain);
  const std::string service = lower(found.substr(0, found.find(':') + 1));
  for (const std::string_view action : well_known)
    if (action.starts_with(service)) out.emplace_back(action);
  std::ranges::copy(well_known, std::back_inserter(out));
  return out;
}

std::vector<std::string> resources_for(std::string_view found, const Policy& allowing, const Policy& refusing) {
  std::vector<std::string> out;
  for (const Policy* policy : {&allowing, &refusing})
    for (const Statement& statement : policy->statements)
      for (const std::string& pattern : statement.resources)
        if (pattern != "*" && pattern.find_first_of("$<") == std::string::npos) out.push_back(filled(pattern));
  out.push_back(std::string(found) + "example");
  return out;
}

}  // namespace

Request plainly(Request request, const Policy& allowing, const Policy& refusing) {
  // The first candidate that shows the same stays.
  const auto put = [&](std::string& part, std::vector<std::string> candidates) {
    for (std::string& candidate : candidates) {
      std::swap(part, candidate);
      if (allows(allowing, request) && !allows(refusing, request)) return;
      std::swap(part, candidate);
    }
  };
  for (auto& [key, values] : request.context)
    for (std::string& value : values)
      if (value.starts_with("arn:")) put(value, {whole_arn(value)});
  put(request.action, actions_for(request.action, allowing));
  if (request.resource != "*") put(request.resource, resources_for(request.resource, allowing, refusing));
  return request;
}

}  // namespace redoubt::iam
