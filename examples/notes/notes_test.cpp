// The application driven in its own process, without a socket. Any test framework will do; here it is a plain program.
#include "notes.hpp"

#include <redoubt/test_client.hpp>

#include <cstdio>
#include <cstdlib>

using namespace redoubt;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

int main() {
  Database database({.url = "sqlite::memory:"});
  Workers workers("password hashing", 1, 8);
  PasswordHasher hasher(4, workers);
  AccessTokens tokens(TokenKeys::from_secrets(std::string(32, 'k')), {});
  notes::Uploads uploads;
  Loop().run_to_end(migrate(database, notes::migrations()));

  Application app({.title = "Notes"});
  app.provide(database);
  app.provide(hasher);
  app.provide(tokens);
  app.provide(uploads);
  notes::add_routes(app);

  TestClient client(app);
  const std::string credentials = R"({"name": "admin", "password": "seven purple tractors sing"})";
  expect(client.post("/authors", R"({"name": "A", "password": "short"})").status == 422, "rules are held to");
  expect(client.post("/authors", credentials).status == 201, "an author registers");
  expect(client.post("/authors", credentials).status == 409, "but not twice");
  const auto signed_in = client.post("/token", credentials);
  expect(signed_in.status == 200, "the author signs in");
  expect(signed_in.header("Set-Cookie")->starts_with("__Host-last-author=admin; Path=/; Max-Age=2592000; "),
         "a cookie");

  expect(client.post("/notes", "{}").status == 401, "nobody writes without a token");
  const auto token = signed_in.json();
  client.set_header("Authorization", "Bearer " + std::string(token.root().find("access_token")->string()));
  expect(client.post("/notes", R"({"title": "Lamp", "tags": ["light"]})").status == 201, "a note is written");
  expect(client.get("/notes?tag=light").body.find("Lamp") != std::string::npos, "and found by its tag");
  expect(client.get("/notes?tag=dark").body == "[]", "and by no other");
  expect(client.get("/notes/export").body == "Lamp\n\n\n", "and exported");

  const auto attached = client.post_multipart(
      "/notes/attachments",
      {{.name = "file", .content = "PNG", .file_name = "../lamp.png", .content_type = "image/png"}});
  expect(attached.body == R"([{"file_name":"lamp.png","bytes":3}])", "a file is attached");
  expect(uploads.under_way == 0, "and its slot given back");

  expect(client.get("/administration/statistics").body == R"({"authors":1,"notes":1})", "the administrator sees all");
  client.set_header("Authorization", "Bearer " + tokens.issue({"eve", {}, {}, {}}, std::chrono::system_clock::now()));
  expect(client.get("/administration/statistics").status == 403, "and nobody else");
  std::puts("all as it should be");
}
