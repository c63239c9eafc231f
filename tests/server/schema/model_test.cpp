#include "redoubt/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace redoubt {
namespace {

using ::testing::HasSubstr;

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Address {
  std::string street;
};
BOOST_DESCRIBE_STRUCT(Address, (), (street))

struct Card {
  static constexpr std::string_view tag = "card";
  Text<4, 4, "^[0-9]+$"> last_digits;
};
BOOST_DESCRIBE_STRUCT(Card, (), (last_digits))

struct Invoice {
  static constexpr std::string_view tag = "invoice";
  Address address;
};
BOOST_DESCRIBE_STRUCT(Invoice, (), (address))

struct Change {
  Patch<Nullable<std::string>> name;
  Patch<int> count;
};
BOOST_DESCRIBE_STRUCT(Change, (), (name, count))

// The types of the errors that decoding this JSON gives.
template <class T>
std::vector<std::string> errors_of(std::string json, T* out = nullptr) {
  const auto document = json::parse(std::move(json));
  EXPECT_TRUE(document.has_value());
  ValidationErrors errors;
  T value{};
  (void)Codec<T>::decode(document->root(), value, Location{nullptr, std::string_view("body")}, errors);
  std::vector<std::string> types;
  const auto listed = json::parse(errors.to_json());
  for (const json::Value error : listed->root().elements()) types.emplace_back(error.find("type")->string());
  if (out != nullptr) *out = std::move(value);
  return types;
}

using Types = std::vector<std::string>;

TEST(Text, LengthCountsCodePointsNotBytes) {
  EXPECT_EQ((errors_of<Text<1, 2>>(R"("äö")")), Types{});
  EXPECT_EQ((errors_of<Text<1, 2>>(R"("äöü")")), Types{"string_too_long"});
  EXPECT_EQ((errors_of<Text<1, 2>>(R"("")")), Types{"string_too_short"});
  EXPECT_EQ((errors_of<Text<1, 2>>(R"("\ud83d\ude00")")), Types{});
}

TEST(Text, MatchesItsPatternAnywhereUnlessAnchored) {
  EXPECT_EQ((errors_of<Text<0, 9, "b+">>(R"("abbc")")), Types{});
  EXPECT_EQ((errors_of<Text<0, 9, "^b+$">>(R"("abbc")")), Types{"string_pattern_mismatch"});
}

TEST(Text, NeverHoldsANullCharacter) {
  EXPECT_EQ(errors_of<std::string>(R"("a\u0000b")"), Types{"string_null_character"});
  EXPECT_EQ((errors_of<std::map<std::string, int>>(R"({"a\u0000": 1})")), Types{"string_null_character"});
}

TEST(Integer, HasBoundsAndAMultiple) {
  using Even = Integer<0, 10, 2>;
  EXPECT_EQ(errors_of<Even>("4"), Types{});
  EXPECT_EQ(errors_of<Even>("4.0"), Types{});  // JSON Schema: a number without fraction is an integer
  EXPECT_EQ(errors_of<Even>("5"), Types{"multiple_of"});
  EXPECT_EQ(errors_of<Even>("12"), Types{"less_than_equal"});
  EXPECT_EQ(errors_of<Even>("-2"), Types{"greater_than_equal"});
  EXPECT_EQ(errors_of<Even>("4.5"), Types{"int_from_float"});
  EXPECT_EQ(errors_of<Even>(R"("4")"), Types{"int_type"});
  EXPECT_EQ(errors_of<Even>("true"), Types{"int_type"});
}

TEST(Integer, WhatItsTypeCannotHoldIsRefusedNotWrapped) {
  EXPECT_EQ(errors_of<std::int64_t>("9223372036854775807"), Types{});
  EXPECT_EQ(errors_of<std::int64_t>("9223372036854775808"), Types{"less_than_equal"});
  EXPECT_EQ(errors_of<std::int64_t>("-1e300"), Types{"greater_than_equal"});
  EXPECT_EQ(errors_of<std::int8_t>("128"), Types{"less_than_equal"});
  EXPECT_EQ(errors_of<std::uint8_t>("-1"), Types{"greater_than_equal"});
}

TEST(Real, HasOpenAndClosedBounds) {
  using Share = Real<Bounds{.gt = 0, .le = 1}>;
  EXPECT_EQ(errors_of<Share>("1"), Types{});
  EXPECT_EQ(errors_of<Share>("0"), Types{"greater_than"});
  EXPECT_EQ(errors_of<Share>("1.5"), Types{"less_than_equal"});
  EXPECT_EQ((errors_of<Real<Bounds{.multiple_of = 0.1}>>("0.3")), Types{});
  EXPECT_EQ((errors_of<Real<Bounds{.multiple_of = 0.1}>>("0.35")), Types{"multiple_of"});
}

TEST(Boolean, IsNeitherANumberNorText) {
  EXPECT_EQ(errors_of<bool>("true"), Types{});
  EXPECT_EQ(errors_of<bool>("1"), Types{"bool_type"});
  EXPECT_EQ(errors_of<bool>(R"("true")"), Types{"bool_type"});
}

TEST(Email, AcceptsAddressesAndRefusesWhatOnlyLooksLikeOne) {
  for (const char* good : {"ada@example.com", "a.b+c@sub.example.co", "o'hara@example.org"})
    EXPECT_EQ(errors_of<Email>('"' + std::string(good) + '"'), Types{}) << good;
  for (const char* bad : {"ada", "@example.com", "ada@", "ada@localhost", "a..b@example.com", ".a@example.com",
                          "a b@example.com", "a@-example.com", "a@example..com", "a@exa_mple.com", "<a@example.com>"})
    EXPECT_EQ(errors_of<Email>('"' + std::string(bad) + '"'), Types{"value_error"}) << bad;
  Email folded;
  (void)errors_of<Email>(R"("Ada@EXAMPLE.Com")", &folded);
  EXPECT_EQ(folded.value, "Ada@example.com");
}

TEST(Url, IsAbsoluteAndWithoutCredentials) {
  for (const char* good :
       {"https://example.com", "http://localhost:8080/a?b=c#d", "https://[::1]/x", "HTTPS://a.b/%20"})
    EXPECT_EQ(errors_of<Url>('"' + std::string(good) + '"'), Types{}) << good;
  for (const char* bad : {"example.com", "/a", "ftp://a.b", "javascript:alert(1)", "https://", "https://user:pw@a.b",
                          "https://a.b:99999", "https://a b", "https://a.b/%2", "https://[::1", "https://a.b/\\u00e4"})
    EXPECT_EQ(errors_of<Url>('"' + std::string(bad) + '"'), Types{"url_parsing"}) << bad;
}

TEST(Uuid, IsReadInItsOneForm) {
  Uuid id;
  EXPECT_EQ(errors_of<Uuid>(R"("0190B5A0-7C4E-7A1B-8C2D-3E4F5A6B7C8D")", &id), Types{});
  EXPECT_EQ(id.to_string(), "0190b5a0-7c4e-7a1b-8c2d-3e4f5a6b7c8d");
  for (const char* bad : {"0190b5a07c4e7a1b8c2d3e4f5a6b7c8d", "{0190b5a0-7c4e-7a1b-8c2d-3e4f5a6b7c8d}", "0190b5a0"})
    EXPECT_EQ(errors_of<Uuid>('"' + std::string(bad) + '"'), Types{"uuid_parsing"}) << bad;
  EXPECT_LT(Uuid::time_ordered().to_string().substr(0, 8), "ffffffff");
  const Uuid earlier = Uuid::time_ordered();
  std::this_thread::sleep_for(std::chrono::microseconds(10));
  EXPECT_LT(earlier.to_string(), Uuid::time_ordered().to_string()) << "within one millisecond too";
  EXPECT_NE(Uuid::random(), Uuid::random());
}

TEST(Timestamp, ReadsRfc3339AndWritesUtc) {
  const auto round_trip = [](const char* text) { return Timestamp::parse(text).value().to_string(); };
  EXPECT_EQ(round_trip("2026-01-31T12:00:00Z"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(round_trip("2026-01-31t13:30:00.250+01:30"), "2026-01-31T12:00:00.250000Z");
  EXPECT_EQ(round_trip("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z");
  EXPECT_EQ(round_trip("1969-12-31T23:59:59.999999Z"), "1969-12-31T23:59:59.999999Z");
  for (const char* bad :
       {"2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:00:00", "2026-01-31T12:00:00.Z",
        "2026-01-31 12:00:00Z", "2026-01-31T12:00:00+1:00", "2026-1-31T12:00:00Z"})
    EXPECT_FALSE(Timestamp::parse(bad).has_value()) << bad;
}

TEST(Enum, IsReadByName) {
  Colour colour{};
  EXPECT_EQ(errors_of<Colour>(R"("green")", &colour), Types{});
  EXPECT_EQ(colour, Colour::green);
  EXPECT_EQ(errors_of<Colour>(R"("blue")"), Types{"enum"});
  EXPECT_EQ(to_json(Colour::red), R"("red")");
}

TEST(List, HasBoundsAndMayForbidRepetition) {
  using Tags = List<Text<1, 3>, 1, 3, true>;
  EXPECT_EQ(errors_of<Tags>(R"(["a","b"])"), Types{});
  EXPECT_EQ(errors_of<Tags>(R"(["a","a"])"), Types{"not_unique"});
  EXPECT_EQ(errors_of<Tags>("[]"), Types{"too_short"});
  EXPECT_EQ(errors_of<Tags>(R"(["a","b","c","d"])"), Types{"too_long"});
  EXPECT_EQ(errors_of<Tags>(R"(["long one", 3])"), (Types{"string_too_long", "string_type"}));
  EXPECT_EQ(errors_of<Tags>("{}"), Types{"list_type"});
}

TEST(Patch, TellsMissingFromNullFromValue) {
  Change change;
  EXPECT_EQ(errors_of<Change>("{}", &change), Types{});
  EXPECT_FALSE(change.name.has_value());
  EXPECT_EQ(errors_of<Change>(R"({"name": null})", &change), Types{});
  ASSERT_TRUE(change.name.has_value());
  EXPECT_FALSE(change.name->has_value());
  EXPECT_EQ(errors_of<Change>(R"({"name": "x"})", &change), Types{});
  EXPECT_EQ(**change.name, "x");
  EXPECT_EQ(errors_of<Change>(R"({"count": null})"), Types{"int_type"});
  EXPECT_EQ(to_json(Change{}), "{}");
}

TEST(OneOf, IsToldByItsTag) {
  using Payment = OneOf<"kind", Card, Invoice>;
  Payment payment;
  EXPECT_EQ(errors_of<Payment>(R"({"kind": "card", "last_digits": "1234"})", &payment), Types{});
  EXPECT_TRUE(std::holds_alternative<Card>(payment.value));
  EXPECT_EQ(to_json(payment), R"({"kind":"card","last_digits":"1234"})");
  EXPECT_EQ(errors_of<Payment>(R"({"last_digits": "1234"})"), Types{"union_tag_not_found"});
  EXPECT_EQ(errors_of<Payment>(R"({"kind": "cash"})"), Types{"union_tag_invalid"});
  EXPECT_EQ(errors_of<Payment>(R"({"kind": "invoice", "last_digits": "1234"})"), (Types{"extra_forbidden", "missing"}));
}

TEST(Model, CollectsErrorsAtEveryDepth) {
  EXPECT_EQ(errors_of<Invoice>(R"({"address": {"street": 1, "town": 2}})"), (Types{"string_type", "extra_forbidden"}));
  EXPECT_EQ(errors_of<Invoice>(R"({"address": []})"), Types{"model_type"});
  EXPECT_EQ(errors_of<Invoice>("null"), Types{"model_type"});
}

TEST(ValidationErrors, AreBoundedInNumberAndNeverRepeatALongName) {
  std::string json = "{";
  for (int i = 0; i < 500; ++i) json += fmt::format(R"({}"{:0>100}": 1)", i == 0 ? "" : ",", i);
  EXPECT_EQ(errors_of<Address>(json + "}").size(), ValidationErrors::max_reported);
  try {
    (void)from_json<Address>(R"({"street": "x", ")" + std::string(200, 'y') + R"(": 1})");
    FAIL();
  } catch (const ValidationFailed& failed) {
    EXPECT_THAT(failed.detail_json(), HasSubstr('"' + std::string(64, 'y') + '"'));
  }
}

TEST(Schema, SaysWhatTheDecoderChecks) {
  Schemas schemas;
  EXPECT_EQ((Codec<Text<1, 9, "^a">>::schema(schemas)),
            R"({"type":"string","minLength":1,"maxLength":9,"pattern":"^a"})");
  EXPECT_EQ((Codec<Real<Bounds{.gt = 0, .le = 1}>>::schema(schemas)),
            R"({"type":"number","exclusiveMinimum":0,"maximum":1})");
  EXPECT_EQ((Codec<std::optional<Uuid>>::schema(schemas)),
            R"({"anyOf":[{"type":"string","format":"uuid"},{"type":"null"}]})");
  EXPECT_EQ((Codec<List<bool, 1, 2, true>>::schema(schemas)),
            R"({"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":2,"uniqueItems":true})");
  EXPECT_EQ(Codec<Colour>::schema(schemas), R"({"$ref":"#/components/schemas/Colour"})");
  EXPECT_EQ(schemas.definitions().at("Colour"), R"({"type":"string","enum":["red","green"]})");
}

}  // namespace
}  // namespace redoubt
