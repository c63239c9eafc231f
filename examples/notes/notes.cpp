#include "notes.hpp"

#include <redoubt/multipart.hpp>
#include <redoubt/set_cookie.hpp>

#include <algorithm>

namespace notes {

// ---- dependencies

Author Author::from(BearerToken token, State<AccessTokens> tokens) {
  const auto verified = tokens->verify(token.token, std::chrono::system_clock::now());
  if (!verified)
    throw HttpError(401, "The access token is not valid").with("WWW-Authenticate", R"(Bearer error="invalid_token")");
  const auto& roles = verified->claims.roles;
  return {verified->claims.subject, std::ranges::find(roles, "administrator") != roles.end()};
}

Administrator Administrator::from(Author author) {
  if (!author.administers) throw HttpError(403, "Administrators only");
  return {};
}

UploadSlot UploadSlot::from(State<Uploads> uploads) {
  if (uploads->under_way.fetch_add(1) >= uploads->limit) {
    uploads->under_way.fetch_sub(1);
    throw Unavailable("Too many uploads are under way");
  }
  return {&*uploads};
}

Task<void> UploadSlot::finish(bool /*failed*/) {
  uploads->under_way.fetch_sub(1);
  co_return;
}

// ---- the database's schema

std::span<const Migration> migrations() {
  static constexpr Migration all[] = {
      {1, "authors", "CREATE TABLE authors (name TEXT NOT NULL PRIMARY KEY, password_hash TEXT NOT NULL)"},
      {2, "notes",
       "CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY, author TEXT NOT NULL REFERENCES authors (name), "
       "title TEXT NOT NULL, text TEXT NOT NULL, colour TEXT NOT NULL, created_at BIGINT NOT NULL);"
       "CREATE TABLE tags (note TEXT NOT NULL REFERENCES notes (id) ON DELETE CASCADE, tag TEXT NOT NULL)"},
  };
  return all;
}

// ---- routes

namespace {

std::string colour_name(Colour colour) {
  return boost::describe::enum_to_string(colour, "white");
}

Task<Created<std::string>> register_author(Body<Credentials> given, State<Database> db, State<PasswordHasher> hasher) {
  const std::string& name = *given->name;
  const std::string& password = *given->password.reveal();
  if (const auto problems = co_await hasher->problems(password, {name}); !problems.empty())
    throw ValidationFailed({"body", "password"}, problems.front());
  const std::string hash = co_await hasher->hash(password);
  try {
    co_await db->execute("INSERT INTO authors (name, password_hash) VALUES ($1, $2)", name, hash);
  } catch (const UniqueViolation&) {
    throw HttpError(409, "There is an author of that name");
  }
  co_return Created<std::string>{name, "/authors/" + name};
}

Task<Token> sign_in(Body<Credentials> given, State<Database> db, State<PasswordHasher> hasher,
                    State<AccessTokens> tokens, AnswerFields answer) {
  const std::string& name = *given->name;
  const auto hash = co_await db->maybe<std::string>("SELECT password_hash FROM authors WHERE name = $1", name);
  // Takes the same time for an author that is not there.
  if (!co_await hasher->verify(*given->password.reveal(), hash))
    throw HttpError(401, "Wrong name or password").with("WWW-Authenticate", "Bearer");
  answer.add(SetCookie{.name = "__Host-last-author", .value = name, .max_age = std::chrono::days(30)});
  TokenClaims claims;
  claims.subject = name;
  if (name == "admin") claims.roles = {"administrator"};
  co_return Token{.access_token = tokens->issue(claims, std::chrono::system_clock::now())};
}

Task<Created<NoteOut>> add_note(Author author, Body<NoteIn> note, State<Database> db) {
  NoteOut added{.id = Uuid::time_ordered().to_string(),
                .title = *note->title,
                .text = **note->text,
                .colour = colour_name(*note->colour),
                .created_at = Timestamp::now().micros()};
  co_await db->transaction([&](Transaction& tx) -> Task<void> {
    co_await tx.execute(
        "INSERT INTO notes (id, author, title, text, colour, created_at) VALUES ($1, $2, $3, $4, $5, $6)", added.id,
        author.name, added.title, added.text, added.colour, added.created_at);
    for (const auto& tag : *note->tags)
      co_await tx.execute("INSERT INTO tags (note, tag) VALUES ($1, $2)", added.id, *tag);
  });
  const std::string location = "/notes/" + added.id;
  co_return Created<NoteOut>{std::move(added), location};
}

Task<std::vector<NoteOut>> list_notes(Author author, Query<"tag", std::optional<Text<1, 30>>> tag,
                                      Query<"limit", Default<Integer<1, 100>, 20>> limit, State<Database> db) {
  const std::string wanted = tag.value ? **tag.value : "";
  const std::int64_t at_most = **limit;
  co_return co_await db->all<NoteOut>(
      "SELECT id, title, text, colour, created_at FROM notes WHERE author = $1 "
      "AND ($2 = '' OR EXISTS (SELECT 1 FROM tags WHERE note = id AND tag = $2)) ORDER BY id DESC LIMIT $3",
      author.name, wanted, at_most);
}

Task<NoteOut> change_note(Author author, Path<"id", Uuid> id, Body<NotePatch> patch, State<Database> db) {
  const auto changed = co_await db->maybe<NoteOut>(
      "UPDATE notes SET title = COALESCE($3, title), text = COALESCE($4, text) WHERE id = $1 AND author = $2 "
      "RETURNING id, title, text, colour, created_at",
      id->to_string(), author.name, patch->title ? std::optional(**patch->title) : std::nullopt,
      patch->text ? std::optional(**patch->text) : std::nullopt);
  if (!changed) throw HttpError(404, "There is no such note");
  co_return *changed;
}

Task<std::vector<Attached>> attach(Author /*author*/, Multipart form, UploadSlot& /*slot*/) {
  form.limit({.parts = 5});
  std::vector<Attached> attached;
  while (auto part = co_await form.next()) {
    if (!part->file_name()) continue;
    Attached file{.file_name = *part->file_name()};
    while (true) {
      const std::string_view piece = co_await part->read();
      if (piece.empty()) break;
      file.bytes += static_cast<std::int64_t>(piece.size());  // a real one would keep it
    }
    attached.push_back(std::move(file));
  }
  co_return attached;
}

Streamed export_notes(Author author, State<Database> db) {
  return {.content_type = "text/plain", .write = [author, db](BodyWriter& out) -> Task<void> {
            std::string after;
            while (true) {
              const auto page = co_await db->all<NoteOut>(
                  "SELECT id, title, text, colour, created_at FROM notes WHERE author = $1 AND id > $2 ORDER BY id "
                  "LIMIT 100",
                  author.name, after);
              if (page.empty()) co_return;
              for (const NoteOut& note : page) co_await out.write(note.title + "\n" + note.text + "\n\n");
              after = page.back().id;
            }
          }};
}

}  // namespace

void add_routes(Application& app) {
  app.post("/authors", register_author).limit("5/minute").answers(409).summary("Register");
  app.post("/token", sign_in).limit("5/minute").answers(401).summary("Sign in");

  Group notes = app.group("/notes");
  notes.tag("notes").limit("60/minute", LimitBy::account);
  notes.post("/", add_note).summary("Write a note");
  notes.get("/", list_notes).summary("The latest notes");
  notes.patch("/{id}", change_note).answers(404).summary("Change a note");
  notes.post("/attachments", attach).body_limit(20 << 20).summary("Attach files");
  notes.get("/export", export_notes).summary("All notes as text");

  Group administration = app.group("/administration");
  administration.tag("administration").require<Administrator>();
  administration.get("/statistics", [](State<Database> db) -> Task<Statistics> {
    co_return co_await db->one<Statistics>(
        "SELECT (SELECT COUNT(*) FROM authors) AS authors, (SELECT COUNT(*) FROM notes) AS notes");
  });
}

}  // namespace notes
