// The network corpus: every scenario is read, and nothing in it refers to what is not there.
#include <gmock/gmock.h>

#include <map>

#include "snapshot_support.hpp"
#include "support/corpora.hpp"

namespace redoubt::estate {
namespace {

TEST(SnapshotCorpus, EveryScenarioOfTheNetworkCorpusIsRead) {
  const auto corpus = redoubt::testing::corpus("network");
  if (!corpus) GTEST_SKIP() << "corpus network is not here (../shared/corpora/network)";
  std::size_t scenarios = 0;
  for (const auto& scenario : std::filesystem::directory_iterator(*corpus / "scenarios")) {
    SCOPED_TRACE(scenario.path().string());
    Estate estate;
    const auto added = add_snapshot(estate, scenario.path());
    ASSERT_TRUE(added.has_value()) << added.error().text();
    EXPECT_THAT(estate.gaps, ::testing::IsEmpty());
    std::map<std::string_view, std::size_t> count;
    for (const Resource& each : estate.resources) {
      ++count[each.type];
      for (const std::string_view property : {"SubnetId", "VpcId", "RouteTableId", "NetworkAclId"})
        if (const Value& named = each.properties[property]; named && each.type != "AWS::EC2::TransitGatewayAttachment")
          EXPECT_NE(estate.find(named.text, no_index), nullptr) << each.type << ' ' << each.id << ' ' << property;
    }
    EXPECT_GE(count["AWS::EC2::VPC"], 1U);
    EXPECT_GE(count["AWS::EC2::Instance"], 1U);
    EXPECT_GE(count["AWS::EC2::NetworkInterface"], count["AWS::EC2::Instance"]);
    ++scenarios;
  }
  EXPECT_GE(scenarios, 7U);
}

}  // namespace
}  // namespace redoubt::estate
