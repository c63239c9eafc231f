#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "cloud/estate/snapshot_support.hpp"
#include "proof/rights/role_template.hpp"

namespace redoubt::rights {
namespace {

using iam::Answer;

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

// A bucket that says this of public access, with these statements for its policy.
std::string bucket_with(const std::string& block, const std::string& statements, const std::string& before = "") {
  return before + R"(
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data, PublicAccessBlockConfiguration: )" +
         block + R"(}}
  OfData: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Data, PolicyDocument: {Version: 2012-10-17, Statement: [)" +
         statements + "]}}}\n";
}

TEST(Rights, under_a_public_policy_are_the_accounts_own_where_the_bucket_restricts_them) {
  const std::string open = "{Effect: Allow, Principal: '*', Action: 's3:*', Resource: '*'}";
  const std::string trail =
      "{Effect: Allow, Principal: {Service: cloudtrail.amazonaws.com}, Action: 's3:*', Resource: '*'}";
  const std::string other = "{Effect: Allow, Principal: {AWS: '222222222222'}, Action: 's3:*', Resource: '*'}";
  const auto get = [](const std::string& text, const char* who) {
    return ask(text, who, "s3:GetObject", "arn:aws:s3:::data/key").answer;
  };
  const std::string restricted = "{RestrictPublicBuckets: true}";
  const std::string text = bucket_with(restricted, open + ", " + trail + ", " + other);
  EXPECT_EQ(get(text, "anonymous"), Answer::denied);
  EXPECT_EQ(get(text, "222222222222"), Answer::conditional);  // allowed if the bucket is its own
  EXPECT_EQ(get(text, "cloudtrail.amazonaws.com"), Answer::allowed);
  EXPECT_EQ(get(text, "000000000000"), Answer::allowed);
  EXPECT_EQ(ask(text, "anonymous", "s3:GetObject", "arn:aws:s3:::data/key").because,
            std::vector<std::string>{"Data restricts public buckets, and the resource policy OfData is public"});
  // Without the public statement, and without the restriction, the policy stands as it is written.
  EXPECT_EQ(get(bucket_with(restricted, trail + ", " + other), "222222222222"), Answer::allowed);
  EXPECT_EQ(get(bucket_with("{RestrictPublicBuckets: false, BlockPublicPolicy: true}", open), "anonymous"),
            Answer::allowed);
  // What the page leaves open, and what the template does.
  const std::string perhaps =
      "{Effect: Allow, Principal: '*', Action: 's3:*', Resource: '*', Condition: {StringEqualsIfExists: "
      "{'aws:SourceVpc': vpc-1}}}";
  EXPECT_EQ(get(bucket_with(restricted, perhaps), "anonymous"), Answer::undecided);
  EXPECT_EQ(get(bucket_with("{RestrictPublicBuckets: !Ref Restrict}", open, "Parameters: {Restrict: {Type: String}}"),
                "anonymous"),
            Answer::conditional);
}

TEST(Rights, under_a_public_policy_heed_the_accounts_block_in_a_snapshot) {
  estate::SnapshotFolder folder;
  folder.with(
      "get-bucket-policy-data.json",
      R"({"Bucket": "data", "Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::data/*\"}]}"})");
  folder.with("list-buckets.json", R"({"Buckets": [{"Name": "data"}]})");
  folder.with("get-public-access-block-data.json", R"({"Bucket": "data", "PublicAccessBlockConfiguration":
    {"BlockPublicAcls": false, "IgnorePublicAcls": false, "BlockPublicPolicy": false, "RestrictPublicBuckets": false}})");
  const auto anonymous = [&] {
    return can(Known(folder.estate()), {"anonymous", "s3:GetObject", "arn:aws:s3:::data/key", {}}).answer;
  };
  EXPECT_EQ(anonymous(), Answer::allowed);
  folder.with("get-account-block.json", R"({"AccountId": "111122223333", "PublicAccessBlockConfiguration":
    {"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}})");
  EXPECT_EQ(anonymous(), Answer::denied);
}

}  // namespace
}  // namespace redoubt::rights
