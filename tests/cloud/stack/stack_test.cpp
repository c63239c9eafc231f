#include "stack/stack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "estate/document.hpp"
#include "estate/template_reader.hpp"
#include "redoubt/metric_names.hpp"
#include "stack/explain.hpp"
#include "support/files.hpp"

namespace redoubt::stack {
namespace {

using estate::Kind;
using estate::Value;
using ::testing::HasSubstr;

constexpr std::string_view everything = R"(hosted_zone = "Z2FDTNDATAQYW2"
[network]
denied_ranges = ["192.0.2.0/24", "198.51.100.0/24"]
[service]
image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
admin_email = "admin@example.com"
[service.environment]
ALLOWED_HOSTS = "api.example.com,www.example.com"
OPEN_REGISTRATION = "false"
[service.secrets]
API_KEY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:partner-AbCdEf:key::"
[proof]
image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/audit/redoubt@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
stacks = ["redoubt-account", "redoubt-production", "redoubt-recovery@us-west-2"]
)";

Configuration configuration(std::string_view toml) {
  auto read = read_configuration(toml, "redoubt.toml");
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().text());
  return *read;
}

Value made(std::string_view file, std::string_view toml = "") {
  const auto templates = synthesise(configuration(toml));
  const auto found = std::ranges::find(templates, file, &NamedTemplate::file);
  EXPECT_NE(found, templates.end());
  return found == templates.end() ? Value{} : found->document;
}

Value service(std::string_view toml = "") {
  return made("service.template.json", toml);
}

const Value& properties(const Value& document, std::string_view id) {
  return document["Resources"][id]["Properties"];
}

std::string text_of(const Value& value) {
  return estate::write_json(value);
}

void visit(const Value& value, const std::function<void(const Value&)>& see) {
  see(value);
  for (const Value& item : value.items) visit(item, see);
  for (const estate::Member& member : value.members) visit(member.value, see);
}

TEST(Stack, TheSameConfigurationGivesTheSameBytes) {
  for (const std::string_view toml :
       {std::string_view{}, everything, std::string_view("environment = \"development\"")}) {
    const auto first = synthesise(configuration(toml)), second = synthesise(configuration(toml));
    ASSERT_EQ(first.size(), second.size());
    for (std::size_t i = 0; i < first.size(); ++i)
      EXPECT_EQ(estate::write_json(first[i].document), estate::write_json(second[i].document));
  }
}

// CloudFormation quotas: 500 resources, 200 parameters, outputs and mappings each, 1 MB of body, 4 KB of description.
TEST(Stack, EveryTemplateIsWithinCloudFormationsLimits) {
  for (const NamedTemplate& one : synthesise(configuration(everything))) {
    EXPECT_LE(one.document["Resources"].members.size(), 500U) << one.file;
    EXPECT_LE(one.document["Parameters"].members.size(), 200U) << one.file;
    EXPECT_LE(one.document["Outputs"].members.size(), 200U) << one.file;
    EXPECT_LT(estate::write_json(one.document).size(), 1'000'000U) << one.file;
    for (const estate::Member& resource : one.document["Resources"].members) {
      EXPECT_LE(resource.name.size(), 255U);
      EXPECT_TRUE(std::ranges::all_of(resource.name, [](unsigned char c) { return std::isalnum(c) != 0; }))
          << resource.name;
    }
  }
}

TEST(Stack, EveryTemplateIsReadByTheEstateAndLeavesNoGap) {
  for (const std::string_view toml :
       {std::string_view{}, everything, std::string_view("environment = \"development\"")})
    for (const NamedTemplate& one : synthesise(configuration(toml))) {
      estate::Estate estate;
      const auto document = estate::read_document(estate::write_json(one.document), 0, one.file);
      ASSERT_TRUE(document.has_value());
      const auto added = estate::add_template(estate, *document, one.file);
      ASSERT_TRUE(added.has_value()) << added.error().text();
      EXPECT_TRUE(estate.gaps.empty()) << one.file;
      EXPECT_EQ(estate.resources.size(), one.document["Resources"].members.size());
    }
}

// A resource under another logical id, or of another type, would be replaced in every account that runs the stack: a
// database with everything in it. What once stood in the golden file stays; what is new is appended to it.
TEST(Stack, LogicalIdsAndTypesStayWhatTheyWere) {
  std::set<std::string> now;
  for (const NamedTemplate& one : synthesise(configuration(everything)))
    for (const estate::Member& resource : one.document["Resources"].members)
      now.insert(one.file + " " + resource.name + " " + resource.value["Type"].text);
  std::string golden = testing::read_file(REDOUBT_SOURCE_DIR "/tests/cloud/stack/logical_ids.txt");
  std::set<std::string> before;
  for (std::size_t at = 0; at < golden.size();) {
    const std::size_t end = std::min(golden.find('\n', at), golden.size());
    before.insert(golden.substr(at, end - at));
    at = end + 1;
  }
  for (const std::string& line : before)
    EXPECT_TRUE(now.contains(line)) << line << ": it has gone, and with it what it holds";
  for (const std::string& line : now)
    EXPECT_TRUE(before.contains(line)) << "append to tests/cloud/stack/logical_ids.txt: " << line;
}

TEST(Stack, NoConfigurationMovesTheDatabaseToAnotherIdOrName) {
  for (const std::string_view toml :
       {std::string_view{}, everything, std::string_view("[database]\nsnapshot = \"last-one\"\n")}) {
    const Value document = service(toml);
    EXPECT_EQ(document["Resources"]["Database"]["Type"].text, "AWS::RDS::DBInstance");
    EXPECT_EQ(properties(document, "Database")["DBInstanceIdentifier"].text, "redoubt-production");
    EXPECT_EQ(document["Resources"]["Database"]["DeletionPolicy"].text, "Snapshot");
    EXPECT_EQ(document["Resources"]["Database"]["UpdateReplacePolicy"].text, "Snapshot");
    EXPECT_TRUE(properties(document, "Database")["DeletionProtection"].boolean);
  }
}

TEST(Stack, NoRoleHasAPolicyThatTheTemplateDoesNotShow) {
  for (const std::string_view file : {"account.template.json", "service.template.json"}) {
    const Value document = made(file);
    for (const estate::Member& resource : document["Resources"].members)
      if (resource.value["Type"].text == "AWS::IAM::Role")
        EXPECT_FALSE(resource.value["Properties"]["ManagedPolicyArns"]) << resource.name;
  }
}

TEST(Stack, TheRecordersRoleIsMadeOnlyWhereThereIsNone) {
  const auto exists = [](std::string_view toml) {
    return made("account.template.json", toml)["Mappings"]["Singletons"]["Exists"]["RecorderRole"].text;
  };
  EXPECT_EQ(exists(""), "false");
  EXPECT_EQ(exists("[account]\nexisting = [\"config-role\"]\n"), "true");
  EXPECT_EQ(exists("[account]\nexisting = [\"config\"]\n"), "true");
}

TEST(Stack, EveryTemplateSaysItsScope) {
  EXPECT_EQ(made("account.template.json")["Metadata"]["Redoubt"]["Scope"].text, "account");
  EXPECT_EQ(service()["Metadata"]["Redoubt"]["Scope"].text, "stack");
}

TEST(Stack, WhateverTakesTagsSaysItsEnvironment) {
  for (const std::string environment : {"production", "development"}) {
    const Value document = service("environment = \"" + environment + "\"");
    for (const char* id : {"Vpc", "Database", "Service", "Task", "ServiceLogGroup", "PrivateSubnet2", "SecretsKey"}) {
      const Value& first = properties(document, id)["Tags"].items.at(0);
      EXPECT_EQ(first["Key"].text, "Environment") << id;
      EXPECT_EQ(first["Value"].text, environment) << id;
    }
    EXPECT_EQ(properties(document, "Vault")["BackupVaultTags"]["Environment"].text, environment);
    EXPECT_FALSE(properties(document, "PrivateRoute1")["Tags"]);
    EXPECT_EQ(properties(document, "Vpc")["Tags"].items.at(1)["Value"].text, "redoubt-" + environment);
  }
}

TEST(Stack, AlarmsWatchTheVeryNamesThatTheServiceCountsUnder) {
  const Value document = service("[service]\nmetrics_namespace = \"FastAPI\"\n");
  const Value& logins = properties(document, "FailedLoginsAlarm");
  EXPECT_EQ(logins["Namespace"].text, "FastAPI/" + std::string(metric::failed_login_attempts.cloud_watch->group));
  EXPECT_EQ(logins["MetricName"].text, metric::failed_login_attempts.cloud_watch->name);
  EXPECT_EQ(logins["Threshold"].text, "10");
  EXPECT_EQ(logins["Period"].text, "300");
  const Value& errors = properties(document, "DatabaseErrorsAlarm");
  EXPECT_EQ(errors["Namespace"].text, "FastAPI/" + std::string(metric::database_errors.cloud_watch->group));
  EXPECT_EQ(errors["MetricName"].text, metric::database_errors.cloud_watch->name);
  EXPECT_THAT(text_of(properties(document, "Task")), HasSubstr("\"FastAPI\""));
}

TEST(Stack, EveryAlarmTellsTheTopicWhichHasItsSubscribers) {
  for (const auto& [file, topic] :
       {std::pair{"service.template.json", "AlertTopic"}, {"account.template.json", "SecurityTopic"}}) {
    const Value document = made(file, "alert_emails = [\"a@example.com\", \"b@example.com\"]");
    for (const estate::Member& resource : document["Resources"].members)
      if (resource.value["Type"].text == "AWS::CloudWatch::Alarm") {
        EXPECT_EQ(resource.value["Properties"]["AlarmActions"].items.at(0)["Ref"].text, topic) << resource.name;
      }
    EXPECT_EQ(properties(document, std::string(topic) + "Subscription2")["Endpoint"].text, "b@example.com");
  }
}

TEST(Stack, EveryLogGroupIsKeptForAsLongAsConfiguredAndEncrypted) {
  for (const char* file : {"service.template.json", "account.template.json"}) {
    const Value document = made(file, "[logs]\nretention_days = 90\n");
    for (const estate::Member& resource : document["Resources"].members)
      if (resource.value["Type"].text == "AWS::Logs::LogGroup") {
        EXPECT_EQ(resource.value["Properties"]["RetentionInDays"].text, "90") << resource.name;
        EXPECT_TRUE(resource.value["Properties"]["KmsKeyId"]) << resource.name;
      }
  }
}

TEST(Stack, NoTaskRunsBeforeThereIsAnImageAndItIsAlwaysADigest) {
  const Value before = service();
  EXPECT_EQ(properties(before, "Service")["DesiredCount"].text, "0");
  EXPECT_EQ(properties(before, "ScalableTasks")["MinCapacity"].text, "0");
  const Value after = service(everything);
  EXPECT_FALSE(properties(after, "Service")["DesiredCount"]);
  EXPECT_EQ(properties(after, "ScalableTasks")["MinCapacity"].text, "2");
  for (const Value* document : {&before, &after})
    for (const Value& container : properties(*document, "Task")["ContainerDefinitions"].items)
      EXPECT_THAT(text_of(container["Image"]), HasSubstr("@sha256:"));
}

TEST(Stack, EveryContainerIsAnOrdinaryUserOnAReadOnlySystem) {
  const Value document = service(everything);
  for (const char* task : {"Task", "MigrationTask"})
    for (const Value& container : properties(document, task)["ContainerDefinitions"].items) {
      EXPECT_TRUE(container["ReadonlyRootFilesystem"].boolean);
      EXPECT_FALSE(container["Privileged"].boolean);
      EXPECT_EQ(container["User"].text, "10001:10001");
      EXPECT_EQ(container["LinuxParameters"]["Capabilities"]["Drop"].items.at(0).text, "ALL");
    }
}

TEST(Stack, VariablesOfTheConfigurationComeOnceAndSecretsNeverAsText) {
  const Value document = service(everything);
  const Value& container = properties(document, "Task")["ContainerDefinitions"].items.at(1);
  std::multiset<std::string> names;
  for (const Value& variable : container["Environment"].items) names.insert(variable["Name"].text);
  for (const Value& secret : container["Secrets"].items) names.insert(secret["Name"].text);
  for (const char* name : {"ALLOWED_HOSTS", "PORT", "OPEN_REGISTRATION", "API_KEY", "DATABASE_USER",
                           "DATABASE_PASSWORD", "JWT_SECRET", "ADMIN_PASSWORD"})
    EXPECT_EQ(names.count(name), 1U) << name;
  EXPECT_THAT(text_of(container["Environment"]), HasSubstr("sslmode=verify-full"));
  EXPECT_THAT(text_of(properties(document, "TaskExecutionRole")), HasSubstr("secret:partner-AbCdEf\""));
}

TEST(Stack, TheLoadBalancerSpeaksToTasksInTheWayThatIsConfigured) {
  EXPECT_EQ(properties(service(), "TargetGroup")["Protocol"].text, "HTTPS");
  EXPECT_EQ(properties(service(), "Task")["ContainerDefinitions"].items.size(), 2U);
  const std::string_view own = "[service]\ntls = \"own\"\n", none = "[service]\ntls = \"none\"\n";
  EXPECT_EQ(properties(service(own), "TargetGroup")["Protocol"].text, "HTTPS");
  EXPECT_EQ(properties(service(own), "Task")["ContainerDefinitions"].items.size(), 1U);
  EXPECT_EQ(properties(service(none), "TargetGroup")["Protocol"].text, "HTTP");
}

TEST(Stack, ASecondRegionIsOneSetting) {
  const std::string_view off = "second_region = \"\"";
  EXPECT_EQ(synthesise(configuration(off)).size(), 2U);
  EXPECT_FALSE(properties(service(off), "Database")["AutomaticBackupReplicationRegion"]);
  EXPECT_FALSE(service(off)["Parameters"]);

  const std::string_view on = "second_region = \"eu-west-1\"";
  const Value document = service(on);
  EXPECT_EQ(properties(document, "Database")["AutomaticBackupReplicationRegion"].text, "eu-west-1");
  EXPECT_EQ(properties(document, "Database")["AutomaticBackupReplicationKmsKeyId"]["Ref"].text, "RecoveryKeyArn");
  EXPECT_THAT(document["Parameters"]["RecoveryKeyArn"]["AllowedPattern"].text, HasSubstr(":kms:eu-west-1:"));
  EXPECT_THAT(text_of(properties(document, "BackupPlan")),
              HasSubstr(":backup:eu-west-1:${AWS::AccountId}:backup-vault:redoubt-production-recovery"));
  EXPECT_EQ(properties(made("second-region.template.json", on), "RecoveryVault")["BackupVaultName"].text,
            "redoubt-production-recovery");
}

TEST(Stack, AProofOnAScheduleMayDoNothingButReadTheseTemplatesAndKeepItsResult) {
  EXPECT_FALSE(made("account.template.json")["Resources"]["Proof"]);
  const Value document = made("account.template.json", everything);
  const Value& project = properties(document, "Proof");
  const std::string script = text_of(project["Source"]["BuildSpec"]);
  EXPECT_THAT(script, HasSubstr("--stack-name redoubt-production --region ${AWS::Region} "));
  EXPECT_THAT(script, HasSubstr("--stack-name redoubt-recovery --region us-west-2 "));
  EXPECT_THAT(script, HasSubstr("redoubt prove *.json"));
  EXPECT_FALSE(project["Environment"]["PrivilegedMode"].boolean);
  const std::string rights = text_of(properties(document, "ProofRole"));
  EXPECT_THAT(rights, HasSubstr("cloudformation:us-west-2:${AWS::AccountId}:stack/redoubt-recovery/*"));
  EXPECT_THAT(rights, HasSubstr("ecr:us-east-1:123456789012:repository/audit/redoubt\""));
  EXPECT_EQ(properties(document, "ProofSchedule")["ScheduleExpression"].text, "rate(1 day)");
  EXPECT_EQ(properties(document, "ProofBucket")["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Mode"].text,
            "COMPLIANCE");
}

TEST(Stack, WhatTheAccountHasAlreadyIsLeftAlone) {
  const Value exists =
      made("account.template.json", "[account]\nexisting = [\"guardduty\"]\n")["Mappings"]["Singletons"]["Exists"];
  EXPECT_EQ(exists["Detector"].text, "true");
  EXPECT_EQ(exists["Trail"].text, "false");
}

TEST(Stack, DeniedRangesAreRefusedByAccessListsAndFirewallBeforeAnythingElse) {
  const Value document = service(everything);
  const Value& denied = properties(document, "PrivateAclInDenied2");
  EXPECT_EQ(denied["RuleAction"].text, "deny");
  EXPECT_EQ(denied["CidrBlock"].text, "198.51.100.0/24");
  EXPECT_LT(std::stoi(denied["RuleNumber"].text),
            std::stoi(properties(document, "PrivateAclInNetwork")["RuleNumber"].text));
  EXPECT_EQ(properties(document, "DeniedAddresses")["Addresses"].items.size(), 2U);
}

TEST(Stack, NoGroupThatSaysNothingOfWhatLeavesItLetsEverythingOut) {
  for (const estate::Member& resource : service()["Resources"].members)
    if (resource.value["Type"].text == "AWS::EC2::SecurityGroup") {
      EXPECT_FALSE(resource.value["Properties"]["SecurityGroupEgress"].items.empty()) << resource.name;
    }
}

TEST(Stack, NoValueIsLeftUnwritten) {
  for (const NamedTemplate& one : synthesise(configuration(everything)))
    visit(one.document["Resources"], [&](const Value& value) {
      EXPECT_FALSE(value.is(Kind::unknown) || value.is(Kind::absent) || value.is(Kind::call)) << one.file;
    });
}

TEST(Explain, SetsTheEnvironmentsSideBySide) {
  const std::string text = explain(configuration(""));
  EXPECT_THAT(text, HasSubstr("lock of the vault"));
  EXPECT_THAT(text, HasSubstr("no task will run"));
  EXPECT_THAT(explain(configuration(everything)), ::testing::Not(HasSubstr("no task will run")));
}

TEST(Explain, DoesNotInventAPriceThatItDoesNotKnow) {
  EXPECT_THAT(explain(configuration("[database]\nclass = \"db.x2g.16xlarge\"\n")), HasSubstr(" ?"));
}

}  // namespace
}  // namespace redoubt::stack
