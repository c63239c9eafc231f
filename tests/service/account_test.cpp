#include <thread>

#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

class Account : public ServiceTest {
 protected:
  Answer change_password(std::string_view token, std::string_view old, std::string_view fresh) {
    return post("/auth/me/password", fmt::format(R"({{"current_password":"{}","new_password":"{}"}})", old, fresh),
                token);
  }
};
REDOUBT_ON_BOTH_DATABASES(Account);

TEST_P(Account, ShowsItselfWithoutThePassword) {
  const std::string ann = new_user("ann@example.com");
  const Answer answer = get("/auth/me", ann);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(text(answer, "email"), "ann@example.com");
  const auto document = answer.json();
  EXPECT_EQ(document.root().size(), 6U) << answer.body;
  EXPECT_TRUE(document.root().find("full_name")->is_null());
  EXPECT_TRUE(document.root().find("is_active")->boolean());
  EXPECT_NE(answer.body.find(R"("roles":["user"])"), std::string::npos);
  EXPECT_EQ(client().get("/auth/me").status, 401);
}

TEST_P(Account, TellsANullNameFromAMissingOne) {
  const std::string ann = new_user("ann@example.com");
  EXPECT_EQ(text(patch("/auth/me", R"({"full_name":"Ann Æther 🐦"})", ann), "full_name"), "Ann Æther 🐦");
  EXPECT_EQ(text(patch("/auth/me", "{}", ann), "full_name"), "Ann Æther 🐦");
  EXPECT_NE(patch("/auth/me", R"({"full_name":null})", ann).body.find(R"("full_name":null)"), std::string::npos);
  EXPECT_NE(get("/auth/me", ann).body.find(R"("full_name":null)"), std::string::npos);
  for (const std::string body :
       {R"({"full_name":""})", R"({"full_name":7})", R"({"roles":["admin"]})", R"({"email":"eve@example.com"})",
        R"({"is_active":true})", R"({"full_name":"a\u0000"})"})
    EXPECT_EQ(patch("/auth/me", body, ann).status, 422) << body;
}

TEST_P(Account, ChangesItsPasswordAndEndsOtherSessions) {
  const std::string here = new_user("ann@example.com");
  const std::string elsewhere = sign_in("ann@example.com");
  const std::string_view fresh = "nine lanterns by the river 3";
  EXPECT_EQ(change_password(here, "wrong", fresh).status, 403);
  EXPECT_EQ(get("/auth/me", elsewhere).status, 200);
  for (const std::string_view weak : {"tiny", "password1234", "ann@example.com"}) {
    const Answer answer = change_password(here, good_password, weak);
    EXPECT_EQ(answer.status, 422) << weak;
    EXPECT_NE(answer.body.find("new_password"), std::string::npos);
    EXPECT_EQ(answer.body.find(weak), std::string::npos);
  }
  const Answer same = change_password(here, good_password, good_password);
  EXPECT_EQ(same.status, 422);
  EXPECT_NE(same.body.find(R"("loc":["body","new_password"])"), std::string::npos) << same.body;
  EXPECT_EQ(change_password(here, "wrong", "password1234").status, 403) << "the present one is asked for first";
  EXPECT_EQ(change_password(here, good_password, fresh).status, 204);
  EXPECT_EQ(get("/auth/me", here).status, 200);
  EXPECT_EQ(get("/auth/me", elsewhere).status, 401);
  EXPECT_EQ(login("ann@example.com").status, 401);
  EXPECT_EQ(login("ann@example.com", fresh).status, 200);
}

TEST_P(Account, LimitsGuessesAtItsPassword) {
  start({{"RATE_LIMIT_LOGIN", "5/minute"}});
  const std::string ann = new_user("ann@example.com");
  int refused = 0;
  for (int i = 0; i < 8; ++i) refused += change_password(ann, "wrong", "nine lanterns by the river 3").status == 429;
  EXPECT_EQ(refused, 3);
}

TEST_P(Account, ExportsEverythingHeldAboutIt) {
  const std::string ann = new_user("ann@example.com");
  const std::string bob = new_user("bob@example.com");
  ASSERT_EQ(post("/items", R"({"title":"Ann's lamp"})", ann).status, 201);
  ASSERT_EQ(post("/items", R"({"title":"Bob's lamp"})", bob).status, 201);
  const Answer answer = get("/auth/me/export", ann);
  ASSERT_EQ(answer.status, 200);
  const auto document = answer.json();
  EXPECT_EQ(document.root().find("items")->size(), 1U);
  EXPECT_EQ(document.root().find("sessions")->size(), 1U);
  EXPECT_EQ(document.root().find("user")->find("email")->string(), "ann@example.com");
  EXPECT_EQ(answer.body.find("Bob"), std::string::npos);
  EXPECT_EQ(answer.body.find("$2b$"), std::string::npos);
}

TEST_P(Account, TakesEverythingAlongWhenItIsDeleted) {
  const std::string ann = new_user("ann@example.com");
  ASSERT_EQ(post("/items", R"({"title":"Lamp"})", ann).status, 201);
  EXPECT_EQ(del("/auth/me", ann).status, 204);
  EXPECT_EQ(count("SELECT COUNT(*) FROM users"), 1);
  EXPECT_EQ(count("SELECT COUNT(*) FROM items"), 0);
  EXPECT_EQ(count("SELECT COUNT(*) FROM sessions"), 0);
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_tokens"), 0);
  EXPECT_EQ(login("ann@example.com").status, 401);
  EXPECT_EQ(register_user("ann@example.com").status, 202) << "the address is free again";
  EXPECT_EQ(login("ann@example.com").status, 200);
}

TEST_P(Account, OfTheLastAdministratorStays) {
  const std::string admin = sign_in_admin();
  EXPECT_EQ(del("/auth/me", admin).status, 409);
  const std::string bob_id = text(get("/auth/me", new_user("bob@example.com")), "id");
  ASSERT_EQ(patch("/users/" + bob_id, R"({"roles":["admin","user"]})", admin).status, 200);
  EXPECT_EQ(del("/auth/me", admin).status, 204);
  EXPECT_EQ(del("/auth/me", sign_in("bob@example.com")).status, 409);
}

TEST_P(Account, OneAdministratorStaysWhenAllLeaveAtOnce) {
  const std::string admin = sign_in_admin();
  std::vector<std::string> tokens{admin};
  for (int i = 0; i < 3; ++i) {
    const std::string email = fmt::format("admin{}@example.com", i);
    const std::string id = text(get("/auth/me", new_user(email)), "id");
    ASSERT_EQ(patch("/users/" + id, R"({"roles":["admin"]})", admin).status, 200);
    tokens.push_back(sign_in(email));
  }
  std::atomic<int> left = 0;
  {
    std::vector<std::jthread> threads;
    for (const std::string& token : tokens)
      threads.emplace_back([&] {
        TestClient other(instance().service->application());
        for (int status = 500; status >= 500;) {  // 503: too many conflicts
          status = other.del("/auth/me", bearer(token)).status;
          if (status == 204) ++left;
        }
      });
  }
  EXPECT_EQ(left, 3);
  EXPECT_EQ(count("SELECT COUNT(*) FROM users WHERE roles LIKE '%admin%'"), 1);
}

}  // namespace
}  // namespace redoubt::api
