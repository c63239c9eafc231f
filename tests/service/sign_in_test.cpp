#include <thread>

#include "identity/bcrypt_work.hpp"
#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

class SignIn : public ServiceTest {};
REDOUBT_ON_BOTH_DATABASES(SignIn);

TEST_P(SignIn, GivesTokensByThePasswordForm) {
  register_user("ann@example.com");
  const Answer answer = login("ann@example.com");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(text(answer, "token_type"), "bearer");
  EXPECT_EQ(text(answer, "scope"), "account items:read items:write");
  EXPECT_EQ(answer.json().root().find("expires_in")->integer(), 15 * 60);
  EXPECT_GE(text(answer, "refresh_token").size(), 43U);
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(get("/auth/me", text(answer, "access_token")).status, 200);
}

TEST_P(SignIn, TellsNoDifferenceBetweenUnknownWrongAndInactive) {
  const std::string ann = new_user("ann@example.com");
  const std::string ann_id = text(get("/auth/me", ann), "id");
  const Answer wrong = login("ann@example.com", "not the password at all");
  const Answer unknown = login("nobody@example.com");
  ASSERT_EQ(patch("/users/" + ann_id, R"({"is_active":false})", sign_in_admin()).status, 200);
  const Answer inactive = login("ann@example.com");
  for (const Answer* answer : {&wrong, &unknown, &inactive}) {
    EXPECT_EQ(answer->status, 401);
    EXPECT_EQ(answer->body, R"({"detail":"Incorrect username or password"})");
    EXPECT_EQ(answer->header("WWW-Authenticate"), "Bearer");
  }
  EXPECT_NE(instance().service->metrics().render_prometheus().find("failed_login_attempts_total 3"), std::string::npos);
}

TEST_P(SignIn, GrantsTheScopesAskedForAndNoOther) {
  register_user("ann@example.com");
  const auto with = [&](std::string scope) {
    return client().post_form("/auth/login", {{"username", "ann@example.com"},
                                              {"password", std::string(good_password)},
                                              {"grant_type", "password"},
                                              {"scope", std::move(scope)}});
  };
  EXPECT_EQ(text(with("items:read"), "scope"), "items:read");
  EXPECT_EQ(text(with(" items:read  account items:read "), "scope"), "items:read account");
  EXPECT_EQ(text(with(""), "scope"), "account items:read items:write");
  EXPECT_EQ(with("users").status, 400) << "administrators only";
  EXPECT_EQ(with("root").status, 400);

  const std::string reader = text(with("items:read"), "access_token");
  EXPECT_EQ(get("/items", reader).status, 200);
  const Answer refused = post("/items", R"({"title":"Lamp"})", reader);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.header("WWW-Authenticate"), R"(Bearer error="insufficient_scope", scope="items:write")");
  EXPECT_EQ(post("/items", "{", reader).status, 403) << "said before the body is looked at";
  EXPECT_EQ(get("/auth/me", reader).status, 403);
}

TEST_P(SignIn, TakesTheFormOnly) {
  register_user("ann@example.com");
  const auto form = [&](std::vector<std::pair<std::string, std::string>> more, TestClient::Headers headers = {}) {
    more.insert(more.begin(), {{"username", "ann@example.com"}, {"password", std::string(good_password)}});
    return client().post_form("/auth/login", more, std::move(headers));
  };
  EXPECT_EQ(form({{"client_id", "web"}, {"client_secret", ""}}).status, 200);
  EXPECT_EQ(form({}, {{"Authorization", "Basic d2ViOnNlY3JldA=="}}).status, 200)
      << "client credentials are not looked at";
  EXPECT_EQ(form({{"grant_type", "client_credentials"}}).status, 422);
  EXPECT_EQ(form({{"username", "bob@example.com"}}).status, 422) << "twice";
  EXPECT_EQ(form({{"admin", "true"}}).status, 422);
  EXPECT_EQ(client().post_form("/auth/login", {{"username", "ann@example.com"}}).status, 422);
  EXPECT_EQ(client().post("/auth/login", R"({"username":"ann@example.com","password":"x"})").status, 415);
  EXPECT_EQ(login("ann@example.com\n").status, 401);
  EXPECT_EQ(login("ann@example.com", std::string("a\0b", 3)).status, 422);
  EXPECT_EQ(login("' OR 1=1 --").status, 401);
  EXPECT_EQ(client().get("/auth/login").status, 405);
  EXPECT_EQ(client().get("/auth/login").header("Allow"), "POST, OPTIONS");
}

TEST_P(SignIn, IsLimitedForEachClientAcrossInstances) {
  const EnvironmentMap limited{{"RATE_LIMIT_LOGIN", "5/minute"}, {"TRUSTED_PROXIES", "127.0.0.1"}};
  start(limited);
  register_user("ann@example.com");
  EnvironmentMap second_environment = environment(limited);
  second_environment["AUDIT_LOG"] = "off";
  std::unique_ptr<Instance> second;
  if (GetParam() == Dialect::postgresql) second = std::make_unique<Instance>(second_environment);
  int let_through = 0;
  for (int i = 0; i < 12; ++i) {
    TestClient& asked = second && i % 2 == 1 ? *second->client : client();
    const Answer answer = asked.post_form("/auth/login", {{"username", "ann@example.com"}, {"password", "wrong"}},
                                          {{"X-Forwarded-For", "192.0.2.1"}});
    if (answer.status == 401) {
      ++let_through;
    } else {
      EXPECT_EQ(answer.status, 429);
      const auto wait = std::stoi(std::string(answer.header("Retry-After").value_or("0")));
      EXPECT_GE(wait, 1);
      EXPECT_LE(wait, 60);
    }
  }
  EXPECT_EQ(let_through, 5);
  EXPECT_EQ(login("ann@example.com", good_password, {{"X-Forwarded-For", "192.0.2.2"}}).status, 200)
      << "another client is not locked out";
  EXPECT_EQ(login("ann@example.com", good_password, {{"X-Forwarded-For", "203.0.113.9, 192.0.2.1"}}).status, 429)
      << "what a client writes into X-Forwarded-For does not make it another";
}

TEST_P(SignIn, IsLimitedForEachAccountWhateverTheClient) {
  const EnvironmentMap limited{{"RATE_LIMIT_LOGIN", "1/hour"}, {"TRUSTED_PROXIES", "127.0.0.1"}};
  start(limited);
  int let_through = 0;
  for (int i = 1; i <= 15; ++i) {
    const Answer answer = login(i % 2 ? "ann@example.com" : "ANN@example.com", "wrong",
                                {{"X-Forwarded-For", fmt::format("192.0.2.{}", i)}});
    if (answer.status == 401) {
      ++let_through;
      continue;
    }
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.header("RateLimit-Limit"), "10") << "the account's limit, not the client's";
    EXPECT_EQ(answer.header("RateLimit-Remaining"), "0");
    EXPECT_GT(std::stoi(std::string(answer.header("Retry-After").value_or("0"))), 60);
  }
  EXPECT_EQ(let_through, 10);
}

TEST_P(SignIn, ChecksAPasswordByTheSameWorkWhoeverIsAsked) {
  register_user("ann@example.com");  // at cost 4
  Instance raised(environment({{"AUDIT_LOG", "off"}}), 7);
  const auto rounds = [](Instance& asked, std::string username) {
    const std::uint64_t before = bcrypt_rounds_run();
    EXPECT_EQ(asked.client->post_form("/auth/login", {{"username", std::move(username)}, {"password", "wrong"}}).status,
              401);
    return bcrypt_rounds_run() - before;
  };
  EXPECT_EQ(rounds(raised, "ann@example.com"), 1U << 7);
  EXPECT_EQ(rounds(raised, "nobody@example.com"), 1U << 7);
  EXPECT_EQ(raised.client
                ->post_form("/auth/login", {{"username", "ann@example.com"}, {"password", std::string(good_password)}})
                .status,
            200);
  Instance lowered(environment({{"AUDIT_LOG", "off"}}), 5);
  EXPECT_EQ(rounds(lowered, "nobody@example.com"), 1U << 7) << "as for those whose hash costs that";
}

TEST_P(SignIn, RehashesWhenTheCostWasRaised) {
  register_user("ann@example.com");
  EXPECT_EQ(count("SELECT COUNT(*) FROM users WHERE email = 'ann@example.com' AND password_hash LIKE '$2b$04$%'"), 1);
  Instance raised(environment({{"AUDIT_LOG", "off"}}), 5);
  const std::vector<std::pair<std::string, std::string>> form{{"username", "ann@example.com"},
                                                              {"password", std::string(good_password)}};
  EXPECT_EQ(raised.client->post_form("/auth/login", form).status, 200);
  EXPECT_EQ(count("SELECT COUNT(*) FROM users WHERE email = 'ann@example.com' AND password_hash LIKE '$2b$05$%'"), 1);
  EXPECT_EQ(raised.client->post_form("/auth/login", form).status, 200);
}

TEST_P(SignIn, ASignInThatAPasswordChangeOvertookGivesNoSession) {
  const std::string token = new_user("ann@example.com");
  // Sign-ins with the old password on many threads while it is changed: none may outlive the change.
  std::vector<std::jthread> threads;
  std::mutex mutex;
  std::vector<std::string> tokens;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      TestClient other(instance().service->application());
      for (int n = 0; n < 15; ++n) {
        const Answer answer =
            other.post_form("/auth/login", {{"username", "ann@example.com"}, {"password", std::string(good_password)}});
        const std::scoped_lock lock(mutex);
        if (answer.status == 200) tokens.push_back(text(answer, "access_token"));
      }
    });
  const Answer changed =
      post("/auth/me/password",
           fmt::format(R"({{"current_password":"{}","new_password":"nine lanterns by the river 3"}})", good_password),
           token);
  threads.clear();
  ASSERT_EQ(changed.status, 204) << changed.body;
  for (const std::string& old : tokens) EXPECT_EQ(get("/auth/me", old).status, 401);
  EXPECT_EQ(login("ann@example.com").status, 401);
  EXPECT_EQ(login("ann@example.com", "nine lanterns by the river 3").status, 200);
}

}  // namespace
}  // namespace redoubt::api
