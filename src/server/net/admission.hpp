// How many connections there may be, in all and from one address. Shared by the loops of a server.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>

#include "redoubt/server.hpp"

namespace redoubt::net {

class Admission {
 public:
  Admission(const ServerOptions& options, Counters& counters) : options_(options), counters_(counters) {}

  // False, and counted, when there is no room. Each admitted one must be released. `make_room` is asked once the total
  // is reached: true when it has closed another connection, which will be released soon.
  template <class MakeRoom>
  bool admit(const IpAddress& peer, const MakeRoom& make_room) {
    if (!is_unlimited(peer)) {
      const std::scoped_lock lock(mutex_);
      std::size_t& of_peer = of_address_[peer];
      if (of_peer >= options_.connections_per_address) {
        counters_.count(Refused::too_many_of_address);
        return false;
      }
      ++of_peer;
    }
    if (counters_.open.load(std::memory_order_relaxed) >= options_.connections && !make_room()) {
      counters_.count(Refused::too_many_connections);
      release_address(peer);
      return false;
    }
    counters_.accepted.fetch_add(1, std::memory_order_relaxed);
    counters_.open.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  void release(const IpAddress& peer) noexcept {
    counters_.open.fetch_sub(1, std::memory_order_relaxed);
    release_address(peer);
  }

 private:
  void release_address(const IpAddress& peer) noexcept {
    if (is_unlimited(peer)) return;
    const std::scoped_lock lock(mutex_);
    const auto found = of_address_.find(peer);
    if (--found->second == 0) of_address_.erase(found);
  }

  [[nodiscard]] bool is_unlimited(const IpAddress& peer) const noexcept {
    return std::ranges::any_of(options_.unlimited_addresses,
                               [&peer](const IpRange& range) { return range.contains(peer); });
  }

  const ServerOptions& options_;
  Counters& counters_;
  std::mutex mutex_;
  std::map<IpAddress, std::size_t> of_address_;
};

}  // namespace redoubt::net
