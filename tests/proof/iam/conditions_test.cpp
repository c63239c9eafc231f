// Each operator beside cases of its page, "IAM JSON policy elements: Condition operators", and of "Single-valued vs.
// multivalued context keys" for the set operators.
#include "iam/conditions.hpp"

#include <gtest/gtest.h>

namespace redoubt::iam {
namespace {

using Values = std::vector<std::string>;

struct Case {
  std::string name;    // of the operator
  std::string policy;  // its values, as JSON
  Values request;      // empty: the key is absent
  bool holds;
};

bool evaluate_case(const Case& one) {
  const auto policy = parse_policy(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{")" + one.name +
          R"(":{"k:Key":)" + one.policy + "}}}}",
      "test");
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().text());
  const Context context{{"aws:username", {"jane"}}, {"k:key", one.request}};
  return policy && holds(policy->statements[0].conditions[0], &one.request, &context);
}

TEST(Conditions, hold_as_their_page_says) {
  const Case cases[] = {
      // String operators
      {"StringEquals", R"("a")", {"a"}, true},
      {"StringEquals", R"("a")", {"A"}, false},
      {"StringEquals", R"("a*")", {"ab"}, false},
      {"StringEquals", R"(["a","b"])", {"b"}, true},
      {"StringEquals", R"("a")", {}, false},
      {"StringEquals", R"("${aws:username}")", {"jane"}, true},
      {"StringEquals", R"("${k:absent, 'x'}")", {"x"}, true},
      {"StringEquals", R"("${k:absent}")", {""}, false},
      {"StringNotEquals", R"(["a","b"])", {"c"}, true},
      {"StringNotEquals", R"(["a","b"])", {"a"}, false},
      {"StringNotEquals", R"("a")", {}, true},
      {"StringEqualsIgnoreCase", R"("aB")", {"Ab"}, true},
      {"StringNotEqualsIgnoreCase", R"("aB")", {"Ab"}, false},
      {"StringLike", R"("a*c")", {"abc"}, true},
      {"StringLike", R"("a?c")", {"ac"}, false},
      {"StringLike", R"("A*")", {"abc"}, false},
      {"StringLike", R"("a${*}")", {"a*"}, true},
      {"StringLike", R"("a${*}")", {"ab"}, false},
      {"StringNotLike", R"("a*")", {"b"}, true},
      {"StringNotLike", R"("a*")", {}, true},
      // Numeric operators
      {"NumericEquals", "10", {"10.0"}, true},
      {"NumericNotEquals", "10", {"10"}, false},
      {"NumericNotEquals", "10", {}, true},
      {"NumericLessThan", R"("10")", {"9.9"}, true},
      {"NumericLessThan", R"("10")", {"10"}, false},
      {"NumericLessThanEquals", R"("10")", {"10"}, true},
      {"NumericGreaterThan", R"("10")", {"10"}, false},
      {"NumericGreaterThanEquals", R"("10")", {"10"}, true},
      {"NumericGreaterThanEquals", R"("10")", {"text"}, false},
      // Date operators
      {"DateEquals", R"("2020-04-01T00:00:00Z")", {"1585699200"}, true},
      {"DateNotEquals", R"("2020-04-01T00:00:00Z")", {"2020-04-02T00:00:00Z"}, true},
      {"DateLessThan", R"("2020-04-01T00:00:00Z")", {"2020-03-31T23:59:59Z"}, true},
      {"DateLessThan", R"("2020-04-01T00:00:00Z")", {"2020-04-01T00:30:00+01:00"}, true},
      {"DateLessThanEquals", R"("2020-04-01T00:00:00Z")", {"2020-04-01T00:00:00Z"}, true},
      {"DateGreaterThan", R"("2020-04-01")", {"2020-04-01T00:00:01Z"}, true},
      {"DateGreaterThanEquals", R"("2020-04-01T00:00:00Z")", {"2020-03-31"}, false},
      // Boolean and binary operators
      {"Bool", R"("true")", {"true"}, true},
      {"Bool", "true", {"false"}, false},
      {"Bool", R"("false")", {}, false},
      {"BoolIfExists", R"("false")", {}, true},
      {"BinaryEquals", R"("QmluYXJ5")", {"QmluYXJ5"}, true},
      {"BinaryEquals", R"("QmluYXJ5")", {"qmluYXJ5"}, false},
      // IP address operators
      {"IpAddress", R"("203.0.113.0/24")", {"203.0.113.255"}, true},
      {"IpAddress", R"("203.0.113.0/24")", {"203.0.114.0"}, false},
      {"IpAddress", R"("203.0.113.7")", {"203.0.113.7"}, true},
      {"IpAddress", R"("2001:DB8:1234:5678::/64")", {"2001:db8:1234:5678::1"}, true},
      {"IpAddress", R"("0.0.0.0/0")", {"::1"}, false},
      {"NotIpAddress", R"("203.0.113.0/24")", {"203.0.113.1"}, false},
      {"NotIpAddress", R"("203.0.113.0/24")", {"::1"}, true},
      {"NotIpAddress", R"("203.0.113.0/24")", {}, true},
      // ARN operators
      {"ArnEquals", R"("arn:aws:sns:*:111122223333:topic")", {"arn:aws:sns:eu-west-1:111122223333:topic"}, true},
      {"ArnLike", R"("arn:aws:sns:*:topic")", {"arn:aws:sns:eu-west-1:111122223333:topic"}, false},
      {"ArnLike", R"("arn:aws:lambda:*:*:function:f*")", {"arn:aws:lambda:r:1:function:f:v1"}, true},
      {"ArnNotEquals", R"("arn:aws:sns:*:*:a")", {"arn:aws:sns:r:1:b"}, true},
      {"ArnNotLike", R"("arn:aws:sns:*:*:*")", {}, true},
      // IfExists and Null
      {"StringEqualsIfExists", R"("a")", {}, true},
      {"StringEqualsIfExists", R"("a")", {"b"}, false},
      {"StringNotEqualsIfExists", R"("a")", {"a"}, false},
      {"Null", R"("true")", {}, true},
      {"Null", R"("true")", {"a"}, false},
      {"Null", R"("false")", {"a"}, true},
      {"Null", R"("false")", {}, false},
      // Set operators
      {"ForAllValues:StringEquals", R"(["a","b"])", {"a", "b"}, true},
      {"ForAllValues:StringEquals", R"(["a","b"])", {"a", "c"}, false},
      {"ForAllValues:StringEquals", R"("a")", {}, true},
      {"ForAnyValue:StringEquals", R"(["a","b"])", {"c", "b"}, true},
      {"ForAnyValue:StringEquals", R"("a")", {"c"}, false},
      {"ForAnyValue:StringEquals", R"("a")", {}, false},
      {"ForAllValues:StringNotEquals", R"("a")", {"b", "c"}, true},
      {"ForAllValues:StringNotEquals", R"("a")", {"b", "a"}, false},
      {"ForAnyValue:StringNotEquals", R"("a")", {"b", "a"}, true},
      {"ForAnyValue:StringNotEquals", R"("a")", {"a"}, false},
      {"ForAnyValue:StringNotEquals", R"("a")", {}, false},
      {"foranyvalue:stringlike", R"("a*")", {"b", "ab"}, true},
  };
  for (const Case& one : cases)
    EXPECT_EQ(evaluate_case(one), one.holds)
        << one.name << " " << one.policy << " of " << ::testing::PrintToString(one.request);
}

}  // namespace
}  // namespace redoubt::iam
