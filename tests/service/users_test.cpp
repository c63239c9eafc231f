#include <set>

#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

class Users : public ServiceTest {};
REDOUBT_ON_BOTH_DATABASES(Users);

TEST_P(Users, AreForAdministratorsOnly) {
  const std::string ann = new_user("ann@example.com");
  const std::string id = text(get("/auth/me", ann), "id");
  for (const std::string& target : {std::string("/users"), "/users/" + id}) {
    EXPECT_EQ(client().get(target).status, 401);
    EXPECT_EQ(get(target, ann).status, 403);
    EXPECT_EQ(get(target, sign_in_admin()).status, 200);
  }
  EXPECT_EQ(patch("/users/" + id, R"({"roles":["admin"]})", ann).status, 403);
  EXPECT_EQ(patch("/users/" + id, "{", ann).status, 403) << "said before the body is looked at";
  EXPECT_EQ(client().patch("/users/" + id, "{").status, 401);
  const Answer narrow = client().post_form(
      "/auth/login",
      {{"username", std::string(admin_email)}, {"password", std::string(admin_password)}, {"scope", "account"}});
  EXPECT_EQ(get("/users", text(narrow, "access_token")).status, 403) << "an administrator's token without the scope";
}

TEST_P(Users, AreListedPageByPage) {
  for (int i = 0; i < 6; ++i) register_user(fmt::format("user{}@example.com", i));
  const std::string admin = sign_in_admin();
  std::set<std::string> seen;
  std::string cursor;
  int pages = 0;
  do {
    const Answer answer = get("/users?limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor), admin);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto document = answer.json();
    for (const json::Value user : document.root().find("items")->elements())
      EXPECT_TRUE(seen.insert(std::string(user.find("email")->string())).second);
    const auto next = document.root().find("next_cursor");
    cursor = next->is_null() ? "" : std::string(next->string());
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(pages, 3);
  for (const std::string_view bad : {"limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=nonsense"})
    EXPECT_EQ(get("/users?" + std::string(bad), admin).status, 422) << bad;
}

TEST_P(Users, AreChangedAndThenSignInAnew) {
  const std::string ann = new_user("ann@example.com");
  const std::string id = text(get("/auth/me", ann), "id");
  const std::string admin = sign_in_admin();
  const Answer changed = patch("/users/" + id, R"({"roles":["admin","user"]})", admin);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_NE(changed.body.find(R"("roles":["admin","user"])"), std::string::npos);
  EXPECT_EQ(get("/auth/me", ann).status, 401) << "what a session may do was decided when it began";
  EXPECT_EQ(get("/users", sign_in("ann@example.com")).status, 200);
  for (const std::string body : {R"({"roles":[]})", R"({"roles":["root"]})", R"({"roles":["user","user"]})",
                                 R"({"roles":null})", R"({"is_active":null})", R"({"is_active":"yes"})",
                                 R"({"email":"eve@example.com"})", R"({"password_hash":"x"})"})
    EXPECT_EQ(patch("/users/" + id, body, admin).status, 422) << body;
  const std::string signed_in = sign_in("ann@example.com");
  EXPECT_EQ(patch("/users/" + id, "{}", admin).status, 200);
  EXPECT_EQ(get("/auth/me", signed_in).status, 200) << "nothing has changed";
  EXPECT_EQ(patch("/users/01890000-0000-7000-8000-000000000000", R"({"is_active":false})", admin).status, 404);
  EXPECT_EQ(get("/users/01890000-0000-7000-8000-000000000000", admin).status, 404);
  EXPECT_EQ(get("/users/1", admin).status, 422);
}

TEST_P(Users, KeepOneAdministrator) {
  const std::string admin = sign_in_admin();
  const std::string id = text(get("/auth/me", admin), "id");
  EXPECT_EQ(patch("/users/" + id, R"({"is_active":false})", admin).status, 409);
  EXPECT_EQ(patch("/users/" + id, R"({"roles":["user"]})", admin).status, 409);
  EXPECT_EQ(get("/users", admin).status, 200);
}

TEST_P(Users, TheFirstAdministratorIsMadeOnce) {
  start();
  EXPECT_FALSE(instance().made_password) << "a given password is not shown";
  EXPECT_EQ(count("SELECT COUNT(*) FROM users"), 1);
  execute("DELETE FROM users");
  start({{"ADMIN_PASSWORD", ""}});
  ASSERT_TRUE(instance().made_password);
  EXPECT_EQ(login(admin_email, *instance().made_password).status, 200);
  EXPECT_EQ(instance().log_text().find(*instance().made_password), std::string::npos);
  start({{"ADMIN_PASSWORD", ""}});
  EXPECT_FALSE(instance().made_password);
  execute("DELETE FROM users");
  EXPECT_THROW(start({{"ADMIN_PASSWORD", "password1234"}}), SettingsError);
}

}  // namespace
}  // namespace redoubt::api
