#include "iam/plain_request.hpp"

#include <gtest/gtest.h>

#include "iam/compare.hpp"
#include "iam/evaluate.hpp"
#include "proof/iam/small_policies.hpp"

namespace redoubt::iam {
namespace {

Policy allow(const std::string& rest) {
  return read(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + rest + "}]}");
}

Request shown(const Policy& left, const Policy& right) {
  const Difference found = compare(left, right);
  if (!found.only_left) return {};
  return plainly(*found.only_left, left, right);
}

TEST(PlainRequest, names_an_action_and_a_resource_that_people_know) {
  const Request request = shown(allow(R"("Action":"s3:*","Resource":"arn:aws:s3:::logs/*")"),
                                allow(R"("Action":"s3:Put*","Resource":"arn:aws:s3:::logs/*")"));
  EXPECT_EQ(request.action, "s3:GetObject");
  EXPECT_EQ(request.resource, "arn:aws:s3:::logs/example");
}

TEST(PlainRequest, prefers_what_the_policies_say_themselves) {
  const Request request = shown(allow(R"("Action":["s3:List*","s3:GetBucketAcl"],"Resource":"arn:aws:s3:::*")"),
                                allow(R"("Action":"s3:List*","Resource":["arn:aws:s3:::logs","arn:aws:s3:::*"])"));
  EXPECT_EQ(request.action, "s3:GetBucketAcl");
  EXPECT_EQ(request.resource, "arn:aws:s3:::example");
}

TEST(PlainRequest, fills_region_and_account_of_an_arn) {
  const Request request = shown(allow(R"("Action":"sqs:*","Resource":"arn:*:sqs:*:*:jobs-*")"),
                                allow(R"("Action":"sns:*","Resource":"*")"));
  EXPECT_EQ(request.action, "sqs:SendMessage");
  EXPECT_EQ(request.resource, "arn:aws:sqs:eu-west-1:111122223333:jobs-example");
}

TEST(PlainRequest, names_a_whole_principal) {
  const Request request = shown(
      allow(R"("Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/team/*"}})"),
      allow(R"("Action":"s3:zz","Resource":"*")"));
  EXPECT_EQ(request.context.at("aws:principalarn"),
            std::vector<std::string>{"arn:aws:iam::111122223333:role/team/example"});
  EXPECT_EQ(request.spelling.at("aws:principalarn"), "aws:PrincipalArn");
}

TEST(PlainRequest, keeps_what_was_found_where_nothing_plainer_shows_the_difference) {
  const Request request = shown(allow(R"("Action":"s3:zz*","Resource":"arn:aws:s3:::logs/?")"),
                                allow(R"("Action":"s3:zz?*","Resource":"*")"));
  EXPECT_EQ(lower(request.action), "s3:zz");
  EXPECT_EQ(request.resource, "arn:aws:s3:::logs/x");
}

TEST(PlainRequest, shows_a_difference_whatever_the_policies_are) {
  SmallPolicies random(7);
  int asked = 0;
  for (int i = 0; i < 400; ++i) {
    const Policy left = random.policy(), right = random.policy();
    const Difference found = compare(left, right);
    if (!found.only_left) continue;
    const Request request = plainly(*found.only_left, left, right);
    EXPECT_TRUE(allows(left, request));
    EXPECT_FALSE(allows(right, request));
    ++asked;
  }
  EXPECT_GT(asked, 50);
}

}  // namespace
}  // namespace redoubt::iam
