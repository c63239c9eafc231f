#include "redoubt/rate_limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <span>
#include <vector>

#include "guard/keyed_digest.hpp"

namespace redoubt {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t shard_count = 64;  // threads that meet on one lock are rare
constexpr std::size_t ways = 16;         // places where one key may be
// Keys fall on sets unevenly: with three of four places free, hardly one key in a million meets a full set.
constexpr std::size_t spare_factor = 4;

struct Slot {
  // The half of the key's digest that did not choose the set. Two keys that shared it would share a limit.
  std::uint64_t tag = 0;
  // The theoretical arrival time since the clock's epoch: until then the key has spent ahead. Past: the place is free.
  nanoseconds arrival{nanoseconds::min()};
};

// What keys without a place share, for each rate.
struct Overflow {
  Rate rate;
  nanoseconds arrival;
};

}  // namespace

// The places of a share of the keys: sets of `ways` slots, as a processor's cache has them. Nothing is ever moved, and
// every look takes the same short time, flood or not.
struct alignas(64) RateLimiter::Shard {
  std::mutex mutex;
  nanoseconds latest{nanoseconds::min()};
  std::vector<Slot> slots;
  std::vector<Overflow> overflows;

  // Threads read the clock before they get the lock: without this a slow one could find its key forgotten already.
  nanoseconds advance(Clock::time_point now) { return latest = std::max(latest, nanoseconds(now.time_since_epoch())); }

  // The key's slot, or one that is free now and then becomes the key's; null when there is neither.
  Slot* find(std::size_t set, std::uint64_t tag) {
    Slot* free = nullptr;
    for (Slot& slot : std::span(slots).subspan(set * ways, ways)) {
      if (slot.arrival <= latest) {
        free = free == nullptr ? &slot : free;
      } else if (slot.tag == tag) {
        return &slot;
      }
    }
    if (free != nullptr) *free = {.tag = tag};
    return free;
  }

  nanoseconds& shared_arrival(const Rate& rate) {
    const auto shared = std::ranges::find(overflows, rate, &Overflow::rate);
    if (shared != overflows.end()) return shared->arrival;
    std::erase_if(overflows, [&](const Overflow& overflow) { return overflow.arrival <= latest; });
    return overflows.emplace_back(rate, latest).arrival;
  }
};

struct RateLimiter::Place {
  Shard& shard;
  std::size_t set;
  std::uint64_t tag;
};

RateLimiter::RateLimiter(std::size_t max_keys)
    : sets_per_shard_(1 + spare_factor * max_keys / (shard_count * ways)),
      shards_(std::make_unique<Shard[]>(shard_count)) {
  for (Shard& shard : std::span(shards_.get(), shard_count)) shard.slots.resize(sets_per_shard_ * ways);
}

RateLimiter::~RateLimiter() = default;

RateLimiter::Place RateLimiter::place_of(std::string_view key) const {
  const auto [place, tag] = guard::keyed_digest(key);
  return {.shard = shards_[place % shard_count], .set = place / shard_count % sets_per_shard_, .tag = tag};
}

RateDecision RateLimiter::take_now(std::string_view key, const Rate& rate, Clock::time_point now) {
  if (rate.is_off()) return {};
  const auto [shard, set, tag] = place_of(key);
  const std::lock_guard lock(shard.mutex);
  const nanoseconds present = shard.advance(now);
  Slot* const slot = shard.find(set, tag);
  nanoseconds& arrival = slot != nullptr ? slot->arrival : shard.shared_arrival(rate);
  nanoseconds ahead = std::max(arrival, present) - present;
  const RateDecision decision = decide(rate, ahead);
  arrival = present + ahead;
  return decision;
}

RateDecision RateLimiter::peek(std::string_view key, const Rate& rate, Clock::time_point now) const {
  const auto [shard, set, tag] = place_of(key);
  const std::lock_guard lock(shard.mutex);
  const nanoseconds present = shard.advance(now);
  const Slot* const slot = shard.find(set, tag);
  nanoseconds ahead = slot != nullptr ? std::max(slot->arrival, present) - present : nanoseconds(0);
  return decide(rate, ahead);
}

void RateLimiter::learn(std::string_view key, nanoseconds ahead, Clock::time_point now) {
  const auto [shard, set, tag] = place_of(key);
  const std::lock_guard lock(shard.mutex);
  shard.advance(now);
  Slot* const slot = shard.find(set, tag);
  // From the caller's `now`, not the shard's later one: what is learned is never more than what was said.
  if (slot != nullptr) slot->arrival = std::max(slot->arrival, nanoseconds(now.time_since_epoch()) + ahead);
}

Task<RateDecision> RateLimiter::take(std::string_view key, Rate rate, Clock::time_point now) {
  co_return take_now(key, rate, now);
}

std::string subscriber(const IpAddress& client) {
  if (client.is_v4()) return client.to_string();
  auto network = client.bytes();
  std::fill(network.begin() + 8, network.end(), std::uint8_t{0});
  return IpAddress::v6(network).to_string() + "/64";
}

std::string client_key(std::string_view scope, const IpAddress& client) {
  return fmt::format("{} client {}", scope, subscriber(client));
}

std::string subject_key(std::string_view scope, std::string_view subject) {
  return fmt::format("{} subject {}", scope, subject);
}

}  // namespace redoubt
