#include <gtest/gtest.h>

#include <string>

#include "proof/iam/small_accounts.hpp"

namespace redoubt::iam {
namespace {

using namespace testing;

constexpr const char* lambda = R"({"Service":"lambda.amazonaws.com"})";
const std::string boss_arn = "arn:aws:iam::111111111111:role/boss", weak_arn = "arn:aws:iam::111111111111:role/weak",
                  of_boss = "arn:aws:lambda:eu-west-1:111111111111:function:boss",
                  of_weak = "arn:aws:lambda:eu-west-1:111111111111:function:weak";

// Jane may change and call the functions; one has an administrator's role, one another.
Escalation changing(const std::string& functions, bool are_shown = true) {
  Account account;
  const auto read = account.add_account(
      R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane","UserPolicyList":[{"PolicyName":"own",
      "PolicyDocument":{"Version":"2012-10-17","Statement":)" +
      allowing(R"("lambda:UpdateFunctionCode","lambda:InvokeFunction")", functions) + R"(}}]}],"RoleDetailList":[)" +
      role("boss", R"("*")", lambda) + "," + role("weak", R"("s3:Get*")", lambda) + "]}");
  EXPECT_TRUE(read) << (read ? "" : read.error());
  if (are_shown) {
    account.add_holder({of_boss, boss_arn});
    account.add_holder({of_weak, weak_arn});
  }
  Budget budget = seconds(5);
  return find_escalation(account, jane, budget);
}

TEST(Escalation, leads_where_the_role_of_what_the_data_show_does) {
  const Escalation found = changing(of_boss);
  ASSERT_TRUE(has_path(found, "lambda-004"));
  const auto path = std::ranges::find(found.paths, "lambda-004", &OpenPath::id);
  EXPECT_EQ(path->through, of_boss + ", which has " + boss_arn);
  EXPECT_TRUE(path->assumes.empty());
  EXPECT_EQ(path->steps.front().request.resource, of_boss);
  EXPECT_TRUE(changing(of_weak).paths.empty());
  EXPECT_TRUE(changing(of_weak + ":*").paths.empty());
}

TEST(Escalation, assumes_of_what_the_data_do_not_show_that_it_may_have_any_role) {
  const auto assumed = [](const Escalation& found) {
    const auto path = std::ranges::find(found.paths, "lambda-004", &OpenPath::id);
    return path != found.paths.end() && !path->assumes.empty();
  };
  EXPECT_TRUE(assumed(changing("arn:aws:lambda:eu-west-1:111111111111:function:other")));
  EXPECT_TRUE(assumed(changing(of_weak, false)));
  EXPECT_FALSE(assumed(changing("*")));
}

TEST(Escalation, changes_and_starts_one_and_the_same) {
  const auto with = [](const std::string& changed, const std::string& started) {
    return has_path(escalation_of({.own = allowing(R"("states:UpdateStateMachine")", changed) + "," +
                                          allowing(R"("states:StartExecution")", started)}),
                    "stepfunctions-002");
  };
  const std::string one = "arn:aws:states:eu-west-1:111111111111:stateMachine:one",
                    other = "arn:aws:states:eu-west-1:111111111111:stateMachine:other";
  EXPECT_TRUE(with(one, one));
  EXPECT_FALSE(with(one, other));
  EXPECT_FALSE(with("arn:aws:s3:::bucket", "*"));
}

}  // namespace
}  // namespace redoubt::iam
