// What a Case makes of functions, parameters and conditions, each in a small template.
#include "estate/case.hpp"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/estate/support.hpp"

namespace redoubt::estate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A value `V` inside a template whose other parts are `rest`, as every case shows it: "choices → value", without the
// arrow where nothing was chosen.
std::vector<std::string> outcomes(std::string_view value, std::string_view rest = "") {
  const Estate estate = testing::estate_of(fmt::format(
      "{}\nResources:\n  Bucket: {{Type: AWS::S3::Bucket}}\n  R:\n    Type: A::B::C\n    Properties:\n      V: {}\n",
      rest, value));
  std::vector<std::string> out;
  EXPECT_TRUE(for_each_case(estate, 1000, [&](Case& c) {
    const std::string shown = testing::shown(estate, c.get(*estate.find("R", 0), "V"));
    out.push_back(c.choices().empty() ? shown : c.choices() + " → " + shown);
  }));
  return out;
}

std::string outcome(std::string_view value, std::string_view rest = "") {
  const auto all = outcomes(value, rest);
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? "" : all[0];
}

constexpr std::string_view parameters = R"(
Parameters:
  Free: {Type: String}
  Env: {Type: String, AllowedValues: [dev, test, prod]}
  Flag: {Type: String, AllowedValues: ["true", "false"]}
  Low: {Type: String, AllowedPattern: "[a-z]*", MaxLength: 4}
  Days: {Type: Number, MinValue: 7}
  Many: {Type: CommaDelimitedList}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Key: {Type: AWS::EC2::KeyPair::KeyName}
  Stored: {Type: AWS::SSM::Parameter::Value<String>, AllowedValues: [/a]}
  Look: {Type: String, AllowedPattern: "(?!x)y"}
Mappings:
  M:
    dev: {size: small, zones: [a, b]}
    prod: {size: large}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  IsX: !Equals [!Ref Free, x]
  IsLong: !Equals [!Ref Low, abcde]
  IsUpper: !Equals [!Ref Low, ABC]
  IsLow: !Equals [!Ref Low, abc]
  HasKey: !Not [!Equals [!Ref Key, ""]]
  Week: !Equals [!Ref Days, 3]
  Both: !And [!Condition Prod, !Condition IsX]
  Either: !Or [!Condition Prod, !Condition IsX]
  Same: !Equals [!Ref Free, !Ref Low]
  NoList: !Equals [!Join ["", !Ref Many], ""]
  Here: !Equals [!Ref "AWS::Region", eu-west-1]
  Nowhere: !Equals [!Ref "AWS::Region", mars]
  Joined: !Equals [!Sub "a-${Free}-b", a-x-b]
  JoinedNever: !Equals [!Sub "a-${Free}-b", c-x-b]
  Looks: !Equals [!Ref Look, y]
  Mapped: !Equals [!FindInMap [M, !Ref Env, size], large]
)";

TEST(Case, Resolves_functions_over_what_is_known) {
  EXPECT_EQ(outcome("!Sub 'a${!b}'"), "a${b}");
  EXPECT_EQ(outcome("!Sub ['${x}-${y}', {x: 1, y: !Join ['', [a, b]]}]"), "1-ab");
  EXPECT_EQ(outcome("!Join [',', [a, 1, true]]"), "a,1,true");
  EXPECT_EQ(outcome("!Join ['', []]"), "");
  EXPECT_EQ(outcome("!Select [1, [a, b]]"), "b");
  EXPECT_EQ(outcome("!Select ['1', !Split ['.', x.y.z]]"), "y");
  EXPECT_EQ(outcome("!Select [2, [a, b]]"), "?");
  EXPECT_EQ(outcome("!Split ['|', 'a||c|']"), "[a, , c, ]");
  EXPECT_EQ(outcome("{Fn::Base64: hello}"), "aGVsbG8=");
  EXPECT_EQ(outcome("{Fn::Base64: hell}"), "aGVsbA==");
  EXPECT_EQ(outcome("{Fn::Base64: ''}"), "");
  EXPECT_EQ(outcome("!Cidr [10.0.0.0/16, 3, 8]"), "[10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24]");
  EXPECT_EQ(outcome("!Cidr [10.0.3.7/24, 2, 4]"), "[10.0.3.0/28, 10.0.3.16/28]");
  EXPECT_EQ(outcome("!Cidr ['fd00::/56', 2, 64]"), "[fd00::/64, fd00:0:0:1::/64]");
  EXPECT_EQ(outcome("!Cidr [10.0.0.0/24, 2, 8]"), "?");
  EXPECT_EQ(outcome("!Cidr [10.0.0.0/24, 256, 1]"), "?");
  EXPECT_EQ(outcome("!Cidr [10.0.0.0/16, 257, 8]"), "?");
  EXPECT_EQ(outcome("!FindInMap [M, dev, size]", parameters), "small");
  EXPECT_EQ(outcome("!FindInMap [M, dev, zones]", parameters), "[a, b]");
  EXPECT_EQ(outcome("!FindInMap [M, test, size]", parameters), "?");
  EXPECT_EQ(outcome("!Sub '${AWS::Partition}.${AWS::URLSuffix}'"), "aws.amazonaws.com");
  EXPECT_EQ(outcome("{Fn::Length: [a, b]}"), "2");
  EXPECT_EQ(outcome("{Fn::ToJsonString: {a: [1, x]}}"), R"({"a":[1,"x"]})");
  EXPECT_EQ(outcome("{a: !Ref AWS::NoValue, b: [!Ref AWS::NoValue, 1]}"), "{b: [1]}");
  EXPECT_EQ(outcome("'{{resolve:secretsmanager:s:SecretString:p}}'"), "{{resolve:secretsmanager:s:SecretString:p}}");
}

TEST(Case, Leaves_symbols_and_references_in_their_places) {
  EXPECT_EQ(outcome("!Ref Free", parameters), "$Free");
  EXPECT_EQ(outcome("!Ref Bucket"), "@Bucket");
  EXPECT_EQ(outcome("!GetAtt Bucket.Arn"), "@Bucket.Arn");
  EXPECT_EQ(outcome("!Sub '${Bucket.Arn}/*'"), "@Bucket.Arn+/*");
  EXPECT_EQ(outcome("!Sub 'a-${AWS::Region}-b'"), "a-+$AWS::Region+-b");
  EXPECT_EQ(outcome("!Join [':', [a, !Sub 'x${Bucket}', b]]"), "a:x+@Bucket+:b");
  EXPECT_EQ(outcome("!Sub '${Bucket}'"), "@Bucket");
  EXPECT_EQ(outcome("!Select [0, !GetAZs '']"), "$Fn::GetAZs.0");
  EXPECT_EQ(outcome("!Select [1, !GetAZs {Ref: 'AWS::Region'}]"), "$Fn::GetAZs.1");
}

TEST(Case, What_cannot_be_had_is_unknown) {
  EXPECT_EQ(outcome("!GetAZs ''"), "?");
  EXPECT_EQ(outcome("!Select [0, !Ref Subnets]", parameters), "?");
  EXPECT_EQ(outcome("!Split [',', !Ref Free]", parameters), "?");
  EXPECT_EQ(outcome("!Join [',', !Ref Many]", parameters), "?");
  EXPECT_EQ(outcome("!Sub 'a${Many}'", parameters), "?");
  EXPECT_EQ(outcome("!Base64 {'Fn::Sub': 'a${Bucket}'}"), "?");
  EXPECT_EQ(outcome("!ImportValue elsewhere"), "?");
  EXPECT_EQ(outcome("{Fn::Transform: {Name: M, Parameters: {}}}"), "?");
  EXPECT_EQ(outcome("{a: 1, Fn::Transform: {Name: M}}"), "?");
  EXPECT_EQ(outcome("{Fn::GetStackOutput: {StackName: x, OutputName: y}}"), "?");
}

TEST(Case, A_condition_is_decided_both_ways_and_names_its_parameter) {
  EXPECT_THAT(outcomes("!If [IsX, a, b]", parameters), ElementsAre("Free is \"x\" → a", "Free is not \"x\" → b"));
  EXPECT_THAT(outcomes("!If [Prod, a, b]", parameters), ElementsAre("Env is \"prod\" → a", "Env is not \"prod\" → b"));
  EXPECT_THAT(outcomes("!If [Here, a, b]", parameters),
              ElementsAre("AWS::Region is \"eu-west-1\" → a", "AWS::Region is not \"eu-west-1\" → b"));
  EXPECT_THAT(outcomes("!If [Joined, a, b]", parameters), ElementsAre("Free is \"x\" → a", "Free is not \"x\" → b"));
  EXPECT_THAT(outcomes("!If [NoList, a, b]", parameters), ElementsAre("Many is \"\" → a", "Many is not \"\" → b"));
}

TEST(Case, A_value_that_a_parameter_cannot_have_decides_nothing) {
  EXPECT_EQ(outcome("!If [IsLong, a, b]", parameters), "b");
  EXPECT_EQ(outcome("!If [IsUpper, a, b]", parameters), "b");
  EXPECT_EQ(outcome("!If [HasKey, a, b]", parameters), "a");
  EXPECT_EQ(outcome("!If [Week, a, b]", parameters), "b");
  EXPECT_EQ(outcome("!If [Nowhere, a, b]", parameters), "b");
  EXPECT_EQ(outcome("!If [JoinedNever, a, b]", parameters), "b");
  EXPECT_EQ(outcomes("!If [IsLow, a, b]", parameters).size(), 2U);
}

TEST(Case, The_same_condition_is_the_same_everywhere) {
  EXPECT_THAT(outcomes("[!If [Prod, a, b], !If [Prod, c, d]]", parameters),
              ElementsAre("Env is \"prod\" → [a, c]", "Env is not \"prod\" → [b, d]"));
  EXPECT_THAT(outcomes("[!If [Prod, a, b], !Sub '${Env}']", parameters).size(), 2U);
}

TEST(Case, Conditions_combine) {
  EXPECT_THAT(outcomes("!If [Both, a, b]", parameters),
              ElementsAre("Env is \"prod\", Free is \"x\" → a", "Env is \"prod\", Free is not \"x\" → b",
                          "Env is not \"prod\" → b"));
  EXPECT_THAT(outcomes("!If [Either, a, b]", parameters),
              ElementsAre("Env is \"prod\" → a", "Env is not \"prod\", Free is \"x\" → a",
                          "Env is not \"prod\", Free is not \"x\" → b"));
}

TEST(Case, A_mapping_chooses_the_parameter_among_its_keys) {
  EXPECT_THAT(outcomes("!FindInMap [M, !Ref Env, size]", parameters),
              ElementsAre("Env is \"dev\" → small", "Env is \"prod\" → large"));
  EXPECT_THAT(outcomes("!If [Mapped, !Ref Env, b]", parameters),
              ElementsAre("Env is \"dev\" → b", "Env is \"prod\" → prod"));
  EXPECT_THAT(
      outcomes("!FindInMap [M, !Ref Low, size, {DefaultValue: none}]", parameters),
      ElementsAre("Low is \"dev\" → small", "Low is \"prod\" → large", "Low is not \"dev\" or \"prod\" → none"));
}

// Each outcome of a question about `V`, with what was chosen.
template <class Ask>
std::vector<std::string> asked(std::string_view value, std::string_view rest, Ask ask) {
  const Estate estate = testing::estate_of(fmt::format(
      "{}\nResources:\n  Bucket: {{Type: AWS::S3::Bucket}}\n  R:\n    Type: A::B::C\n    Properties:\n      V: {}\n",
      rest, value));
  std::vector<std::string> out;
  EXPECT_TRUE(for_each_case(estate, 1000, [&](Case& c) {
    const std::string answer = ask(c, c.get(*estate.find("R", 0), "V"));
    out.push_back(c.choices().empty() ? answer : c.choices() + " → " + answer);
  }));
  return out;
}

std::vector<std::string> texts(std::string_view value, std::string_view rest = "") {
  return asked(value, rest, [](Case& c, const Value& v) {
    const auto text = c.text(v);
    return text.known() ? text.value : text.absent() ? "absent" : "unknown: " + text.why;
  });
}

std::vector<std::string> booleans(std::string_view value, std::string_view rest = "") {
  return asked(value, rest, [](Case& c, const Value& v) -> std::string {
    const auto answer = c.boolean(v);
    return answer.known() ? answer.value ? "yes" : "no" : answer.absent() ? "absent" : "unknown: " + answer.why;
  });
}

std::vector<std::string> numbers(std::string_view value, std::string_view rest = "") {
  return asked(value, rest, [](Case& c, const Value& v) {
    const auto answer = c.number(v);
    return answer.known() ? fmt::format("{}", answer.value) : answer.absent() ? "absent" : "unknown: " + answer.why;
  });
}

TEST(Case, Text_chooses_among_allowed_values_and_knows_no_others) {
  EXPECT_THAT(texts("!Sub 'e-${Env}'", parameters),
              ElementsAre("Env is \"dev\" → e-dev", "Env is \"test\" → e-test", "Env is \"prod\" → e-prod"));
  EXPECT_THAT(texts("!Ref Free", parameters), ElementsAre("unknown: the parameter Free may be anything"));
  EXPECT_THAT(texts("!Ref Low", parameters),
              ElementsAre("unknown: the parameter Low may be anything that matches [a-z]*"));
  EXPECT_THAT(texts("!Ref Stored", parameters), ElementsAre(HasSubstr("SSM parameter store")));
  EXPECT_THAT(texts("!Sub 'a-${AWS::Region}'", parameters), ElementsAre("a-${AWS::Region}"));
  EXPECT_THAT(texts("!GetAtt Bucket.Arn"), ElementsAre("unknown: ${Bucket.Arn} is known only when AWS made Bucket"));
  EXPECT_THAT(texts("!Ref AWS::NoValue"), ElementsAre("absent"));
  EXPECT_THAT(texts("[a]"), ElementsAre("unknown: the value is no text"));
  EXPECT_THAT(texts("!If [IsX, !Ref Free, !Ref Free]", parameters),
              ElementsAre("Free is \"x\" → x", "Free is not \"x\" → unknown: the parameter Free may be anything"));
}

TEST(Case, A_free_parameter_is_true_and_false_where_a_boolean_is_asked_for) {
  EXPECT_THAT(booleans("!Ref Flag", parameters), ElementsAre("Flag is \"true\" → yes", "Flag is \"false\" → no"));
  EXPECT_THAT(booleans("!Ref Free", parameters),
              ElementsAre("Free is \"true\" → yes", "Free is \"false\" → no",
                          "Free is not \"true\" or \"false\" → unknown: the parameter Free may be anything"));
  EXPECT_THAT(booleans("'True'"), ElementsAre("yes"));
  EXPECT_THAT(booleans("no"), ElementsAre("no"));
  EXPECT_THAT(booleans("maybe"), ElementsAre("unknown: \"maybe\" is neither true nor false"));
}

TEST(Case, Numbers_may_stand_in_texts) {
  EXPECT_THAT(numbers("'443'"), ElementsAre("443"));
  EXPECT_THAT(numbers("1.5"), ElementsAre("1.5"));
  EXPECT_THAT(numbers("x"), ElementsAre("unknown: \"x\" is no number"));
  EXPECT_THAT(numbers("!Ref Days", parameters), ElementsAre("unknown: the parameter Days may be any number from 7"));
}

TEST(Case, Says_when_a_case_may_not_occur) {
  const auto inexact = [](std::string_view value) {
    return asked(value, parameters, [](Case& c, const Value&) { return c.inexact().empty() ? "exact" : "not"; });
  };
  EXPECT_THAT(inexact("!If [IsX, a, b]"), ElementsAre("Free is \"x\" → exact", "Free is not \"x\" → exact"));
  EXPECT_THAT(inexact("!If [Same, a, b]"), ElementsAre("not", "not"));
  EXPECT_THAT(inexact("!If [Looks, a, b]"), ElementsAre("Look is \"y\" → not", "Look is not \"y\" → exact"));
}

TEST(Case, Mappings_hold_no_functions) {
  const Estate estate = testing::estate_of(R"(
Mappings: {Names: {here: {bucket: !Ref 'AWS::Region', other: fixed}}}
Resources:
  A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !FindInMap [Names, here, bucket]}}
  B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !FindInMap [Names, here, other]}}
)");
  ASSERT_EQ(estate.faults.size(), 1U);
  EXPECT_TRUE(for_each_case(estate, 8, [&](Case& c) {
    EXPECT_TRUE(c.get(*estate.find("A", 0), "BucketName").is(Kind::unknown));
    EXPECT_EQ(c.text(c.get(*estate.find("B", 0), "BucketName")).value, "fixed");
  }));
}

// What becomes of the two cases of IsX under a rule.
std::vector<std::string> under_rule(const std::string& rule) {
  return asked("!If [IsX, a, b]", "Rules: {R: " + rule + "}\n" + std::string(parameters), [](Case& c, const Value&) {
    return c.is_forbidden() ? "forbidden" : c.inexact().empty() ? "exact" : "not";
  });
}

TEST(Case, Rules_forbid_values) {
  EXPECT_THAT(under_rule("{Assertions: [{Assert: {'Fn::Equals': [{Ref: Free}, x]}}]}"),
              ElementsAre("Free is \"x\" → exact", "Free is not \"x\" → not"));
  EXPECT_THAT(under_rule("{Assertions: [{Assert: {'Fn::Not': [{'Fn::Equals': [{Ref: Free}, x]}]}}]}"),
              ElementsAre("Free is \"x\" → forbidden", "Free is not \"x\" → exact"));
  EXPECT_THAT(under_rule("{Assertions: [{Assert: {'Fn::Contains': [[y, z], {Ref: Free}]}}]}"),
              ElementsAre("Free is \"x\" → forbidden", "Free is not \"x\" → exact"));
  EXPECT_THAT(under_rule("{Assertions: [{Assert: {'Fn::EachMemberIn': [[{Ref: Free}], [y, z]]}}]}"),
              ElementsAre("Free is \"x\" → forbidden", "Free is not \"x\" → exact"));
  EXPECT_THAT(under_rule("{Assertions: [{Assert: {'Fn::EachMemberEquals': [[{Ref: Free}], y]}}]}"),
              ElementsAre("Free is \"x\" → forbidden", "Free is not \"x\" → exact"));
}

TEST(Case, Rules_assert_only_where_their_condition_holds) {
  const std::string never = "Assertions: [{Assert: {'Fn::Equals': [a, b]}}]";
  EXPECT_THAT(under_rule("{RuleCondition: {'Fn::Equals': [{Ref: Free}, x]}, " + never + "}"),
              ElementsAre("Free is \"x\" → forbidden", "Free is not \"x\" → exact"));
  EXPECT_THAT(under_rule("{RuleCondition: {'Fn::Equals': [a, b]}, " + never + "}"),
              ElementsAre("Free is \"x\" → exact", "Free is not \"x\" → exact"));
}

TEST(Case, Rules_that_ask_what_only_AWS_knows_leave_it_open_whether_a_case_occurs) {
  EXPECT_THAT(under_rule("{Assertions: [{Assert: {'Fn::Contains': [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, "
                         "{Ref: Free}]}}]}"),
              ElementsAre("Free is \"x\" → not", "Free is not \"x\" → not"));
}

TEST(Case, Globals_stand_in_for_what_a_serverless_resource_does_not_say) {
  const Estate estate = testing::estate_of(R"(
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Timeout: 3, Runtime: x, Environment: {Variables: {A: 1}}}}
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {Runtime: y, Environment: {Variables: {B: 1}}}}
)");
  for_each_case(estate, 1, [&](Case& c) {
    EXPECT_EQ(testing::shown(estate, c.get(*estate.find("F", 0), "Timeout")), "3");
    EXPECT_EQ(testing::shown(estate, c.get(*estate.find("F", 0), "Runtime")), "y");
    EXPECT_EQ(testing::shown(estate, c.get(*estate.find("F", 0), "Environment.Variables")), "?");
  });
}

TEST(Case, Renders_what_is_not_known_as_placeholders) {
  const auto rendered = [](std::string_view value) {
    return asked(value, parameters, [](Case& c, const Value& v) {
      const auto whole = c.rendered(v);
      if (!whole.known()) return std::string("unknown");
      std::string out = whole.value.text;
      for (const auto& hole : whole.value.holes) {
        out += fmt::format(" {}{}{}", hole.placeholder, hole.resource != nullptr ? "!" : "",
                           hole.parameter != no_index ? "*" : "");
      }
      return out;
    });
  };
  EXPECT_THAT(rendered("!Sub '${Bucket.Arn}/${Free}/*'"),
              ElementsAre("${Bucket.Arn}/${Free}/* ${Bucket.Arn}! ${Free}*"));
  EXPECT_THAT(rendered("!Sub 'arn:aws:s3:::${Bucket}-${Bucket}'"),
              ElementsAre("arn:aws:s3:::${Bucket}-${Bucket} ${Bucket}!"));
  EXPECT_THAT(rendered("!Sub '${AWS::AccountId}'"), ElementsAre("${AWS::AccountId} ${AWS::AccountId}"));
  EXPECT_THAT(rendered("!Ref Subnets"), ElementsAre("unknown"));
}

TEST(Case, Finds_the_resource_that_a_value_names) {
  const auto target = [](std::string_view value, std::string_view more = "") {
    const Estate estate = testing::estate_of(fmt::format(R"(
Parameters: {{Free: {{Type: String}}}}
Conditions: {{IsX: !Equals [!Ref Free, x]}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Sg: {{Type: AWS::EC2::SecurityGroup, Properties: {{VpcId: !Ref Vpc}}}}
  Topic: {{Type: AWS::SNS::Topic, Condition: IsX}}
  Ip: {{Type: AWS::EC2::EIP}}
  Db: {{Type: AWS::RDS::DBInstance}}
  {}
  R: {{Type: A::B::C, Properties: {{V: {}}}}}
)",
                                                         more, value));
    std::set<std::string> out;
    for_each_case(estate, 100, [&](Case& c) {
      const Resource* found = c.target(c.get(*estate.find("R", 0), "V"));
      out.insert(found == nullptr ? "none" : found->id);
    });
    return fmt::format("{}", fmt::join(out, " or "));
  };
  EXPECT_EQ(target("!Ref Sg"), "Sg");
  EXPECT_EQ(target("!GetAtt Sg.GroupId"), "Sg");
  EXPECT_EQ(target("!GetAtt Sg.VpcId"), "Vpc");
  EXPECT_EQ(target("!GetAtt Vpc.VpcId"), "Vpc");
  EXPECT_EQ(target("!GetAtt Vpc.DefaultSecurityGroup"), "none");
  EXPECT_EQ(target("!GetAtt Db.DBInstanceArn"), "Db");
  EXPECT_EQ(target("!GetAtt Db.MasterUserSecret.SecretArn"), "none");
  EXPECT_EQ(target("!GetAtt Ip.AllocationId"), "Ip");
  EXPECT_EQ(target("!Ref Topic"), "Topic or none");
  EXPECT_EQ(target("!Sub 'arn:aws:rds:${AWS::Region}:1:db:${Db}'"), "Db");
  EXPECT_EQ(target("!Sub '${Topic}:*'"), "Topic or none");
  EXPECT_EQ(target("!Sub 'x-${Db}'"), "none");
  EXPECT_EQ(target("!Sub 'arn:${Db}-${Sg}'"), "none");
  EXPECT_EQ(target("!Ref Free"), "none");
  EXPECT_EQ(target("text"), "none");
}

TEST(Case, A_vpc_s_blocks_are_divided_through_its_attribute) {
  const Estate estate = testing::estate_of(R"(
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  S: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]]}}
)");
  for_each_case(estate, 1,
                [&](Case& c) { EXPECT_EQ(c.text(c.get(*estate.find("S", 0), "CidrBlock")).value, "10.1.1.0/24"); });
}

TEST(Case, A_member_is_asked_without_deciding_its_neighbours) {
  EXPECT_THAT(asked("!If [Prod, {a: 1, b: !If [IsX, 2, 3]}, {a: 4}]", parameters,
                    [](Case& c, const Value&) { return c.text(c.get(*c.estate().find("R", 0), "V.a")).value; })
                  .size(),
              3U);  // V as a whole was asked for first
  const Estate estate =
      testing::estate_of(fmt::format("{}\nResources:\n  R:\n    Type: A::B::C\n    Properties:\n      V: !If [Prod, "
                                     "{{a: 1, b: !If [IsX, 2, 3]}}, {{a: 4}}]\n",
                                     parameters));
  std::vector<std::string> out;
  for_each_case(estate, 100, [&](Case& c) { out.push_back(c.text(c.get(*estate.find("R", 0), "V.a")).value); });
  EXPECT_THAT(out, ElementsAre("1", "4"));
}

TEST(Case, An_export_leads_to_the_template_that_makes_it) {
  Estate estate;
  const auto add = [&](std::string_view text, std::string_view name) {
    const auto document = read_document(text, static_cast<std::uint32_t>(estate.files.size()), name);
    ASSERT_TRUE(document);
    ASSERT_TRUE(add_template(estate, *document, name));
  };
  add(R"(
Resources:
  Sg: {Type: AWS::EC2::SecurityGroup}
Outputs:
  O: {Value: !GetAtt Sg.GroupId, Export: {Name: net-Sg}}
)",
      "net.yaml");
  add("Resources:\n  Sg: {Type: A::B::C}\n  R: {Type: A::B::C, Properties: {V: !ImportValue net-Sg}}\n", "app.yaml");
  EXPECT_EQ(estate.place(estate.find("R", 1)->at), "app.yaml:3");
  for_each_case(estate, 1,
                [&](Case& c) { EXPECT_EQ(c.target(c.get(*estate.find("R", 1), "V")), estate.find("Sg", 0)); });
}

TEST(Case, A_resource_is_there_where_its_condition_holds) {
  const Estate estate = testing::estate_of(fmt::format(
      "{}\nResources:\n  A: {{Type: A::B::C, Condition: Prod}}\n  B: {{Type: A::B::C}}\n  C: {{Type: X::Y::Z}}\n",
      parameters));
  std::vector<std::string> out;
  for_each_case(estate, 100, [&](Case& c) {
    std::string ids = c.choices();
    for (const Resource* each : c.resources("A::B::C")) ids += each->id;
    out.push_back(ids);
  });
  EXPECT_THAT(out, UnorderedElementsAre("AB", "B"));
}

TEST(Case, A_budget_that_is_spent_is_told) {
  const Estate estate = testing::estate_of(
      fmt::format("{}\nResources:\n  R: {{Type: A::B::C, Properties: {{V: !Ref Env}}}}\n", parameters));
  const auto question = [&](Case& c) { std::ignore = c.text(c.get(*estate.find("R", 0), "V")); };
  EXPECT_FALSE(for_each_case(estate, 2, question));
  EXPECT_TRUE(for_each_case(estate, 3, question));
}

}  // namespace
}  // namespace redoubt::estate
