#include <thread>

#include "redoubt/base64url.hpp"
#include "redoubt/jwt.hpp"
#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

using namespace std::chrono_literals;

class Sessions : public ServiceTest {
 protected:
  struct Pair {
    std::string access;
    std::string refresh;
  };
  static Pair pair_of(const Answer& answer) {
    if (answer.status != 200) return {};
    return {text(answer, "access_token"), text(answer, "refresh_token")};
  }
  Pair start_session() {
    register_user("ann@example.com");
    return pair_of(login("ann@example.com"));
  }
  [[nodiscard]] int me(std::string_view token) { return get("/auth/me", token).status; }
  // As if every refresh token had been used a while ago.
  void pass_the_grace() { execute("UPDATE refresh_tokens SET used_at = used_at - 11000000 WHERE used_at > 0"); }
};
REDOUBT_ON_BOTH_DATABASES(Sessions);

TEST_P(Sessions, RotateTheirRefreshToken) {
  const Pair first = start_session();
  const Pair second = pair_of(refresh(first.refresh));
  EXPECT_NE(second.refresh, first.refresh);
  EXPECT_EQ(me(second.access), 200);
  EXPECT_EQ(me(first.access), 200) << "until it expires";
  const Pair third = pair_of(refresh(second.refresh));
  EXPECT_EQ(me(third.access), 200);
}

TEST_P(Sessions, EndWhenAUsedRefreshTokenComesBack) {
  const Pair first = start_session();
  const Pair second = pair_of(refresh(first.refresh));
  pass_the_grace();
  const Answer reused = refresh(first.refresh);
  EXPECT_EQ(reused.status, 401);
  EXPECT_EQ(reused.header("WWW-Authenticate"), R"(Bearer error="invalid_token")");
  EXPECT_EQ(refresh(second.refresh).status, 401);
  EXPECT_EQ(me(second.access), 401);
  EXPECT_EQ(me(first.access), 401);
}

TEST_P(Sessions, EndAtOnceWhenTheSuccessorWasUsedAlready) {
  const Pair first = start_session();
  const Pair second = pair_of(refresh(first.refresh));
  const Pair third = pair_of(refresh(second.refresh));
  EXPECT_EQ(refresh(first.refresh).status, 401);
  EXPECT_EQ(me(third.access), 401);
}

TEST_P(Sessions, LetAClientAskAgainWhoseAnswerGotLost) {
  const Pair first = start_session();
  const Pair lost = pair_of(refresh(first.refresh));
  const Pair second = pair_of(refresh(first.refresh));
  ASSERT_FALSE(second.access.empty());
  EXPECT_EQ(me(second.access), 200);
  const Pair third = pair_of(refresh(second.refresh));
  EXPECT_EQ(me(third.access), 200);
}

TEST_P(Sessions, EndWhenTheAnswerThatGotLostWasNotLost) {
  // A thief and the client both use one token within the grace: they cannot both go on.
  const Pair first = start_session();
  const Pair thief = pair_of(refresh(first.refresh));
  const Pair client = pair_of(refresh(first.refresh));
  EXPECT_EQ(refresh(thief.refresh).status, 401);
  EXPECT_EQ(me(client.access), 401);
  EXPECT_EQ(refresh(client.refresh).status, 401);
}

TEST_P(Sessions, KeepOneFamilyAliveWhenOneTokenIsUsedAtOnce) {
  const Pair first = start_session();
  std::mutex mutex;
  std::vector<std::string> successors;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&] {
        TestClient other(instance().service->application());
        const Answer answer = other.post("/auth/refresh", fmt::format(R"({{"refresh_token":"{}"}})", first.refresh));
        const std::scoped_lock lock(mutex);
        EXPECT_EQ(answer.status, 200) << answer.body;
        if (answer.status == 200) successors.push_back(text(answer, "refresh_token"));
      });
  }
  EXPECT_EQ(successors.size(), 6U);
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_tokens WHERE used_at IS NULL"), 1) << "one of them is alive";
  EXPECT_EQ(count("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL"), 1);
}

TEST_P(Sessions, EndAtSignOut) {
  const Pair one = start_session();
  const Pair two = pair_of(login("ann@example.com"));
  EXPECT_EQ(post("/auth/logout", "", one.access).status, 204);
  EXPECT_EQ(me(one.access), 401);
  EXPECT_EQ(refresh(one.refresh).status, 401);
  EXPECT_EQ(me(two.access), 200);
  const Pair three = pair_of(login("ann@example.com"));
  EXPECT_EQ(post("/auth/logout?all=nonsense", "", three.access).status, 422);
  EXPECT_EQ(post("/auth/logout?all=true", "", three.access).status, 204);
  EXPECT_EQ(me(two.access), 401);
  EXPECT_EQ(me(three.access), 401);
  EXPECT_EQ(refresh(two.refresh).status, 401);
  EXPECT_EQ(client().post("/auth/logout", "").status, 401);
}

TEST_P(Sessions, EndWithDeactivationAndDeletion) {
  const Pair ann = start_session();
  const std::string id = text(get("/auth/me", ann.access), "id");
  const std::string admin = sign_in_admin();
  ASSERT_EQ(patch("/users/" + id, R"({"is_active":false})", admin).status, 200);
  EXPECT_EQ(me(ann.access), 401);
  EXPECT_EQ(refresh(ann.refresh).status, 401);
  ASSERT_EQ(patch("/users/" + id, R"({"is_active":true})", admin).status, 200);
  EXPECT_EQ(me(ann.access), 401) << "what has ended stays ended";
  const Pair again = pair_of(login("ann@example.com"));
  EXPECT_EQ(del("/auth/me", again.access).status, 204);
  EXPECT_EQ(me(again.access), 401);
  EXPECT_EQ(refresh(again.refresh).status, 401);
}

TEST_P(Sessions, ExpireByTheirOwnTime) {
  const Pair ann = start_session();
  execute("UPDATE sessions SET expires_at = created_at");
  EXPECT_EQ(me(ann.access), 401);
  EXPECT_EQ(refresh(ann.refresh).status, 401);
}

TEST_P(Sessions, KeepOnlyTheHashOfRefreshTokens) {
  const Pair ann = start_session();
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_tokens"), 1);
  const auto hash = [&](sql::Statement<std::string> statement) {
    Database database({.url = database_url()});
    Loop loop;
    return loop.run_to_end([](Database& db, sql::Statement<std::string> sql, std::string token) -> Task<std::int64_t> {
      const auto rows = co_await db.one<std::int64_t>(sql, std::move(token));
      co_await db.close();
      co_return rows;
    }(database, statement, ann.refresh));
  };
  EXPECT_EQ(hash("SELECT COUNT(*) FROM refresh_tokens WHERE hash = $1"), 0);
}

TEST_P(Sessions, AcceptNoTokenOfAnotherKind) {
  const Pair ann = start_session();
  const std::string id = text(get("/auth/me", ann.access), "id");
  const auto now = std::chrono::system_clock::now();
  // A token as the service makes them, but for one thing.
  const std::string secret(jwt_secret);
  const AccessTokens own(TokenKeys::from_secrets(secret), {});
  const auto claims = own.verify(ann.access, now)->claims;
  EXPECT_EQ(me(own.issue(claims, now)), 200) << "the control";
  EXPECT_EQ(me(own.issue(claims, now - 16min)), 401) << "expired";
  EXPECT_EQ(me(own.issue(claims, now + 5min)), 401) << "not yet valid";
  EXPECT_EQ(me(AccessTokens(TokenKeys::from_secrets(secret), {.issuer = "elsewhere"}).issue(claims, now)), 401);
  EXPECT_EQ(me(AccessTokens(TokenKeys::from_secrets(secret), {.audience = "elsewhere"}).issue(claims, now)), 401);
  EXPECT_EQ(me(AccessTokens(TokenKeys::from_secrets(std::string(48, 'k')), {}).issue(claims, now)), 401);
  auto other = claims;
  other.subject = Uuid::random().to_string();
  EXPECT_EQ(me(own.issue(other, now)), 401) << "someone else's session";
  other = claims;
  other.session = Uuid::random().to_string();
  EXPECT_EQ(me(own.issue(other, now)), 401) << "no session";

  const std::size_t first_dot = ann.access.find('.');
  const std::size_t last_dot = ann.access.rfind('.');
  const std::string payload = ann.access.substr(first_dot, last_dot - first_dot);
  for (const std::string_view header :
       {R"({"alg":"none","typ":"at+jwt"})", R"({"alg":"HS384","typ":"at+jwt"})", R"({"alg":"HS256","typ":"JWT"})"})
    EXPECT_EQ(me(base64url_encode(header) + payload + ann.access.substr(last_dot)), 401) << header;
  EXPECT_EQ(me(base64url_encode(R"({"alg":"none","typ":"at+jwt"})") + payload + "."), 401);
  EXPECT_EQ(me(ann.access.substr(0, last_dot)), 401);
  EXPECT_EQ(me(ann.access + "A"), 401);
  EXPECT_EQ(me(ann.refresh), 401) << "a refresh token is no access token";
  EXPECT_EQ(refresh(ann.access).status, 422) << "nor the other way round";
  EXPECT_EQ(refresh("nonsense").status, 401);
  EXPECT_EQ(refresh("").status, 422);
  for (const std::string& field : {std::string("Bearer"), std::string("Bearer "), "Basic " + ann.access, ann.access})
    EXPECT_EQ(client().get("/auth/me", {{"Authorization", field}}).status, 401) << field;
  EXPECT_EQ(client().get("/auth/me", {{"Authorization", "bearer " + ann.access}}).status, 200)
      << "RFC 9110 section 11.1";
  EXPECT_EQ(client().get("/auth/me").header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(client().get("/auth/me?access_token=" + ann.access).status, 401);
}

TEST_P(Sessions, SurviveTheRotationOfTheSecret) {
  const Pair ann = start_session();
  const std::string new_secret = "another secret of the tests, long enough as well";
  start({{"JWT_SECRET", new_secret}, {"JWT_SECRET_PREVIOUS", std::string(jwt_secret)}});
  EXPECT_EQ(me(ann.access), 200);
  const Pair later = pair_of(refresh(ann.refresh));
  EXPECT_EQ(me(later.access), 200);
  start({{"JWT_SECRET", new_secret}});
  EXPECT_EQ(me(ann.access), 401);
  EXPECT_EQ(me(later.access), 200) << "signed by the new secret";
}

TEST_P(Sessions, AreForgottenAMonthAfterTheirEnd) {
  start_session();
  execute("UPDATE sessions SET revoked_at = created_at - 2678400000000");
  instance().service->keep_house();
  EXPECT_EQ(count("SELECT COUNT(*) FROM sessions"), 0);
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_tokens"), 0);
}

}  // namespace
}  // namespace redoubt::api
