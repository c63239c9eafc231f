#include "hashing_turn.hpp"

#include "redoubt/rate_limit.hpp"

namespace redoubt::api {

bool HashingTurns::take(const std::string& client) {
  const std::scoped_lock lock(mutex_);
  std::size_t& taken = taken_[client];
  if (taken >= per_client_) return false;
  ++taken;
  return true;
}

void HashingTurns::give_back(const std::string& client) noexcept {
  const std::scoped_lock lock(mutex_);
  const auto found = taken_.find(client);
  if (--found->second == 0) taken_.erase(found);
}

HashingTurn HashingTurn::from(Request& request, State<HashingTurns> turns) {
  HashingTurn turn{.turns = &*turns, .client = subscriber(request.client)};
  if (!turns->take(turn.client)) throw Unavailable("Too many of your requests wait already; try again");
  return turn;
}

Task<void> HashingTurn::finish(bool /*failed*/) {
  turns->give_back(client);
  co_return;
}

}  // namespace redoubt::api
