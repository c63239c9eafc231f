// A notebook for several authors: what an application of some size looks like. They register, sign in for a token, keep
// notes and attach files to them; whoever administers sees how much there is.
#pragma once

#include <redoubt/application.hpp>
#include <redoubt/database.hpp>
#include <redoubt/jwt.hpp>
#include <redoubt/migrations.hpp>
#include <redoubt/password.hpp>

#include <atomic>

namespace notes {

using namespace redoubt;

// ---- models: what comes in and what goes out

using AuthorName = Text<3, 30, "^[a-z0-9-]+$">;

struct Credentials {
  AuthorName name;
  Secret<Text<12, 72>> password;
};
BOOST_DESCRIBE_STRUCT(Credentials, (), (name, password))

struct Token {
  std::string access_token;
  std::string token_type = "bearer";
};
BOOST_DESCRIBE_STRUCT(Token, (), (access_token, token_type))

enum class Colour { white, yellow, red };
BOOST_DESCRIBE_ENUM(Colour, white, yellow, red)

struct NoteIn {
  Text<1, 200> title;
  Default<Text<0, 10'000>, FixedString("")> text;
  Default<Colour, Colour::white> colour;
  List<Text<1, 30>, 0, 10, true> tags;
};
BOOST_DESCRIBE_STRUCT(NoteIn, (), (title, text, colour, tags))

struct NotePatch {
  Patch<Text<1, 200>> title;
  Patch<Text<0, 10'000>> text;
};
BOOST_DESCRIBE_STRUCT(NotePatch, (), (title, text))

struct NoteOut {
  std::string id;
  std::string title;
  std::string text;
  std::string colour;
  std::int64_t created_at{};  // microseconds since 1970
};
BOOST_DESCRIBE_STRUCT(NoteOut, (), (id, title, text, colour, created_at))

struct Attached {
  std::string file_name;
  std::int64_t bytes{};
};
BOOST_DESCRIBE_STRUCT(Attached, (), (file_name, bytes))

struct Statistics {
  std::int64_t authors{};
  std::int64_t notes{};
};
BOOST_DESCRIBE_STRUCT(Statistics, (), (authors, notes))

// ---- dependencies: arguments of the application's own

// Who asks. Resolved before anything else of the request is looked at.
struct Author {
  std::string name;
  bool administers = false;

  static Author from(BearerToken token, State<AccessTokens> tokens);
};

struct Administrator {
  static constexpr int errors[] = {403};
  static Administrator from(Author author);
};

// Uploads under way, of which there may be only so many.
struct Uploads {
  int limit = 8;
  std::atomic<int> under_way = 0;
};

// A place among them, given back when the request has ended, however it did.
struct UploadSlot {
  Uploads* uploads;

  static constexpr int errors[] = {503};
  static UploadSlot from(State<Uploads> uploads);
  Task<void> finish(bool failed);
};

// ---- the application

std::span<const Migration> migrations();

// Adds the routes; they need Database, AccessTokens, PasswordHasher and Uploads to be provided.
void add_routes(Application& app);

}  // namespace notes
