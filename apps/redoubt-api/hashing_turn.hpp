// A fair share of the queue for password hashing: an argument of each handler that hashes. Without it one client could
// keep the whole queue full, by registrations say, and nobody else could sign in.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "redoubt/arguments.hpp"
#include "redoubt/task.hpp"

namespace redoubt::api {

// How many requests of each client hash or wait to. Belongs to the service.
class HashingTurns {
 public:
  explicit HashingTurns(std::size_t per_client) : per_client_(per_client) {}

  // False when the client has its share already.
  bool take(const std::string& client);
  void give_back(const std::string& client) noexcept;

 private:
  const std::size_t per_client_;
  std::mutex mutex_;
  std::map<std::string, std::size_t> taken_;
};

// Taken by reference: it is given back when the handler has answered.
struct HashingTurn {
  HashingTurns* turns;
  std::string client;

  static constexpr int errors[] = {503};
  // Throws Unavailable beyond the client's share.
  static HashingTurn from(Request& request, State<HashingTurns> turns);
  Task<void> finish(bool failed);
};

}  // namespace redoubt::api
