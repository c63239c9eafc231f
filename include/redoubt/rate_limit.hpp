// Counting requests against rates. The application asks a RateStore before it runs a handler; the key says whose
// requests count together. RateLimiter keeps its state in this process and is exact across its threads; for a limit
// that several processes share, see DatabaseRateStore.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "redoubt/address.hpp"
#include "redoubt/rate.hpp"
#include "redoubt/runtime.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

class RateStore {
 public:
  virtual ~RateStore() = default;
  // Counts one request of `key` against the rate. A request that is refused costs nothing. `key` must live until the
  // task has ended. Where the store cannot be asked it throws, and the request is not let through: it fails safe.
  virtual Task<RateDecision> take(std::string_view key, Rate rate, Clock::time_point now) = 0;
};

// Whom an address stands for: "192.0.2.1", "2001:db8::/64". Of IPv6 one subscriber gets a /64 at least (RFC 6177).
[[nodiscard]] std::string subscriber(const IpAddress& client);
// The key of a client, by subscriber, under a scope, a route's name say.
[[nodiscard]] std::string client_key(std::string_view scope, const IpAddress& client);
// The key of an account or anything else under a scope.
[[nodiscard]] std::string subject_key(std::string_view scope, std::string_view subject);

class RateLimiter final : public RateStore {
 public:
  // How many keys may be under a limit at a time; 64 bytes of memory are taken for each, once and for all.
  static constexpr std::size_t default_max_keys = 100'000;
  explicit RateLimiter(std::size_t max_keys = default_max_keys);
  ~RateLimiter() override;

  // Exact from any number of threads, without waiting for longer than a few memory accesses; `now` is a parameter for
  // the tests' sake. Only keys that have their whole limit again are forgotten, so a flood of fresh keys never frees
  // one that is limited. While there is no place left, keys without one share a single limit: fewer requests pass, not
  // more.
  [[nodiscard]] RateDecision take_now(std::string_view key, const Rate& rate, Clock::time_point now);
  Task<RateDecision> take(std::string_view key, Rate rate, Clock::time_point now) override;

  // What take_now() would decide, without counting.
  [[nodiscard]] RateDecision peek(std::string_view key, const Rate& rate, Clock::time_point now) const;
  // Learns from elsewhere that the key has spent `ahead` of `now` already (see decide()). Forgotten at once where there
  // is no place left.
  void learn(std::string_view key, std::chrono::nanoseconds ahead, Clock::time_point now);

 private:
  struct Shard;
  struct Place;
  [[nodiscard]] Place place_of(std::string_view key) const;

  std::size_t sets_per_shard_;
  std::unique_ptr<Shard[]> shards_;
};

}  // namespace redoubt
