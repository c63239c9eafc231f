#include <gtest/gtest.h>

#include <string>

#include "cloud/estate/snapshot_support.hpp"
#include "proof/rights/role_template.hpp"

namespace redoubt::rights {
namespace {

using estate::SnapshotFolder;
using iam::Answer;

std::string bucket(const std::string& properties) {
  return "Resources:\n  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data" + properties + "}}\n";
}

iam::Decision anybody(const std::string& text, const std::string& action, const std::string& resource) {
  return ask(text, "anonymous", action, "arn:aws:s3:::" + resource);
}

const std::string writer = ", OwnershipControls: {Rules: [{ObjectOwnership: ObjectWriter}]}";
const std::string ignoring = ", PublicAccessBlockConfiguration: {IgnorePublicAcls: true}";
const std::string heeding = ", PublicAccessBlockConfiguration: {IgnorePublicAcls: false}";

TEST(BucketAcls, of_objects_leave_open_who_may_read_them) {
  const iam::Decision decision = anybody(bucket(writer), "s3:GetObject", "data/key");
  EXPECT_EQ(decision.answer, Answer::undecided);
  EXPECT_NE(decision.why_undecided.find("access control lists count in Data (ObjectOwnership is ObjectWriter)"),
            std::string::npos)
      << decision.why_undecided;
  EXPECT_EQ(anybody(bucket(", OwnershipControls: {Rules: [{ObjectOwnership: BucketOwnerPreferred}]}"), "s3:GetObject",
                    "data/key")
                .answer,
            Answer::undecided);
  // They grant nothing else, and nothing on the bucket.
  for (const char* action : {"s3:GetObjectTagging", "s3:DeleteBucket"})
    EXPECT_EQ(anybody(bucket(writer), action, "data/key").answer, Answer::denied) << action;
  EXPECT_EQ(anybody(bucket(writer), "s3:ListBucket", "data").answer, Answer::denied);
  EXPECT_EQ(anybody(bucket(writer), "s3:PutObject", "data/key").answer, Answer::denied);
}

TEST(BucketAcls, are_disabled_by_default_and_where_the_owner_is_enforced) {
  for (const std::string& properties :
       {std::string(), std::string(", OwnershipControls: {Rules: [{ObjectOwnership: BucketOwnerEnforced}]}")})
    EXPECT_EQ(anybody(bucket(properties), "s3:GetObject", "data/key").answer, Answer::denied) << properties;
}

TEST(BucketAcls, are_ignored_where_they_are_public_and_the_bucket_says_so) {
  const std::string text = bucket(writer + ignoring);
  EXPECT_EQ(anybody(text, "s3:GetObject", "data/key").answer, Answer::denied);
  // They may still grant to another account, whose own policies are not known.
  EXPECT_EQ(ask(text, "222222222222", "s3:GetObject", "arn:aws:s3:::data/key").answer, Answer::undecided);
}

TEST(BucketAcls, do_not_take_back_what_policies_say) {
  const std::string text = bucket(writer) +
                           "  OfData: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Data, PolicyDocument: "
                           "{Version: 2012-10-17, Statement: [{Effect: Deny, Principal: '*', Action: 's3:GetObject', "
                           "Resource: 'arn:aws:s3:::data/secret'}, {Effect: Allow, Principal: '*', Action: "
                           "'s3:GetObject', Resource: 'arn:aws:s3:::data/page'}]}}}\n";
  EXPECT_EQ(anybody(text, "s3:GetObject", "data/secret").answer, Answer::denied);
  EXPECT_EQ(anybody(text, "s3:GetObject", "data/page").answer, Answer::allowed);
}

TEST(BucketAcls, of_the_bucket_grant_its_own_actions) {
  const std::string open = bucket(writer + heeding + ", AccessControl: PublicReadWrite");
  for (const char* action : {"s3:ListBucket", "s3:ListBucketVersions"}) {
    const iam::Decision decision = anybody(open, action, "data");
    EXPECT_EQ(decision.answer, Answer::allowed) << action;
    EXPECT_EQ(decision.because, std::vector<std::string>{"Data's access control list grants READ to everyone"});
  }
  EXPECT_EQ(anybody(open, "s3:PutObject", "data/key").answer, Answer::allowed);
  EXPECT_EQ(anybody(open, "s3:DeleteObject", "data/key").answer, Answer::undecided);
  EXPECT_EQ(anybody(open, "s3:GetBucketAcl", "data").answer, Answer::denied);
  EXPECT_EQ(anybody(bucket(writer + ignoring + ", AccessControl: PublicRead"), "s3:ListBucket", "data").answer,
            Answer::denied);
  EXPECT_EQ(anybody(bucket(writer + heeding + ", AccessControl: AuthenticatedRead"), "s3:ListBucket", "data").answer,
            Answer::denied);
  // A list that grants cannot be put while lists are disabled: what the template does not say of them is open.
  EXPECT_EQ(anybody(bucket(", AccessControl: PublicRead"), "s3:ListBucket", "data").answer, Answer::undecided);
}

// A snapshot of one bucket, of which get-bucket-acl says this beside the owner.
SnapshotFolder& with_bucket(SnapshotFolder& folder, const std::string& grants) {
  folder.with("list-buckets.json", R"({"Buckets": [{"Name": "data", "CreationDate": "2024-05-01T00:00:00Z"}]})");
  folder.with(
      "get-bucket-policy-data.json",
      R"({"Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:DeleteBucket\",\"Resource\":\"*\"}]}"})");
  folder.with("get-public-access-block-data.json", R"({"Bucket": "data", "PublicAccessBlockConfiguration":
    {"BlockPublicAcls": false, "IgnorePublicAcls": false, "BlockPublicPolicy": false, "RestrictPublicBuckets": false}})");
  return folder.with("get-bucket-acl-data.json", R"({"Bucket": "data", "Owner": {"ID": "me"}, "Grants": [
    {"Grantee": {"Type": "CanonicalUser", "ID": "me"}, "Permission": "FULL_CONTROL"})" +
                                                     grants + "]}");
}

Answer anybody(SnapshotFolder& folder, const std::string& action, const std::string& resource) {
  return can(Known(folder.estate()), {"anonymous", action, resource, {}}).answer;
}

constexpr const char* to_all =
    R"(, {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"})";

TEST(BucketAcls, are_read_from_a_snapshot) {
  SnapshotFolder folder;
  with_bucket(folder, to_all)
      .with("get-bucket-ownership-controls-data.json",
            R"({"Bucket": "data", "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}})");
  EXPECT_EQ(anybody(folder, "s3:ListBucket", "arn:aws:s3:::data"), Answer::allowed);
  EXPECT_EQ(anybody(folder, "s3:GetObject", "arn:aws:s3:::data/key"), Answer::undecided);
  folder.with("get-account-block.json", R"({"AccountId": "111122223333", "PublicAccessBlockConfiguration":
    {"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}})");
  EXPECT_EQ(anybody(folder, "s3:ListBucket", "arn:aws:s3:::data"), Answer::denied);
  EXPECT_EQ(anybody(folder, "s3:GetObject", "arn:aws:s3:::data/key"), Answer::denied);
}

TEST(BucketAcls, are_taken_for_disabled_unless_a_snapshot_shows_a_use_or_an_age) {
  SnapshotFolder folder;
  with_bucket(folder, "");
  EXPECT_EQ(anybody(folder, "s3:GetObject", "arn:aws:s3:::data/key"), Answer::denied);
  with_bucket(folder, to_all);
  EXPECT_EQ(anybody(folder, "s3:GetObject", "arn:aws:s3:::data/key"), Answer::undecided);
  with_bucket(folder, "")
      .with("list-buckets.json", R"({"Buckets": [{"Name": "data", "CreationDate": "2019-05-01T00:00:00Z"}]})");
  EXPECT_EQ(anybody(folder, "s3:GetObject", "arn:aws:s3:::data/key"), Answer::undecided);
}

}  // namespace
}  // namespace redoubt::rights
