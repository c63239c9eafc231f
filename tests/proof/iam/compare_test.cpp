#include "iam/compare.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "iam/evaluate.hpp"
#include "proof/iam/small_policies.hpp"

namespace redoubt::iam {
namespace {

// A policy of one Allow, with the rest of its statement as JSON.
Policy allow(const std::string& rest) {
  return read(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + rest + "}]}");
}

struct Case {
  std::string left, right;
  Order order;
};

TEST(Compare, orders_policies) {
  const std::string get = R"("Action":"s3:GetObject",)";
  const std::string any = R"("Resource":"*")";
  const auto with = [&](const std::string& condition) { return get + any + R"(,"Condition":)" + condition; };
  const Case cases[] = {
      {get + any, get + any, Order::equivalent},
      {get + any, R"("Action":"s3:Get*",)" + any, Order::narrower},
      {R"("Action":"*",)" + any, R"("Action":"*:*",)" + any, Order::equivalent},
      {R"("Action":"S3:getobject",)" + any, get + any, Order::equivalent},
      {R"("NotAction":"s3:*",)" + any, R"("NotAction":"s3:Get*",)" + any, Order::narrower},
      {R"("Action":["s3:Get*","s3:Put*"],)" + any, R"("Action":["s3:Put*","s3:List*"],)" + any, Order::incomparable},
      {get + R"("Resource":"arn:aws:s3:::b/*")", get + R"("Resource":"arn:aws:s3:::b/?*")", Order::broader},
      {get + R"("Resource":"arn:aws:s3:::*")", get + any, Order::narrower},
      // "If * is the last character of a segment, it can expand beyond the colon."
      {get + R"("Resource":"arn:aws:s3:*")", get + R"("Resource":"arn:aws:s3:*:*:*")", Order::equivalent},
      {get + R"("Resource":"arn:aws:sqs:eu-*-1:1:q")", get + R"("Resource":"arn:aws:sqs:eu-*:1:q")", Order::narrower},
      {get + R"("NotResource":"arn:aws:s3:::b/*")", get + any, Order::narrower},
      {with(R"({"StringEquals":{"aws:SourceVpc":"vpc-1"}})"), get + any, Order::narrower},
      {with(R"({"StringEquals":{"aws:SourceVpc":["vpc-1","vpc-2"]}})"),
       with(R"({"StringLike":{"aws:sourcevpc":"vpc-?"}})"), Order::narrower},
      {with(R"({"StringNotEquals":{"aws:SourceVpc":"vpc-1"}})"), with(R"({"StringNotLike":{"aws:SourceVpc":"vpc-*"}})"),
       Order::broader},
      {with(R"({"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}})"),
       with(R"({"StringEquals":{"aws:SourceVpc":"vpc-1"}})"), Order::broader},
      {with(R"({"IpAddress":{"aws:SourceIp":"10.1.0.0/16"}})"), with(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"),
       Order::narrower},
      {with(R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/9","10.128.0.0/9"]}})"),
       with(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"), Order::equivalent},
      {with(R"({"NumericLessThan":{"s3:max-keys":"10"}})"), with(R"({"NumericLessThanEquals":{"s3:max-keys":10}})"),
       Order::narrower},
      {with(R"({"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}})"),
       with(R"({"DateLessThanEquals":{"aws:CurrentTime":"2019-12-31T23:59:59Z"}})"), Order::equivalent},
      {with(R"({"Bool":{"aws:SecureTransport":"true"}})"), with(R"({"Bool":{"aws:SecureTransport":"false"}})"),
       Order::incomparable},
      {with(R"({"Null":{"aws:TokenIssueTime":"true"}})"), with(R"({"Null":{"aws:TokenIssueTime":"false"}})"),
       Order::incomparable},
      {with(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}})"),
       with(R"({"ForAllValues:StringEquals":{"aws:TagKeys":"a"}})"), Order::incomparable},
      {with(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}})"),
       with(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}})"), Order::narrower},
      {get + R"("Resource":"arn:aws:s3:::b/${aws:username}/*")", get + R"("Resource":"arn:aws:s3:::b/*")",
       Order::narrower},
      {get + R"("Resource":"arn:aws:s3:::b/${aws:username}/*")",
       get + R"("Resource":"arn:aws:s3:::b/${aws:username}/*")", Order::equivalent},
      {get + R"("Resource":"arn:aws:s3:::b/${aws:username}")", get + R"("Resource":"arn:aws:s3:::b/?")",
       Order::incomparable},
  };
  for (const auto& [left, right, order] : cases) {
    const Difference found = compare(allow(left), allow(right));
    EXPECT_EQ(name_of(found.order), name_of(order)) << left << "\n" << right << "\n" << found.why_undecided;
  }
}

TEST(Compare, subtracts_what_is_denied) {
  const Policy all = allow(R"("Action":"s3:*","Resource":"*")");
  const Policy less = read(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
    {"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::logs"}]})");
  const Difference found = compare(less, all);
  EXPECT_EQ(found.order, Order::narrower);
  ASSERT_TRUE(found.only_right);
  EXPECT_EQ(found.only_right->resource, "arn:aws:s3:::logs");
  EXPECT_EQ(lower(found.only_right->action), "s3:deletebucket");
  EXPECT_FALSE(found.only_left);
}

TEST(Compare, proves_what_holds_for_every_value_of_a_variable) {
  const auto of = [](const std::string& allowed, const std::string& denied) {
    std::string statements = R"({"Effect":"Allow","Action":"s3:*","Resource":")" + allowed + "\"}";
    if (!denied.empty()) statements += R"(,{"Effect":"Deny","Action":"s3:*","Resource":")" + denied + "\"}";
    return read(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}");
  };
  const std::string home = "arn:aws:s3:::home/${aws:username}/*";
  // The Deny cannot meet a home, whoever it is.
  EXPECT_EQ(compare(of(home, ""), of("arn:aws:s3:::home/*", "arn:aws:s3:::logs/*")).order, Order::narrower);
  // It can meet the one of somebody.
  EXPECT_NE(compare(of(home, ""), of("arn:aws:s3:::home/*", "arn:aws:s3:::home/root/*")).is_contained(), true);
  EXPECT_NE(compare(of("arn:aws:s3:::${aws:username}", ""), of("arn:aws:s3:::?*", "arn:aws:s3:::a*")).is_contained(),
            true);
  EXPECT_NE(compare(of("arn:aws:s3:::${aws:username}", ""), of("arn:aws:s3:::x*", "")).is_contained(), true);
  EXPECT_EQ(compare(of("arn:aws:s3:::${aws:username}", ""), of("arn:aws:s3:::*", "")).order, Order::narrower);
  // What both deny says nothing about their difference; what one of them denies does.
  EXPECT_EQ(compare(of("arn:aws:s3:::a*", home), of("arn:aws:s3:::*", home)).order, Order::narrower);
  EXPECT_EQ(compare(of(home, ""), of(home, home)).order, Order::broader);
  EXPECT_EQ(compare(of("arn:aws:s3:::${aws:username}/${k:a, 'x'}", ""), of("arn:aws:s3:::${aws:username}/*", "")).order,
            Order::narrower);
}

TEST(Compare, knows_the_keys_that_every_request_has) {
  const auto policy = [](const std::string& first, const std::string& more = "") {
    return read(
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*")" +
        first + "}" + more + "]}");
  };
  const Policy denying = policy("", R"(,{"Effect":"Deny","Action":"s3:*","Resource":"*","Principal":"*","Condition":
    {"Bool":{"aws:SecureTransport":"false"}}})");
  const Policy asking = policy(R"(,"Condition":{"Bool":{"aws:SecureTransport":"true"}})");
  EXPECT_EQ(compare(denying, asking).order, Order::equivalent);
  const auto none = [](const std::string& key) {
    return allow(R"("Action":"s3:*","Resource":"*","Condition":{"Null":{")" + key + R"(":"true"}})");
  };
  const Policy nothing =
      read(R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]})");
  EXPECT_EQ(compare(none("aws:CurrentTime"), nothing).order, Order::equivalent);
  EXPECT_EQ(compare(none("aws:SourceVpc"), nothing).order, Order::broader);
}

TEST(Compare, knows_that_a_principal_has_an_account) {
  const auto of = [](const std::string& rest) { return allow(R"("Action":"s3:GetObject","Resource":"*",)" + rest); };
  const Policy named = of(R"("Principal":{"AWS":"111111111111"})");
  const Policy conditioned =
      of(R"("Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111111111111"}})");
  EXPECT_EQ(compare(named, conditioned).order, Order::equivalent);
  const Policy role = of(R"("Principal":{"AWS":"arn:aws:iam::111111111111:role/app"})");
  EXPECT_EQ(compare(role, named).order, Order::narrower);
  const Policy arn =
      of(R"("Principal":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/app"}})");
  EXPECT_EQ(compare(arn, role).order, Order::equivalent);
}

TEST(Compare, finds_who_stands_outside_of_an_account) {
  const auto of = [](const std::string& rest) { return allow(R"("Action":"s3:GetObject","Resource":"*",)" + rest); };
  EXPECT_FALSE(find_outsider(of(R"("Principal":{"AWS":"111111111111"})"), {"111111111111"}).request);
  EXPECT_TRUE(find_outsider(of(R"("Principal":"*")"), {"111111111111"}).request);
  const Outsider none = find_outsider(
      of(R"("Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111111111111"}})"), {"111111111111"});
  EXPECT_FALSE(none.request || none.undecided);
}

TEST(Compare, is_undecided_when_the_budget_is_spent) {
  std::string left, right;
  for (char c = 'a'; c <= 'r'; ++c) {
    // Two patterns of the right hold one of the left together, neither by itself.
    left += std::string(left.empty() ? "" : ",") + "\"arn:aws:s3:::b/*" + c + "*\"";
    right += std::string(right.empty() ? "" : ",") + "\"arn:aws:s3:::b/*" + c + "\",\"arn:aws:s3:::b/*" + c + "?*\"";
  }
  const auto of = [](const std::string& list) { return allow(R"("Action":"s3:GetObject","Resource":[)" + list + "]"); };
  const Difference found = compare(of(left), of(right), std::chrono::milliseconds(20));
  EXPECT_EQ(found.order, Order::undecided);
  EXPECT_FALSE(found.why_undecided.empty());
}

TEST(Compare, holds_many_patterns_against_one_another_before_it_divides_all_requests) {
  std::string some, more;
  for (char first = 'a'; first <= 'z'; ++first) {
    some += std::string(some.empty() ? "" : ",") + "\"arn:aws:s3:::*" + first + "*\"";
    more += std::string(more.empty() ? "" : ",") + "\"arn:aws:s3:::*" + first + "*\"";
  }
  more += ",\"arn:aws:s3:::*0*\"";
  const auto of = [](const std::string& list) { return allow(R"("Action":"s3:*","Resource":[)" + list + "]"); };
  EXPECT_EQ(compare(of(some), of(some)).order, Order::equivalent);
  const Difference found = compare(of(some), of(more));
  EXPECT_EQ(found.order, Order::narrower) << found.why_undecided;
  EXPECT_TRUE(found.only_right);
  // What another pattern covers counts as well.
  EXPECT_EQ(compare(of(some + R"(,"arn:aws:s3:::logs/*/q?x*y")"), of(some)).order, Order::equivalent);
}

TEST(Compare, agrees_with_brute_force_over_a_small_universe) {
  SmallPolicies policies(20241124);
  const std::vector<Request> requests = SmallPolicies::requests();
  int differences = 0;
  for (int round = 0; round < 150; ++round) {
    const Policy left = policies.policy(), right = policies.policy();
    const Difference found = compare(left, right);
    ASSERT_NE(found.order, Order::undecided) << found.why_undecided;
    bool only_left = false, only_right = false;
    for (const Request& request : requests) {
      const bool a = allows(left, request), b = allows(right, request);
      only_left = only_left || (a && !b);
      only_right = only_right || (b && !a);
      if (only_left && only_right) break;
    }
    // What brute force finds, the engine must find. What the engine alone finds was judged by the evaluator.
    ASSERT_TRUE(!only_left || found.only_left) << "round " << round;
    ASSERT_TRUE(!only_right || found.only_right) << "round " << round;
    differences += found.only_left || found.only_right;
    if (found.only_left) {
      ASSERT_TRUE(allows(left, *found.only_left) && !allows(right, *found.only_left));
    }
    ASSERT_EQ(compare(left, left).order, Order::equivalent) << "round " << round;
  }
  EXPECT_GT(differences, 50);
}

TEST(Compare, knows_which_keys_a_principal_of_a_type_sends) {
  const auto when = [](const std::string& condition) {
    return allow(R"("Action":"s3:GetObject","Resource":"*","Condition":)" + condition);
  };
  const Policy nothing = read(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})");
  const auto allows_nothing = [&](const std::string& condition) {
    return compare(when(condition), nothing).order == Order::equivalent;
  };
  const std::string no_name = R"("Null":{"aws:username":"true"})", name = R"("Null":{"aws:username":"false"})";
  const auto type = [](const std::string& of) { return R"("StringEquals":{"aws:PrincipalType":")" + of + "\"}"; };
  EXPECT_TRUE(allows_nothing("{" + type("User") + "," + no_name + "}"));
  EXPECT_FALSE(allows_nothing("{" + type("User") + "," + name + "}"));
  for (const char* other : {"Account", "AssumedRole", "FederatedUser", "Anonymous"}) {
    EXPECT_TRUE(allows_nothing("{" + type(other) + "," + name + "}")) << other;
    EXPECT_FALSE(allows_nothing("{" + type(other) + "," + no_name + "}")) << other;
  }
  EXPECT_TRUE(allows_nothing("{" + type("Anonymous") + R"(,"StringLike":{"aws:PrincipalArn":"*"}})"));
  EXPECT_FALSE(allows_nothing("{" + type("User") + R"(,"StringLike":{"aws:PrincipalArn":"*"}})"));
  // Of a type that the table does not have, nothing is known but that it is no user's.
  EXPECT_FALSE(
      allows_nothing(R"({"StringNotEquals":{"aws:PrincipalType":["User","Account","AssumedRole","FederatedUser",
    "Anonymous"]},"StringLike":{"aws:SourceArn":"*"}})"));
  EXPECT_TRUE(
      allows_nothing(R"({"StringNotEquals":{"aws:PrincipalType":"User"},"StringEquals":{"aws:username":"jane"}})"));
  // The user's name in a variable is none of whoever is no user.
  const Policy home = allow(R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}","Condition":{)" +
                            type("AssumedRole") + "}");
  EXPECT_EQ(compare(home, nothing).order, Order::equivalent);
  const Policy of_users = when("{" + type("User") + "}"), of_names = when("{" + name + "," + type("User") + "}");
  EXPECT_EQ(compare(of_users, of_names).order, Order::equivalent);
}

}  // namespace
}  // namespace redoubt::iam
