#include "iam/policy.hpp"

#include <gtest/gtest.h>

namespace redoubt::iam {
namespace {

std::string error_of(std::string text) {
  const auto policy = parse_policy(std::move(text), "test");
  return policy ? "none" : policy.error().text();
}

TEST(Policy, is_refused_with_its_line_and_place) {
  EXPECT_EQ(error_of("{\n\"Version\": \"2012-10-17\",\n\"Statement\": [\n{\"Effect\": \"Alow\"}]}"),
            "line 4, Statement[0].Effect: \"Alow\" is neither Allow nor Deny");
}

TEST(Policy, loses_no_part_silently) {
  const auto statement = [](const std::string& members) {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*")" + members + "}}";
  };
  EXPECT_EQ(error_of(statement("")), "none");
  const std::string refused[] = {
      R"(,"Conditions":{})",                                         // no such element
      R"(,"NotAction":"s3:*")",                                      // beside Action
      R"(,"Condition":{"StringEqual":{"a:b":"c"}})",                 // no such operator
      R"(,"Condition":{"ForEveryValue:StringEquals":{"a:b":"c"}})",  // no such set operator
      R"(,"Condition":{"NullIfExists":{"a:b":"true"}})",
      R"(,"Condition":{"NumericLessThan":{"a:b":"ten"}})",
      R"(,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}})",
      R"(,"Condition":{"DateLessThan":{"aws:CurrentTime":"2020-13-01"}})",
      R"(,"Principal":{"AWS":"arn:aws:iam::111111111111:role/*"})",  // a principal has no wildcards
      R"(,"Principal":{"Group":"g"})",
      R"(,"Condition":{"StringEquals":{"a:b":"${aws:username"}})",
  };
  for (const std::string& members : refused) EXPECT_NE(error_of(statement(members)), "none") << members;
  EXPECT_NE(error_of(R"({"Version":"2020-01-01","Statement":[]})"), "none");
  EXPECT_NE(error_of(R"({"Statement":[{"Effect":"Allow","Action":"s3:*","Action":"s3:Get*","Resource":"*"}]})"),
            "none");
}

TEST(Policy, knows_variables_in_version_2012_10_17_only) {
  for (const auto& [version, expected] : {std::pair{"2008-10-17", false}, std::pair{"2012-10-17", true}}) {
    const auto policy =
        parse_policy(std::string(R"({"Version":")") + version +
                         R"(","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}"}})",
                     "test");
    ASSERT_TRUE(policy);
    EXPECT_EQ(policy->statements[0].variables, expected) << version;
  }
}

TEST(Policy, turns_an_accounts_root_into_the_account) {
  const auto policy = parse_policy(
      R"({"Statement":{"Effect":"Allow","Action":"*","Principal":{"AWS":["arn:aws:iam::111111111111:root","222222222222"]}}})",
      "test");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->statements[0].principals->aws, (std::vector<std::string>{"111111111111", "222222222222"}));
}

TEST(Policy, speaks_of_resources_in_every_statement_or_is_refused) {
  EXPECT_NE(error_of(R"({"Statement":{"Effect":"Allow","Action":"s3:*"}})").find("neither Resource nor NotResource"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":[]}})").find("the list is empty"),
            std::string::npos);
  EXPECT_TRUE(parse_policy(R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}})", "trust"));
}

TEST(Policy, names_no_group_as_a_principal) {
  EXPECT_EQ(error_of("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\",\n"
                     R"("Principal":{"AWS":["111111111111","arn:aws:iam::111111111111:group/devs"]}}})"),
            "line 2, Statement.Principal: \"arn:aws:iam::111111111111:group/devs\": a group is no principal (name "
            "its users, or a role)");
}

}  // namespace
}  // namespace redoubt::iam
