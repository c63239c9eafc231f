#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

Value feature(std::string_view name, Value additional = {}) {
  return object({{"Name", name}, {"Status", "ENABLED"}, {"AdditionalConfiguration", std::move(additional)}});
}

void add_standard(Template& t, std::string_view id, std::string_view ruleset) {
  t.add(id, "AWS::SecurityHub::Standard", {{"StandardsArn", sub(ruleset)}})
      .when("OwnSecurityHub")
      .after({"SecurityHub"});
}

}  // namespace

// A detector, a hub and an analyzer there can be once in a region of an account: where they are already, a condition
// leaves them out.
void add_detection(Template& t, const Configuration& c) {
  t.add("Detector", "AWS::GuardDuty::Detector",
        {{"Enable", true},
         {"FindingPublishingFrequency", "FIFTEEN_MINUTES"},
         {"Features", list({feature("S3_DATA_EVENTS"), feature("RDS_LOGIN_EVENTS"), feature("LAMBDA_NETWORK_LOGS"),
                            feature("EBS_MALWARE_PROTECTION"),
                            feature("RUNTIME_MONITORING", list({object({{"Name", "ECS_FARGATE_AGENT_MANAGEMENT"},
                                                                        {"Status", "ENABLED"}})}))})}})
      .when("OwnDetector");
  t.add("SecurityHub", "AWS::SecurityHub::Hub",
        {{"EnableDefaultStandards", false},
         {"AutoEnableControls", true},
         {"ControlFindingGenerator", "SECURITY_CONTROL"}})
      .when("OwnSecurityHub");
  add_standard(t, "FoundationsBenchmark",
               "arn:${AWS::Partition}:securityhub:${AWS::Region}::standards/cis-aws-foundations-benchmark/v/5.0.0");
  add_standard(t, "FirstFoundationsBenchmark",
               "arn:${AWS::Partition}:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0");
  add_standard(
      t, "FoundationalPractices",
      "arn:${AWS::Partition}:securityhub:${AWS::Region}::standards/aws-foundational-security-best-practices/v/1.0.0");
  t.add("Analyzer", "AWS::AccessAnalyzer::Analyzer", {{"AnalyzerName", c.name}, {"Type", "ACCOUNT"}})
      .when("OwnAnalyzer");
  // Enhanced scanning: images are looked at again whenever a new vulnerability becomes known.
  t.add("ImageScanning", "AWS::ECR::RegistryScanningConfiguration",
        {{"ScanType", "ENHANCED"},
         {"Rules",
          list({object({{"ScanFrequency", "CONTINUOUS_SCAN"},
                        {"RepositoryFilters", list({object({{"Filter", "*"}, {"FilterType", "WILDCARD"}})})}})})}});

  // Whoever takes over in the second region needs the images there.
  if (!c.second_region.empty())
    t.add(
        "ImageReplication", "AWS::ECR::ReplicationConfiguration",
        {{"ReplicationConfiguration",
          object({{"Rules",
                   list({object({{"Destinations", list({object({{"Region", c.second_region},
                                                                {"RegistryId", ref_to("AWS::AccountId")}})})},
                                 {"RepositoryFilters",
                                  list({object({{"Filter", c.name + "-"}, {"FilterType", "PREFIX_MATCH"}})})}})})}})}});

  add_event_alert(t, "DetectorFindings", "GuardDuty found something of medium severity or worse",
                  object({{"source", list({"aws.guardduty"})},
                          {"detail-type", list({"GuardDuty Finding"})},
                          {"detail", object({{"severity", list({object({{"numeric", list({">=", 4})}})})}})}}),
                  "SecurityTopic");
  add_event_alert(
      t, "HubFindings", "Security Hub has a new finding of high severity or worse",
      object({{"source", list({"aws.securityhub"})},
              {"detail-type", list({"Security Hub Findings - Imported"})},
              {"detail", object({{"findings", object({{"Severity", object({{"Label", list({"HIGH", "CRITICAL"})}})},
                                                      {"Workflow", object({{"Status", list({"NEW"})}})},
                                                      {"RecordState", list({"ACTIVE"})}})}})}}),
      "SecurityTopic");
  add_event_alert(t, "AnalyzerFindings", "Something can be reached from outside the account",
                  object({{"source", list({"aws.access-analyzer"})},
                          {"detail-type", list({"Access Analyzer Finding"})},
                          {"detail", object({{"status", list({"ACTIVE"})}})}}),
                  "SecurityTopic");
}

void add_recorder(Template& t, const Configuration& c) {
  // The role that belongs to Config itself: nobody else takes it, and AWS adds to it with every type that Config learns
  // to record (Security Hub's Config.1 asks for no other). What it writes to lets it in by the bucket's and the key's
  // policies. An account has one at most.
  t.add("RecorderServiceRole", "AWS::IAM::ServiceLinkedRole", {{"AWSServiceName", "config.amazonaws.com"}})
      .when("OwnRecorderRole");
  t.add("Recorder", "AWS::Config::ConfigurationRecorder",
        {{"Name", c.name},
         {"RoleARN",
          object(
              {{"Fn::Sub",
                list({"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/config.amazonaws.com/${Role}",
                      object({{"Role", object({{"Fn::If", list({"OwnRecorderRole", ref_to("RecorderServiceRole"),
                                                                "AWSServiceRoleForConfig"})}})}})})}})},
         {"RecordingGroup", object({{"AllSupported", true}, {"IncludeGlobalResourceTypes", true}})}})
      .when("OwnRecorder")
      .after({"RecorderBucketPolicy"});
  t.add("RecorderChannel", "AWS::Config::DeliveryChannel",
        {{"Name", c.name},
         {"S3BucketName", ref_to("RecorderBucket")},
         {"S3KmsKeyArn", get_att("AuditKey", "Arn")},
         {"ConfigSnapshotDeliveryProperties", object({{"DeliveryFrequency", "TwentyFour_Hours"}})}})
      .when("OwnRecorder")
      .after({"RecorderBucketPolicy"});
}

}  // namespace redoubt::stack
