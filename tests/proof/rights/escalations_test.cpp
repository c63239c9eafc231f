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

}  // namespace
}  // namespace redoubt::rights
