#include <fstream>
#include <set>

#include "server/identity/keys.hpp"
#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

class Operations : public ServiceTest {};
REDOUBT_ON_BOTH_DATABASES(Operations);

TEST_P(Operations, HealthAnswersWhateverTheHost) {
  for (const std::string host : {"localhost", "10.1.2.3", "[fd00::1]:8000", "anything.example"}) {
    EXPECT_EQ(client().get("/health/live", {{"Host", host}}).status, 200) << host;
    EXPECT_EQ(client().get("/health/ready", {{"Host", host}}).body, R"({"status":"ok"})") << host;
    EXPECT_EQ(client().send("HEAD", "/health/ready", "", {{"Host", host}}).status, 200);
  }
  instance().service->readiness().drain();
  const Answer draining = client().get("/health/ready");
  EXPECT_EQ(draining.status, 503);
  EXPECT_TRUE(draining.header("Retry-After"));
  EXPECT_EQ(client().get("/health/live").status, 200);
  EXPECT_EQ(client().get("/docs").status, 200) << "what comes is still answered";
}

TEST_P(Operations, UnknownHostsAreRefused) {
  start({{"ALLOWED_HOSTS", "api.example.com,*.svc.example.com"}});
  const auto status = [&](std::string host) { return client().get("/docs", {{"Host", std::move(host)}}).status; };
  EXPECT_EQ(status("api.example.com"), 200);
  EXPECT_EQ(status("API.example.com:8000"), 200);
  EXPECT_EQ(status("a.svc.example.com"), 200);
  for (const std::string host : {"svc.example.com", "evil.com", "localhost", "127.0.0.1", "api.example.com.evil.com",
                                 "evil-svc.example.com", "api.example.com@evil.com", ""})
    EXPECT_EQ(status(host), 400) << host;
  EXPECT_EQ(client().post("/auth/login", "x", {{"Host", "evil.com"}}).status, 400);
}

TEST_P(Operations, MetricsAnswerThisMachineOnly) {
  client().get("/items");
  const Answer answer = client().get("/metrics");
  ASSERT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find(R"(http_requests_total{method="GET",route="/items",status="401"} 1)"), std::string::npos)
      << answer.body;
  EXPECT_NE(answer.body.find("log_lines_dropped_total 0"), std::string::npos);
  EXPECT_EQ(client().get("/metrics", {{"Host", "127.0.0.1:8000"}}).status, 200);
  EXPECT_EQ(client().get("/metrics", {{"Host", "[::1]:8000"}}).status, 200);
  EXPECT_EQ(client().get("/metrics", {{"Host", "rebound.example"}}).status, 404) << "DNS rebinding";
  EXPECT_EQ(client().get("/metrics", {{"X-Forwarded-For", "192.0.2.1"}}).status, 404);
  EXPECT_EQ(client().get("/metrics", {{"X-Forwarded-For", "127.0.0.1"}}).status, 404);
  start({{"TRUSTED_PROXIES", "127.0.0.1"}});
  EXPECT_EQ(client().get("/metrics", {{"X-Forwarded-For", "192.0.2.1"}}).status, 404);
}

TEST_P(Operations, MetricsMoveToAListenerOfTheirOwn) {
  start({{"ADMIN_PORT", "9100"}});
  EXPECT_EQ(client().get("/metrics").status, 404);
  TestClient operators(instance().service->admin_application());
  EXPECT_EQ(operators.get("/metrics", {{"Host", "10.0.0.1:9100"}}).status, 200);
  EXPECT_EQ(operators.get("/health/ready", {{"Host", "10.0.0.1:9100"}}).status, 200);
  EXPECT_EQ(operators.get("/items", {{"Host", "10.0.0.1:9100"}}).status, 404);
}

TEST_P(Operations, EveryAnswerCarriesTheSecurityHeaders) {
  for (const std::string_view target : {"/docs", "/openapi.json", "/items", "/nowhere", "/health/live"}) {
    const Answer answer = client().get(target);
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(answer.header("X-Frame-Options"), "DENY") << target;
    EXPECT_EQ(answer.header("Strict-Transport-Security"), "max-age=31536000; includeSubDomains") << target;
    EXPECT_TRUE(answer.header("Content-Security-Policy").value_or("").starts_with("default-src 'self'")) << target;
    EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer") << target;
    EXPECT_EQ(answer.header("X-XSS-Protection"), "0") << target;
    EXPECT_EQ(answer.header("Cross-Origin-Opener-Policy"), "same-origin") << target;
    EXPECT_EQ(answer.header("Cross-Origin-Resource-Policy"), "same-origin") << target;
    EXPECT_TRUE(answer.header("Permissions-Policy")) << target;
    EXPECT_TRUE(answer.header("X-Request-ID")) << target;
    EXPECT_FALSE(answer.header("Server")) << target;
  }
  start({{"X_XSS_PROTECTION", "1; mode=block"}});
  EXPECT_EQ(client().get("/items").header("X-XSS-Protection"), "1; mode=block");
}

TEST_P(Operations, CorsIsForNamedOriginsOnly) {
  EXPECT_FALSE(
      client().get("/health/live", {{"Origin", "https://app.example.com"}}).header("Access-Control-Allow-Origin"));
  start({{"CORS_ORIGINS", "https://app.example.com"}});
  const auto preflight = [&](std::string origin, std::string method) {
    return client().send("OPTIONS", "/items", "",
                         {{"Origin", std::move(origin)},
                          {"Access-Control-Request-Method", std::move(method)},
                          {"Access-Control-Request-Headers", "authorization,content-type"}});
  };
  const Answer granted = preflight("https://app.example.com", "POST");
  EXPECT_EQ(granted.status, 204);
  EXPECT_EQ(granted.header("Access-Control-Allow-Origin"), "https://app.example.com");
  EXPECT_FALSE(granted.header("Access-Control-Allow-Credentials"));
  for (const std::string origin : {"https://evil.example", "http://app.example.com",
                                   "https://app.example.com.evil.example", "null", "https://app.example.com:444"}) {
    const Answer refused = preflight(origin, "POST");
    EXPECT_EQ(refused.status, 403) << origin;
    EXPECT_FALSE(refused.header("Access-Control-Allow-Origin")) << origin;
  }
  const Answer actual = client().get("/items", {{"Origin", "https://app.example.com"}});
  EXPECT_EQ(actual.status, 401);
  EXPECT_EQ(actual.header("Access-Control-Allow-Origin"), "https://app.example.com") << "errors too";
  EXPECT_EQ(client().get("/items").header("Vary"), "Origin");
}

TEST_P(Operations, MethodsAreAnsweredAsHttpHasThem) {
  const std::string ann = new_user("ann@example.com");
  EXPECT_EQ(client().send("HEAD", "/items", "", bearer(ann)).status, 200);
  const Answer options = client().send("OPTIONS", "/items", "", {});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("Allow"), "GET, HEAD, POST, OPTIONS");
  const Answer refused = client().del("/items", bearer(ann));
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(client().send("TRACE", "/items", "", {}).status, 405);
  EXPECT_EQ(client().get("/nowhere").status, 404);
  EXPECT_EQ(client().get("/items/%zz").status, 400);
  EXPECT_EQ(client().get("/items/%ff", bearer(ann)).status, 400);
}

TEST_P(Operations, PublicKeysArePublishedWhereTokensHaveThem) {
  EXPECT_EQ(client().get("/.well-known/jwks.json").body, R"({"keys":[]})") << "a shared secret is never published";
  const std::string with_secret = sign_in_admin();
  struct Kind {
    std::string pem;
    std::string_view algorithm;
  };
  for (const Kind& kind : {Kind{testing::pem_of(testing::make_ec("P-256")), "ES256"},
                           Kind{testing::pem_of(testing::make_ed25519()), "EdDSA"}}) {
    start({{"JWT_SIGNING_KEY", kind.pem}});
    const Answer answer = client().get("/.well-known/jwks.json");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    const auto document = answer.json();
    ASSERT_EQ(document.root().find("keys")->size(), 1U) << answer.body;
    const json::Value key = *document.root().find("keys")->elements().begin();
    EXPECT_EQ(key.find("alg")->string(), kind.algorithm);
    EXPECT_TRUE(key.find("kid"));
    EXPECT_FALSE(key.find("d")) << "the private key";
    EXPECT_FALSE(key.find("k"));
    EXPECT_EQ(get("/auth/me", sign_in_admin()).status, 200);
    EXPECT_EQ(get("/auth/me", with_secret).status, 200) << "JWT_SECRET still verifies what it signed";
  }
  start({{"JWT_SIGNING_KEY", testing::pem_of(testing::make_ed25519())}, {"JWT_SECRET", ""}});
  EXPECT_EQ(get("/auth/me", with_secret).status, 401);
}

TEST_P(Operations, TheDefaultLimitCountsEachClient) {
  start({{"RATE_LIMIT_DEFAULT", "3/minute"}, {"TRUSTED_PROXIES", "127.0.0.1"}});
  const auto ask = [&](std::string_view target, std::string client_address) {
    return client().get(target, {{"X-Forwarded-For", std::move(client_address)}});
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("/items", "192.0.2.1").status, 401);
  const Answer refused = ask("/users", "192.0.2.1");
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(refused.header("Retry-After"));
  EXPECT_EQ(refused.header("RateLimit-Remaining"), "0");
  EXPECT_EQ(ask("/items", "192.0.2.2").status, 401);
  EXPECT_EQ(ask("/health/live", "192.0.2.1").status, 200);
}

TEST_P(Operations, TheAuditLogNamesWhoActedAndHoldsNoSecret) {
  const std::string ann = new_user("ann@example.com");
  const std::string id = text(get("/auth/me", ann), "id");
  login("ann@example.com", "a wrong password of ann");
  login("no such name", "another wrong password");
  get("/users", ann);
  const Answer out = post("/auth/logout", "", ann);
  EXPECT_EQ(out.status, 204);
  get("/auth/me", ann);
  start();  // the log is closed
  std::ifstream file(folder_ / "audit.jsonl");
  const std::string audit{std::istreambuf_iterator<char>(file), {}};
  const auto line_of = [&](std::string_view event, std::size_t from = 0) {
    const std::size_t at = audit.find(fmt::format(R"("event":"{}")", event), from);
    if (at == std::string::npos) return std::string();
    const std::size_t begin = audit.rfind('\n', at) + 1;
    return audit.substr(begin, audit.find('\n', at) - begin);
  };
  const std::string user = fmt::format(R"("user":"{}")", id);
  for (const std::string_view event :
       {"authn_login_success", "authn_login_fail", "authz_fail", "session_revoked", "authn_token_fail"})
    EXPECT_NE(line_of(event).find(user), std::string::npos) << event << ": " << line_of(event);
  EXPECT_NE(line_of("authz_fail").find(R"("route":"/users")"), std::string::npos);
  EXPECT_NE(audit.find("unknown_account"), std::string::npos);
  for (const std::string& secret : {std::string(good_password), ann, std::string("wrong password"),
                                    std::string("no such name"), std::string(jwt_secret)})
    EXPECT_EQ(audit.find(secret), std::string::npos) << secret;
  std::size_t failures = 0;
  for (std::size_t at = 0; (at = audit.find("authn_token_fail", at)) != std::string::npos; ++at) ++failures;
  EXPECT_EQ(failures, 1U) << "a failed sign-in is recorded once, as what it is";
}

// The lines of the audit log with that event, once the service has ended.
std::vector<std::string> lines_of(const std::filesystem::path& file, std::string_view event) {
  std::ifstream in(file);
  std::vector<std::string> found;
  for (std::string line; std::getline(in, line);) {
    if (line.find(fmt::format(R"("event":"{}")", event)) != std::string::npos) found.push_back(line);
  }
  return found;
}

TEST_P(Operations, AFloodOfRefusalsIsALineAClientAndItsNumber) {
  start({{"RATE_LIMIT_DEFAULT", "20/minute"},
         {"TRUSTED_PROXIES", "127.0.0.1"},
         {"CORS_ORIGINS", "https://app.example.com"}});
  const TestClient::Headers stranger{{"X-Forwarded-For", "2001:db8::1"}};
  for (int i = 0; i < 70; ++i) client().get("/items", stranger);
  for (int i = 0; i < 30; ++i)
    client().get("/items", {{"X-Forwarded-For", fmt::format("2001:db8::{:x}", 2 + i)}});  // the same subscriber
  for (int i = 0; i < 10; ++i) {
    const Answer refused = client().send("OPTIONS", "/items", "",
                                         {{"Origin", "https://evil.example"},
                                          {"Access-Control-Request-Method", "GET"},
                                          {"X-Forwarded-For", "192.0.2.7"}});
    EXPECT_EQ(refused.status, 403);
  }
  instance().service->events().service_stopped();
  start();
  const auto audit = folder_ / "audit.jsonl";
  const auto tokens = lines_of(audit, "authn_token_fail");
  ASSERT_EQ(tokens.size(), 2U) << "the first, and how many followed";
  EXPECT_NE(tokens[0].find(R"("client":"2001:db8::1")"), std::string::npos) << tokens[0];
  EXPECT_NE(tokens[1].find(R"("client":"2001:db8::/64")"), std::string::npos) << tokens[1];
  EXPECT_NE(tokens[1].find(R"("details":{"repeated":19})"), std::string::npos) << tokens[1];
  const auto limits = lines_of(audit, "excess_rate_limit_exceeded");
  ASSERT_EQ(limits.size(), 2U);
  EXPECT_NE(limits[1].find(R"("repeated":79)"), std::string::npos) << limits[1];
  EXPECT_TRUE(lines_of(audit, "authz_fail").empty()) << "a preflight is no try";
}

TEST_P(Operations, WhatAKnownUserTriesBeyondTheirRightsIsToldRouteByRoute) {
  const std::string ann = new_user("ann@example.com");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(get("/users", ann).status, 403);
    EXPECT_EQ(get("/users/00000000-0000-4000-8000-000000000000", ann).status, 403);
  }
  instance().service->events().service_stopped();
  start();
  const auto lines = lines_of(folder_ / "audit.jsonl", "authz_fail");
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_NE(lines[0].find(R"("route":"/users"})"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find(R"("route":"/users/{id}"})"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find(R"("repeated":4,"route":"/users"})"), std::string::npos) << lines[2];
}

TEST_P(Operations, StartAndStopAreNobodysRequest) {
  instance().service->events().service_started();
  instance().service->events().service_stopped();
  start();
  for (const std::string_view event : {"sys_startup", "sys_shutdown"}) {
    const auto lines = lines_of(folder_ / "audit.jsonl", event);
    ASSERT_EQ(lines.size(), 1U) << event;
    EXPECT_EQ(lines[0].find("client"), std::string::npos) << lines[0];
  }
}

TEST_P(Operations, ARightPasswordWithARefusedScopeIsRecorded) {
  const std::string id = text(get("/auth/me", new_user("ann@example.com")), "id");
  EXPECT_EQ(client()
                .post_form("/auth/login", {{"username", "ann@example.com"},
                                           {"password", std::string(good_password)},
                                           {"scope", "something typed"}})
                .status,
            400);
  start();
  const auto lines = lines_of(folder_ / "audit.jsonl", "authz_fail");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find(fmt::format(R"("user":"{}")", id)), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find(R"("details":{"route":"/auth/login","reason":"scope"})"), std::string::npos) << lines[0];
  EXPECT_EQ(lines[0].find("typed"), std::string::npos) << lines[0];
}

TEST_P(Operations, RecordsAChangeOfRightsOnceAndARefusalByWhoWasRefused) {
  const std::string ann = new_user("ann@example.com");
  const std::string id = text(get("/auth/me", ann), "id");
  const std::string admin = sign_in_admin();
  ASSERT_EQ(client().get("/users", {{"Authorization", "Bearer  " + ann}}).status, 403)
      << "two spaces are as good as one";
  ASSERT_EQ(patch("/users/" + id, R"({"is_active":true})", admin).status, 200);
  ASSERT_EQ(patch("/users/" + id, R"({"is_active":false})", admin).status, 200);
  start();
  EXPECT_EQ(lines_of(folder_ / "audit.jsonl", "authz_change").size(), 1U) << "the first changed nothing";
  const auto refused = lines_of(folder_ / "audit.jsonl", "authz_fail");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_NE(refused[0].find(fmt::format(R"("user":"{}")", id)), std::string::npos) << refused[0];
}

TEST_P(Operations, DocumentsWhatTheGateAnswers) {
  const auto document = client().get("/openapi.json").json();
  for (const auto& [path, methods] : document.root().find("paths")->members()) {
    for (const auto& [method, operation] : methods.members()) {
      const auto answers = operation.find("responses");
      EXPECT_TRUE(answers->find("400") && answers->find("417")) << path;
      EXPECT_EQ(answers->find("408").has_value(), operation.find("requestBody").has_value()) << method << ' ' << path;
    }
  }
}

TEST_P(Operations, SaysWhatItsTagsAreFor) {
  const auto document = client().get("/openapi.json").json();
  const auto tags = document.root().find("tags");
  ASSERT_TRUE(tags);
  std::set<std::string> named;
  for (const json::Value tag : tags->elements()) named.emplace(tag.find("name")->string());
  for (const auto& [path, methods] : document.root().find("paths")->members()) {
    for (const auto& [method, operation] : methods.members()) {
      for (const json::Value tag : operation.find("tags")->elements())
        EXPECT_TRUE(named.contains(std::string(tag.string()))) << path;
    }
  }
}

}  // namespace
}  // namespace redoubt::api
