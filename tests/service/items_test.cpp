#include "service_fixture.hpp"

namespace redoubt::api {
namespace {

class Items : public ServiceTest {
 protected:
  std::string make(std::string_view token, std::string_view title) {
    std::string body;
    json::Writer(body).begin_object().member("title", title).end_object();
    const Answer answer = post("/items", body, token);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return text(answer, "id");
  }
  // The titles of a page, newest first, separated by "|".
  std::string titles(std::string_view query, std::string_view token) {
    const Answer answer = get("/items" + std::string(query), token);
    if (answer.status != 200) return fmt::format("{} {}", answer.status, answer.body);
    std::string all;
    const auto document = answer.json();
    for (const json::Value item : document.root().find("items")->elements())
      all += (all.empty() ? "" : "|") + std::string(item.find("title")->string());
    return all;
  }
};
REDOUBT_ON_BOTH_DATABASES(Items);

TEST_P(Items, AreCreatedReadReplacedChangedAndDeleted) {
  const std::string ann = new_user("ann@example.com");
  const Answer created = post("/items", R"({"title":"Storm lantern","description":"Brass"})", ann);
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string id = text(created, "id");
  const std::string target = "/items/" + id;
  EXPECT_EQ(created.header("Location"), target);
  EXPECT_EQ(text(created, "owner_id"), text(get("/auth/me", ann), "id"));
  EXPECT_EQ(text(created, "created_at"), text(created, "updated_at"));
  EXPECT_EQ(get(target, ann).body, created.body);

  const Answer changed = patch(target, R"({"title":"Lantern"})", ann);
  EXPECT_EQ(text(changed, "title"), "Lantern");
  EXPECT_EQ(text(changed, "description"), "Brass") << "missing: kept";
  EXPECT_GT(text(changed, "updated_at"), text(changed, "created_at"));
  EXPECT_NE(patch(target, R"({"description":null})", ann).body.find(R"("description":null)"), std::string::npos);
  EXPECT_EQ(text(patch(target, R"({"description":"Copper"})", ann), "description"), "Copper");
  const Answer replaced = client().put(target, R"({"title":"Lamp"})", bearer(ann));
  EXPECT_EQ(text(replaced, "title"), "Lamp");
  EXPECT_NE(replaced.body.find(R"("description":null)"), std::string::npos) << "PUT sets what is missing too";
  EXPECT_EQ(text(replaced, "created_at"), text(created, "created_at"));

  EXPECT_EQ(del(target, ann).status, 204);
  EXPECT_EQ(del(target, ann).status, 404);
  EXPECT_EQ(get(target, ann).status, 404);
  EXPECT_EQ(patch(target, "{}", ann).status, 404);
  EXPECT_EQ(client().put(target, R"({"title":"Lamp"})", bearer(ann)).status, 404);
}

TEST_P(Items, RefuseWhatTheModelDoesNotHave) {
  const std::string ann = new_user("ann@example.com");
  const std::string target = "/items/" + make(ann, "Lamp");
  const auto long_text = [](std::size_t size) { return std::string(size, 'x'); };
  for (const std::string& body :
       {std::string("{}"), std::string(R"({"title":""})"), std::string(R"({"title":5})"),
        std::string(R"({"title":null})"), R"({"title":")" + long_text(256) + R"("})",
        R"({"title":"a","description":")" + long_text(2001) + R"("})", std::string(R"({"title":"a","owner_id":"b"})"),
        std::string(R"({"title":"a","title":"b"})"), std::string(R"({"title":"a\u0000b"})"),
        std::string("{\"title\":\"a\xff\"}"), std::string("[]"), std::string(R"({"title":"a"} x)")}) {
    EXPECT_EQ(post("/items", body, ann).status, 422) << body;
    EXPECT_EQ(client().put(target, body, bearer(ann)).status, 422) << body;
    if (body != "{}") EXPECT_EQ(patch(target, body, ann).status, 422) << body;
  }
  EXPECT_EQ(post("/items", R"({"title":")" + long_text(255) + R"("})", ann).status, 201);
  std::string wide;
  for (int i = 0; i < 255; ++i) wide += "🏮";
  EXPECT_EQ(post("/items", R"({"title":")" + wide + R"("})", ann).status, 201) << "characters count, not bytes";
  EXPECT_EQ(get("/items/not-an-id", ann).status, 422);
  EXPECT_EQ(client().post("/items", "{").status, 401) << "said before the body is looked at";
  const Answer errors = post("/items", R"({"titel":"a"})", ann);
  EXPECT_NE(errors.body.find(R"("type":"missing","loc":["body","title"])"), std::string::npos) << errors.body;
}

TEST_P(Items, OfOthersAreNotThere) {
  const std::string ann = new_user("ann@example.com");
  const std::string bob = new_user("bob@example.com");
  const std::string target = "/items/" + make(ann, "Ann's lamp");
  EXPECT_EQ(get(target, bob).status, 404);
  EXPECT_EQ(get(target, bob).body, get("/items/01890000-0000-7000-8000-000000000000", bob).body);
  EXPECT_EQ(patch(target, R"({"title":"Bob's"})", bob).status, 404);
  EXPECT_EQ(client().put(target, R"({"title":"Bob's"})", bearer(bob)).status, 404);
  EXPECT_EQ(del(target, bob).status, 404);
  EXPECT_EQ(titles("", bob), "");
  EXPECT_EQ(titles("?q=lamp", bob), "");
  EXPECT_EQ(client().get(target).status, 401);
  const std::string admin = sign_in_admin();
  EXPECT_EQ(titles("", admin), "Ann's lamp");
  EXPECT_EQ(get(target, admin).status, 200);
  EXPECT_EQ(text(get(target, ann), "title"), "Ann's lamp");
}

TEST_P(Items, AreListedNewestFirstPageByPage) {
  const std::string ann = new_user("ann@example.com");
  for (const std::string_view title : {"1", "2", "3", "4", "5"}) make(ann, title);
  EXPECT_EQ(titles("", ann), "5|4|3|2|1");
  const Answer first = get("/items?limit=2", ann);
  make(ann, "6");  // what is new does not move the pages that follow
  const Answer second = get("/items?limit=2&cursor=" + text(first, "next_cursor"), ann);
  const Answer third = get("/items?limit=2&cursor=" + text(second, "next_cursor"), ann);
  EXPECT_EQ(titles("?limit=2&cursor=" + text(first, "next_cursor"), ann), "3|2");
  EXPECT_EQ(titles("?limit=2&cursor=" + text(second, "next_cursor"), ann), "1");
  EXPECT_TRUE(third.json().root().find("next_cursor")->is_null());
  for (const std::string_view bad : {"limit=0", "limit=101", "limit=-1", "limit=1e1", "cursor=x", "cursor='--"})
    EXPECT_EQ(get("/items?" + std::string(bad), ann).status, 422) << bad;
  EXPECT_EQ(get("/items?q=%00", ann).status, 422);
  EXPECT_EQ(get("/items?q=%ff", ann).status, 400);
  EXPECT_EQ(get("/items?q=%4", ann).status, 400);
}

TEST_P(Items, AreSearchedForPlainText) {
  const std::string ann = new_user("ann@example.com");
  make(ann, "50% off");
  make(ann, "500 off");
  make(ann, "snake_case");
  make(ann, "snakeXcase");
  make(ann, "Hey!");
  ASSERT_EQ(post("/items", R"({"title":"Other","description":"a Lantern of brass"})", ann).status, 201);
  EXPECT_EQ(titles("?q=50%25", ann), "50% off");
  EXPECT_EQ(titles("?q=%25", ann), "50% off");
  EXPECT_EQ(titles("?q=snake_c", ann), "snake_case");
  EXPECT_EQ(titles("?q=_", ann), "snake_case");
  EXPECT_EQ(titles("?q=!", ann), "Hey!");
  EXPECT_EQ(titles("?q=SNAKE", ann), "snakeXcase|snake_case");
  EXPECT_EQ(titles("?q=lantern+of", ann), "Other");
  EXPECT_EQ(titles("?q='%20OR%201=1%20--", ann), "");
  EXPECT_EQ(titles("?q=", ann), "Other|Hey!|snakeXcase|snake_case|500 off|50% off");
  EXPECT_EQ(titles("?q=%5C", ann), "");
}

}  // namespace
}  // namespace redoubt::api
