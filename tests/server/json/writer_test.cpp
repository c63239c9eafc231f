#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "redoubt/json.hpp"

namespace redoubt::json {
namespace {

using namespace std::string_literals;

std::string as_json_string(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out;
  Writer writer(out);
  writer.begin_object()
      .member("a", 1)
      .name("b")
      .begin_array()
      .value(true)
      .null()
      .begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .value("x")
      .end_array()
      .member("c", 2U)
      .name("d")
      .raw("[1]")
      .end_object();
  EXPECT_EQ(out, R"({"a":1,"b":[true,null,{},[],"x"],"c":2,"d":[1]})");
}

TEST(JsonWriter, EscapesWhatMustBeEscapedAndNothingElse) {
  EXPECT_EQ(as_json_string("a\"b\\c/\b\f\n\r\t\x01\x1f\x7fé€𝄞z"),
            "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7fé€𝄞z\"");
}

TEST(JsonWriter, EscapesANulByte) {
  EXPECT_EQ(as_json_string("a\0é"s), "\"a\\u0000é\"");
}

TEST(JsonWriter, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(as_json_string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(as_json_string("\xC3"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(as_json_string("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  std::mt19937 random(2);
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes;
    while (random() % 8) bytes += static_cast<char>(random());
    EXPECT_TRUE(parse(as_json_string(bytes)));
  }
}

TEST(JsonWriter, EveryCodePointReadsBackTheSame) {
  for (std::uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    } else {
      put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    }
    const auto document = parse(as_json_string(text));
    ASSERT_TRUE(document) << c;
    ASSERT_EQ(document->root().string(), text) << c;
  }
}

TEST(JsonWriter, WritesTheShortestDoubleThatReadsBackTheSame) {
  const auto written = [](double real) {
    std::string out;
    Writer(out).value(real);
    return out;
  };
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(1e300), "1e+300");
  EXPECT_EQ(written(-0.0), "-0.0");
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "null");
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; ++i) {
    const double real = std::bit_cast<double>(random());
    if (!std::isfinite(real)) continue;
    const auto document = parse(written(real));
    ASSERT_TRUE(document);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(document->root().number()), std::bit_cast<std::uint64_t>(real));
  }
}

TEST(JsonWriter, CopiesAParsedValue) {
  const std::string text = R"({"a":[1,-2,18446744073709551615,0.5,true,false,null,"é\n"],"":{"x":{}},"y":[[],[[]]]})";
  const auto document = parse(text);
  ASSERT_TRUE(document);
  std::string out;
  Writer(out).value(document->root());
  EXPECT_EQ(out, text);
}

}  // namespace
}  // namespace redoubt::json
