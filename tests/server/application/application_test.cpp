#include "redoubt/application.hpp"

#include <gmock/gmock.h>

#include "redoubt/test_client.hpp"

namespace redoubt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct ItemIn {
  Text<1, 10> title;
  std::optional<Text<0, 20>> description;
  Default<Integer<1, 5>, 3> stars;
};
BOOST_DESCRIBE_STRUCT(ItemIn, (), (title, description, stars))

struct ItemOut {
  std::int64_t id{};
  std::string title;
  std::int64_t stars{};
};
BOOST_DESCRIBE_STRUCT(ItemOut, (), (id, title, stars))

struct Login {
  std::string username;
  Secret<std::string> password;
};
BOOST_DESCRIBE_STRUCT(Login, (), (username, password))

struct Store {
  int opened = 0;
  int closed = 0;
  bool last_failed = false;
};

struct CurrentUser {
  std::string name;
  static Task<CurrentUser> from(BearerToken token) {
    if (token.token != "good") throw HttpError(401, "Bad token").with("WWW-Authenticate", "Bearer");
    co_return CurrentUser{"ada"};
  }
};

struct AdminUser {
  static constexpr int errors[] = {403};
  static AdminUser from(CurrentUser) { throw HttpError(403, "Administrators only"); }
};

// A dependency with clean-up.
struct Session {
  Store* store;
  static Session from(State<Store> store) {
    ++store->opened;
    return Session{&*store};
  }
  Task<void> finish(bool failed) const {
    ++store->closed;
    store->last_failed = failed;
    co_return;
  }
};

struct Page {
  std::int64_t limit;
  static Page from(Query<"limit", Default<Integer<1, 100>, 50>> limit) { return Page{limit.value.value.value}; }
};

class ApplicationTest : public ::testing::Test {
 protected:
  ApplicationTest() {
    app.provide(store);
    add_routes(app);
  }

  static void add_routes(Application& app) {
    app.post("/items", [](Body<ItemIn> item, CurrentUser) -> Task<Created<ItemOut>> {
      co_return Created<ItemOut>{{7, item->title, item->stars.value}, "/items/7"};
    });
    app.get("/items/{id}", [](Path<"id", std::int64_t> id) { return ItemOut{*id, "lamp", 1}; });
    app.get("/items/first", [] { return ItemOut{1, "first", 1}; });
    app.get("/items", [](Page page, Query<"tag", std::vector<std::string>> tags) {
      return ItemOut{page.limit, fmt::format("{}", fmt::join(*tags, "+")), 0};
    });
    app.del("/items/{id}", [](Path<"id", std::int64_t>, AdminUser) {});
    app.post("/login", [](Form<Login> form) { return ItemOut{0, form->username, 0}; });
    app.get("/jobs/{how}", [](Session& session, Path<"how", std::string> how) {
      if (*how == "fail") throw HttpError(409, "Conflict");
      return ItemOut{session.store->opened, *how, 0};
    });
    app.get("/broken", []() -> ItemOut { throw std::runtime_error("secret detail"); });
    app.get("/stream", [] {
      return Streamed{"text/plain", [](BodyWriter& out) -> Task<void> {
                        co_await out.write("a");
                        co_await out.write("b");
                      }};
    });
    app.get("/limited", [] { return NoContent{}; }).limit("2/minute");
    app.get("/health", [] { return NoContent{}; }).any_host();
    app.get("/echo", [](Request& request, AnswerFields fields, Cookie<"session", std::optional<std::string>> cookie) {
      fields.add("X-Seen", std::string(request.path));
      return ItemOut{0, cookie->value_or("none"), 0};
    });
  }

  Store store;
  Application app;
};

TEST_F(ApplicationTest, BindsABodyAndAnswersWithAModel) {
  TestClient client(app);
  client.set_header("Authorization", "Bearer good");
  const auto answer = client.post("/items", R"({"title": "Lamp"})");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, R"({"id":7,"title":"Lamp","stars":3})");
  EXPECT_EQ(answer.header("Location"), "/items/7");
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
}

TEST_F(ApplicationTest, CredentialsAreAskedForBeforeTheBodyIsLookedAt) {
  TestClient client(app);
  const auto answer = client.post("/items", "{not json");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer");
}

TEST_F(ApplicationTest, AllErrorsAreCollectedAndTheInputIsNeverEchoed) {
  TestClient client(app);
  client.set_header("Authorization", "Bearer good");
  const auto answer = client.post("/items", R"({"title": "much too long a title", "stars": 9, "colour": "red"})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(
      answer.body,
      R"({"detail":[{"type":"string_too_long","loc":["body","title"],"msg":"String should have at most 10 characters",)"
      R"("ctx":{"max_length":10}},{"type":"less_than_equal","loc":["body","stars"],"msg":"Input should be less than or )"
      R"(equal to 5","ctx":{"le":5}},{"type":"extra_forbidden","loc":["body","colour"],"msg":"Extra inputs are not permitted"}]})");
}

TEST_F(ApplicationTest, JsonThatDoesNotParseIsOneErrorWithItsPlace) {
  TestClient client(app);
  client.set_header("Authorization", "Bearer good");
  const auto answer = client.post("/items", R"({"title": )");
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr(R"("type":"json_invalid","loc":["body",10])"));
}

TEST_F(ApplicationTest, AnotherMediaTypeThanTheOneThatIsReadIsRefused) {
  TestClient client(app);
  client.set_header("Authorization", "Bearer good");
  EXPECT_EQ(client.post("/items", R"({"title": "Lamp"})", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(
      client.post("/items", R"({"title": "Lamp"})", {{"Content-Type", "application/json; charset=latin-1"}}).status,
      415);
  EXPECT_EQ(client.post("/items", R"({"title": "Lamp"})", {{"Content-Type", "application/json; charset=UTF-8"}}).status,
            201);
}

TEST_F(ApplicationTest, LiteralSegmentsWinOverParameters) {
  TestClient client(app);
  EXPECT_EQ(client.get("/items/first").body, R"({"id":1,"title":"first","stars":1})");
  EXPECT_EQ(client.get("/items/12").body, R"({"id":12,"title":"lamp","stars":1})");
  EXPECT_THAT(client.get("/items/x").body, HasSubstr(R"("type":"int_parsing","loc":["path","id"])"));
}

TEST_F(ApplicationTest, QueryParametersHaveDefaultsAndRepeat) {
  TestClient client(app);
  EXPECT_EQ(client.get("/items?tag=a&tag=b%20c").body, R"({"id":50,"title":"a+b c","stars":0})");
  EXPECT_EQ(client.get("/items?limit=7").body, R"({"id":7,"title":"","stars":0})");
  EXPECT_EQ(client.get("/items?limit=0").status, 422);
  EXPECT_EQ(client.get("/items?limit=1&limit=2").status, 422);
  EXPECT_EQ(client.get("/items?limit=%zz").status, 400);
}

TEST_F(ApplicationTest, MethodsAndPathsThatAreNotThereAreToldApart) {
  TestClient client(app);
  EXPECT_EQ(client.get("/nowhere").status, 404);
  const auto answer = client.send("PUT", "/items", {}, {});
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(client.send("OPTIONS", "/items", {}, {}).header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(client.send("HEAD", "/items", {}, {}).status, 200);
}

TEST_F(ApplicationTest, RightsAreCheckedBeforeInputs) {
  TestClient client(app);
  EXPECT_EQ(client.del("/items/x").status, 401);
  EXPECT_EQ(client.del("/items/x", {{"Authorization", "Bearer good"}}).status, 403);
  EXPECT_EQ(client.del("/items/1", {{"Authorization", "Basic Zm9v"}}).status, 401);
}

TEST_F(ApplicationTest, AFormIsBoundAndItsSecretsStaySecret) {
  TestClient client(app);
  EXPECT_EQ(client.post_form("/login", {{"username", "ada"}, {"password", "x y&z"}}).body,
            R"({"id":0,"title":"ada","stars":0})");
  const auto answer = client.post_form("/login", {{"username", "ada"}, {"pass", "hunter2"}});
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, Not(HasSubstr("hunter2")));
}

TEST_F(ApplicationTest, DependenciesAreFinishedAfterSuccessAndAfterFailure) {
  TestClient client(app);
  EXPECT_EQ(client.get("/jobs/on").status, 200);
  EXPECT_EQ(store.closed, 1);
  EXPECT_FALSE(store.last_failed);
  EXPECT_EQ(client.get("/jobs/fail").status, 409);
  EXPECT_EQ(store.closed, 2);
  EXPECT_TRUE(store.last_failed);
}

TEST_F(ApplicationTest, AnUnexpectedErrorTellsTheClientNothing) {
  TestClient client(app);
  const auto answer = client.get("/broken");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, R"({"detail":"Internal Server Error"})");
}

TEST_F(ApplicationTest, StreamsItsBody) {
  TestClient client(app);
  EXPECT_EQ(client.get("/stream").body, "ab");
}

TEST_F(ApplicationTest, ALimitAnswers429WithWhenToComeBack) {
  TestClient client(app);
  EXPECT_EQ(client.get("/limited").header("RateLimit-Remaining"), "1");
  EXPECT_EQ(client.get("/limited").status, 204);
  const auto refused = client.get("/limited");
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(refused.header("Retry-After").has_value());
}

TEST(Application, CountsRequestsThatNoRouteTakesAgainstTheDefaultLimit) {
  Application app({.default_limit = RouteLimit{"2/minute"}});
  app.get("/free", [] { return NoContent{}; }).limit("off");
  TestClient client(app);
  EXPECT_EQ(client.get("/nothing").status, 404);
  EXPECT_EQ(client.del("/free").status, 405);
  EXPECT_EQ(client.get("/nothing/else").status, 429);
  EXPECT_EQ(client.get("/free").status, 204);
}

TEST(Application, CountsAnAccountHoweverItsTokenIsSpaced) {
  Application app({.account_of_token = [](std::string_view token) { return std::string(token == "t" ? "ada" : ""); }});
  app.get("/limited", [](BearerToken) { return NoContent{}; }).limit("1/minute", LimitBy::account);
  TestClient client(app);
  EXPECT_EQ(client.get("/limited", {{"Authorization", "Bearer t"}}).status, 204);
  EXPECT_EQ(client.get("/limited", {{"Authorization", "Bearer  t"}}).status, 429);
}

TEST(Application, CompressesOnlyForThoseWhoTakeIt) {
  Application app;
  TestClient client(app);
  const auto coding = [&](std::string accepted) {
    const auto answer = client.get("/docs/swagger-ui.css", {{"Accept-Encoding", std::move(accepted)}});
    return std::string(answer.header("Content-Encoding").value_or("none"));
  };
  EXPECT_EQ(coding("br, gzip;q=0.5"), "gzip");
  EXPECT_EQ(coding("gzip;q=0"), "none");
  EXPECT_EQ(coding("gzip; q=0.000"), "none");
  EXPECT_EQ(coding("x-gzip"), "none");
}

TEST_F(ApplicationTest, UnknownHostsAreRefusedButForHealth) {
  TestClient client(app);
  EXPECT_EQ(client.get("/items", {{"Host", "evil.example"}}).status, 400);
  EXPECT_EQ(client.get("/health", {{"Host", "10.0.11.7:8000"}}).status, 204);
}

TEST_F(ApplicationTest, EveryAnswerCarriesTheSecurityHeaders) {
  TestClient client(app);
  for (const auto& answer : {client.get("/items"), client.get("/nowhere"), client.get("/broken")}) {
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("X-Frame-Options"), "DENY");
    EXPECT_TRUE(answer.header("X-Request-ID").has_value());
  }
}

TEST_F(ApplicationTest, CookiesAndTheRequestItselfAreArguments) {
  TestClient client(app);
  const auto answer = client.get("/echo", {{"Cookie", "a=b; session=s1"}});
  EXPECT_EQ(answer.body, R"({"id":0,"title":"s1","stars":0})");
  EXPECT_EQ(answer.header("X-Seen"), "/echo");
}

TEST_F(ApplicationTest, TheOpenApiDocumentFollowsFromTheTypes) {
  const std::string document = app.openapi();
  EXPECT_EQ(document, app.openapi());
  ASSERT_TRUE(json::parse(document).has_value());
  EXPECT_THAT(document, HasSubstr(R"("title":{"type":"string","minLength":1,"maxLength":10})"));
  EXPECT_THAT(document, HasSubstr(R"("stars":{"type":"integer","minimum":1,"maximum":5,"default":3})"));
  EXPECT_THAT(document, HasSubstr(R"("required":["title"],"additionalProperties":false)"));
  EXPECT_THAT(
      document,
      HasSubstr(
          R"({"name":"limit","in":"query","required":false,"schema":{"type":"integer","minimum":1,"maximum":100,"default":50}})"));
  EXPECT_THAT(document, HasSubstr(R"("security":[{"bearer":[]}])"));
}

TEST_F(ApplicationTest, TheOpenApiDocumentOfTheSameRoutesIsTheSameBytes) {
  Application again;
  add_routes(again);
  EXPECT_EQ(app.openapi(), again.openapi());
}

TEST_F(ApplicationTest, TheOpenApiDocumentDescribesEachErrorOnceAndNamesItWhereItIsAnswered) {
  const auto document = json::parse(app.openapi());
  ASSERT_TRUE(document.has_value());
  const auto at = [&](std::initializer_list<std::string_view> path) {
    std::optional<json::Value> value = document->root();
    for (const std::string_view name : path) value = value ? value->find(name) : std::nullopt;
    return value;
  };
  for (const auto& [status, name] : {std::pair{"400", "BadRequest"},
                                     {"401", "Unauthorized"},
                                     {"403", "Forbidden"},
                                     {"422", "UnprocessableContent"}}) {
    const auto reference = at({"paths", "/items/{id}", "delete", "responses", status, "$ref"});
    ASSERT_TRUE(reference) << status;
    EXPECT_EQ(reference->string(), fmt::format("#/components/responses/{}", name));
    EXPECT_TRUE(at({"components", "responses", name, "content", "application/json", "schema"})) << name;
  }
  EXPECT_FALSE(at({"paths", "/items/{id}", "delete", "responses", "413"}));  // it reads no body
}

TEST(Application, SaysWhichStateIsMissingBeforeItServes) {
  Application app;
  app.get("/", [](State<Store>) { return NoContent{}; });
  EXPECT_THROW(app.prepare(), std::logic_error);
}

// Counts how often it is made.
struct Made {
  int number = 0;
  static Made from(State<int> count) { return Made{++*count}; }
};
struct Needing {
  int number = 0;
  static Task<Needing> from(Made made) { co_return Needing{made.number}; }
};
struct AlsoNeeding {
  int number = 0;
  static AlsoNeeding from(Made& made) { return AlsoNeeding{std::exchange(made.number, -1)}; }
};
struct MadeAndMovedOnly {
  std::unique_ptr<int> number;
  static MadeAndMovedOnly from(State<int> count) { return {std::make_unique<int>(++*count)}; }
};

TEST(Application, MakesADependencyOnceForAllWhoAskForIt) {
  Application app;
  int count = 0;
  app.provide(count);
  app.get("/twice", [](Needing one, AlsoNeeding two, Made three) {
    return std::vector<int>{one.number, two.number, three.number};
  });
  app.get("/once", [](Made made) { return made.number; });
  app.get("/moved",
          [](MadeAndMovedOnly one, MadeAndMovedOnly two) { return std::vector<int>{*one.number, *two.number}; });
  app.group("/group").require<Needing>().get("/", [](Made made) { return made.number; });
  TestClient client(app);
  EXPECT_EQ(client.get("/twice").body, "[1,1,1]") << "each its own copy of the same";
  EXPECT_EQ(client.get("/twice").body, "[2,2,2]") << "for a request, not for ever";
  EXPECT_EQ(client.get("/once").body, "3");
  EXPECT_EQ(client.get("/group").body, "4") << "a group's requirements count too";
  EXPECT_EQ(client.get("/moved").body, "[5,6]") << "what cannot be copied is made again";
}

TEST(Application, TellsTheErrorsOfASharedDependencyOnce) {
  struct First {
    static First from(Page) { return {}; }
  };
  struct Second {
    static Second from(Page) { return {}; }
  };
  Application app;
  app.get("/", [](First, Second) { return NoContent{}; });
  TestClient client(app);
  const auto answer = client.get("/?limit=0");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.json().root().find("detail")->size(), 1U) << answer.body;
}

struct Upload {
  Text<1, 10> name;
  std::optional<Text<0, 20>> note;
};
BOOST_DESCRIBE_STRUCT(Upload, (), (name, note))

TEST(Application, DescribesNoNullInAFormAndKeepsTheModelsJsonApart) {
  Application app;
  app.post("/form", [](Form<Upload>) { return NoContent{}; });
  app.post("/json", [](Body<Upload>) { return NoContent{}; });
  const std::string document = app.openapi();
  EXPECT_THAT(document, HasSubstr(R"("UploadForm":{"type":"object","title":"Upload","properties":{)"
                                  R"("name":{"type":"string","minLength":1,"maxLength":10},)"
                                  R"("note":{"type":"string","maxLength":20}},"required":["name"])"));
  EXPECT_THAT(document, HasSubstr(R"("note":{"anyOf":[{"type":"string","maxLength":20},{"type":"null"}]})"));
  EXPECT_THAT(
      document,
      HasSubstr(R"("application/x-www-form-urlencoded":{"schema":{"$ref":"#/components/schemas/UploadForm"}})"));
  EXPECT_THAT(document, HasSubstr(R"("application/json":{"schema":{"$ref":"#/components/schemas/Upload"}})"));
}

TEST(Application, SaysWhatItsTagsAreFor) {
  Application app({.tags = {{"notes", "What one writes down"}, {"health", "For operators"}}});
  app.get("/", [] { return NoContent{}; }).tag("notes");
  EXPECT_THAT(app.openapi(), HasSubstr(R"("tags":[{"name":"notes","description":"What one writes down"},)"
                                       R"({"name":"health","description":"For operators"}])"));
  EXPECT_THAT(Application().openapi(), Not(HasSubstr(R"("tags")")));
}

TEST(Application, AHandlersOwnLimitIsTheOneThatTheAnswerTellsOf) {
  Application app({.default_limit = RouteLimit{"100/minute"}});
  app.get("/", []() -> NoContent {
    std::chrono::nanoseconds ahead{std::chrono::hours(1)};
    throw too_many_requests(decide(Rate("3/hour"), ahead));
  });
  TestClient client(app);
  const auto answer = client.get("/");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("RateLimit-Limit"), "3");
  EXPECT_EQ(answer.header("RateLimit-Remaining"), "0");
  EXPECT_EQ(answer.header("Retry-After"), "1200");
}

TEST(Application, ReportsRefusalsButNoPreflight) {
  std::vector<std::string> refusals;
  Application app({.cors = CorsOptions{.origins = {"https://app.example.com"}},
                   .on_refusal = [&](const Request&, int status, std::string_view route) {
                     refusals.push_back(fmt::format("{} {}", status, route));
                   }});
  app.get("/mine", [](CurrentUser) { return NoContent{}; });
  app.get("/admin", [](AdminUser) { return NoContent{}; });
  TestClient client(app);
  EXPECT_EQ(client.get("/mine").status, 401);
  EXPECT_EQ(client.get("/admin", {{"Authorization", "Bearer good"}}).status, 403);
  EXPECT_EQ(
      client
          .send("OPTIONS", "/mine", "", {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "GET"}})
          .status,
      403);
  EXPECT_EQ(refusals, (std::vector<std::string>{"401 /mine", "403 /admin"}));
}

TEST(TestClientAnswer, GivesACopyOfAHeaderOfAnAnswerThatIsAboutToGo) {
  Application app;
  app.get("/", [](AnswerFields fields) {
    fields.add("X-Long", std::string(200, 'x'));
    return NoContent{};
  });
  TestClient client(app);
  const auto held = client.get("/").header("X-Long");
  static_assert(std::same_as<decltype(held), const std::optional<std::string>>);
  EXPECT_EQ(held, std::string(200, 'x'));
  EXPECT_FALSE(client.get("/").header("X-Other"));
}

TEST(Application, GroupsShareAPrefixAndRequirements) {
  Application app;
  auto admin = app.group("/admin").tag("admin").require<AdminUser>();
  admin.get("/users", [] { return NoContent{}; });
  TestClient client(app);
  EXPECT_EQ(client.get("/admin/users").status, 401);
  EXPECT_EQ(client.get("/admin/users", {{"Authorization", "Bearer good"}}).status, 403);
}

}  // namespace
}  // namespace redoubt
