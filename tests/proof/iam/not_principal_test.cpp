#include "iam/not_principal.hpp"

#include <gtest/gtest.h>

#include <string>

#include "iam/access.hpp"
#include "iam/compare.hpp"
#include "proof/iam/small_policies.hpp"

namespace redoubt::iam {
namespace {

constexpr const char* root = "arn:aws:iam::111111111111:root";
constexpr const char* jane = "arn:aws:iam::111111111111:user/jane";
constexpr const char* joe = "arn:aws:iam::111111111111:user/joe";
constexpr const char* app = "arn:aws:iam::111111111111:role/app";
constexpr const char* now = "arn:aws:sts::111111111111:assumed-role/app/now";
constexpr const char* later = "arn:aws:sts::111111111111:assumed-role/app/later";

// Everybody in the account may do everything; the bucket denies all but those that are named.
Answer answer(const std::string& excepted, const std::string& who) {
  Account account;
  const std::string everything =
      R"([{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}])";
  EXPECT_TRUE(account.add_account(R"({"UserDetailList":[{"Arn":")" + std::string(jane) + R"(","UserPolicyList":)" +
                                  everything + R"(},{"Arn":")" + joe + R"(","UserPolicyList":)" + everything +
                                  R"(}],"RoleDetailList":[{"Arn":")" + app + R"(","RolePolicyList":)" + everything +
                                  "}]}"));
  EXPECT_TRUE(account.add_resource_policy(R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":
    {"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*","NotPrincipal":)" +
                                          excepted + "}}}"));
  Budget budget(std::chrono::seconds(5));
  return can(account, *Principal::parse(who), "s3:GetObject", "arn:aws:s3:::b/k", {}, budget).answer;
}

std::string aws(std::initializer_list<const char*> names) {
  std::string out;
  for (const char* name : names) out += std::string(out.empty() ? "" : ",") + "\"" + name + "\"";
  return R"({"AWS":[)" + out + "]}";
}

TEST(NotPrincipal, of_a_denial_spares_whom_it_names_by_account_role_and_session) {
  EXPECT_EQ(answer(aws({jane, root}), jane), Answer::allowed);
  EXPECT_EQ(answer(aws({jane, root}), root), Answer::allowed);
  EXPECT_EQ(answer(aws({now, app, root}), now), Answer::allowed);
  EXPECT_EQ(answer(R"("*")", jane), Answer::allowed);
}

TEST(NotPrincipal, of_a_denial_that_names_the_account_spares_its_root_user_alone) {
  EXPECT_EQ(answer(aws({root}), root), Answer::allowed);
  for (const char* who : {jane, joe, app, now}) EXPECT_EQ(answer(aws({root}), who), Answer::denied) << who;
  for (const char* who : {joe, app, now}) EXPECT_EQ(answer(aws({jane, root}), who), Answer::denied) << who;
  EXPECT_EQ(answer(aws({now, app, root}), later), Answer::denied);
  EXPECT_EQ(answer(aws({jane}), joe), Answer::denied);
  EXPECT_EQ(answer(aws({jane}), root), Answer::denied);
  EXPECT_EQ(answer(R"({"Service":"s3.amazonaws.com"})", jane), Answer::denied);
}

TEST(NotPrincipal, is_undecided_where_the_account_or_the_role_is_not_named_too) {
  EXPECT_EQ(answer(aws({jane}), jane), Answer::undecided);
  EXPECT_EQ(answer(aws({now, root}), now), Answer::undecided);
  EXPECT_EQ(answer(aws({now, app}), now), Answer::undecided);
  EXPECT_EQ(answer(aws({app, root}), now), Answer::undecided);  // a role's ARN for its sessions
  EXPECT_EQ(answer(aws({app, root}), app), Answer::undecided);
}

TEST(NotPrincipal, in_two_policies_is_compared_in_both_readings) {
  const auto all_but = [](const std::string& excepted) {
    return read(
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"},
      {"Effect":"Deny","Action":"s3:*","Resource":"*","NotPrincipal":)" +
        excepted + "}]}");
  };
  const Policy for_jane = read(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":)" +
                               aws({jane, root}) + R"(,"Action":"s3:*","Resource":"*"}})");
  EXPECT_EQ(compare(all_but(aws({jane})), all_but(aws({jane}))).order, Order::equivalent);
  EXPECT_EQ(compare(all_but(aws({jane, root})), for_jane).order, Order::narrower);
  EXPECT_EQ(compare(all_but(aws({jane})), for_jane).order, Order::narrower);
  // Whether Jane is spared by her name alone: then the first allows her what the second does not.
  const Difference open = compare(all_but(aws({jane})), all_but(aws({root})));
  EXPECT_FALSE(open.is_contained().has_value());
  EXPECT_FALSE(open.only_left);
  ASSERT_TRUE(open.only_right);
  EXPECT_EQ(open.only_right->principal->name, root);
  const Outsider outsider = find_outsider(all_but(aws({"arn:aws:iam::222222222222:user/eve"})), {"111111111111"});
  EXPECT_TRUE(outsider.undecided && !outsider.request);
}

}  // namespace
}  // namespace redoubt::iam
