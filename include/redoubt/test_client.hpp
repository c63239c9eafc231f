// Drives an application in its own process, without a socket: for the tests of whoever builds on Redoubt. A request
// goes through guards, routing, validation and handler exactly as a real one does once the gate has let it through.
//
//   TestClient client(app);
//   auto answer = client.post("/items", R"({"title": "Lamp"})");
//   EXPECT_EQ(answer.status, 201);
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redoubt/application.hpp"
#include "redoubt/json.hpp"

namespace redoubt {

class TestClient {
 public:
  struct Answer {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;  // a streamed one too, whole

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const& noexcept;
    // Of an answer that is about to go: `client.get("/").header("ETag")` is a copy.
    [[nodiscard]] std::optional<std::string> header(std::string_view name) const&&;
    // The body as JSON; throws std::runtime_error when it is none.
    [[nodiscard]] json::Document json() const;
  };
  using Headers = std::vector<std::pair<std::string, std::string>>;
  // A part of a multipart/form-data body; one with a file's name is a file.
  struct FormPart {
    std::string name;
    std::string content;
    std::optional<std::string> file_name{};
    std::string content_type{};  // empty: not said
  };

  // Prepares the application (Application::prepare). It must outlive the client.
  explicit TestClient(Application& application);

  // Sent with every request from now on: "Authorization", for instance. An empty value takes it away.
  void set_header(std::string name, std::string value);

  Answer get(std::string_view target, Headers headers = {}) { return send("GET", target, {}, std::move(headers)); }
  Answer del(std::string_view target, Headers headers = {}) { return send("DELETE", target, {}, std::move(headers)); }
  // A body is JSON unless `headers` has another Content-Type.
  Answer post(std::string_view target, std::string body, Headers headers = {}) {
    return send("POST", target, std::move(body), std::move(headers));
  }
  Answer put(std::string_view target, std::string body, Headers headers = {}) {
    return send("PUT", target, std::move(body), std::move(headers));
  }
  Answer patch(std::string_view target, std::string body, Headers headers = {}) {
    return send("PATCH", target, std::move(body), std::move(headers));
  }
  // An application/x-www-form-urlencoded body from pairs.
  Answer post_form(std::string_view target, const std::vector<std::pair<std::string, std::string>>& form,
                   Headers headers = {});

  // A multipart/form-data body:
  // client.post_multipart("/files", {{.name = "title", .content = "A hill"},
  //                                  {.name = "file", .content = bytes, .file_name = "hill.png"}});
  // Throws std::invalid_argument for a name that cannot stand in a header.
  Answer post_multipart(std::string_view target, const std::vector<FormPart>& parts, Headers headers = {});

  Answer send(std::string_view method, std::string_view target, std::string body, Headers headers);

 private:
  Application* application_;
  Loop loop_;
  Headers headers_;
};

}  // namespace redoubt
