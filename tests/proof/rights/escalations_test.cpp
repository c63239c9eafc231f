#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proof/rights/role_template.hpp"

namespace redoubt::rights {
namespace {

using iam::Answer;

TEST(Rights, that_lead_to_administrator_are_found_in_the_case_in_which_they_do) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:GetObject', Resource: '*'}", R"(
  More:
    Type: AWS::IAM::Policy
    Condition: IsTest
    Properties:
      PolicyName: more
      Roles: [!Ref AppRole]
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 'iam:PutRolePolicy', Resource: !GetAtt AppRole.Arn}}
)",
                "Parameters: {Stage: {Type: String}}\nConditions: {IsTest: !Equals [!Ref Stage, test]}\n");
  const Escalation found = find_escalation(known(text), "AppRole");
  ASSERT_FALSE(found.found.paths.empty());
  EXPECT_EQ(found.where, "Stage is \"test\"");
  EXPECT_EQ(
      find_escalation(known(role_with("{Effect: Allow, Action: 's3:*', Resource: '*'}")), "AppRole").found.paths.size(),
      0U);
}

TEST(Rights, of_several_principals_lead_up_as_those_of_each_by_itself) {
  const Known both = known(role_with("{Effect: Allow, Action: 'iam:PutRolePolicy', Resource: '*'}", R"(
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      Policies: [{PolicyName: own, PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:Get*', Resource: '*'}}}]
)"));
  const std::vector<std::string> names{"AppRole", "Reader"};
  const std::vector<Escalation> found = find_escalations(both, names);
  ASSERT_EQ(found.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(found[i].found.paths.size(), find_escalation(both, names[i]).found.paths.size()) << names[i];
  EXPECT_FALSE(found[0].found.paths.empty());
  EXPECT_TRUE(found[1].found.paths.empty());
}

TEST(Escalation, through_a_role_whose_policies_are_not_known_is_left_open) {
  const std::string text = role_with("{Effect: Allow, Action: 'sts:AssumeRole', Resource: '*'}", R"(
  Power:
    Type: AWS::IAM::Role
    Properties:
      RoleName: power
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Principal: {AWS: '123456789012'}, Action: sts:AssumeRole}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess']
)");
  const Escalation found = find_escalation(known(text), app);
  EXPECT_NE(found.missing.find("PowerUserAccess"), std::string::npos) << found.missing;
}

// A role of a service, an administrator's or one without rights.
std::string role_of(const std::string& id, const std::string& service, bool is_administrator = false) {
  return "  " + id + R"(:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [)" +
         (is_administrator ? "'arn:aws:iam::aws:policy/AdministratorAccess'" : "") + R"(]
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {Service: )" +
         service + ".amazonaws.com}, Action: sts:AssumeRole}}\n";
}

// A role that may start the builds of one project; that has another role, and an administrator's is there too.
std::string starting(const std::string& resource, const std::string& role, const std::string& more = "") {
  return role_with("{Effect: Allow, Action: 'codebuild:StartBuild', Resource: " + resource + "}",
                   R"(
  Builds:
    Type: AWS::CodeBuild::Project
    Properties: {ServiceRole: )" +
                       role + "}\n" + role_of("Builder", "codebuild") + role_of("Boss", "codebuild", true) + more,
                   "Parameters: {Other: {Type: String}}\n");
}

TEST(Escalation, through_a_project_of_the_template_leads_where_its_role_does) {
  const std::string project = "!GetAtt Builds.Arn";
  EXPECT_TRUE(find_escalation(known(starting(project, "!GetAtt Builder.Arn")), "AppRole").found.paths.empty());
  const Escalation found = find_escalation(known(starting(project, "!GetAtt Boss.Arn")), "AppRole");
  ASSERT_EQ(found.found.paths.size(), 1U);
  EXPECT_EQ(found.found.paths.front().id, "codebuild-002");
  EXPECT_TRUE(found.found.paths.front().assumes.empty());
  // Another project, or one whose role is not told, may have an administrator's.
  for (const std::string& text : {starting("'*'", "!GetAtt Builder.Arn"), starting(project, "!Ref Other")}) {
    const Escalation open = find_escalation(known(text), "AppRole");
    ASSERT_EQ(open.found.paths.size(), 1U);
    EXPECT_FALSE(open.found.paths.front().assumes.empty());
  }
}

TEST(Escalation, through_an_instance_of_the_template_leads_where_its_role_does) {
  const auto with = [](const std::string& role) {
    return find_escalation(known(role_with("{Effect: Allow, Action: 'ec2-instance-connect:SendSSHPublicKey', Resource: "
                                           "!Sub 'arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Host}'}",
                                           R"(
  Host: {Type: AWS::EC2::Instance, Properties: {IamInstanceProfile: !Ref Profile}}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref )" +
                                               role + "]}}\n" + role_of("Weak", "ec2") + role_of("Boss", "ec2", true))),
                           "AppRole");
  };
  EXPECT_TRUE(with("Weak").found.paths.empty());
  ASSERT_EQ(with("Boss").found.paths.size(), 1U);
  EXPECT_TRUE(with("Boss").found.paths.front().assumes.empty());
}

TEST(Escalation, names_the_cases_of_each_way_and_of_full_rights) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:GetObject', Resource: '*'}", R"(
  Full:
    Type: AWS::IAM::Policy
    Condition: IsFull
    Properties:
      PolicyName: full
      Roles: [!Ref AppRole]
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '*', Resource: '*'}}
  More:
    Type: AWS::IAM::Policy
    Condition: IsTest
    Properties:
      PolicyName: more
      Roles: [!Ref AppRole]
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 'iam:PutRolePolicy', Resource: !GetAtt AppRole.Arn}}
)",
                "Parameters: {Stage: {Type: String}, Size: {Type: String}}\n"
                "Conditions: {IsTest: !Equals [!Ref Stage, test], IsFull: !Equals [!Ref Size, full]}\n");
  const Escalation found = find_escalation(known(text), "AppRole");
  EXPECT_EQ(found.where_administrator, "Size is \"full\"");
  ASSERT_EQ(found.found.paths.size(), 1U);
  EXPECT_NE(found.found.paths.front().where.find("Stage is \"test\""), std::string::npos);
  EXPECT_NE(found.found.paths.front().where.find("Size is not \"full\""), std::string::npos);
}

TEST(Escalation, attaches_a_policy_of_the_template_that_nobody_has) {
  const auto with = [](const std::string& action) {
    return find_escalation(
        known(role_with("{Effect: Allow, Action: 'iam:AttachRolePolicy', Resource: !GetAtt AppRole.Arn, "
                        "Condition: {ArnEquals: {'iam:PolicyARN': !Ref Spare}}}",
                        R"(
  Spare:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: ')" +
                            action + R"(', Resource: '*'}}}
)")),
        "AppRole");
  };
  EXPECT_FALSE(with("*").found.paths.empty());
  EXPECT_TRUE(with("s3:*").found.paths.empty());
}

TEST(Escalation, asks_which_service_a_parameter_lets_a_role_trust) {
  const std::string text = role_with(
      "{Effect: Allow, Action: ['iam:PassRole', 'lambda:CreateFunction', 'lambda:InvokeFunction'], Resource: !GetAtt "
      "Boss.Arn}",
      R"(
  More:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: more
      Roles: [!Ref AppRole]
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: ['lambda:CreateFunction', 'lambda:InvokeFunction'], Resource: '*'}}
  Boss:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {Service: !Sub '${Service}.amazonaws.com'}, Action: sts:AssumeRole}}
)",
      "Parameters: {Service: {Type: String, AllowedValues: [ec2, lambda]}}\n");
  const Escalation found = find_escalation(known(text), "AppRole");
  ASSERT_EQ(found.found.paths.size(), 1U);
  EXPECT_EQ(found.where, "Service is \"lambda\"");
  EXPECT_TRUE(found.found.paths.front().assumes.empty());
}

}  // namespace
}  // namespace redoubt::rights
