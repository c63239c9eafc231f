#include "iam/access.hpp"

#include <gtest/gtest.h>

namespace redoubt::iam {
namespace {

constexpr std::chrono::milliseconds budget{5000};

// The account of three users: one with a policy of its own, one with a policy that is not among the data, one with
// none.
Account account() {
  Account out;
  const auto result = out.add_account(R"({"UserDetailList":[
    {"Arn":"arn:aws:iam::111111111111:user/jane","UserPolicyList":[{"PolicyName":"own","PolicyDocument":
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},
        {"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}},
        {"Effect":"Deny","Action":"s3:GetObjectAcl","Resource":"*"}]}}]},
    {"Arn":"arn:aws:iam::111111111111:user/joe","UserPolicyList":[],
     "AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}],
     "PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111111111111:policy/fence"}},
    {"Arn":"arn:aws:iam::111111111111:user/jim","UserPolicyList":[]}],
    "Policies":[{"Arn":"arn:aws:iam::111111111111:policy/fence","PolicyVersionList":[{"IsDefaultVersion":true,
      "Document":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}}]}]})");
  EXPECT_TRUE(result) << (result ? "" : result.error());
  return out;
}

Decision ask(const Account& of, const std::string& name, const std::string& action, const Pins& pins = {}) {
  Budget spend(budget);
  return can(of, *Principal::parse("arn:aws:iam::111111111111:user/" + name), action, "arn:aws:s3:::b/k", pins, spend);
}

std::vector<std::string> who(const Account& of, const std::string& action, const Pins& pins = {}) {
  std::vector<std::string> out;
  for (const Accessor& one : who_can(of, action, "arn:aws:s3:::b/k", pins, budget))
    out.push_back((one.decision.when_allowed ? "" : "perhaps ") + one.principal.name.substr(26));
  return out;
}

TEST(Access, is_undecided_where_a_policy_that_is_not_there_could_matter) {
  EXPECT_EQ(ask(account(), "joe", "s3:GetObject").answer, Answer::undecided);
  EXPECT_EQ(ask(account(), "joe", "s3:PutObject").answer, Answer::denied);  // its boundary
  EXPECT_EQ(ask(account(), "jim", "s3:GetObject").answer, Answer::denied);
  EXPECT_EQ(ask(account(), "nobody", "s3:GetObject").answer, Answer::undecided);
}

TEST(Access, lists_everybody_who_has_it_in_some_context) {
  const std::vector<std::string> readers{"user/jane", "perhaps user/joe"}, writers{"user/jane"};
  EXPECT_EQ(who(account(), "s3:GetObject"), readers);
  EXPECT_EQ(who(account(), "s3:PutObject"), writers);
  Pins strict;
  strict.others_absent = true;
  EXPECT_TRUE(who(account(), "s3:PutObject", strict).empty());
  strict.context["aws:securetransport"] = {"true"};
  EXPECT_EQ(who(account(), "s3:PutObject", strict), writers);
}

TEST(Access, lists_those_whom_a_resource_policy_names) {
  Account of = account();
  ASSERT_TRUE(of.add_resource_policy(R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*","Principal":
    {"AWS":["arn:aws:iam::111111111111:user/jim","arn:aws:iam::222222222222:root"],"Service":"logs.amazonaws.com"}}]}})"));
  std::vector<std::string> found;
  for (const Accessor& one : who_can(of, "s3:DeleteObject", "arn:aws:s3:::b/k", {}, budget))
    found.push_back(one.principal.name);
  const std::vector<std::string> expected{"arn:aws:iam::111111111111:user/jim", "arn:aws:iam::222222222222:root",
                                          "logs.amazonaws.com"};
  EXPECT_EQ(found, expected);
  // Another bucket has no such policy.
  for (const Accessor& one : who_can(of, "s3:DeleteObject", "arn:aws:s3:::bb/k", {}, budget))
    EXPECT_NE(one.principal.account, "111111111111") << one.principal.name;
}

TEST(Access, finds_who_can_become_administrator) {
  Account of;
  ASSERT_TRUE(of.add_account(R"({"UserDetailList":[
    {"Arn":"arn:aws:iam::111111111111:user/jane","UserPolicyList":[{"PolicyName":"own","PolicyDocument":
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"*"}]}}]},
    {"Arn":"arn:aws:iam::111111111111:user/root2","UserPolicyList":[{"PolicyName":"own","PolicyDocument":
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}}]},
    {"Arn":"arn:aws:iam::111111111111:user/jim","UserPolicyList":[]}]})"));
  const std::vector<EscalationFrom> found = find_escalations(of, budget);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].principal.name, "arn:aws:iam::111111111111:user/jane");
  EXPECT_FALSE(found[0].found.paths.empty());
}

TEST(Access, of_a_copy_outlives_what_it_was_copied_from) {
  auto first = std::make_unique<Account>(account());
  const Account copy = *first;
  first.reset();
  EXPECT_EQ(ask(copy, "jane", "s3:GetObject").answer, Answer::allowed);
}

}  // namespace
}  // namespace redoubt::iam
