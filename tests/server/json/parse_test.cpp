#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "redoubt/json.hpp"

namespace redoubt::json {
namespace {

using namespace std::string_literals;

Document parsed(std::string text) {
  auto document = parse(std::move(text));
  if (!document) throw std::runtime_error(document.error().reason);
  return *std::move(document);
}

Error error_of(std::string text, std::size_t max_depth = default_max_depth) {
  auto document = parse(std::move(text), max_depth);
  EXPECT_FALSE(document) << "accepted";
  return document ? Error{} : document.error();
}

TEST(JsonParse, GivesTheTreeInTheOrderOfTheText) {
  const Document document = parsed(R"( {"a": [1, {"b": null}, "x"], "c": {"d": true, "e": -2.5}, "f": ""} )");
  const Value root = document.root();
  ASSERT_TRUE(root.is_object());
  EXPECT_EQ(root.size(), 3);
  std::string names;
  for (const auto& [name, value] : root.members()) names += name;
  EXPECT_EQ(names, "acf");

  const Value a = *root.find("a");
  ASSERT_TRUE(a.is_array());
  EXPECT_EQ(a.size(), 3);
  std::vector<Kind> kinds;
  for (const Value element : a.elements()) kinds.push_back(element.kind());
  EXPECT_EQ(kinds, (std::vector{Kind::integer, Kind::object, Kind::string}));

  const Value c = *root.find("c");
  EXPECT_TRUE(c.find("d")->boolean());
  EXPECT_EQ(c.find("e")->number(), -2.5);
  EXPECT_EQ(root.find("f")->string(), "");
  EXPECT_FALSE(root.find("b"));
  EXPECT_FALSE(a.find("b"));
}

TEST(JsonParse, EveryValueKnowsWhereItBegins) {
  const Document document = parsed(R"({"n": null, "t": true, "f": false, "s": "a\nb", "i": 12, "l": [], "o": {}})");
  const Value root = document.root();
  EXPECT_EQ(root.offset(), 0);
  EXPECT_EQ(root.find("n")->offset(), 6);
  EXPECT_EQ(root.find("t")->offset(), 17);
  EXPECT_EQ(root.find("f")->offset(), 28);
  EXPECT_EQ(root.find("s")->offset(), 40);
  EXPECT_EQ(root.find("i")->offset(), 53);
  EXPECT_EQ(root.find("l")->offset(), 62);
  EXPECT_EQ(root.find("o")->offset(), 71);
}

TEST(JsonParse, DecodesEscapesAndKeepsAnEscapedNul) {
  const Document document = parsed(R"(["\"\\\/\b\f\n\r\t", "\u00e9\u20AC\ud834\udd1e", "a\u0000b"])");
  std::vector<std::string> strings;
  for (const Value value : document.root().elements()) strings.emplace_back(value.string());
  EXPECT_EQ(strings, (std::vector{"\"\\/\b\f\n\r\t"s, "é€𝄞"s, "a\0b"s}));
}

TEST(JsonParse, RefusesHalfASurrogatePair) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("a\uDFFFb")", R"("\ud800\ud800")", R"("\ud800x")",
                           R"({"\udead": 1})", R"("\udc00\ud800")"}) {
    EXPECT_EQ(error_of(text).reason, "the string escapes half of a surrogate pair") << text;
  }
  EXPECT_TRUE(parse(R"("\ud7ff\ue000")"));
}

TEST(JsonParse, RefusesEveryControlCharacterInsideAString) {
  for (char c = 1; c < 0x20; ++c) {
    for (const std::size_t before : {0u, 1u, 15u, 16u, 40u}) {
      EXPECT_FALSE(parse('"' + std::string(before, 'x') + c + "\"")) << int{c};
    }
  }
}

TEST(JsonParse, RefusesWhatIsNotUtf8) {
  for (const char* bytes : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xFF"}) {
    EXPECT_EQ(error_of("\""s + bytes + "\"").reason, "the string is not UTF-8");
  }
  EXPECT_EQ(parsed("\"\xF4\x8F\xBF\xBF\"").root().string(), "\xF4\x8F\xBF\xBF");
}

TEST(JsonParse, ATextThatEndsInsideACharacterIsNeverReadBeyondItsEnd) {
  // Long enough to stand on the heap, where the address sanitizer watches the byte after it.
  const std::string text = "[\"a text of more than fifteen bytes";
  for (const std::string_view tail : {"\xE8", "\xE8\x80", "\xF0", "\xF0\x90", "\xF0\x90\x80",
                                      "\xF0"
                                      "A",
                                      "\xFF"}) {
    std::string cut(text);
    cut += tail;
    cut.shrink_to_fit();
    EXPECT_FALSE(parse(cut));
  }
  EXPECT_EQ(error_of(text + "\xF0").reason, "the string is not UTF-8");
  EXPECT_EQ(error_of(text + "\xF0").offset, text.size());
  EXPECT_EQ(error_of("\n" + text + "\xF0\x90").line, 2);
}

TEST(JsonParse, RefusesANulByteByteOrderMarkAndTrailingBytes) {
  EXPECT_EQ(error_of("1\0"s).reason, "a NUL byte is not JSON");
  EXPECT_EQ(error_of("{}\0{}"s).reason, "a NUL byte is not JSON");
  EXPECT_EQ(error_of("\"a\0b\""s).reason, "a NUL byte is not JSON");
  EXPECT_EQ(error_of("\0"s).reason, "a NUL byte is not JSON");
  EXPECT_EQ(error_of("[1,\0]"s).reason, "a NUL byte is not JSON");
  EXPECT_EQ(error_of("\xEF\xBB\xBF{}").reason, "the text begins with a byte order mark");
  EXPECT_EQ(error_of("{} x").reason, "something follows the value");
  EXPECT_EQ(error_of("1 2").offset, 2);
}

TEST(JsonParse, SaysWhatIsMissingAndWhere) {
  struct Case {
    const char* text;
    const char* reason;
    std::size_t offset, line, column;
  };
  for (const Case& expected : std::initializer_list<Case>{
           {"", "the text ends too early: a value is missing", 0, 1, 1},
           {"[1 2]", "a comma or ] is missing", 3, 1, 4},
           {"{\n  \"a\": 1\n  \"b\": 2}", "a comma or } is missing", 13, 3, 3},
           {"{\"a\" 1}", "a colon is missing after the member's name", 5, 1, 6},
           {"{a: 1}", "a member's name in double quotes is missing", 1, 1, 2},
           {"[1,", "the text ends too early: this is not a value", 3, 1, 4},
           {"[1, tru]", "this is not a value", 7, 1, 8},
           {"{\"a\": 1,}", "a member's name in double quotes is missing", 8, 1, 9},
           {"[\"a", "the text ends too early: the string's closing quote is missing", 3, 1, 4},
           {"1.", "the text ends too early: digits are missing after the decimal point", 2, 1, 3},
           {"1e", "the text ends too early: digits are missing in the exponent", 2, 1, 3},
           {"[\n\"\\x\"]", "the string has an unknown escape or a control character that is not escaped", 3, 2, 2},
           {"\"\\u12g4\"", "\\u needs four hexadecimal digits", 1, 1, 2},
       }) {
    const Error error = error_of(expected.text);
    EXPECT_EQ(error.reason, expected.reason) << expected.text;
    EXPECT_EQ(error.offset, expected.offset) << expected.text;
    EXPECT_EQ(error.line, expected.line) << expected.text;
    EXPECT_EQ(error.column, expected.column) << expected.text;
  }
}

TEST(JsonParse, LineFeedsThatWereEscapedDoNotCountAsLines) {
  const Error after = error_of("[\"a\\nb\\n\\\"c\\n\\n\",\n\"\\n\", x]");
  EXPECT_EQ(after.line, 2);
  EXPECT_EQ(after.column, 7);
  const Error inside = error_of("[\n\"\\n\\n\\n\\q\"]");
  EXPECT_EQ(inside.line, 2);
  EXPECT_EQ(inside.column, 8);
}

TEST(JsonParse, RefusesDuplicateMembersByTheirDecodedNames) {
  const Error error = error_of(R"({"a": 1, "b": {"x": 1, "\u0078": 2}})");
  EXPECT_EQ(error.reason, "the object has this member twice");
  EXPECT_EQ(error.offset, 23);
  EXPECT_TRUE(parse(R"({"a": {"a": {"a": 1}}, "b": {"a": 1}, "A": 1, "": 0})"));

  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += fmt::format("\"n{}\": {{\"a\": [1, {{}}]}}, ", i);
  EXPECT_TRUE(parse(many + "\"n40\": 0}"));
  EXPECT_EQ(error_of(many + "\"n17\": 0}").offset, many.size());
}

TEST(JsonParse, ManyMembersCostNoSquareOfTheirNumber) {
  std::string many = "{";
  for (int i = 0; i < 300'000; ++i) many += fmt::format("\"name-{}\":0,", i);
  many.back() = '}';
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(parse(std::move(many)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(JsonParse, NestsToTheLimitAndNoDeeper) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse(nested(64)));
  const Error error = error_of(nested(65));
  EXPECT_EQ(error.reason, "nested deeper than 64 levels");
  EXPECT_EQ(error.offset, 64);
  EXPECT_FALSE(parse(std::string(1'000'000, '[')));
  EXPECT_FALSE(parse("1", 0) && parse("[]", 0));
  EXPECT_TRUE(parse(nested(deepest), 1'000'000));
  EXPECT_EQ(error_of(nested(deepest + 1), 1'000'000).reason, "nested deeper than 1000 levels");
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(error_of(objects).offset, 64 * 5);
}

TEST(JsonParse, KeepsEveryIntegerOf64Bits) {
  const Document document = parsed(
      "[0, -0, 9223372036854775807, -9223372036854775808, 9223372036854775808, 18446744073709551615, "
      "18446744073709551616, -9223372036854775809, 1.0, 1e2, 1.5, 1e30, -9223372036854775808.0, "
      "9223372036854775808.0]");
  std::vector<Value> values;
  for (const Value value : document.root().elements()) values.push_back(value);
  EXPECT_EQ(values[0].integer(), 0);
  EXPECT_EQ(values[1].integer(), 0);
  EXPECT_EQ(values[2].integer(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(values[3].integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(values[4].kind(), Kind::unsigned_integer);
  EXPECT_EQ(values[4].integer(), std::nullopt);
  EXPECT_EQ(values[4].number(), 0x1p63);
  EXPECT_EQ(values[5].unsigned_integer(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(values[6].kind(), Kind::real);
  EXPECT_EQ(values[6].number(), 0x1p64);
  EXPECT_EQ(values[7].kind(), Kind::real);
  EXPECT_EQ(values[8].integer(), 1);
  EXPECT_EQ(values[9].integer(), 100);
  EXPECT_EQ(values[10].integer(), std::nullopt);
  EXPECT_EQ(values[11].integer(), std::nullopt);
  EXPECT_EQ(values[12].integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(values[13].integer(), std::nullopt);
}

TEST(JsonParse, RefusesNumbersBeyondDoublesAndTakesTinyOnesForZero) {
  for (const std::string& text : {"1e309"s, "-1e309"s, "9.9e308"s, "-9.9e308"s, "1e99999999999"s, std::string(400, '9'),
                                  "-" + std::string(400, '9') + ".5", "1" + std::string(400, '0') + "e-10"}) {
    EXPECT_EQ(error_of(text).reason, "the number is too large for a double") << text;
  }
  EXPECT_EQ(parsed("1e-400").root().number(), 0);
  EXPECT_EQ(parsed("0." + std::string(500, '0') + "1").root().number(), 0);
  EXPECT_EQ(parsed("-0.00000000000001e-2147483639").root().number(), 0);
  EXPECT_EQ(parsed("1e-99999999999999999999").root().number(), 0);
  EXPECT_EQ(parsed("1.7976931348623157e308").root().number(), std::numeric_limits<double>::max());
  EXPECT_EQ(parsed("5e-324").root().number(), std::numeric_limits<double>::denorm_min());
}

TEST(JsonParse, RoundsDoublesAsStrtodDoes) {
  std::mt19937_64 random(8259);
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    if (i % 2 == 0) {
      const double real = std::bit_cast<double>(random());
      if (!std::isfinite(real)) continue;
      text = fmt::format("{:.{}e}", real, 1 + random() % 24);
    } else {
      text = fmt::format("{}{}.{:017}{:019}e{}", random() % 2 ? "-" : "", random() % 100,
                         random() % 100'000'000'000'000'000, random() % 1'000'000'000'000'000'000,
                         static_cast<int>(random() % 640) - 340);
    }
    const double expected = std::strtod(text.c_str(), nullptr);
    const auto document = parse(text);
    if (std::isinf(expected)) {
      EXPECT_FALSE(document) << text;
    } else {
      ASSERT_TRUE(document) << text;
      EXPECT_EQ(std::bit_cast<std::uint64_t>(document->root().number()), std::bit_cast<std::uint64_t>(expected))
          << text;
    }
  }
}

TEST(JsonParse, NeverAcceptsOrCrashesOnATruncatedText) {
  const std::string whole = R"({"a": [1, -2.5e3, true, false, null, "é\ud834\udd1e\n"], "b": {"c": ""}})";
  for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(parse(whole.substr(0, length))) << length;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string mutated = whole;
    for (int n = 0; n < 3; ++n) mutated[random() % mutated.size()] = static_cast<char>(random());
    if (const auto document = parse(mutated); !document) {
      EXPECT_LE(document.error().offset, mutated.size());
      EXPECT_LE(document.error().column, mutated.size() + 1);
    }
  }
}

TEST(JsonDocument, StaysValidWhenMoved) {
  Document document = parsed(R"("short")");
  const Value root = document.root();
  const Document moved = std::move(document);
  EXPECT_EQ(root.string(), "short");
  EXPECT_EQ(moved.root().string(), "short");
}

}  // namespace
}  // namespace redoubt::json
