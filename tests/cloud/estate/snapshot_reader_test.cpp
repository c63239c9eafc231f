#include "estate/snapshot_reader.hpp"

#include <gmock/gmock.h>

#include <random>

#include "snapshot_support.hpp"

namespace redoubt::estate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view one_vpc =
    R"({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111122223333"}]})";

TEST(SnapshotReader, TellsAnAnswerByItsMemberWhateverTheFileIsCalled) {
  SnapshotFolder folder;
  const Estate estate = folder.with("some name.txt", one_vpc).estate();
  const Resource& vpc = only(estate, "AWS::EC2::VPC");
  EXPECT_EQ(vpc.id, "vpc-1");
  EXPECT_EQ(vpc.account, "111122223333");
  EXPECT_EQ(vpc.properties["CidrBlock"].text, "10.0.0.0/16");
  EXPECT_THAT(estate.listed, ElementsAre(Listed{"Vpcs", {}, {}, {}}));
}

TEST(SnapshotReader, TakesAccountAndRegionFromFolders) {
  SnapshotFolder folder;
  folder.with("accounts/444455556666/eu-west-1/s.json", R"({"Subnets": [{"SubnetId": "subnet-1"}]})");
  const Estate estate = folder.estate();
  EXPECT_EQ(only(estate, "AWS::EC2::Subnet").account, "444455556666");
  EXPECT_EQ(only(estate, "AWS::EC2::Subnet").region, "eu-west-1");
}

TEST(SnapshotReader, GivesASharedThingToItsOwnerOnce) {
  SnapshotFolder folder;
  constexpr std::string_view gateway =
      R"({"TransitGateways": [{"TransitGatewayId": "tgw-1", "OwnerId": "444455556666"}]})";
  const Estate estate = folder.with("111122223333/t.json", gateway).with("444455556666/t.json", gateway).estate();
  EXPECT_EQ(only(estate, "AWS::EC2::TransitGateway").account, "444455556666");
}

TEST(SnapshotReader, AddsTheFilesOfOneKindTogether) {
  SnapshotFolder folder;
  const Estate estate = folder.with("1.json", one_vpc).with("2.json", R"({"Vpcs": [{"VpcId": "vpc-2"}]})").estate();
  EXPECT_EQ(estate.resources.size(), 2U);
}

TEST(SnapshotReader, RemembersThatAKindWasLookedAtAndIsEmpty) {
  SnapshotFolder folder;
  const Estate estate = folder.with("db.json", R"({"DBInstances": []})").estate();
  EXPECT_THAT(estate.listed, ElementsAre(Listed{"DBInstances", {}, {}, {}}));
  EXPECT_THAT(estate.resources, IsEmpty());
  EXPECT_THAT(estate.gaps, IsEmpty());
}

TEST(SnapshotReader, CallsACutOffAnEmptyARefusedAndANullAnswerAGap) {
  for (const auto& [content, why] : std::vector<std::pair<std::string_view, std::string_view>>{
           {R"({"Vpcs": [], "NextToken": "x"})", "NextToken"},
           {R"({"trailList": [], "IsTruncated": true})", "IsTruncated"},
           {R"({"DBInstances": [], "Marker": "m"})", "Marker"},
           {R"({"Error": {"Code": "AccessDenied", "Message": "no"}})", "AccessDenied"},
           {"An error occurred (UnauthorizedOperation) when calling the DescribeVpcs operation: no\n",
            "UnauthorizedOperation"},
           {R"({"Vpcs": null})", "null"},
           {" \n", "empty"}}) {
    SnapshotFolder folder;
    const Estate estate = folder.with("a.json", content).estate();
    ASSERT_EQ(estate.gaps.size(), 1U) << content;
    EXPECT_THAT(estate.gaps[0].text, HasSubstr(std::string(why)));
  }
}

TEST(SnapshotReader, TakesAMarkerThatEndsTheListForNoGap) {
  SnapshotFolder folder;
  EXPECT_THAT(folder.with("a.json", R"({"Users": [], "IsTruncated": false, "Marker": "m"})").estate().gaps, IsEmpty());
}

TEST(SnapshotReader, LeavesOutByNameWhatItDoesNotKnow) {
  SnapshotFolder folder;
  folder.with("x.json", R"({"Wonders": []})").with("router.txt", "hostname a\n").with(".git/a.json", "{");
  folder.with("v.json", R"({"Vpcs": []})");
  EXPECT_THAT(folder.estate().resources, IsEmpty());
  EXPECT_THAT(folder.left_out, ElementsAre("router.txt: no JSON", "x.json: Wonders"));
}

TEST(SnapshotReader, RefusesAFolderThatAnswersNothing) {
  SnapshotFolder empty, foreign;
  const auto nothing = empty.read();
  ASSERT_FALSE(nothing.has_value());
  EXPECT_THAT(nothing.error().reason, HasSubstr("no file in this folder is a template or an answer"));
  const auto other = foreign.with("x.json", R"({"Wonders": []})").read();
  ASSERT_FALSE(other.has_value());
  EXPECT_THAT(other.error().reason, HasSubstr("one is of another kind, such as x.json: Wonders"));
}

TEST(SnapshotReader, NamesFileLineAndReasonOfAMalformedAnswer) {
  for (const auto& [content, line, why] : std::vector<std::tuple<std::string_view, std::uint32_t, std::string_view>>{
           {"{\"Vpcs\": [\n{\"CidrBlock\": \"10.0.0.0/16\"}]}", 2, "no VpcId"},
           {"{\"Vpcs\":\n\"none\"}", 2, "list"},
           {"{\"Vpcs\": [\n1]}", 2, "objects"},
           {"{\"Subnets\": [{\"SubnetId\": \"s\",\n\"CidrBlock\": 7}]}", 2, "CidrBlock is a number"},
           {"{\"Vpcs\": [", 1, ""},
           {"{\"RouteTables\": [{\"RouteTableId\": \"r\", \"Routes\": [\n{}]}]}", 2, "no destination"}}) {
    SnapshotFolder folder;
    const auto read = folder.with("bad.json", content).read();
    ASSERT_FALSE(read.has_value()) << content;
    EXPECT_THAT(read.error().file, HasSubstr("bad.json"));
    EXPECT_EQ(read.error().line, line) << content;
    EXPECT_THAT(read.error().reason, HasSubstr(std::string(why)));
  }
}

TEST(SnapshotReader, TellsTemplatesFromAnswers) {
  constexpr std::string_view json = R"({"Parameters": {}, "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})";
  constexpr std::string_view yaml = "Resources:\n  Bucket: {Type: AWS::S3::Bucket}\n";
  SnapshotFolder folder;
  folder.with("a.template.json", json).with("b.yaml", yaml).with("c.yaml", "Resources: {}\n");
  EXPECT_THAT(folder.estate().resources, IsEmpty());
  EXPECT_THAT(folder.templates, ElementsAre(::testing::EndsWith("a.template.json"), ::testing::EndsWith("b.yaml")));
  EXPECT_THAT(folder.left_out, ElementsAre("c.yaml: no JSON"));
}

TEST(SnapshotReader, LeavesTheEstateAsItWasAfterAnError) {
  SnapshotFolder good, bad;
  Estate estate = good.with("v.json", one_vpc).estate();
  SnapshotFolder folder;
  std::filesystem::path nowhere = "/no/such/folder";
  EXPECT_FALSE(add_snapshot(estate, nowhere).has_value());
  EXPECT_EQ(estate.files.size(), 1U);
  EXPECT_EQ(estate.resources.size(), 1U);
}

// Any byte may be wrong: an error or an estate, never a crash.
TEST(SnapshotReader, SurvivesDamagedAnswers) {
  constexpr std::string_view answer =
      R"({"Reservations": [{"OwnerId": "111122223333", "Instances": [{"InstanceId": "i-1",
    "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-1"}], "Attachment":
    {"AttachmentId": "a-1", "DeviceIndex": 0}}], "State": {"Name": "running"}, "Tags": [{"Key": "Name", "Value": "x"}]}]}],
    "Policies": [{"Arn": "arn:aws:iam::111122223333:policy/p", "DefaultVersionId": "v1", "PolicyVersionList":
    [{"IsDefaultVersion": true, "Document": "%7B%22Statement%22%3A%5B%5D%7D"}]}],
    "RouteTables": [{"RouteTableId": "rtb-1", "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}],
    "Associations": [{"Main": true}]}], "Attributes": {"TopicArn": "arn:aws:sns:us-east-1:111122223333:t", "Policy":
    "{\"Statement\": []}"}, "ReportFormat": "text/csv", "Content": "dXNlcixhcm4KYSxhcm46YQo="})";
  std::mt19937 random(20260101);  // the same every time
  std::size_t read = 0;
  SnapshotFolder folder;
  for (int i = 0; i < 3000; ++i) {
    std::string damaged(answer);
    switch (random() % 3) {
      case 0:
        damaged.resize(random() % damaged.size());
        break;
      case 1:
        damaged[random() % damaged.size()] = "{}[]\",:01an "[random() % 12];
        break;
      default: {
        const std::size_t at = random() % damaged.size();
        damaged.erase(at, 1 + random() % 20);
      }
    }
    const auto estate = folder.with("a.json", damaged).read();
    if (estate) ++read;
    if (!estate) EXPECT_THAT(estate.error().reason, Not(IsEmpty()));
  }
  EXPECT_GT(read, 0U);
  EXPECT_TRUE(folder.with("a.json", answer).read().has_value());
}

}  // namespace
}  // namespace redoubt::estate
