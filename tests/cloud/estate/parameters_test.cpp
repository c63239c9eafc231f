// Values that somebody gives the parameters of templates, and which of a case's choices a finding rests on.
#include "estate/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "estate/bearing.hpp"
#include "support.hpp"

namespace redoubt::estate {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view text_of_template = R"(
Parameters:
  Stage: {Type: String, AllowedValues: [test, live], Default: test}
  Port: {Type: Number, MinValue: 1024, MaxValue: 2048}
  Count: {Type: Number}
  Name: {Type: String, AllowedPattern: '[a-z]+'}
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Words: {Type: CommaDelimitedList, AllowedValues: [a, b]}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>'}
Conditions: {Live: !Equals [!Ref Stage, live]}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !If [Live, !Ref Name, none]
      DelaySeconds: !Ref Port
      Words: !Ref Words
      First: !Select [0, !Ref Subnets]
)";

std::string refusal(const std::string& pair) {
  Estate estate = testing::estate_of(text_of_template);
  const auto given = give(estate, {pair});
  return given ? "none" : given.error();
}

TEST(GivenParameters, are_the_only_values_that_an_answer_is_about) {
  Estate estate = testing::estate_of(text_of_template);
  ASSERT_TRUE(give(estate, {"Stage=live", "Name=orders", "Port=1500", "Subnets=subnet-1, subnet-2", "Words=b,a"}));
  std::size_t cases = 0;
  EXPECT_TRUE(for_each_case(estate, 8, [&](Case& in) {
    ++cases;
    const Resource& queue = estate.resources.front();
    EXPECT_EQ(in.text(in.get(queue, "QueueName")).value, "orders");
    EXPECT_EQ(in.number(in.get(queue, "DelaySeconds")).value, 1500);
    EXPECT_EQ(in.text(in.get(queue, "First")).value, "subnet-1");
    const Value words = in.get(queue, "Words");
    ASSERT_EQ(words.items.size(), 2U);
    EXPECT_EQ(words.items[0].text, "b");
  }));
  EXPECT_EQ(cases, 1U);
}

TEST(GivenParameters, are_refused_where_cloudformation_would_refuse_them) {
  EXPECT_EQ(refusal("Stage=live"), "none");
  EXPECT_THAT(refusal("Stage=prod"), AllOf(StartsWith("Stage=prod: "), HasSubstr("Stage can be test, live only")));
  EXPECT_THAT(refusal("Port=80"), HasSubstr("Port may be any number from 1024 to 2048"));
  EXPECT_THAT(refusal("Port=http"), HasSubstr("Port may be any number"));
  EXPECT_THAT(refusal("Count=many"), HasSubstr("Count is a number"));
  EXPECT_THAT(refusal("Name=A1"), HasSubstr("Name may be anything that matches [a-z]+"));
  EXPECT_THAT(refusal("Words=a,c"), HasSubstr("Words can be a, b only"));
  EXPECT_THAT(refusal("Image=/app/image"), HasSubstr("Parameter Store"));
  EXPECT_THAT(refusal("Nobody=1"), AllOf(HasSubstr("no template among the sources has such a parameter"),
                                         HasSubstr("Stage"), ::testing::Not(HasSubstr("AWS::"))));
  EXPECT_THAT(refusal("Stage"), HasSubstr("it is no NAME=VALUE"));
  EXPECT_THAT(refusal("=live"), HasSubstr("it is no NAME=VALUE"));
  Estate estate = testing::estate_of(text_of_template);
  const auto twice = give(estate, {"Stage=live", "Stage=test"});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error(), HasSubstr("has a value already"));
  Estate none;
  EXPECT_THAT(give(none, {"A=1"}).error(), HasSubstr("has parameters"));
}

Choice is(std::uint32_t parameter, std::string value) {
  return {parameter, std::move(value), {}};
}

Choice is_not(std::uint32_t parameter, std::string value) {
  return {parameter, {}, {std::move(value)}};
}

std::vector<std::uint32_t> parameters(const std::vector<Choice>& choices) {
  std::vector<std::uint32_t> out;
  for (const Choice& each : choices) out.push_back(each.parameter);
  return out;
}

TEST(Bearing, is_of_those_choices_whose_other_values_change_the_finding) {
  // Found where the second is "x", whatever the first is.
  const std::vector<SeenCase> cases{{{is(0, "a"), is(1, "x")}, true},
                                    {{is(0, "a"), is_not(1, "x")}, false},
                                    {{is_not(0, "a"), is(1, "x")}, true},
                                    {{is_not(0, "a"), is_not(1, "x")}, false}};
  EXPECT_THAT(parameters(bearing(cases[0].choices, cases)), ElementsAre(1));
  EXPECT_THAT(parameters(bearing(cases[2].choices, cases)), ElementsAre(1));
}

TEST(Bearing, is_of_both_where_only_together_they_make_the_finding) {
  const std::vector<SeenCase> cases{
      {{is(0, "a"), is(1, "x")}, true}, {{is(0, "a"), is_not(1, "x")}, false}, {{is_not(0, "a")}, false}};
  EXPECT_THAT(parameters(bearing(cases[0].choices, cases)), ElementsAre(0, 1));
}

TEST(Bearing, is_of_none_where_every_case_has_the_finding_but_of_those_that_are_fixed) {
  const std::vector<SeenCase> cases{{{is(0, "a"), is(1, "x")}, true}, {{is_not(0, "a"), is(1, "x")}, true}};
  EXPECT_TRUE(bearing(cases[0].choices, cases).empty());
  const std::vector<std::uint32_t> fixed{1};
  EXPECT_THAT(parameters(bearing(cases[0].choices, cases, fixed)), ElementsAre(1));
}

TEST(Bearing, tells_the_ranges_of_a_number_apart) {
  Choice low, high;
  low.at_most = 10;
  high.above = 10;
  EXPECT_EQ(bearing({low}, std::vector<SeenCase>{{{low}, true}, {{high}, false}}).size(), 1U);
  EXPECT_EQ(bearing({low}, std::vector<SeenCase>{{{low}, true}, {{high}, true}}).size(), 0U);
}

}  // namespace
}  // namespace redoubt::estate
