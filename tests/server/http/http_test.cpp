#include "redoubt/http.hpp"

#include <gtest/gtest.h>

namespace redoubt {
namespace {

TEST(Response, SetReplacesAndAddKeeps) {
  Response response;
  response.add("Set-Cookie", "a=1");
  response.add("Set-Cookie", "b=2");
  response.set("X-One", "1");
  response.set("x-one", "2");
  EXPECT_EQ(response.fields.size(), 3U);
  EXPECT_EQ(response.find("X-ONE"), "2");
  EXPECT_EQ(response.find("set-cookie"), "a=1");
  EXPECT_EQ(response.find("absent"), std::nullopt);
}

TEST(Response, RefusesFieldsThatWouldInjectAHeader) {
  Response response;
  EXPECT_THROW(response.set("X", "a\r\nSet-Cookie: b"), std::invalid_argument);
  EXPECT_THROW(response.set("X", "a\nb"), std::invalid_argument);
  EXPECT_THROW(response.add("X", std::string("a\0b", 3)), std::invalid_argument);
  EXPECT_THROW(response.add("X: y\r\nZ", "a"), std::invalid_argument);
  EXPECT_THROW(response.set("", "a"), std::invalid_argument);
  EXPECT_TRUE(response.fields.empty());
}

TEST(Fields, CompareNamesWithoutRegardToCase) {
  const std::vector<Field> all = {{"Accept", "a"}, {"accept", "b"}};
  const Fields fields(all);
  EXPECT_EQ(fields.find("ACCEPT"), "a");
  EXPECT_EQ(fields.count("aCCept"), 2U);
  EXPECT_EQ(fields.count("Accep"), 0U);
  EXPECT_FALSE(iequals("@", "`"));
}

TEST(HttpError, CarriesItsDetailAsJsonAndItsFields) {
  const auto error = HttpError(401, "say \"please\"").with("WWW-Authenticate", "Bearer");
  EXPECT_EQ(error.status(), 401);
  EXPECT_EQ(error.detail_json(), "\"say \\\"please\\\"\"");
  ASSERT_EQ(error.fields().size(), 1U);
  EXPECT_EQ(error.fields()[0].second, "Bearer");
  EXPECT_STREQ(error.what(), "say \"please\"");
  const Unavailable unavailable("full", std::chrono::seconds(7));
  EXPECT_EQ(unavailable.status(), 503);
  EXPECT_EQ(unavailable.fields().at(0).second, "7");
}

TEST(Method, HasItsNameAndEveryStatusItsPhrase) {
  EXPECT_EQ(to_string(Method::del), "DELETE");
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

}  // namespace
}  // namespace redoubt
