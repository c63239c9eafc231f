#include "rights/questions.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "cloud/estate/support.hpp"
#include "estate/document.hpp"
#include "estate/template_reader.hpp"

namespace redoubt::rights {
namespace {

using iam::Answer;

constexpr const char* app = "arn:aws:iam::123456789012:role/app";

// A template with one role, app, trusted by ECS, with these statements for its own, and whatever else.
std::string role_with(const std::string& statements, const std::string& rest = "", const std::string& before = "") {
  return before + R"(
Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: 2012-10-17
            Statement: [)" +
         statements + "]\n" + rest;
}

Known known(const std::string& text) {
  return Known(estate::testing::estate_of(text));
}

iam::Decision ask(const std::string& text, const std::string& principal, const std::string& action,
                  const std::string& resource) {
  return can(known(text), {principal, action, resource, {}});
}

std::vector<std::string> who(const std::string& text, const std::string& action, const std::string& resource) {
  std::vector<std::string> out;
  for (const iam::Accessor& one : who_can(known(text), {"", action, resource, {}}))
    out.push_back((one.decision.when_allowed ? "" : "perhaps ") + one.principal.name);
  return out;
}

TEST(Rights, of_a_role_are_those_of_its_inline_policies) {
  const std::string text = role_with("{Effect: Allow, Action: 's3:Get*', Resource: 'arn:aws:s3:::data/*'}");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::allowed);
  EXPECT_EQ(ask(text, app, "s3:PutObject", "arn:aws:s3:::data/key").answer, Answer::denied);
  const iam::Decision decision = ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.because, std::vector<std::string>{"policy own of AppRole, statement 1 (t.yaml:14)"});
}

TEST(Rights, find_a_principal_and_a_resource_by_their_logical_ids) {
  const std::string text = role_with("{Effect: Allow, Action: 's3:*', Resource: !Sub '${Data.Arn}/*'}",
                                     "  Data: {Type: AWS::S3::Bucket}\n  Other: {Type: AWS::S3::Bucket}\n");
  EXPECT_EQ(ask(text, "AppRole", "s3:GetObject", "Data/key").answer, Answer::allowed);
  EXPECT_EQ(ask(text, "AppRole", "s3:GetObject", "Other/key").answer, Answer::denied);
  EXPECT_THROW((void)ask(text, "NoRole", "s3:GetObject", "Data/key"), std::runtime_error);
}

TEST(Rights, are_undecided_where_aws_may_make_the_name_that_is_asked_about) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:*', Resource: !Sub '${Data.Arn}/*'}", "  Data: {Type: AWS::S3::Bucket}\n");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::stack-data-1abcd2efgh3i/key").answer, Answer::undecided);
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::photos/key").answer, Answer::denied);
}

TEST(Rights, hang_on_a_parameter_that_may_name_the_resource) {
  const std::string text = role_with("{Effect: Allow, Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${Name}/*'}", "",
                                     "Parameters: {Name: {Type: String}}\n");
  const iam::Decision decision = ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_THAT(decision.condition, testing::HasSubstr("allowed where Name is \"data\""));
  EXPECT_THAT(decision.condition, testing::HasSubstr("denied where Name is \"another\""));
  // Whatever it is, it names no queue.
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:sqs:eu-west-1:123456789012:jobs").answer, Answer::denied);
}

TEST(Rights, heed_what_values_a_parameter_can_have) {
  const auto with = [](const std::string& parameter) {
    return ask(role_with("{Effect: Allow, Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${Name}/*'}", "",
                         "Parameters: {Name: {Type: String, " + parameter + "}}\n"),
               app, "s3:GetObject", "arn:aws:s3:::data/key")
        .answer;
  };
  EXPECT_EQ(with("AllowedValues: [data]"), Answer::allowed);
  EXPECT_EQ(with("AllowedValues: [one, two]"), Answer::denied);
  EXPECT_EQ(with("AllowedValues: [one, data]"), Answer::conditional);
  EXPECT_EQ(with("Default: other"), Answer::conditional);
}

TEST(Rights, are_undecided_where_an_open_value_may_grant_or_deny) {
  EXPECT_EQ(ask(role_with("{Effect: Allow, Action: !Ref Actions, Resource: '*'}", "",
                          "Parameters: {Actions: {Type: CommaDelimitedList}}\n"),
                app, "s3:GetObject", "arn:aws:s3:::data/key")
                .answer,
            Answer::undecided);
  EXPECT_EQ(
      ask(role_with(
              "{Effect: Allow, Action: 's3:*', Resource: '*'}, {Effect: Deny, Action: !Ref Actions, Resource: '*'}", "",
              "Parameters: {Actions: {Type: CommaDelimitedList}}\n"),
          app, "s3:GetObject", "arn:aws:s3:::data/key")
          .answer,
      Answer::undecided);
  EXPECT_EQ(
      ask(role_with(
              "{Effect: Allow, Action: 's3:*', Resource: '*'}, {Effect: Allow, Action: !Ref Actions, Resource: '*'}",
              "", "Parameters: {Actions: {Type: CommaDelimitedList}}\n"),
          app, "s3:GetObject", "arn:aws:s3:::data/key")
          .answer,
      Answer::allowed);
}

TEST(Rights, name_the_case_for_which_they_differ) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:GetObject', Resource: '*'}", R"(
  More:
    Type: AWS::IAM::Policy
    Condition: IsTest
    Properties:
      PolicyName: more
      Roles: [!Ref AppRole]
      PolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Action: 's3:PutObject', Resource: '*'}
)",
                "Parameters: {Stage: {Type: String}}\nConditions: {IsTest: !Equals [!Ref Stage, test]}\n");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::allowed);
  const iam::Decision decision = ask(text, app, "s3:PutObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_EQ(decision.condition, "allowed where Stage is \"test\"; denied where Stage is not \"test\"");
}

TEST(Rights, are_none_where_the_role_is_left_out) {
  const std::string text = R"(
Parameters: {Stage: {Type: String}}
Conditions: {IsTest: !Equals [!Ref Stage, test]}
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: IsTest
    Properties:
      RoleName: app
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      Policies:
        - PolicyName: own
          PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '*', Resource: '*'}}
)";
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").condition,
            "allowed where Stage is \"test\"; denied where Stage is not \"test\"");
}

TEST(Rights, presuppose_the_account_and_the_region_of_what_the_template_declares) {
  const std::string text = role_with(
      "{Effect: Allow, Action: 'sqs:*', Resource: !GetAtt Jobs.Arn}, "
      "{Effect: Allow, Action: 'ssm:*', Resource: !Sub 'arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameter/x'}",
      "  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}\n");
  EXPECT_EQ(ask(text, app, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:jobs").answer, Answer::allowed);
  EXPECT_EQ(ask(text, app, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:other").answer, Answer::denied);
  // The template may be deployed to another region.
  const iam::Decision decision = ask(text, app, "ssm:GetParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/x");
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_EQ(decision.condition,
            "allowed where AWS::Region is \"eu-west-1\"; denied where AWS::Region is not \"eu-west-1\"");
}

TEST(Rights, never_guess_what_a_managed_policy_of_aws_says) {
  const std::string text = R"(
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
      PermissionsBoundary: !Ref Fence
  Fence:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}
)";
  const iam::Decision decision = ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key");
  EXPECT_EQ(decision.answer, Answer::undecided);
  EXPECT_THAT(decision.why_undecided, testing::HasSubstr("ReadOnlyAccess"));
  // It cannot matter where the boundary does not allow.
  EXPECT_EQ(ask(text, app, "ec2:RunInstances", "*").answer, Answer::denied);
}

TEST(Rights, add_up_from_every_way_of_attaching_a_policy) {
  const auto document = [](const std::string& action) {
    return "PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '" + action + "', Resource: '*'}}";
  };
  const std::string text = R"(
Resources:
  Jane:
    Type: AWS::IAM::User
    Properties:
      UserName: jane
      Groups: [!Ref Staff]
      ManagedPolicyArns: [!Ref Managed]
      Policies: [{PolicyName: own, )" +
                           document("a:own") + R"(}]
  Staff: {Type: AWS::IAM::Group, Properties: {Policies: [{PolicyName: own, )" +
                           document("a:group") + R"(}]}}
  Night: {Type: AWS::IAM::Group, Properties: {GroupName: night}}
  Joins: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: night, Users: [jane]}}
  Managed: {Type: AWS::IAM::ManagedPolicy, Properties: {)" +
                           document("a:managed") + R"(}}
  ToUser: {Type: AWS::IAM::ManagedPolicy, Properties: {Users: [jane], )" +
                           document("a:to-user") + R"(}}
  ToGroup: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Groups: [!Ref Night], )" +
                           document("a:to-group") + R"(}}
  Alone: {Type: AWS::IAM::UserPolicy, Properties: {PolicyName: p, UserName: !Ref Jane, )" +
                           document("a:user-policy") + R"(}}
  OfGroup: {Type: AWS::IAM::GroupPolicy, Properties: {PolicyName: p, GroupName: !Ref Staff, )" +
                           document("a:group-policy") + R"(}}
)";
  for (const char* action :
       {"a:own", "a:group", "a:managed", "a:to-user", "a:to-group", "a:user-policy", "a:group-policy"})
    EXPECT_EQ(ask(text, "arn:aws:iam::123456789012:user/jane", action, "*").answer, Answer::allowed) << action;
  EXPECT_EQ(ask(text, "arn:aws:iam::123456789012:user/jane", "a:other", "*").answer, Answer::denied);
}

TEST(Rights, heed_boundaries) {
  const std::string text = R"(
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      PermissionsBoundary: !Ref Fence
  All: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: p, RoleName: app, PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '*', Resource: '*'}}}}
  Fence: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}}}
)";
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::allowed);
  EXPECT_EQ(ask(text, app, "ec2:RunInstances", "*").answer, Answer::denied);
}

TEST(Rights, of_a_queue_a_topic_a_key_a_secret_a_repository_and_a_function_are_in_their_policies) {
  const auto policy = [](const std::string& action) {
    return "{Version: 2012-10-17, Statement: {Effect: Allow, Principal: {Service: s.amazonaws.com}, Action: '" +
           action + "', Resource: '*'}}";
  };
  const std::string text = R"(
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  OfBucket: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Bucket, PolicyDocument: )" +
                           policy("s3:GetObject") + R"(}}
  Queue: {Type: AWS::SQS::Queue}
  OfQueue: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Queue], PolicyDocument: )" +
                           policy("sqs:SendMessage") + R"(}}
  Topic: {Type: AWS::SNS::Topic}
  OfTopic: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [!Ref Topic], PolicyDocument: )" +
                           policy("sns:Publish") + R"(}}
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: )" +
                           policy("kms:Decrypt") + R"(}}
  Secret: {Type: AWS::SecretsManager::Secret}
  OfSecret: {Type: AWS::SecretsManager::ResourcePolicy, Properties: {SecretId: !Ref Secret, ResourcePolicy: )" +
                           policy("secretsmanager:GetSecretValue") + R"(}}
  Images: {Type: AWS::ECR::Repository, Properties: {RepositoryPolicyText: )" +
                           policy("ecr:BatchGetImage") + R"(}}
  Function: {Type: AWS::Lambda::Function}
  Permission: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref Function, Action: lambda:InvokeFunction, Principal: s.amazonaws.com}}
)";
  const std::pair<const char*, const char*> rights[] = {{"Bucket/key", "s3:GetObject"},
                                                        {"Queue", "sqs:SendMessage"},
                                                        {"Topic", "sns:Publish"},
                                                        {"Key", "kms:Decrypt"},
                                                        {"Images", "ecr:BatchGetImage"},
                                                        {"Secret", "secretsmanager:GetSecretValue"},
                                                        {"Function", "lambda:InvokeFunction"}};
  for (const auto& [resource, action] : rights) {
    for (const auto& [other, wanted] : rights)
      EXPECT_EQ(ask(text, "s.amazonaws.com", wanted, resource).answer,
                action == wanted ? Answer::allowed : Answer::denied)
          << wanted << " on " << resource;
    EXPECT_EQ(ask(text, "anonymous", action, resource).answer, Answer::denied) << action;
  }
}

TEST(Rights, of_a_permission_are_tied_to_its_source) {
  const std::string text = R"(
Resources:
  Function: {Type: AWS::Lambda::Function}
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !GetAtt Function.Arn, Action: lambda:InvokeFunction, Principal: s3.amazonaws.com, SourceArn: arn:aws:s3:::data}
)";
  EXPECT_EQ(ask(text, "s3.amazonaws.com", "lambda:InvokeFunction", "Function").answer, Answer::conditional);
  EXPECT_EQ(ask(text, "sns.amazonaws.com", "lambda:InvokeFunction", "Function").answer, Answer::denied);
}

TEST(Rights, to_assume_a_role_need_its_trust) {
  const std::string text = role_with("{Effect: Allow, Action: 'sts:AssumeRole', Resource: '*'}", R"(
  Open:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}, Action: sts:AssumeRole}}
  Shut:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}}
)");
  EXPECT_EQ(ask(text, app, "sts:AssumeRole", "Open").answer, Answer::allowed);
  EXPECT_EQ(ask(text, app, "sts:AssumeRole", "Shut").answer, Answer::denied);
}

TEST(Rights, are_undecided_while_a_part_of_the_template_cannot_be_read) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:GetObject', Resource: '*'}",
                "  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/y'}}\n");
  EXPECT_EQ(ask(text, app, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::undecided);
  EXPECT_EQ(ask(text, app, "s3:PutObject", "arn:aws:s3:::data/key").answer, Answer::undecided);
}

TEST(Rights, list_everybody_who_may_read_a_secret) {
  const std::string text =
      role_with("{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !Ref Secret}", R"(
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: db}}
  Admin:
    Type: AWS::IAM::Role
    Properties:
      RoleName: admin
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      Policies: [{PolicyName: p, PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '*', Resource: '*'}}}]
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/SecretsManagerReadWrite]
  Other: {Type: AWS::IAM::User, Properties: {UserName: other}}
)");
  const std::vector<std::string> expected{"arn:aws:iam::000000000000:role/admin", "arn:aws:iam::000000000000:role/app",
                                          "perhaps arn:aws:iam::000000000000:role/reader"};
  EXPECT_EQ(who(text, "secretsmanager:GetSecretValue", "Secret"), expected);
  const std::vector<std::string> there{"arn:aws:iam::123456789012:role/admin", "arn:aws:iam::123456789012:role/app",
                                       "perhaps arn:aws:iam::123456789012:role/reader"};
  EXPECT_EQ(
      who(text, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"),
      there);
}

TEST(Rights, that_lead_to_administrator_are_found_in_the_case_in_which_they_do) {
  const std::string text =
      role_with("{Effect: Allow, Action: 's3:GetObject', Resource: '*'}", R"(
  More:
    Type: AWS::IAM::Policy
    Condition: IsTest
    Properties:
      PolicyName: more
      Roles: [!Ref AppRole]
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 'iam:PutRolePolicy', Resource: !GetAtt AppRole.Arn}}
)",
                "Parameters: {Stage: {Type: String}}\nConditions: {IsTest: !Equals [!Ref Stage, test]}\n");
  const Escalation found = find_escalation(known(text), "AppRole");
  ASSERT_FALSE(found.found.paths.empty());
  EXPECT_EQ(found.where, "Stage is \"test\"");
  EXPECT_EQ(
      find_escalation(known(role_with("{Effect: Allow, Action: 's3:*', Resource: '*'}")), "AppRole").found.paths.size(),
      0U);
}

TEST(Rights, of_several_principals_lead_up_as_those_of_each_by_itself) {
  const Known both = known(role_with("{Effect: Allow, Action: 'iam:PutRolePolicy', Resource: '*'}", R"(
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      Policies: [{PolicyName: own, PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:Get*', Resource: '*'}}}]
)"));
  const std::vector<std::string> names{"AppRole", "Reader"};
  const std::vector<Escalation> found = find_escalations(both, names);
  ASSERT_EQ(found.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(found[i].found.paths.size(), find_escalation(both, names[i]).found.paths.size()) << names[i];
  EXPECT_FALSE(found[0].found.paths.empty());
  EXPECT_TRUE(found[1].found.paths.empty());
}

TEST(Rights, to_a_resource_of_an_open_name_are_undecided_where_a_policy_tells_one_name_from_another) {
  const std::string parameters = "Parameters: {Stage: {Type: String}}\n";
  const std::string bucket = "  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Stage}-data'}}\n";
  const auto with = [&](const std::string& pattern) {
    return ask(role_with("{Effect: Allow, Action: 's3:*', Resource: " + pattern + "}", bucket, parameters), "AppRole",
               "s3:GetObject", "Data/key")
        .answer;
  };
  EXPECT_EQ(with("!Sub '${Data.Arn}/*'"), Answer::allowed);
  EXPECT_EQ(with("'arn:aws:s3:::*-data/*'"), Answer::allowed);
  EXPECT_EQ(with("'arn:aws:s3:::*-logs/*'"), Answer::denied);
  EXPECT_EQ(with("'arn:aws:s3:::test-data/*'"), Answer::undecided);
}

std::string attaching(const std::string& arn) {
  return role_with("", R"(
  Other:
    Type: AWS::IAM::Role
    Properties:
      RoleName: other
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}
      ManagedPolicyArns: [)" +
                           arn + "]\n");
}

TEST(Rights, know_the_text_of_administrator_access_in_every_partition) {
  constexpr const char* other = "arn:aws:iam::123456789012:role/other";
  for (const std::string arn :
       {"'arn:aws:iam::aws:policy/AdministratorAccess'",
        "!Sub 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess'",
        "'arn:aws-cn:iam::aws:policy/AdministratorAccess'", "'arn:aws-us-gov:iam::aws:policy/AdministratorAccess'"}) {
    EXPECT_EQ(ask(attaching(arn), other, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::allowed) << arn;
    EXPECT_TRUE(find_escalation(known(attaching(arn)), "Other").found.is_administrator) << arn;
  }
}

TEST(Rights, do_not_guess_the_text_of_other_managed_policies) {
  constexpr const char* other = "arn:aws:iam::123456789012:role/other";
  for (const std::string arn :
       {"'arn:aws:iam::aws:policy/PowerUserAccess'", "'arn:aws:iam::aws:policy/service-role/AdministratorAccess'",
        "'arn:aws:iam::210987654321:policy/AdministratorAccess'"})
    EXPECT_EQ(ask(attaching(arn), other, "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::undecided) << arn;
}

// The role of another stack than the organisation's policy.
Known with_control(const std::string& target, const std::string& content, const std::string& type = "SERVICE") {
  estate::Estate out = estate::testing::estate_of(role_with("{Effect: Allow, Action: 's3:*', Resource: '*'}"));
  const std::string organisation = R"(
Parameters:
  Member: {Type: String}
Resources:
  Guard:
    Type: AWS::Organizations::Policy
    Properties:
      Name: guard
      Type: )" + type + R"(_CONTROL_POLICY
      TargetIds: [)" + target + R"(]
      Content: )" + content + "\n";
  auto document = estate::read_document(organisation, 1, "o.yaml");
  EXPECT_TRUE(document && estate::add_template(out, *document, "o.yaml"));
  return Known(std::move(out));
}

iam::Decision get_under(const Known& known) {
  return can(known, {app, "s3:GetObject", "arn:aws:s3:::data/key", {}});
}

constexpr const char* no_reads = "{Version: '2012-10-17', Statement: {Effect: Deny, Action: 's3:Get*', Resource: '*'}}";

TEST(Rights, are_denied_by_a_control_policy_whose_target_is_the_account) {
  const iam::Decision decision = get_under(with_control("'123456789012'", no_reads));
  EXPECT_EQ(decision.answer, Answer::denied);
  ASSERT_EQ(decision.because.size(), 1U);
  EXPECT_EQ(decision.because[0], "policy Guard of the organisation, statement 1 (o.yaml:11)");
  EXPECT_EQ(get_under(with_control("'210987654321'", no_reads)).answer, Answer::allowed);
}

TEST(Rights, hang_on_a_parameter_that_a_control_policy_has_for_its_target) {
  const iam::Decision decision = get_under(with_control("!Ref Member", no_reads));
  EXPECT_EQ(decision.answer, Answer::conditional);
  EXPECT_NE(decision.condition.find("denied where Member of o.yaml is \"123456789012\""), std::string::npos)
      << decision.condition;
}

TEST(Rights, are_undecided_below_a_unit_whose_accounts_no_source_names) {
  EXPECT_EQ(get_under(with_control("ou-abcd-12345678", no_reads)).answer, Answer::undecided);
  EXPECT_EQ(get_under(with_control("r-abcd", no_reads)).answer, Answer::undecided);
  constexpr const char* no_writes =
      "{Version: '2012-10-17', Statement: {Effect: Deny, Action: 's3:Put*', Resource: '*'}}";
  EXPECT_EQ(get_under(with_control("r-abcd", no_writes)).answer, Answer::allowed) << "whoever is below";
}

TEST(Rights, within_what_a_control_policy_allows_are_certain_and_beyond_it_undecided) {
  constexpr const char* reads = "{Version: '2012-10-17', Statement: {Effect: Allow, Action: 's3:Get*', Resource: '*'}}";
  const Known known = with_control("'123456789012'", reads);
  EXPECT_EQ(get_under(known).answer, Answer::allowed);
  const iam::Decision beyond = can(known, {app, "s3:PutObject", "arn:aws:s3:::data/key", {}});
  EXPECT_EQ(beyond.answer, Answer::undecided) << "FullAWSAccess may be attached beside it";
}

TEST(Rights, are_denied_by_a_resource_control_policy_of_the_resources_account) {
  constexpr const char* no_reads_by_anybody =
      "{Version: '2012-10-17', Statement: {Effect: Deny, Principal: '*', Action: 's3:Get*', Resource: '*'}}";
  EXPECT_EQ(get_under(with_control("'123456789012'", no_reads_by_anybody, "RESOURCE")).answer, Answer::denied);
  EXPECT_EQ(get_under(with_control("'210987654321'", no_reads_by_anybody, "RESOURCE")).answer, Answer::allowed);
}

TEST(Rights, survive_names_that_are_made_of_one_another) {
  constexpr const char* circle = R"(
Resources:
  A:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Ref B}
  B:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Ref A}
)";
  EXPECT_EQ(ask(circle, "anonymous", "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::denied);
}

TEST(Escalation, through_a_role_whose_policies_are_not_known_is_left_open) {
  const std::string text = role_with("{Effect: Allow, Action: 'sts:AssumeRole', Resource: '*'}", R"(
  Power:
    Type: AWS::IAM::Role
    Properties:
      RoleName: power
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Principal: {AWS: '123456789012'}, Action: sts:AssumeRole}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess']
)");
  const Escalation found = find_escalation(known(text), app);
  EXPECT_NE(found.missing.find("PowerUserAccess"), std::string::npos) << found.missing;
}

}  // namespace
}  // namespace redoubt::rights
