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

// An account with the role r, as its details list it, and with a user who may do everything.
Account with_role(const std::string& trust, const std::string& role = "r", const std::string& path = "/") {
  Account out;
  const auto result = out.add_account(
      R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane","UserId":"AIDAJANE","UserPolicyList":[
      {"PolicyName":"all","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}}],
      "Tags":[{"Key":"Team","Value":"red"}]}],
    "RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role)" +
      path + role + R"(","RoleId":"AROAROLE","RolePolicyList":[
      {"PolicyName":"all","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}}],
      "AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)" +
      trust +
      R"(,"Action":["sts:AssumeRole","sts:AssumeRoleWithWebIdentity"]}]}}],"GroupDetailList":[],"Policies":[]})");
  EXPECT_TRUE(result) << (result ? "" : result.error());
  return out;
}

constexpr std::string_view role_r = "arn:aws:iam::111111111111:role/r";

std::vector<std::string> names(const Account& of, std::string_view action, std::string_view resource) {
  std::vector<std::string> out;
  for (const Accessor& one : who_can(of, action, resource, {}, budget))
    out.push_back((one.decision.when_allowed ? "" : "perhaps ") + one.principal.name);
  return out;
}

Decision ask_of(const Account& of, const std::string& principal, std::string_view action, std::string_view resource) {
  Budget spend(budget);
  return can(of, *Principal::parse(principal), action, resource, {}, spend);
}

const std::string own_user = "arn:aws:iam::111111111111:user/jane", own_role{role_r};
const std::string stranger_root = "arn:aws:iam::999999999999:root";
using Names = std::vector<std::string>;

TEST(Access, lists_those_whom_a_trust_policy_names) {
  EXPECT_EQ(names(with_role(R"({"AWS":"arn:aws:iam::222222222222:root","Service":"ec2.amazonaws.com"})"),
                  "sts:AssumeRole", role_r),
            (Names{"arn:aws:iam::222222222222:root", "ec2.amazonaws.com"}));
  const std::string provider = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
  EXPECT_EQ(names(with_role(R"({"Federated":")" + provider + R"("})"), "sts:AssumeRoleWithWebIdentity", role_r),
            Names{provider});
  EXPECT_EQ(
      names(with_role(R"({"Federated":"cognito-identity.amazonaws.com"})"), "sts:AssumeRoleWithWebIdentity", role_r),
      Names{"cognito-identity.amazonaws.com"});
  // Everyone with credentials: not the anonymous.
  EXPECT_EQ(names(with_role(R"("*")"), "sts:AssumeRole", role_r), (Names{own_role, own_user, stranger_root}));
  // Another action asks no trust policy.
  EXPECT_EQ(names(with_role(R"({"AWS":"222222222222"})"), "iam:GetRole", role_r), (Names{own_role, own_user}));
}

TEST(Access, lists_whom_everyone_under_a_condition_on_who_asks_leaves) {
  const auto found = [](const std::string& condition) {
    Account of = with_role(R"({"AWS":"111111111111"})");
    EXPECT_TRUE(of.add_resource_policy(
        R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Principal":"*","Condition":)" +
        condition + "}]}}"));
    Names out = names(of, "s3:GetObject", "arn:aws:s3:::b/k");
    std::erase_if(out, [](const std::string& name) { return name == own_user || name == own_role; });
    return out;
  };
  EXPECT_EQ(found(R"({"StringEquals":{"aws:PrincipalAccount":"222222222222"}})"),
            Names{"arn:aws:iam::222222222222:root"});
  EXPECT_EQ(found(R"({"StringEquals":{"aws:PrincipalOrgID":"o-1"}})"), Names{stranger_root});
  // What that role's own policies say, its account knows.
  EXPECT_EQ(found(R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/app"}})"),
            Names{"perhaps arn:aws:iam::222222222222:role/app"});
  EXPECT_EQ(found(R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})"), Names{"*"});
}

TEST(Access, takes_the_path_of_a_sessions_role_from_the_data) {
  const std::string session = "arn:aws:sts::111111111111:assumed-role/r/s";
  const auto of = [&](const std::string& name, const std::string& comparison) {
    Account out = with_role(R"({"AWS":"111111111111"})", name, "/aws-reserved/sso/");
    EXPECT_TRUE(out.add_scp(
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*",
        "Resource":"*","Condition":{")" +
        comparison + R"(":{"aws:PrincipalArn":"arn:aws:iam::*:role/aws-reserved/*"}}}]})"));
    return out;
  };
  EXPECT_EQ(ask_of(of("r", "ArnNotLike"), session, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::allowed);
  EXPECT_EQ(ask_of(of("r", "ArnLike"), session, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::denied);
  // Where the data do not hold the role, its path may be any.
  for (const char* comparison : {"ArnNotLike", "ArnLike"})
    EXPECT_EQ(ask_of(of("other", comparison), session, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::undecided);
}

TEST(Access, spares_the_sessions_of_a_service_linked_role_from_an_organisations_policies) {
  Account of =
      with_role(R"({"Service":"x.amazonaws.com"})", "AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/");
  ASSERT_TRUE(of.add_scp(R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]})"));
  EXPECT_EQ(
      ask_of(of, "arn:aws:sts::111111111111:assumed-role/AWSServiceRoleForX/s", "s3:GetObject", "arn:aws:s3:::b/k")
          .answer,
      Answer::allowed);
  EXPECT_EQ(ask_of(of, own_user, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::denied);
}

TEST(Access, knows_the_tags_and_the_ids_of_the_data) {
  const auto with = [](const std::string& condition) {
    Account of = with_role(R"({"AWS":"111111111111"})");
    EXPECT_TRUE(of.add_scp(
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":)" +
        condition + "}]}"));
    return of;
  };
  const auto answer = [&](const std::string& condition, const std::string& who = own_user) {
    return ask_of(with(condition), who, "s3:GetObject", "arn:aws:s3:::b/k").answer;
  };
  EXPECT_EQ(answer(R"({"StringEquals":{"aws:PrincipalTag/team":"red"}})"), Answer::allowed);
  EXPECT_EQ(answer(R"({"StringEquals":{"aws:PrincipalTag/team":"blue"}})"), Answer::denied);
  EXPECT_EQ(answer(R"({"StringEquals":{"aws:PrincipalTag/other":"red"}})"), Answer::denied);
  EXPECT_EQ(answer(R"({"StringEquals":{"aws:userid":"AIDAJANE"}})"), Answer::allowed);
  const std::string session = "arn:aws:sts::111111111111:assumed-role/r/s";
  EXPECT_EQ(answer(R"({"StringEquals":{"aws:userid":"AROAROLE:s"}})", session), Answer::allowed);
  EXPECT_EQ(answer(R"({"StringEquals":{"aws:userid":"AROAROLE:t"}})", session), Answer::denied);
  // A session may bring tags of its own.
  EXPECT_EQ(answer(R"({"StringEquals":{"aws:PrincipalTag/team":"red"}})", session), Answer::conditional);
}

TEST(Access, takes_the_policies_of_other_accounts_as_given_unless_the_sources_do_not_show_them) {
  const std::string secret = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:s-abcdef";
  Account of = with_role(R"({"AWS":"111111111111"})");
  const Decision decision = ask_of(of, own_user, "secretsmanager:GetSecretValue", secret);
  EXPECT_EQ(decision.answer, Answer::denied);
  ASSERT_FALSE(decision.because.empty());
  EXPECT_EQ(decision.because.back(), secret + " is of another account, and no policy of it is given");
  EXPECT_EQ(ask_of(of, own_user, "sts:AssumeRole", "arn:aws:iam::222222222222:role/x").answer, Answer::denied);
  of.leave_others_open();
  EXPECT_EQ(ask_of(of, own_user, "secretsmanager:GetSecretValue", secret).answer, Answer::undecided);
  EXPECT_EQ(ask_of(of, own_user, "sts:AssumeRole", "arn:aws:iam::222222222222:role/x").answer, Answer::undecided);
}

TEST(Access, is_undecided_where_the_policy_that_a_resource_must_have_is_not_there) {
  const Account of = with_role(R"({"AWS":"111111111111"})");
  const std::string key = "arn:aws:kms:eu-west-1:111111111111:key/1";
  EXPECT_EQ(ask_of(of, own_user, "kms:Decrypt", key).answer, Answer::undecided);
  EXPECT_EQ(names(of, "kms:Decrypt", key), (Names{"perhaps " + own_role, "perhaps " + own_user}));
  EXPECT_EQ(ask_of(of, own_user, "kms:CreateKey", "*").answer, Answer::allowed);
  // The details list every role.
  const Decision absent = ask_of(of, own_user, "sts:AssumeRole", "arn:aws:iam::111111111111:role/x");
  EXPECT_EQ(absent.answer, Answer::denied);
  ASSERT_EQ(absent.because.size(), 1U);
  EXPECT_NE(absent.because.front().find("is none of them"), std::string::npos);
  EXPECT_EQ(ask_of(of, own_user, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::allowed);
}

TEST(Access, knows_what_the_token_service_answers_whatever_the_policies_say) {
  Account of = with_role(R"("*")");
  ASSERT_TRUE(of.add_scp(R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:GetCallerIdentity",
    "Resource":"*"}]})"));
  EXPECT_EQ(ask_of(of, own_user, "sts:GetCallerIdentity", "*").answer, Answer::allowed);
  EXPECT_EQ(ask_of(of, own_user, "sts:GetSessionToken", "*").answer, Answer::allowed);
  EXPECT_EQ(ask_of(of, "anonymous", "sts:GetCallerIdentity", "*").answer, Answer::denied);
  EXPECT_EQ(ask_of(of, "anonymous", "sts:AssumeRole", role_r).answer, Answer::denied);
}

TEST(Access, refuses_policies_that_stand_where_aws_refuses_them) {
  Account of;
  const auto refused = of.add_resource_policy(R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}})");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("neither Principal"), std::string::npos);
  EXPECT_FALSE(of.add_scp(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}]})"));
  EXPECT_FALSE(of.add_account(R"({"UserDetailList":[],"RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role/r",
    "RolePolicyList":[],"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Action":"sts:AssumeRole","Resource":"*","Principal":"*"}]}}]})"));
}

TEST(Access, to_a_role_is_not_the_root_users) {
  Account of;
  ASSERT_TRUE(of.add_account(R"({"UserDetailList":[{"Arn":"arn:aws:iam::111111111111:user/jane"}],"RoleDetailList":[
    {"Arn":"arn:aws:iam::111111111111:role/r","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":
      {"Effect":"Allow","Principal":{"AWS":["111111111111","222222222222","arn:aws:iam::111111111111:user/jane"]},
       "Action":"sts:AssumeRole"}}}]})"));
  constexpr const char* role = "arn:aws:iam::111111111111:role/r";
  for (const char* root : {"111111111111", "arn:aws:iam::222222222222:root"}) {
    Budget spend(budget);
    const Decision decision = can(of, *Principal::parse(root), "sts:AssumeRole", role, {}, spend);
    EXPECT_EQ(decision.answer, Answer::denied) << root;
    EXPECT_EQ(decision.because,
              std::vector<std::string>{"sts:AssumeRole takes no credentials of an account's root user"});
  }
  // Whoever is of an account that is not known is named by its root user.
  std::vector<std::string> found;
  for (const Accessor& one : who_can(of, "sts:AssumeRole", role, {}, budget)) found.push_back(one.principal.name);
  const std::vector<std::string> expected{"arn:aws:iam::111111111111:user/jane", "arn:aws:iam::222222222222:root"};
  EXPECT_EQ(found, expected);
}

TEST(Access, of_everyone_under_a_condition_is_shown_by_an_account_that_stands_for_any) {
  const auto shown = [](const std::string& condition) {
    Account of;
    EXPECT_TRUE(of.add_resource_policy(R"({"Resource":"arn:aws:s3:::b","Account":"111111111111","Policy":
      {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":)" +
                                       condition + "}}}"));
    for (const Accessor& one : who_can(of, "s3:GetObject", "arn:aws:s3:::b/k", {}, budget))
      if (one.principal.account == "999999999999") return one.is_example ? "any" : "this one";
    return "none";
  };
  EXPECT_STREQ(shown(R"({"StringEquals":{"aws:PrincipalOrgID":"o-1"}})"), "any");
  EXPECT_STREQ(shown(R"({"StringEquals":{"aws:PrincipalAccount":"999999999999"}})"), "this one");
}

}  // namespace
}  // namespace redoubt::iam
