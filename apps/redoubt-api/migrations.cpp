#include "migrations.hpp"

#include "redoubt/database_rate_store.hpp"

namespace redoubt::api {

namespace {

// Times are microseconds since 1970. Identifiers are UUIDs of version 7 as text, so that they sort by creation.
constexpr Migration all[] = {
    {1, "users",
     R"(CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  full_name TEXT,
  password_hash TEXT NOT NULL,
  is_active BOOLEAN NOT NULL,
  roles TEXT NOT NULL,
  created_at BIGINT NOT NULL
))"},
    {2, "sessions and refresh tokens",
     R"(CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE TABLE refresh_tokens (
  hash TEXT NOT NULL PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  issued_at BIGINT NOT NULL,
  used_at BIGINT,
  successor TEXT
);
CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id))"},
    {3, "items",
     R"(CREATE TABLE items (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  description TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX items_owner_id ON items (owner_id, id))"},
    {4, "rate limits", rate_limits_table},
};

}  // namespace

std::span<const Migration> migrations() noexcept {
  return all;
}

}  // namespace redoubt::api
