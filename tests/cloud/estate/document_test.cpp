#include "estate/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/estate/support.hpp"

namespace redoubt::estate {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string read(std::string_view text) {
  const auto document = read_document(text, 3, "f");
  return document ? testing::shown({}, *document) : document.error().text();
}

TEST(Document, Knows_the_line_of_every_value_in_both_formats) {
  for (const std::string_view text :
       {"a:\n  b: 1\n  c:\n    - x\n    - y\n", "{\"a\":\n{\"b\": 1,\n\"c\": [\n\"x\",\n\"y\"]}}"}) {
    const auto document = read_document(text, 3, "f");
    ASSERT_TRUE(document);
    EXPECT_EQ((*document)["a"]["b"].at, (Location{3, 2}));
    EXPECT_EQ((*document)["a"].members[1].at.line, 3U);
    EXPECT_EQ((*document)["a"]["c"].items[0].at.line, 4U);
    EXPECT_EQ((*document)["a"]["c"].items[1].at.line, 5U);
  }
}

TEST(Document, Lines_are_right_behind_strings_that_escape_line_feeds) {
  const auto document = read_document("{\"a\": \"x\\n\\n\\ny\",\n \"b\":\n 2}", 0, "f");
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["b"].at.line, 3U);
}

TEST(Document, Writes_short_tags_out) {
  EXPECT_EQ(read("!Ref a"), "{Ref: a}");
  EXPECT_EQ(read("!Condition a"), "{Condition: a}");
  EXPECT_EQ(read("!GetAtt a.B"), "{Fn::GetAtt: [a, B]}");
  EXPECT_EQ(read("!GetAtt a.Outputs.B"), "{Fn::GetAtt: [a, Outputs.B]}");
  EXPECT_EQ(read("!GetAtt [a, B]"), "{Fn::GetAtt: [a, B]}");
  EXPECT_EQ(read("!Sub 12"), "{Fn::Sub: 12}");
  EXPECT_EQ(read("!Select [0, !GetAZs '']"), "{Fn::Select: [0, {Fn::GetAZs: }]}");
  EXPECT_EQ(read("Fn::ImportValue: !Sub '${a}-b'"), "{Fn::ImportValue: {Fn::Sub: ${a}-b}}");
}

TEST(Document, Takes_plain_scalars_as_YAML_1_1_does) {
  const auto kind = [](std::string_view text) {
    const auto document = read_document(text, 0, "f");
    EXPECT_TRUE(document) << text;
    return document ? std::pair(document->kind, testing::shown({}, *document)) : std::pair(Kind::absent, std::string());
  };
  EXPECT_EQ(kind("yes"), std::pair(Kind::boolean, std::string("true")));
  EXPECT_EQ(kind("Off"), std::pair(Kind::boolean, std::string("false")));
  EXPECT_EQ(kind("'yes'"), std::pair(Kind::text, std::string("yes")));
  EXPECT_EQ(kind("y"), std::pair(Kind::text, std::string("y")));
  EXPECT_EQ(kind("~"), std::pair(Kind::null, std::string("null")));
  EXPECT_EQ(kind("443"), std::pair(Kind::number, std::string("443")));
  EXPECT_EQ(kind("-1"), std::pair(Kind::number, std::string("-1")));
  EXPECT_EQ(kind("+1"), std::pair(Kind::number, std::string("1")));
  EXPECT_EQ(kind("1_000"), std::pair(Kind::number, std::string("1000")));
  EXPECT_EQ(kind("0x1F"), std::pair(Kind::number, std::string("31")));
  EXPECT_EQ(kind("0b101"), std::pair(Kind::number, std::string("5")));
  EXPECT_EQ(kind("0644"), std::pair(Kind::number, std::string("420")));
  EXPECT_EQ(kind("-010"), std::pair(Kind::number, std::string("-8")));
  EXPECT_EQ(kind("012345678901"), std::pair(Kind::text, std::string("012345678901")));
  EXPECT_EQ(kind("123456789012"), std::pair(Kind::number, std::string("123456789012")));
  EXPECT_EQ(kind("22:22"), std::pair(Kind::number, std::string("1342")));
  EXPECT_EQ(kind("8080:80"), std::pair(Kind::text, std::string("8080:80")));
  EXPECT_EQ(kind("1.50"), std::pair(Kind::number, std::string("1.50")));
  EXPECT_EQ(kind(".5"), std::pair(Kind::number, std::string("0.5")));
  EXPECT_EQ(kind("1."), std::pair(Kind::number, std::string("1.0")));
  EXPECT_EQ(kind("1.5e+3"), std::pair(Kind::number, std::string("1.5e+3")));
  EXPECT_EQ(kind("1e3"), std::pair(Kind::text, std::string("1e3")));
  EXPECT_EQ(kind("."), std::pair(Kind::text, std::string(".")));
  EXPECT_EQ(kind("10.0.0.0"), std::pair(Kind::text, std::string("10.0.0.0")));
  EXPECT_EQ(kind("2012-10-17"), std::pair(Kind::text, std::string("2012-10-17")));
  EXPECT_EQ(kind("!!str 12"), std::pair(Kind::text, std::string("12")));
  EXPECT_EQ(kind("!!int '12'"), std::pair(Kind::number, std::string("12")));
}

TEST(Document, Keys_stay_as_they_were_written) {
  EXPECT_EQ(read("32: a\n0644: b\nyes: c\n"), "{32: a, 0644: b, yes: c}");
}

TEST(Document, Follows_aliases_and_merges) {
  EXPECT_EQ(read("a: &x {p: 1, q: 2}\nb: *x\n"), "{a: {p: 1, q: 2}, b: {p: 1, q: 2}}");
  EXPECT_EQ(read("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n"), "{a: {p: 1, q: 2}, b: {q: 3, p: 1}}");
  EXPECT_EQ(read("b:\n  <<: [{p: 1}, {p: 2, r: 3}]\n"), "{b: {p: 1, r: 3}}");
  EXPECT_EQ(read("b:\n  '<<': 1\n"), "{b: {<<: 1}}");
  EXPECT_EQ(read("b:\n  <<: 1\n"), "f:2: the merge key << takes a mapping or a list of mappings");
  EXPECT_EQ(read("a: *x\n"), "f:1: the alias *x names no anchor before it");
  EXPECT_EQ(read("a: &x [*x]\n"), "f:1: the alias *x names no anchor before it");
}

TEST(Document, Refuses_aliases_that_multiply) {
  std::string text = "a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n";
  for (int i = 1; i < 10; ++i) {
    text += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  }
  EXPECT_THAT(read(text), HasSubstr("aliases repeat more than 100000 values"));
}

TEST(Document, Refuses_what_no_template_can_be_with_its_line) {
  EXPECT_EQ(read(""), "f: the file is empty");
  EXPECT_EQ(read("# nothing\n"), "f: the file is empty");
  EXPECT_EQ(read("a: 1\nb: 2\na: 3\n"), "f:3: the key a stands twice in one mapping");
  EXPECT_THAT(read("{\"a\": 1,\n\"a\": 2}"), HasSubstr("f:2: not JSON: the object has this member twice"));
  EXPECT_EQ(read("a: 1\n---\nb: 1\n"), "f:2: a second document begins here: a template is one document");
  EXPECT_THAT(read("a:\n\tb: 1\n"), StartsWith("f:2: not YAML"));
  EXPECT_THAT(read(std::string_view("a: 1\nb: \0\n", 10)), StartsWith("f:2: not YAML"));
  EXPECT_THAT(read("a: 1\nb: \xff\n"), StartsWith("f:2: not YAML"));
  EXPECT_THAT(read("a: [1\n"), StartsWith("f:2: not YAML"));
  EXPECT_EQ(read("[1]: 2\n"), "f:1: not JSON: something follows the value (column 4)");
  EXPECT_EQ(read("a:\n  [1]: 2\n"), "f:2: a key must be a text");
  EXPECT_EQ(read("a: !!binary aGk=\n"), "f:1: CloudFormation does not support the YAML type !!binary");
  EXPECT_EQ(read("a: !!int x\n"), "f:1: this is not a YAML !!int");
  EXPECT_THAT(read("a: " + std::string(300, '[') + std::string(300, ']')), HasSubstr("nested deeper than 200 levels"));
  EXPECT_THAT(read(std::string(300, '[') + std::string(300, ']')), HasSubstr("nested deeper than 200 levels"));
}

TEST(Document, A_repeated_key_is_found_among_many) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += fmt::format("k{}: 1\n", i);
  EXPECT_EQ(read(text + "k7: 1\n"), "f:101: the key k7 stands twice in one mapping");
}

TEST(Document, Takes_a_byte_order_mark) {
  EXPECT_EQ(read("\xEF\xBB\xBF{\"a\": 1}"), "{a: 1}");
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a: 1"),
            "{a: 1}");
}

TEST(Document, Writes_the_same_bytes_for_the_same_value) {
  const std::string text = R"({
  "a": [
    1,
    "x\"\n",
    true,
    null
  ],
  "b": {},
  "c": []
}
)";
  const auto document = read_document(text, 0, "f");
  ASSERT_TRUE(document);
  EXPECT_EQ(write_json(*document), text);
}

}  // namespace
}  // namespace redoubt::estate
