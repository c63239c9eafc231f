#include "redoubt/set_cookie.hpp"

#include <gtest/gtest.h>

#include "redoubt/test_client.hpp"

namespace redoubt {
namespace {

TEST(SetCookie, IsSafeUnlessToldOtherwise) {
  EXPECT_EQ((SetCookie{.name = "theme", .value = "dark"}).to_string(),
            "theme=dark; Path=/; SameSite=Lax; Secure; HttpOnly");
}

TEST(SetCookie, SaysWhatItIsTold) {
  const SetCookie cookie{.name = "a",
                         .value = "",
                         .max_age = std::chrono::hours(1),
                         .path = "/docs",
                         .domain = "example.com",
                         .same_site = SameSite::strict,
                         .secure = false,
                         .http_only = false};
  EXPECT_EQ(cookie.to_string(), "a=; Path=/docs; Domain=example.com; Max-Age=3600; SameSite=Strict");
}

TEST(SetCookie, IsForgottenByAnAgeOfZero) {
  EXPECT_EQ(SetCookie::forget("__Host-a").to_string(), "__Host-a=; Path=/; Max-Age=0; SameSite=Lax; Secure; HttpOnly");
}

TEST(SetCookie, CannotCarryAnythingIntoTheHeader) {
  for (const std::string& bad : std::vector<std::string>{"a\r\nX: y", "a;b", "a b", "a,b", "a\"b", "a\\b", "ü", "a\x7f",
                                                         std::string("a\0b", 3)}) {
    EXPECT_THROW((void)(SetCookie{.name = "a", .value = bad}).to_string(), std::invalid_argument) << bad;
    EXPECT_THROW((void)(SetCookie{.name = bad, .value = "a"}).to_string(), std::invalid_argument) << bad;
  }
  for (const std::string& bad : std::vector<std::string>{"/;Domain=example.com", "/\r\n", "a", ""})
    EXPECT_THROW((void)(SetCookie{.name = "a", .value = "a", .path = bad}).to_string(), std::invalid_argument) << bad;
  EXPECT_THROW((void)(SetCookie{.name = "a", .value = "a", .domain = "b; Path=/"}).to_string(), std::invalid_argument);
  EXPECT_THROW((void)(SetCookie{.name = "", .value = "a"}).to_string(), std::invalid_argument);
  EXPECT_THROW((void)(SetCookie{.name = "a=b", .value = "a"}).to_string(), std::invalid_argument);
}

TEST(SetCookie, KeepsWhatThePrefixOfItsNamePromises) {
  EXPECT_NO_THROW((void)(SetCookie{.name = "__Host-a", .value = "1"}).to_string());
  EXPECT_THROW((void)(SetCookie{.name = "__Host-a", .value = "1", .path = "/b"}).to_string(), std::invalid_argument);
  EXPECT_THROW((void)(SetCookie{.name = "__host-a", .value = "1", .domain = "b.c"}).to_string(), std::invalid_argument);
  EXPECT_THROW((void)(SetCookie{.name = "__Secure-a", .value = "1", .secure = false}).to_string(),
               std::invalid_argument);
  EXPECT_THROW((void)(SetCookie{.name = "a", .value = "1", .same_site = SameSite::none, .secure = false}).to_string(),
               std::invalid_argument);
}

TEST(SetCookie, IsAddedToAnAnswerBesideOthers) {
  Application app;
  app.get("/", [](AnswerFields answer) {
    answer.add(SetCookie{.name = "a", .value = "1"});
    answer.add(SetCookie{.name = "b", .value = "2"});
  });
  const auto answer = TestClient(app).get("/");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(std::ranges::count_if(answer.fields, [](const auto& field) { return field.first == "Set-Cookie"; }), 2);
}

}  // namespace
}  // namespace redoubt
