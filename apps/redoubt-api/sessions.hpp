// Sessions: what begins with a sign-in and ends by sign-out, expiry or theft. A session's refresh tokens form a family:
// each is used once and replaced. One that comes back otherwise than as a prompt retry has two holders, so the whole
// session ends (RFC 9700 section 4.14.2). Tokens are 256 random bits; only their SHA-256 is stored.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/database.hpp"
#include "redoubt/types.hpp"
#include "users.hpp"

namespace redoubt::api {

struct SessionRow {
  std::string id;
  std::string user_id;
  std::string scope;
  std::int64_t created_at = 0;  // microseconds since 1970
  std::int64_t expires_at = 0;
  std::optional<std::int64_t> revoked_at;

  [[nodiscard]] SessionOut out() const;
};
BOOST_DESCRIBE_STRUCT(SessionRow, (), (id, user_id, scope, created_at, expires_at, revoked_at))

namespace sessions {

// A client that lost the answer to its refresh asks again: within this time, and if the successor is still unused, it
// gets another, which replaces the first, instead of being taken for a thief.
inline constexpr std::chrono::seconds retry_grace{10};

struct Started {
  SessionRow session;
  std::string refresh_token;
};
Task<Started> start(Queries db, std::string_view user_id, std::string_view scope, std::chrono::days lifetime);

struct Renewed {
  enum class Outcome { renewed, refused, reused } outcome = Outcome::refused;
  SessionRow session;         // but for `refused`
  std::string refresh_token;  // for `renewed`
};
// Exchanges a refresh token for its successor. `reused`: the session has been revoked.
Task<Renewed> renew(const Database& db, std::string_view refresh_token);

// The user of a session that is neither revoked nor expired, if active; none otherwise.
Task<std::optional<UserRow>> user_of(Queries db, std::string_view session_id);

Task<std::vector<SessionRow>> of_user(Queries db, std::string_view user_id);
Task<void> revoke(Queries db, std::string_view session_id);
// Every session of the user but `except` (which may be empty).
Task<void> revoke_all(Queries db, std::string_view user_id, std::string_view except = {});
// Forgets sessions that ended more than a month ago.
Task<void> clean_up(Queries db);

}  // namespace sessions
}  // namespace redoubt::api
