#include "redoubt/cors.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace redoubt {
namespace {

constexpr std::array route{Method::get, Method::head, Method::post};

// A request that owns its fields.
struct Sent {
  std::vector<Field> fields;
  Request request;

  Sent(Method method, std::vector<Field> sent) : fields(std::move(sent)) {
    request.method = method;
    request.fields = Fields(fields);
  }
};

Sent preflight(std::string_view origin, std::string_view method, std::string_view headers = "") {
  std::vector<Field> fields{{"Origin", origin}, {"Access-Control-Request-Method", method}};
  if (!headers.empty()) fields.push_back({"Access-Control-Request-Headers", headers});
  return {Method::options, std::move(fields)};
}

bool has_access_control(const Response& response) {
  return std::ranges::any_of(response.fields,
                             [](const auto& field) { return field.first.starts_with("Access-Control-"); });
}

const Cors cors({.origins = {"https://app.example.com", "http://localhost:3000"}});

TEST(Cors, GrantsAPreflightOfAConfiguredOrigin) {
  const auto answer =
      cors.preflight(preflight("https://app.example.com", "POST", "authorization, content-type").request, route);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->find("Access-Control-Allow-Origin"), "https://app.example.com");
  EXPECT_EQ(answer->find("Access-Control-Allow-Methods"), "GET, HEAD, POST");
  EXPECT_EQ(answer->find("Access-Control-Allow-Headers"), "Authorization, Content-Type, X-Request-ID");
  EXPECT_EQ(answer->find("Access-Control-Max-Age"), "600");
  EXPECT_EQ(answer->find("Access-Control-Allow-Credentials"), std::nullopt);
  EXPECT_EQ(answer->find("Vary"), "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
}

TEST(Cors, RefusesAPreflightWithoutAnyAccessControlField) {
  const Sent refused[] = {
      preflight("https://evil.example", "GET"),
      preflight("null", "GET"),
      preflight("https://app.example.com.evil.org", "GET"),
      preflight("https://app.example.com:8443", "GET"),
      preflight("http://app.example.com", "GET"),
      preflight("https://APP.example.com", "GET"),  // no browser writes it so
      preflight("https://app.example.com/", "GET"),
      preflight("", "GET"),
      preflight("https://app.example.com", "DELETE"),  // the route has none
      preflight("https://app.example.com", "get"),     // methods are case-sensitive
      preflight("https://app.example.com", ""),
      preflight("https://app.example.com", "GET", "x-evil"),
      preflight("https://app.example.com", "GET", "authorization, x-evil"),
      Sent(Method::options, {{"Origin", "https://app.example.com"},
                             {"Origin", "https://app.example.com"},
                             {"Access-Control-Request-Method", "GET"}}),
      Sent(Method::options, {{"Origin", "https://app.example.com"},
                             {"Access-Control-Request-Method", "GET"},
                             {"Access-Control-Request-Headers", "authorization"},
                             {"Access-Control-Request-Headers", "x-evil"}}),
  };
  for (const Sent& sent : refused) {
    const auto answer = cors.preflight(sent.request, route);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 403) << sent.fields[0].value;
    EXPECT_FALSE(has_access_control(*answer)) << sent.fields[0].value;
    EXPECT_TRUE(answer->find("Vary")->starts_with("Origin"));
  }
}

TEST(Cors, AMethodThatIsNotConfiguredIsRefusedEvenIfTheRouteHasIt) {
  const Cors reading({.origins = {"https://app.example.com"}, .methods = {Method::get}});
  EXPECT_EQ(reading.preflight(preflight("https://app.example.com", "POST").request, route)->status, 403);
  EXPECT_EQ(reading.preflight(preflight("https://app.example.com", "GET").request, route)
                ->find("Access-Control-Allow-Methods"),
            "GET");
}

TEST(Cors, OtherRequestsAreNoPreflight) {
  EXPECT_FALSE(cors.preflight(Sent(Method::options, {{"Origin", "https://app.example.com"}}).request, route));
  EXPECT_FALSE(cors.preflight(Sent(Method::options, {{"Access-Control-Request-Method", "GET"}}).request, route));
  EXPECT_FALSE(cors.preflight(
      Sent(Method::get, {{"Origin", "https://app.example.com"}, {"Access-Control-Request-Method", "GET"}}).request,
      route));
  EXPECT_FALSE(Cors().preflight(preflight("https://app.example.com", "GET").request, route));
}

TEST(Cors, AnActualAnswerNamesTheOriginFromTheConfiguration) {
  const Cors with_credentials({.origins = {"https://app.example.com"}, .credentials = true});
  Response response;
  with_credentials.apply(Sent(Method::get, {{"Origin", "https://app.example.com"}}).request, response);
  EXPECT_EQ(response.find("Access-Control-Allow-Origin"), "https://app.example.com");
  EXPECT_EQ(response.find("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(response.find("Vary"), "Origin");
  EXPECT_TRUE(response.find("Access-Control-Expose-Headers")->find("X-Request-ID") != std::string_view::npos);
}

TEST(Cors, AlwaysVariesByOriginAndGivesAStrangerNothing) {
  for (const std::vector<Field>& fields : {std::vector<Field>{}, std::vector<Field>{{"Origin", "https://evil.example"}},
                                           std::vector<Field>{{"Origin", "null"}}}) {
    Response response;
    response.set("Vary", "Accept");
    cors.apply(Sent(Method::get, fields).request, response);
    EXPECT_FALSE(has_access_control(response));
    EXPECT_EQ(response.find("Vary"), "Accept, Origin");
  }
}

TEST(Cors, NamesWhatItVariesByOnce) {
  for (const char* vary : {"origin", "Accept, Origin", "*"}) {
    Response response;
    response.set("Vary", vary);
    cors.apply(Sent(Method::get, {}).request, response);
    EXPECT_EQ(response.find("Vary"), vary);
  }
}

TEST(Cors, OffItAddsNothing) {
  Response response;
  Cors().apply(Sent(Method::get, {{"Origin", "https://app.example.com"}}).request, response);
  EXPECT_TRUE(response.fields.empty());
}

TEST(Cors, AStarIsAnsweredAsAStar) {
  const Cors open({.origins = {"*"}});
  Response response;
  open.apply(Sent(Method::get, {{"Origin", "https://any.example"}}).request, response);
  EXPECT_EQ(response.find("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(response.find("Vary"), "Origin");
}

TEST(Cors, ConfiguredOriginsAreComparedAsBrowsersWriteThem) {
  for (const auto& [configured, sent] : std::vector<std::pair<std::string, std::string_view>>{
           {"HTTPS://App.Example.COM", "https://app.example.com"},
           {"https://app.example.com:443", "https://app.example.com"},
           {"http://app.example.com:80", "http://app.example.com"},
           {"https://app.example.com:80", "https://app.example.com:80"},
           {"http://[2001:DB8:0::1]:3000", "http://[2001:db8::1]:3000"},
           {"http://127.0.0.1:3000", "http://127.0.0.1:3000"},
           {"capacitor://localhost", "capacitor://localhost"}}) {
    Response response;
    Cors({.origins = {configured}}).apply(Sent(Method::get, {{"Origin", sent}}).request, response);
    EXPECT_EQ(response.find("Access-Control-Allow-Origin"), sent);
  }
}

TEST(Cors, RefusesOriginsThatCannotBeMeant) {
  for (const char* origin :
       {"", "null", "app.example.com", "https://", "://app.example.com", "https://app.example.com/",
        "https://app.example.com/path", "https://*.example.com", "https://user@app.example.com",
        "https://app.example.com:", "https://app.example.com:x", "https://a b", "1http://a.example",
        "https://app.example.com?q", "https://[::ffff:1.2.3.4]", "https://a.example\r\nX: y"}) {
    EXPECT_THROW(Cors({.origins = {origin}}), std::invalid_argument) << origin;
  }
  EXPECT_THROW(Cors({.origins = {"*", "https://app.example.com"}}), std::invalid_argument);
  EXPECT_THROW(Cors({.origins = {"*"}, .credentials = true}), std::invalid_argument);
  EXPECT_THROW(Cors({.origins = {"https://a.example"}, .headers = {"*"}}), std::invalid_argument);
  EXPECT_THROW(Cors({.origins = {"https://a.example"}, .headers = {"X-A, X-B"}}), std::invalid_argument);
  EXPECT_THROW(Cors({.origins = {"https://a.example"}, .exposed_headers = {"X\r\n"}}), std::invalid_argument);
}

}  // namespace
}  // namespace redoubt
