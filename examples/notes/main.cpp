#include <unistd.h>
#include <redoubt/health.hpp>
#include <redoubt/log.hpp>
#include <redoubt/serve.hpp>

#include <cstdlib>

#include "notes.hpp"

using namespace redoubt;

int main() {
  const char* secret = std::getenv("TOKEN_SECRET");  // at least 32 bytes, or TokenKeys says so
  Logger log(STDOUT_FILENO, {});
  Database database({.url = "sqlite:notes.db"});
  Workers workers("password hashing", 2, 32);
  PasswordHasher hasher(12, workers);
  AccessTokens tokens(TokenKeys::from_secrets(secret != nullptr ? secret : ""),
                      {.issuer = "notes", .audience = "notes"});
  notes::Uploads uploads;

  Loop loop;
  loop.run_to_end(migrate(database, notes::migrations()));

  Application app({.title = "Notes", .logger = &log});
  app.provide(database);
  app.provide(hasher);
  app.provide(tokens);
  app.provide(uploads);
  notes::add_routes(app);

  return serve(app, {.server = {.port = 8000, .loop_ending = [&database] { return database.close(); }},
                     .drain = {.drain_time = std::chrono::seconds(15)}});
}
