// Rights of an account whose answers were gathered one by one, where get-account-authorization-details is not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cloud/estate/snapshot_support.hpp"
#include "rights/questions.hpp"

namespace redoubt::rights {
namespace {

using estate::SnapshotFolder;
using iam::Answer;
using testing::HasSubstr;

constexpr const char* app = "arn:aws:iam::111122223333:role/app";
constexpr const char* alice = "arn:aws:iam::111122223333:user/alice";

iam::Decision ask(SnapshotFolder& folder, const std::string& who, const std::string& action) {
  return can(Known(folder.estate()), {who, action, "arn:aws:s3:::data/key", {}});
}

std::string allowing(const std::string& action) {
  return R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ")" + action +
         R"(", "Resource": "*"}]})";
}

// A role that list-roles and get-role have shown, and whose policies are listed: "own" inline, "read" attached.
void add_role(SnapshotFolder& folder) {
  const std::string role = R"({"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app", "Path": "/",
    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}})";
  folder.with("list-roles.json", R"({"Roles": [)" + role + "]}");
  folder.with("get-role-app.json", R"({"Role": )" + role + "}");
  folder.with("list-role-policies-app.json", R"({"PolicyNames": ["own"]})");
  folder.with(
      "list-attached-role-policies-app.json",
      R"({"AttachedPolicies": [{"PolicyName": "read", "PolicyArn": "arn:aws:iam::111122223333:policy/read"}]})");
}

TEST(SingleAnswers, AreUndecidedWhileAnAttachedOrInlinePolicyWasNotAskedFor) {
  SnapshotFolder folder;
  add_role(folder);
  EXPECT_EQ(ask(folder, app, "s3:GetObject").answer, Answer::undecided);
  folder.with("own.json", R"({"RoleName": "app", "PolicyName": "own", "PolicyDocument": )" + allowing("s3:Put*") + "}");
  const iam::Decision decision = ask(folder, app, "s3:GetObject");
  EXPECT_EQ(decision.answer, Answer::undecided);
  folder.with("get-policy-read.json", R"({"Policy": {"PolicyName": "read", "DefaultVersionId": "v2",
    "Arn": "arn:aws:iam::111122223333:policy/read"}})");
  const iam::Decision without_text = ask(folder, app, "s3:GetObject");
  EXPECT_EQ(without_text.answer, Answer::undecided);
  EXPECT_THAT(without_text.why_undecided, HasSubstr("GetPolicyVersion"));
}

TEST(SingleAnswers, TogetherTellARolesRights) {
  SnapshotFolder folder;
  add_role(folder);
  folder.with("own.json", R"({"RoleName": "app", "PolicyName": "own", "PolicyDocument":
    "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Deny%22%2C%22Action%22%3A%22s3%3ADelete%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D"})");
  folder.with("get-policy-read.json", R"({"Policy": {"PolicyName": "read", "DefaultVersionId": "v2",
    "Arn": "arn:aws:iam::111122223333:policy/read"}})");
  folder.with(
      "get-policy-version-read.json",
      R"({"PolicyVersion": {"VersionId": "v2", "IsDefaultVersion": true, "Document": )" + allowing("s3:*") + "}}");
  EXPECT_EQ(ask(folder, app, "s3:GetObject").answer, Answer::allowed);
  EXPECT_EQ(ask(folder, app, "s3:DeleteObject").answer, Answer::denied);
  EXPECT_EQ(ask(folder, app, "sns:Publish").answer, Answer::denied);
}

TEST(SingleAnswers, TakeNoVersionOfAPolicyButTheDefaultOne) {
  SnapshotFolder folder;
  add_role(folder);
  folder.with("list-role-policies-app.json", R"({"PolicyNames": []})");
  folder.with("get-policy-read.json", R"({"Policy": {"PolicyName": "read", "DefaultVersionId": "v2",
    "Arn": "arn:aws:iam::111122223333:policy/read"}})");
  folder.with("v1.json", R"({"PolicyArn": "arn:aws:iam::111122223333:policy/read", "PolicyVersion":
    {"VersionId": "v1", "IsDefaultVersion": false, "Document": )" +
                             allowing("*") + "}}");
  EXPECT_EQ(ask(folder, app, "s3:GetObject").answer, Answer::undecided);
}

TEST(SingleAnswers, LeaveTheBoundaryOpenUntilTheRoleItselfWasAskedFor) {
  SnapshotFolder folder;
  folder.with("list-roles.json", R"({"Roles": [{"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app"}]})");
  folder.with("list-role-policies-app.json", R"({"PolicyNames": []})");
  folder.with("list-attached-role-policies-app.json", R"({"AttachedPolicies": [
    {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]})");
  const iam::Decision decision = ask(folder, app, "s3:GetObject");
  EXPECT_EQ(decision.answer, Answer::undecided);
  EXPECT_THAT(decision.why_undecided, HasSubstr("GetRole"));
  folder.with("get-role.json", R"({"Role": {"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app"}})");
  EXPECT_EQ(ask(folder, app, "s3:GetObject").answer, Answer::allowed);
}

TEST(SingleAnswers, TellAUsersRightsThroughItsGroups) {
  SnapshotFolder folder;
  const std::string group =
      R"({"Path": "/", "GroupName": "devs", "Arn": "arn:aws:iam::111122223333:group/devs", "GroupId": "AGPA"})";
  folder.with("get-user.json", R"({"User": {"UserName": "alice", "Arn": "arn:aws:iam::111122223333:user/alice"}})");
  folder.with("list-groups.json", R"({"Groups": [)" + group + "]}");
  folder.with("list-user-policies-alice.json", R"({"PolicyNames": []})");
  folder.with("list-attached-user-policies-alice.json", R"({"AttachedPolicies": []})");
  EXPECT_EQ(ask(folder, alice, "s3:GetObject").answer, Answer::undecided) << "her groups were not asked for";
  folder.with("list-groups-for-user-alice.json", R"({"Groups": [)" + group + "]}");
  EXPECT_EQ(ask(folder, alice, "s3:GetObject").answer, Answer::undecided) << "the group's policies were not asked for";
  folder.with("list-group-policies-devs.json", R"({"PolicyNames": []})");
  folder.with("list-attached-group-policies-devs.json", R"({"AttachedPolicies": []})");
  EXPECT_EQ(ask(folder, alice, "s3:GetObject").answer, Answer::denied);
  folder.with("get-group.json", R"({"Group": )" + group + R"(, "Users": [{"UserName": "alice",
    "Arn": "arn:aws:iam::111122223333:user/alice"}]})");
  folder.with("list-attached-group-policies-devs.json", R"({"AttachedPolicies": [
    {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]})");
  EXPECT_EQ(ask(folder, alice, "s3:GetObject").answer, Answer::allowed);
}

// An organisation of three accounts: 999999999999 manages it, 111122223333 is in a unit below the root.
SnapshotFolder& add_organisation(SnapshotFolder& folder, const std::string& statement) {
  folder.with("get-role.json", R"({"Role": {"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app",
    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}})");
  folder.with("list-role-policies-app.json", R"({"PolicyNames": []})");
  folder.with("list-attached-role-policies-app.json", R"({"AttachedPolicies": [
    {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]})");
  return folder.with("describe-policy.json",
                     R"({"Policy": {"PolicySummary": {"Id": "p-1", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY",
      "Arn": "arn:aws:organizations::999999999999:policy/o-1/service_control_policy/p-1", "AwsManaged": false},
      "Content": "{\"Version\":\"2012-10-17\",\"Statement\":[)" +
                         statement + R"(]}"}})");
}

constexpr const char* no_reads = R"({\"Effect\":\"Deny\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"})";

TEST(SingleAnswers, LeaveOpenWhereAControlPolicyIsAttached) {
  SnapshotFolder folder;
  add_organisation(folder, no_reads);
  const iam::Decision decision = ask(folder, app, "s3:GetObject");
  EXPECT_EQ(decision.answer, Answer::undecided);
  EXPECT_THAT(decision.why_undecided, HasSubstr("ListTargetsForPolicy"));
  EXPECT_EQ(ask(folder, app, "s3:PutObject").answer, Answer::allowed) << "wherever it is attached";
}

TEST(SingleAnswers, ApplyAControlPolicyOfAnAccountAndOfWhatIsAboveIt) {
  SnapshotFolder folder;
  add_organisation(folder, no_reads);
  folder.with("targets.json", R"({"PolicyId": "p-1", "Targets": [{"TargetId": "111122223333", "Type": "ACCOUNT"}]})");
  EXPECT_EQ(ask(folder, app, "s3:GetObject").answer, Answer::denied);
  folder.with("targets.json",
              R"({"PolicyId": "p-1", "Targets": [{"TargetId": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]})");
  EXPECT_EQ(ask(folder, app, "s3:GetObject").answer, Answer::undecided) << "nobody says what the account is below";
  folder.with("parents.json",
              R"({"ChildId": "111122223333", "Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]})");
  EXPECT_EQ(ask(folder, app, "s3:GetObject").answer, Answer::denied);
  folder.with("parents.json", R"({"ChildId": "111122223333", "Parents": [{"Id": "r-1", "Type": "ROOT"}]})");
  EXPECT_EQ(ask(folder, app, "s3:GetObject").answer, Answer::allowed) << "it is below the root, and not in the unit";
}

TEST(SingleAnswers, SpareTheManagementAccountFromControlPolicies) {
  SnapshotFolder folder;
  add_organisation(folder, no_reads);
  folder.with("get-role.json", R"({"Role": {"RoleName": "app", "Arn": "arn:aws:iam::999999999999:role/app"}})");
  folder.with("targets.json", R"({"PolicyId": "p-1", "Targets": [{"TargetId": "999999999999", "Type": "ACCOUNT"}]})");
  EXPECT_EQ(ask(folder, "arn:aws:iam::999999999999:role/app", "s3:GetObject").answer, Answer::allowed);
}

// An answer that holds a policy for everyone.
std::string policy_of(const std::string& resource, const std::string& beside = "") {
  return "{" + beside +
         R"("Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\")" +
         resource + R"(\"}]}"})";
}

constexpr const char* orders = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
constexpr const char* clicks = "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks";
constexpr const char* shared = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1";

// Whether alice may, who has nothing but what the resource's policy gives to everyone.
Answer anybody(SnapshotFolder& folder, const std::string& action, const std::string& resource) {
  folder.with("account.json", R"({"UserDetailList": [{"UserName": "alice", "Path": "/", "UserPolicyList": [],
    "Arn": "arn:aws:iam::111122223333:user/alice", "GroupList": [], "AttachedManagedPolicies": []}],
    "RoleDetailList": [], "GroupDetailList": [], "Policies": []})");
  return can(Known(folder.estate()), {alice, action, resource, {}}).answer;
}

TEST(SingleAnswers, HoldThePoliciesOfTablesStreamsAndFileSystems) {
  struct Row {
    const char *file, *action, *resource, *other;
    std::string answer;
  };
  const std::string arn = "\"ResourceArn\": \"" + std::string(orders) + "\", ";
  const Row rows[] = {
      {"table.json", "dynamodb:GetItem", orders, "arn:aws:dynamodb:eu-west-1:111122223333:table/users",
       policy_of("*", arn)},
      {"get-resource-policy.json", "dynamodb:Query", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/i",
       "arn:aws:dynamodb:eu-west-1:111122223333:table/users", policy_of(std::string(orders) + "/index/*")},
      {"dynamodb/get-resource-policy-orders.json", "dynamodb:GetItem", orders,
       "arn:aws:dynamodb:eu-west-1:111122223333:table/users", policy_of("*")},
      {"get-resource-policy-1.json", "kinesis:GetRecords", clicks,
       "arn:aws:kinesis:eu-west-1:111122223333:stream/other", policy_of(clicks)},
      {"describe-file-system-policy.json", "elasticfilesystem:ClientMount", shared,
       "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-2",
       policy_of("*", "\"FileSystemId\": \"fs-1\", ")},
  };
  for (const auto& [file, action, resource, other, answer] : rows) {
    SnapshotFolder folder;
    folder.with(file, answer);
    EXPECT_EQ(anybody(folder, action, resource), Answer::allowed) << file << answer;
    EXPECT_EQ(anybody(folder, action, other), Answer::denied) << file << answer;
    EXPECT_EQ(anybody(folder, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q"), Answer::denied) << file;
  }
}

TEST(SingleAnswers, LeaveEveryTableOpenWhereAPolicyDoesNotSayWhoseItIs) {
  SnapshotFolder folder;
  folder.with("dynamodb/get-resource-policy-1.json", policy_of("*"));
  EXPECT_EQ(anybody(folder, "dynamodb:GetItem", orders), Answer::undecided);
  EXPECT_EQ(anybody(folder, "kinesis:GetRecords", clicks), Answer::denied);
  SnapshotFolder either;
  either.with("get-resource-policy-1.json", policy_of("*"));
  EXPECT_EQ(anybody(either, "dynamodb:GetItem", orders), Answer::undecided);
  EXPECT_EQ(anybody(either, "kinesis:GetRecords", clicks), Answer::undecided);
  SnapshotFolder of_another;
  of_another.with("get-resource-policy-1.json", policy_of("arn:aws:codebuild:eu-west-1:111122223333:project/p"));
  EXPECT_EQ(anybody(of_another, "dynamodb:GetItem", orders), Answer::denied);
}

TEST(SingleAnswers, PlaceTheRepositoryPolicyThatNothingLists) {
  const std::string text =
      R"("policyText": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:*\"}]}"})";
  const std::string web = "arn:aws:ecr:eu-west-1:111122223333:repository/web";
  SnapshotFolder folder;
  folder.with("get-repository-policy.json", R"({"registryId": "111122223333", "repositoryName": "web", )" + text);
  EXPECT_EQ(anybody(folder, "ecr:BatchGetImage", web), Answer::allowed);
  EXPECT_EQ(anybody(folder, "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:111122223333:repository/api"), Answer::denied);
  SnapshotFolder nameless;
  nameless.with("answer.json", "{" + text);
  EXPECT_EQ(anybody(nameless, "ecr:BatchGetImage", web), Answer::undecided);
}

}  // namespace
}  // namespace redoubt::rights
