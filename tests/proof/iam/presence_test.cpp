#include "iam/presence.hpp"

#include <gtest/gtest.h>

#include <string>

#include "iam/access.hpp"

namespace redoubt::iam {
namespace {

constexpr const char* user = "arn:aws:iam::111111111111:user/jane";
constexpr const char* role = "arn:aws:iam::111111111111:role/app";

// Of a bucket that grants to everyone under a condition.
Answer granted(const std::string& who, const std::string& condition, const Pins& context = {}) {
  Account account;
  EXPECT_TRUE(account.add_account(R"({"UserDetailList":[{"Arn":")" + std::string(user) +
                                  R"("}],"RoleDetailList":[{"Arn":")" + role + R"("}]})"));
  EXPECT_TRUE(account.add_resource_policy(R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":
    {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*",
     "Resource":["arn:aws:s3:::b/all/*","arn:aws:s3:::b/of/${aws:username}/*"],"Condition":)" +
                                          condition + "}}}"));
  Budget budget(std::chrono::seconds(5));
  return can(account, *Principal::parse(who), "s3:GetObject", "arn:aws:s3:::b/all/k", context, budget).answer;
}

TEST(Presence, of_a_key_is_certain_where_aws_says_who_sends_it) {
  const std::string org = R"({"StringEquals":{"aws:PrincipalOrgID":"o-1"}})";
  EXPECT_EQ(granted(user, org), Answer::conditional);
  EXPECT_EQ(granted("anonymous", org), Answer::denied);
  EXPECT_EQ(granted("s3.amazonaws.com", org), Answer::denied);
  const std::string source = R"({"StringEquals":{"aws:SourceAccount":"111111111111"}})";
  EXPECT_EQ(granted("sns.amazonaws.com", source), Answer::conditional);
  for (const char* who : {user, role, "anonymous"}) EXPECT_EQ(granted(who, source), Answer::denied) << who;
  const std::string session = R"({"StringLike":{"aws:SourceIdentity":"*"}})";
  EXPECT_EQ(granted(role, session), Answer::conditional);
  EXPECT_EQ(granted(user, session), Answer::denied);
  EXPECT_EQ(granted("anonymous", R"({"StringEquals":{"aws:PrincipalAccount":"anonymous"}})"), Answer::allowed);
  EXPECT_EQ(granted("anonymous", R"({"Null":{"aws:PrincipalArn":"true"}})"), Answer::allowed);
  EXPECT_EQ(granted("111111111111", R"({"StringEquals":{"aws:userid":"111111111111"}})"), Answer::allowed);
}

TEST(Presence, of_a_key_in_every_request_leaves_its_value_open_alone) {
  EXPECT_EQ(granted(user, R"({"Null":{"aws:SecureTransport":"true"}})"), Answer::denied);
  EXPECT_EQ(granted(user, R"({"Bool":{"aws:SecureTransport":["true","false"]}})"), Answer::allowed);
  EXPECT_EQ(granted(user, R"({"Bool":{"aws:SecureTransport":"true"}})"), Answer::conditional);
  EXPECT_EQ(granted(user, R"({"Null":{"aws:SourceVpc":"true"}})"), Answer::conditional);
  // What the question says goes before.
  Pins absent;
  absent.others_absent = true;
  EXPECT_EQ(granted(user, R"({"Null":{"aws:SecureTransport":"true"}})", absent), Answer::allowed);
  Pins given;
  given.context["aws:principalorgid"] = {"o-1"};
  EXPECT_EQ(granted("anonymous", R"({"StringEquals":{"aws:PrincipalOrgID":"o-1"}})", given), Answer::allowed);
}

TEST(Presence, of_the_user_name_is_a_users_alone) {
  const auto at_home = [](const std::string& who, const std::string& resource) {
    Account account;
    EXPECT_TRUE(account.add_account(R"({"UserDetailList":[{"Arn":")" + std::string(user) +
                                    R"("}],"RoleDetailList":[{"Arn":")" + role + R"("}]})"));
    EXPECT_TRUE(account.add_resource_policy(R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":
      {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":[")" +
                                            std::string(user) + "\",\"" + role + R"("]},"Action":"s3:*",
       "Resource":"arn:aws:s3:::b/${aws:username}/*"}}})"));
    Budget budget(std::chrono::seconds(5));
    return can(account, *Principal::parse(who), "s3:GetObject", resource, {}, budget).answer;
  };
  EXPECT_EQ(at_home(user, "arn:aws:s3:::b/jane/k"), Answer::allowed);
  EXPECT_EQ(at_home(user, "arn:aws:s3:::b/app/k"), Answer::denied);
  EXPECT_EQ(at_home(role, "arn:aws:s3:::b/app/k"), Answer::denied);
}

}  // namespace
}  // namespace redoubt::iam
