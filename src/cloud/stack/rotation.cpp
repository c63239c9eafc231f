#include "functions.hpp"
#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

void rotate(Template& t, const Configuration& c, const std::string& secret, std::string_view function) {
  const std::string permission = secret + "RotationPermission";
  t.add(permission, "AWS::Lambda::Permission",
        {{"FunctionName", get_att(function, "Arn")},
         {"Action", "lambda:InvokeFunction"},
         {"Principal", "secretsmanager.amazonaws.com"},
         {"SourceAccount", ref_to("AWS::AccountId")},
         {"SourceArn", ref_to(secret)}});
  t.add(secret + "Rotation", "AWS::SecretsManager::RotationSchedule",
        {{"SecretId", ref_to(secret)},
         {"RotationLambdaARN", get_att(function, "Arn")},
         {"RotateImmediatelyOnUpdate", true},
         {"RotationRules", object({{"AutomaticallyAfterDays", c.rotation_days}})}})
      .after({permission});
}

Value rotated(Item secrets) {
  return allow(list({"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue",
                     "secretsmanager:UpdateSecretVersionStage"}),
               std::move(secrets));
}

Value by_secrets_manager() {
  return condition("StringEquals", "kms:ViaService", sub("secretsmanager.${AWS::Region}.${AWS::URLSuffix}"));
}

Value use_key() {
  return allow(list({"kms:Decrypt", "kms:GenerateDataKey"}), get_att("SecretsKey", "Arn"), by_secrets_manager());
}

Value make_password() {
  return allow("secretsmanager:GetRandomPassword", "*");
}

// Values that were injected into a task never change: after a rotation the tasks are replaced, one after the other.
// Until they are, the old values go on being accepted: of the database's two users the other one was changed, and
// tokens are signed by a secret that every task knew already.
void add_renewal(Template& t, const Configuration& c) {
  add_log_group(t, "RenewalLogGroup", fmt::format("/aws/vendedlogs/states/{}-renewal", c.prefix()), c.log_days,
                "MonitoringKey");
  t.add("RenewalRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("states.amazonaws.com")},
         {"Policies",
          list({inline_policy("replace-tasks", {allow("ecs:UpdateService", ref_to("Service"))}),
                // Step Functions writes by a delivery that has no ARN ("Logging using CloudWatch Logs").
                inline_policy("write-log",
                              {allow(list({"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery",
                                           "logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy",
                                           "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"}),
                                     "*")}),
                inline_policy("trace", {allow(list({"xray:PutTraceSegments", "xray:PutTelemetryRecords"}), "*")})})}});
  t.add("Renewal", "AWS::StepFunctions::StateMachine",
        {{"StateMachineName", c.prefix() + "-renewal"},
         {"RoleArn", get_att("RenewalRole", "Arn")},
         {"Definition",
          object({{"Comment", "Replaces the service's tasks, so that they take up rotated secrets"},
                  {"StartAt", "ReplaceTasks"},
                  {"States",
                   object({{"ReplaceTasks",
                            object({{"Type", "Task"},
                                    {"Resource", sub("arn:${AWS::Partition}:states:::aws-sdk:ecs:updateService")},
                                    {"Parameters", object({{"Cluster", ref_to("Cluster")},
                                                           {"Service", get_att("Service", "Name")},
                                                           {"ForceNewDeployment", true}})},
                                    // The answer is the whole service: nobody needs it.
                                    {"ResultPath", estate::null()},
                                    {"Retry", list({object({{"ErrorEquals", list({"States.ALL"})},
                                                            {"IntervalSeconds", 30},
                                                            {"MaxAttempts", 5},
                                                            {"BackoffRate", 2}})})},
                                    {"End", true}})}})}})},
         {"LoggingConfiguration",
          object({{"Level", "ALL"},
                  {"IncludeExecutionData", true},
                  {"Destinations", list({object({{"CloudWatchLogsLogGroup",
                                                  object({{"LogGroupArn", get_att("RenewalLogGroup", "Arn")}})}})})}})},
         {"TracingConfiguration", object({{"Enabled", true}})}});
  t.add("RenewalStartRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("events.amazonaws.com")},
         {"Policies", list({inline_policy("start-renewal", {allow("states:StartExecution", ref_to("Renewal"))})})}});
  // "Match Secrets Manager events with Amazon EventBridge": by the trail.
  t.add(
      "RotationSucceeded", "AWS::Events::Rule",
      {{"Description", "Replaces the service's tasks after a rotation"},
       {"EventPattern",
        object({{"source", list({"aws.secretsmanager"})},
                {"detail-type", list({"AWS Service Event via CloudTrail"})},
                {"detail", object({{"eventName", list({"RotationSucceeded"})},
                                   {"additionalEventData", object({{"SecretId", list({ref_to("DatabaseSecret"),
                                                                                      ref_to("TokenSecret")})}})}})}})},
       {"State", "ENABLED"},
       {"Targets",
        list({object(
            {{"Id", "renewal"}, {"Arn", ref_to("Renewal")}, {"RoleArn", get_att("RenewalStartRole", "Arn")}})})}});
  add_event_alert(t, "RotationFailed", "A secret could not be rotated",
                  object({{"source", list({"aws.secretsmanager"})},
                          {"detail-type", list({"AWS Service Event via CloudTrail"})},
                          {"detail", object({{"eventName", list({"RotationFailed"})}})}}),
                  "AlertTopic");
}

}  // namespace

void add_rotation(Template& t, const Configuration& c) {
  const bool owner = !c.migrate_command.empty();
  const Value master = get_att("Database", "MasterUserSecret.SecretArn");
  add_function(
      t,
      {.id = "DatabaseRotationFunction",
       .name = c.prefix() + "-rotate-database-user",
       .about = "Rotates the service's users in the database, two in turn, and makes them at first",
       .source = function::rotate_database_user,
       .seconds = 60,
       .log_key = "MonitoringKey",
       .log_days = c.log_days,
       .in_network = true,
       .variables = object({{"HOST", get_att("Database", "Endpoint.Address")},
                            {"PORT", get_att("Database", "Endpoint.Port")},
                            {"DATABASE", c.database_name},
                            {"MASTER_SECRET", master}})},
      {rotated(owner ? list({ref_to("DatabaseSecret"), ref_to("OwnerSecret")}) : list({ref_to("DatabaseSecret")})),
       allow("secretsmanager:GetSecretValue", master), make_password(), use_key()});
  add_function(t,
               {.id = "TokenRotationFunction",
                .name = c.prefix() + "-rotate-token-secret",
                .about = "Rotates what access tokens are signed with, in two steps that overlap",
                .source = function::rotate_token_secret,
                .seconds = 30,
                .log_key = "MonitoringKey",
                .log_days = c.log_days,
                .variables = {}},
               {rotated(ref_to("TokenSecret")), make_password(), use_key()});
  rotate(t, c, "DatabaseSecret", "DatabaseRotationFunction");
  if (owner) rotate(t, c, "OwnerSecret", "DatabaseRotationFunction");
  rotate(t, c, "TokenSecret", "TokenRotationFunction");
  add_renewal(t, c);
}

}  // namespace redoubt::stack
