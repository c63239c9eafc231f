#include <fmt/format.h>

#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

// ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY@sha256:DIGEST, as an option's form has it.
Value repository_of(const std::string& image) {
  constexpr std::size_t account_digits = 12;
  const std::string_view text = image, registry = text.substr(0, text.find('/'));
  const std::string_view repository = text.substr(registry.size() + 1, text.find('@') - registry.size() - 1);
  std::string_view region = registry.substr(registry.find(".ecr.") + 5);
  region = region.substr(0, region.find('.'));
  return sub(fmt::format("arn:${{AWS::Partition}}:ecr:{}:{}:repository/{}", region, text.substr(0, account_digits),
                         repository));
}

struct ProvedStack {
  std::string name, region;
};

// "NAME", in the stack's own region, or "NAME@REGION".
std::vector<ProvedStack> proved_stacks(const Configuration& c) {
  std::vector<ProvedStack> out;
  for (const std::string& each : c.proof_stacks) {
    const std::size_t at = each.find('@');
    out.push_back({each.substr(0, at), at == std::string::npos ? "${AWS::Region}" : each.substr(at + 1)});
  }
  return out;
}

// The templates as they are deployed are fetched and proved; what came of it is kept, and a build that fails says that
// something does not hold. (A template in JSON comes as JSON: "get-template" of the AWS CLI.)
Value build_specification(const Configuration& c) {
  std::string out = "version: 0.2\nphases:\n  build:\n    commands:\n      - mkdir /tmp/proof && cd /tmp/proof\n";
  for (const auto& [name, region] : proved_stacks(c))
    out += fmt::format(
        "      - aws cloudformation get-template --stack-name {0} --region {1} --template-stage Processed"
        " --query TemplateBody --output json > {0}.json\n",
        name, region);
  out +=
      "      - waivers=$(ls /etc/redoubt/waivers.toml 2>/dev/null | sed 's/^/--waivers /')\n"
      "      - holds=0\n"
      "      - redoubt prove *.json $waivers --format json --out result || holds=$?\n"
      "      - aws s3api put-object --bucket ${ProofBucket} --key $(date -u +%Y/%m/%dT%H%M%SZ).json --body result"
      " --checksum-algorithm SHA256\n"
      "      - exit $holds\n";
  return sub(out);
}

Value rights(const Configuration& c) {
  Value stacks = list({});
  for (const auto& [name, region] : proved_stacks(c))
    stacks.items.push_back(
        sub(fmt::format("arn:${{AWS::Partition}}:cloudformation:{}:${{AWS::AccountId}}:stack/{}/*", region, name)));
  return inline_policy(
      "prove",
      {allow("cloudformation:GetTemplate", std::move(stacks)), allow("s3:PutObject", sub("${ProofBucket.Arn}/*")),
       allow(list({"kms:Decrypt", "kms:GenerateDataKey"}), get_att("AuditKey", "Arn")),
       allow(list({"logs:CreateLogStream", "logs:PutLogEvents"}), get_att("ProofLogGroup", "Arn")),
       allow(list({"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}),
             repository_of(c.proof_image)),
       allow("ecr:GetAuthorizationToken", "*")});
}

}  // namespace

void add_scheduled_proof(Template& t, const Configuration& c) {
  if (c.proof_image.empty()) return;
  const std::string name = c.name + "-proof";
  add_log_group(t, "ProofLogGroup", "/aws/codebuild/" + name, c.log_days, "AuditKey");
  add_bucket(t,
             {.id = "ProofBucket",
              .key = "AuditKey",
              .access_log = "BucketAccessLog",
              .days = c.trail_days,
              .lock = c.production() ? "COMPLIANCE" : "GOVERNANCE"},
             {});
  t.add("ProofRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("codebuild.amazonaws.com")}, {"Policies", list({rights(c)})}});
  t.add("Proof", "AWS::CodeBuild::Project",
        {{"Name", name},
         {"Description", "Proves the controls of the deployed templates, and keeps the result"},
         {"ServiceRole", get_att("ProofRole", "Arn")},
         {"EncryptionKey", get_att("AuditKey", "Arn")},
         {"Artifacts", object({{"Type", "NO_ARTIFACTS"}})},
         {"Source", object({{"Type", "NO_SOURCE"}, {"BuildSpec", build_specification(c)}})},
         {"Environment", object({{"Type", "LINUX_CONTAINER"},
                                 {"ComputeType", "BUILD_GENERAL1_SMALL"},
                                 {"Image", c.proof_image},
                                 {"ImagePullCredentialsType", "SERVICE_ROLE"},
                                 {"PrivilegedMode", false}})},
         {"LogsConfig",
          object({{"CloudWatchLogs", object({{"Status", "ENABLED"}, {"GroupName", ref_to("ProofLogGroup")}})}})},
         {"ConcurrentBuildLimit", 1},
         {"TimeoutInMinutes", 15}});
  t.add("ProofStartRole", "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("events.amazonaws.com")},
         {"Policies", list({inline_policy("start-proof", {allow("codebuild:StartBuild", get_att("Proof", "Arn"))})})}});
  t.add("ProofSchedule", "AWS::Events::Rule",
        {{"Description", "Starts the proof"},
         {"ScheduleExpression", c.proof_schedule},
         {"State", "ENABLED"},
         {"Targets",
          list({object(
              {{"Id", "proof"}, {"Arn", get_att("Proof", "Arn")}, {"RoleArn", get_att("ProofStartRole", "Arn")}})})}});
  add_event_alert(t, "ProofFailed", "A control of the deployed templates does not hold, or its proof did not run",
                  object({{"source", list({"aws.codebuild"})},
                          {"detail-type", list({"CodeBuild Build State Change"})},
                          {"detail", object({{"build-status", list({"FAILED", "FAULT", "STOPPED", "TIMED_OUT"})},
                                             {"project-name", list({ref_to("Proof")})}})}}),
                  "SecurityTopic");
  t.output("ProofBucketName", "Where the results of the scheduled proof are kept", ref_to("ProofBucket"));
}

}  // namespace redoubt::stack
