#include "sessions.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <span>
#include <stdexcept>

#include "redoubt/base64url.hpp"

namespace redoubt::api {

SessionOut SessionRow::out() const {
  SessionOut out{id, scope, Timestamp::from_micros(created_at), Timestamp::from_micros(expires_at), std::nullopt};
  if (revoked_at) out.revoked_at = Timestamp::from_micros(*revoked_at);
  return out;
}

namespace sessions {

namespace {

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system's random generator failed");
  return base64url_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string hash_of(std::string_view token) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  return base64url_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::int64_t now() {
  return Timestamp::now().micros();
}
std::int64_t micros(auto duration) {
  return std::chrono::microseconds(duration).count();
}

// A new refresh token of the session, in place of the one whose hash is `replaces` (if any).
Task<std::string> issue(Queries db, std::string_view session_id, std::string_view replaces) {
  const std::string token = random_token();
  const std::string hash = hash_of(token);
  co_await db.execute("INSERT INTO refresh_tokens (hash, session_id, issued_at) VALUES ($1, $2, $3)", hash, session_id,
                      now());
  if (!replaces.empty())
    co_await db.execute("UPDATE refresh_tokens SET successor = $2 WHERE hash = $1", replaces, hash);
  co_return token;
}

struct TokenRow {
  std::string session_id;
  std::int64_t used_at = 0;
  std::optional<std::string> successor;  // none: used for the first time
};
BOOST_DESCRIBE_STRUCT(TokenRow, (), (session_id, used_at, successor))

// Whether the token's holder asks again because the answer got lost. Its successor is then nobody's: should it be used
// after all, it counts as used before, long ago.
Task<bool> is_retry(Queries db, const TokenRow& token) {
  if (now() - token.used_at > micros(retry_grace)) co_return false;
  co_return co_await db.execute("UPDATE refresh_tokens SET used_at = 0 WHERE hash = $1 AND used_at IS NULL",
                                *token.successor) == 1;
}

}  // namespace

Task<Started> start(Queries db, std::string_view user_id, std::string_view scope, std::chrono::days lifetime) {
  Started started;
  started.session = {.id = Uuid::time_ordered().to_string(),
                     .user_id = std::string(user_id),
                     .scope = std::string(scope),
                     .created_at = now(),
                     .expires_at = now() + micros(lifetime),
                     .revoked_at = std::nullopt};
  co_await db.execute("INSERT INTO sessions (id, user_id, scope, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
                      started.session.id, user_id, scope, started.session.created_at, started.session.expires_at);
  started.refresh_token = co_await issue(db, started.session.id, {});
  co_return started;
}

Task<Renewed> renew(const Database& db, std::string_view refresh_token) {
  const std::string hash = hash_of(refresh_token);
  co_return co_await db.transaction(
      [&](Transaction& tx) -> Task<Renewed> {
        Renewed renewed;
        // An update first: it makes requests that bring the same token wait for each other.
        const auto token = co_await tx.maybe<TokenRow>(
            "UPDATE refresh_tokens SET used_at = COALESCE(used_at, $2) WHERE hash = $1 "
            "RETURNING session_id, used_at, successor",
            hash, now());
        if (!token) co_return renewed;
        const auto session = co_await tx.maybe<SessionRow>(
            "SELECT id, user_id, scope, created_at, expires_at, revoked_at FROM sessions WHERE id = $1",
            token->session_id);
        if (!session || session->revoked_at || session->expires_at <= now()) co_return renewed;
        renewed.session = *session;
        const bool superseded = token->used_at == 0;
        if (superseded || (token->successor && !co_await is_retry(tx, *token))) {
          co_await revoke(tx, session->id);
          renewed.outcome = Renewed::Outcome::reused;
          co_return renewed;
        }
        renewed.refresh_token = co_await issue(tx, session->id, hash);
        renewed.outcome = Renewed::Outcome::renewed;
        co_return renewed;
      },
      {.attempts = 3});  // against a deadlock with the deletion of the user
}

Task<std::optional<UserRow>> user_of(Queries db, std::string_view session_id) {
  co_return co_await db.maybe<UserRow>(
      "SELECT u.id, u.email, u.full_name, u.password_hash, u.is_active, u.roles, u.created_at "
      "FROM sessions s JOIN users u ON u.id = s.user_id "
      "WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.is_active",
      session_id, now());
}

Task<std::vector<SessionRow>> of_user(Queries db, std::string_view user_id) {
  co_return co_await db.all<SessionRow>(
      "SELECT id, user_id, scope, created_at, expires_at, revoked_at FROM sessions WHERE user_id = $1 ORDER BY id",
      user_id);
}

Task<void> revoke(Queries db, std::string_view session_id) {
  co_await db.execute("UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", session_id, now());
}

Task<void> revoke_all(Queries db, std::string_view user_id, std::string_view except) {
  co_await db.execute("UPDATE sessions SET revoked_at = $3 WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL",
                      user_id, except, now());
}

Task<void> clean_up(Queries db) {
  const std::int64_t month_ago = now() - micros(std::chrono::days(30));
  co_await db.execute("DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1", month_ago);
}

}  // namespace sessions
}  // namespace redoubt::api
