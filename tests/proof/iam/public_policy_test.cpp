#include "iam/public_policy.hpp"

#include <gtest/gtest.h>

#include <string>

#include "proof/iam/small_policies.hpp"

namespace redoubt::iam {
namespace {

Publicity of(const std::string& statements) {
  return publicity(read(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}"));
}

std::string everyone(const std::string& condition) {
  return R"({"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"*","Condition":)" + condition + "}";
}

TEST(PublicPolicy, is_as_the_examples_of_its_page) {
  EXPECT_EQ(
      of(R"({"Principal":{"Federated":"graph.facebook.com"},"Resource":"*","Action":"s3:PutObject","Effect":"Allow"})"),
      Publicity::is_public);
  EXPECT_EQ(of(R"({"Principal":"*","Resource":"*","Action":"s3:PutObject","Effect":"Allow"})"), Publicity::is_public);
  EXPECT_EQ(of(everyone(R"({"StringLike":{"aws:SourceVpc":"vpc-*"}})")), Publicity::is_public);
  EXPECT_EQ(of(everyone(R"({"StringEquals":{"aws:SourceVpc":"vpc-91237329"}})")), Publicity::not_public);
  EXPECT_EQ(of(R"({"Principal":{"AWS":"111111111111"},"Resource":"*","Action":"s3:*","Effect":"Allow"},
    {"Principal":{"Service":"cloudtrail.amazonaws.com"},"Resource":"*","Action":"s3:*","Effect":"Allow"})"),
            Publicity::not_public);
}

TEST(PublicPolicy, is_limited_by_fixed_values_of_the_listed_keys_alone) {
  EXPECT_EQ(of(everyone(R"({"StringEquals":{"aws:PrincipalOrgID":"o-1"}})")), Publicity::not_public);
  EXPECT_EQ(of(everyone(R"({"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/*"}})")),
            Publicity::is_public);
  EXPECT_EQ(of(everyone(R"({"StringEquals":{"aws:SourceVpc":"${aws:PrincipalTag/vpc}"}})")), Publicity::is_public);
  EXPECT_EQ(of(everyone(R"({"StringNotEquals":{"aws:SourceVpc":"vpc-1"}})")), Publicity::is_public);
  EXPECT_EQ(of(everyone(R"({"Bool":{"aws:SecureTransport":"true"}})")), Publicity::is_public);
  EXPECT_EQ(
      of(everyone(R"({"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu-west-1:111111111111:accesspoint/*"}})")),
      Publicity::not_public);
  EXPECT_EQ(of(everyone(R"({"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu-west-1:*:accesspoint/*"}})")),
            Publicity::is_public);
}

TEST(PublicPolicy, takes_broad_ranges_of_addresses_for_everyone) {
  const auto from = [](const std::string& ranges) {
    return of(everyone(R"({"IpAddress":{"aws:SourceIp":)" + ranges + "}}"));
  };
  EXPECT_EQ(from(R"("203.0.113.0/24")"), Publicity::not_public);
  EXPECT_EQ(from(R"("11.0.0.0/8")"), Publicity::not_public);
  EXPECT_EQ(from(R"("10.0.0.0/8")"), Publicity::not_public);
  EXPECT_EQ(from(R"("0.0.0.0/1")"), Publicity::is_public);
  EXPECT_EQ(from(R"(["203.0.113.0/24","12.0.0.0/7"])"), Publicity::is_public);
  EXPECT_EQ(from(R"("2001:db8::/32")"), Publicity::not_public);
  EXPECT_EQ(from(R"("2001::/31")"), Publicity::is_public);
}

TEST(PublicPolicy, is_open_where_the_page_is) {
  EXPECT_EQ(of(everyone(R"({"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}})")), Publicity::open);
  EXPECT_EQ(of(everyone(R"({"StringEquals":{"aws:VpceOrgID":"o-1"}})")), Publicity::open);
  const std::string open = R"({"Principal":"*","Resource":"*","Action":"s3:*","Effect":"Allow"},)";
  EXPECT_EQ(of(open + R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":
    {"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}})"),
            Publicity::open);
  EXPECT_EQ(of(open + R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":
    {"Bool":{"aws:SecureTransport":"false"}}})"),
            Publicity::is_public);
}

}  // namespace
}  // namespace redoubt::iam
