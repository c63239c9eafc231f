#include "redoubt/multipart.hpp"

#include <gmock/gmock.h>

#include "redoubt/test_client.hpp"

namespace redoubt {
namespace {

using ::testing::HasSubstr;

const TestClient::Headers form_type = {{"Content-Type", "multipart/form-data; boundary=XX"}};

std::string part(std::string_view disposition, std::string_view data) {
  return "--XX\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n\r\n" + std::string(data) +
         "\r\n";
}

// Answers with what it read: name=size, or name=text of titles.
struct Uploads : ::testing::Test {
  Application app;
  std::optional<TestClient> client;

  void SetUp() override {
    app.post("/files",
             [](Multipart form) -> Task<std::string> {
               std::string told;
               while (auto part = co_await form.next()) {
                 if (part->name() == "skipped") continue;
                 told += part->name() + "=";
                 if (!part->file_name()) {
                   told += co_await part->text(10) + ";";
                   continue;
                 }
                 std::size_t size = 0;
                 while (true) {
                   const std::string_view piece = co_await part->read();
                   if (piece.empty()) break;
                   size += piece.size();
                 }
                 told += *part->file_name() + ":" + std::to_string(size) + ";";
               }
               EXPECT_FALSE((co_await form.next()).has_value());
               co_return told;
             })
        .body_limit(100'000);
    app.post("/few", [](Multipart form) -> Task<void> {
      form.limit({.parts = 1});
      while (co_await form.next()) {
      }
    });
    app.put("/raw", [](BodyStream body) -> Task<std::int64_t> {
      std::int64_t size = 0;
      while (true) {
        const std::string_view piece = co_await body.read();
        if (piece.empty()) co_return size;
        size += static_cast<std::int64_t>(piece.size());
      }
    });
    client.emplace(app);
  }
};

TEST_F(Uploads, AreReadPartByPart) {
  const auto answer =
      client->post("/files",
                   part(R"(name="title")", "Lamp") + part(R"(name="skipped")", std::string(5000, 'x')) +
                       part(R"(name="photo"; filename="/tmp/a.png")", std::string(5000, 'x')) + "--XX--",
                   form_type);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"("title=Lamp;photo=a.png:5000;")");
}

TEST_F(Uploads, AreSentByTheTestClientToo) {
  const auto answer = client->post_multipart("/files", {{.name = "title", .content = "Lamp"},
                                                        {.name = "photo",
                                                         .content = "\r\n--redoubt-test-client--\r\n",
                                                         .file_name = "a b.png",
                                                         .content_type = "image/png"},
                                                        {.name = "empty", .content = "", .file_name = "none"}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, R"("title=Lamp;photo=a b.png:27;empty=none:0;")");
  EXPECT_THROW((void)client->post_multipart("/files", {{.name = "a\"b", .content = ""}}), std::invalid_argument);
}

TEST_F(Uploads, AnswerWhatIsWrongWithAForm) {
  EXPECT_EQ(client->post("/files", "nonsense", form_type).status, 400);
  EXPECT_EQ(client->post("/files", part(R"(name="a")", "1"), form_type).status, 400);
  EXPECT_EQ(client->post("/files", "--XX--", {{"Content-Type", "multipart/form-data"}}).status, 400);
  EXPECT_EQ(client->post("/files", "{}").status, 415);
  EXPECT_EQ(client->post("/files", "--XX--", {{"Content-Type", "multipart/mixed; boundary=XX"}}).status, 415);
  EXPECT_EQ(client->post("/files", part(R"(name="title")", "longer than ten") + "--XX--", form_type).status, 413);
  EXPECT_EQ(
      client->post("/files", part(R"(name="f"; filename="f")", std::string(100'000, 'x')) + "--XX--", form_type).status,
      413);
  EXPECT_EQ(client->post("/few", part(R"(name="a")", "") + part(R"(name="b")", "") + "--XX--", form_type).status, 413);
}

TEST_F(Uploads, TextIsHeldToWhatTextIs) {
  for (const std::string& bad : std::vector<std::string>{std::string("\xff"), std::string("a\0b", 3)}) {
    const auto answer = client->post("/files", part(R"(name="title")", bad) + "--XX--", form_type);
    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body, HasSubstr(R"("loc":["body","title"])"));
  }
}

TEST_F(Uploads, ABodyOfAnyKindMayBeRead) {
  const auto answer = client->put("/raw", std::string(5000, '\0'), {{"Content-Type", "image/png"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "5000");
}

TEST_F(Uploads, AreDescribed) {
  const std::string document = app.openapi();
  EXPECT_THAT(
      document,
      HasSubstr(R"("requestBody":{"required":true,"content":{"multipart/form-data":{"schema":{"type":"object")"));
  EXPECT_THAT(
      document,
      HasSubstr(
          R"("requestBody":{"required":false,"content":{"*/*":{"schema":{"type":"string","format":"binary"}}}})"));
}

}  // namespace
}  // namespace redoubt
