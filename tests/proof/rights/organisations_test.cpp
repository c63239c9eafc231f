#include <gtest/gtest.h>

#include <string>

#include "estate/document.hpp"
#include "proof/rights/role_template.hpp"

namespace redoubt::rights {
namespace {

using iam::Answer;

// The role of another stack than the organisation's policy.
Known with_control(const std::string& target, const std::string& content, const std::string& type = "SERVICE") {
  estate::Estate out = estate::testing::estate_of(role_with("{Effect: Allow, Action: 's3:*', Resource: '*'}"));
  const std::string organisation = R"(
Parameters:
  Member: {Type: String}
Resources:
  Guard:
    Type: AWS::Organizations::Policy
    Properties:
      Name: guard
      Type: )" + type + R"(_CONTROL_POLICY
      TargetIds: [)" + target + R"(]
      Content: )" + content + "\n";
  auto document = estate::read_document(organisation, 1, "o.yaml");
  EXPECT_TRUE(document && estate::add_template(out, *document, "o.yaml"));
  return Known(std::move(out));
}

iam::Decision get_under(const Known& known) {
  return can(known, {app, "s3:GetObject", "arn:aws:s3:::data/key", {}});
}

constexpr const char* no_reads = "{Version: '2012-10-17', Statement: {Effect: Deny, Action: 's3:Get*', Resource: '*'}}";

TEST(Rights, are_denied_by_a_control_policy_whose_target_is_the_account) {
  const iam::Decision decision = get_under(with_control("'123456789012'", no_reads));
  EXPECT_EQ(decision.answer, Answer::denied);
  ASSERT_EQ(decision.because.size(), 1U);
  EXPECT_EQ(decision.because[0], "policy Guard of the organisation, statement 1 (o.yaml:11)");
  EXPECT_EQ(get_under(with_control("'210987654321'", no_reads)).answer, Answer::allowed);
}

TEST(Rights, hang_on_a_parameter_that_a_control_policy_has_for_its_target) {
  const iam::Decision decision = get_under(with_control("!Ref Member", no_reads));
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_NE(decision.condition.find("denied where Member of o.yaml is \"123456789012\""), std::string::npos)
      << decision.condition;
}

TEST(Rights, are_undecided_below_a_unit_whose_accounts_no_source_names) {
  EXPECT_EQ(get_under(with_control("ou-abcd-12345678", no_reads)).answer, Answer::undecided);
  EXPECT_EQ(get_under(with_control("r-abcd", no_reads)).answer, Answer::undecided);
  constexpr const char* no_writes =
      "{Version: '2012-10-17', Statement: {Effect: Deny, Action: 's3:Put*', Resource: '*'}}";
  EXPECT_EQ(get_under(with_control("r-abcd", no_writes)).answer, Answer::allowed) << "whoever is below";
}

TEST(Rights, within_what_a_control_policy_allows_are_certain_and_beyond_it_undecided) {
  constexpr const char* reads = "{Version: '2012-10-17', Statement: {Effect: Allow, Action: 's3:Get*', Resource: '*'}}";
  const Known known = with_control("'123456789012'", reads);
  EXPECT_EQ(get_under(known).answer, Answer::allowed);
  const iam::Decision beyond = can(known, {app, "s3:PutObject", "arn:aws:s3:::data/key", {}});
  EXPECT_EQ(beyond.answer, Answer::undecided) << "FullAWSAccess may be attached beside it";
}

TEST(Rights, are_denied_by_a_resource_control_policy_of_the_resources_account) {
  constexpr const char* no_reads_by_anybody =
      "{Version: '2012-10-17', Statement: {Effect: Deny, Principal: '*', Action: 's3:Get*', Resource: '*'}}";
  EXPECT_EQ(get_under(with_control("'123456789012'", no_reads_by_anybody, "RESOURCE")).answer, Answer::denied);
  EXPECT_EQ(get_under(with_control("'210987654321'", no_reads_by_anybody, "RESOURCE")).answer, Answer::allowed);
}

}  // namespace
}  // namespace redoubt::rights
