#include "redoubt/database_rate_store.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <chrono>
#include <stdexcept>
#include <vector>

namespace redoubt {
namespace {

using std::chrono::ceil;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

struct Answer {
  bool allowed = false;
  std::int64_t ahead = 0;  // microseconds
};
BOOST_DESCRIBE_STRUCT(Answer, (), (allowed, ahead))

// One length for every key, whatever a client put into it.
std::vector<std::byte> sha256(std::string_view text) {
  std::vector<std::byte> digest(32);
  if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
                 nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute SHA-256: is its provider loaded?");
  }
  return digest;
}

}  // namespace

DatabaseRateStore::DatabaseRateStore(Database& database) : database_(database) {
  if (database.dialect() != Dialect::postgresql) {
    throw std::invalid_argument("Shared rate limits need PostgreSQL: with SQLite, use RateLimiter.");
  }
}

Task<RateDecision> DatabaseRateStore::take(std::string_view key, Rate rate, Clock::time_point now) {
  if (rate.is_off()) co_return RateDecision();
  const RateDecision known = known_.peek(key, rate, now);
  if (!known.allowed) co_return known;

  // $2: what one request costs, $3: what may be spent ahead, in microseconds. A present row is locked before it is
  // read, so that concurrent requests count one after another; one that had to wait counts from when it began, which
  // errs towards refusing. The condition is decide()'s: arrival <= now + burst - interval, where
  // excluded.arrival = now + interval.
  const microseconds interval = ceil<microseconds>(rate.interval());
  const Answer answer = co_await database_.one<Answer>(
      "INSERT INTO rate_limits AS held (key, arrival, allowed) "
      "VALUES ($1, CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint) + $2, true) "
      "ON CONFLICT (key) DO UPDATE SET "
      "allowed = held.arrival <= excluded.arrival + $3 - 2 * $2, "
      "arrival = CASE WHEN held.arrival <= excluded.arrival + $3 - 2 * $2 "
      "THEN greatest(held.arrival + $2, excluded.arrival) ELSE held.arrival END "
      "RETURNING allowed, arrival - CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint) AS ahead",
      sha256(key), interval.count(), interval.count() * rate.limit());

  // What the database decided, in the words of decide(): it asks what was spent before this request.
  nanoseconds ahead = microseconds(answer.ahead);
  if (answer.allowed) {
    ahead = std::min(ahead - rate.interval(), rate.burst() - rate.interval());
  } else {
    ahead = std::max(ahead, rate.burst() - rate.interval() + nanoseconds(1));
  }
  const RateDecision decision = decide(rate, ahead);
  if (!decision.allowed) known_.learn(key, ahead, now);
  co_return decision;
}

Task<std::int64_t> DatabaseRateStore::forget_idle_keys() {
  return database_.execute(
      "DELETE FROM rate_limits WHERE arrival <= CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint)");
}

}  // namespace redoubt
