// Accounts in small: jane, with her own policy, and others; and what becomes of her.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "iam/account.hpp"
#include "iam/escalation.hpp"

namespace redoubt::iam::testing {

inline Budget seconds(int count) {
  return Budget(std::chrono::seconds(count));
}

inline const Principal jane = *Principal::parse("arn:aws:iam::111111111111:user/jane");

inline bool has_path(const Escalation& found, std::string_view id) {
  return std::ranges::any_of(found.paths, [&](const OpenPath& path) { return path.id == id; });
}

// An account of one user with a policy of its own.
inline Account account_of(const std::string& statements, const std::string& rest = "") {
  Account account;
  const auto result = account.add_account(
      R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane","UserName":"jane","GroupList":[],"UserPolicyList":[
      {"PolicyName":"own","PolicyDocument":{"Version":"2012-10-17","Statement":[)" +
      statements + R"(]}}],"AttachedManagedPolicies":[])" + rest +
      R"(}],"GroupDetailList":[],"RoleDetailList":[],"Policies":[]})");
  EXPECT_TRUE(result) << (result ? "" : result.error());
  return account;
}

// The account of one role with a policy of its own that allows the actions on everything.
inline Account account_of_role(const std::string& actions) {
  Account account;
  const auto result = account.add_account(
      R"({"UserDetailList":[],"GroupDetailList":[],"Policies":[],"RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role/app",
      "RolePolicyList":[{"PolicyName":"own","PolicyDocument":{"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Resource":"*","Action":[)" +
      actions + "]}]}}]}]}");
  EXPECT_TRUE(result) << (result ? "" : result.error());
  return account;
}

// The account of one user, jane, with these statements for her own policy, and of others.
struct Data {
  std::string own, more_of_jane = {}, users = {}, roles = {}, groups = {}, policies = {};
};

inline Escalation escalation_of(const Data& data) {
  Account account;
  const auto result = account.add_account(
      R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane","UserPolicyList":[{"PolicyName":"own",
      "PolicyDocument":{"Version":"2012-10-17","Statement":[)" +
      data.own + "]}}]" + data.more_of_jane + "}" + data.users + R"(],"RoleDetailList":[)" + data.roles +
      R"(],"GroupDetailList":[)" + data.groups + R"(],"Policies":[)" + data.policies + "]}");
  EXPECT_TRUE(result) << (result ? "" : result.error());
  Budget budget = seconds(5);
  return find_escalation(account, jane, budget);
}

inline std::string allowing(const std::string& actions, const std::string& resource = "*") {
  return R"({"Effect":"Allow","Action":[)" + actions + R"(],"Resource":")" + resource + "\"}";
}

inline std::string role(const std::string& name, const std::string& actions, const std::string& trusted,
                        const std::string& more = "") {
  return R"({"Arn":"arn:aws:iam::111111111111:role/)" + name +
         R"(","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
         "Principal":)" +
         trusted + R"(}},"RolePolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17",
         "Statement":)" +
         allowing(actions) + "}}]" + more + "}";
}

inline std::string managed(const std::string& name, const std::string& actions, const std::string& versions = "") {
  return R"({"Arn":"arn:aws:iam::111111111111:policy/)" + name +
         R"(","PolicyVersionList":[{"VersionId":"v2","IsDefaultVersion":true,"Document":{"Version":"2012-10-17","Statement":)" +
         allowing(actions) + "}}" + versions + "]}";
}

inline constexpr const char* under_fence =
    R"(,"PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111111111111:policy/fence"})";
inline constexpr const char* ec2 = R"({"Service":"ec2.amazonaws.com"})";
inline constexpr const char* own_account = R"({"AWS":"111111111111"})";

// Nobody else could do, of each kind of which there is one.
inline constexpr const char* harmless = R"(,{"Arn":"arn:aws:iam::111111111111:user/harmless","UserPolicyList":[]})";

}  // namespace redoubt::iam::testing
