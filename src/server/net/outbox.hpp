// The bytes of a connection on their way to the peer: answers, gathered and sent in order, at once where the socket
// takes them, else as fast as the peer does. Owned by Connection. Knows nothing of what the bytes say.
#pragma once

#include <string>
#include <string_view>

#include "net/connection_set.hpp"
#include "net/stream.hpp"
#include "redoubt/limits.hpp"
#include "redoubt/task.hpp"

namespace redoubt::net {

class Outbox {
 public:
  Outbox(Watched& connection, const ConnectionLimits& limits) noexcept : connection_(connection), limits_(limits) {}

  // What is to be sent is appended here.
  [[nodiscard]] std::string& bytes() noexcept { return bytes_; }
  // A large piece to be sent after them from where it is: it must stay there until nothing is pending.
  void send_from(std::string_view piece) noexcept { tail_ = piece; }

  [[nodiscard]] bool pending() const noexcept { return sent_ < bytes_.size() || !tail_.empty(); }
  // Too much to be held back for more to come.
  [[nodiscard]] bool is_full() const noexcept;
  // A send_rest() is under way.
  [[nodiscard]] bool sending() const noexcept { return sending_; }

  // True when everything is on its way. What is left, or the error, is for send_rest().
  bool send_now();
  // False when the peer is gone, or takes less than it must.
  Task<bool> send_rest();

 private:
  [[nodiscard]] Pieces pieces() const noexcept;
  void sent(std::size_t bytes) noexcept;

  Watched& connection_;
  const ConnectionLimits& limits_;
  std::string bytes_;
  std::size_t sent_ = 0;   // of bytes_
  std::string_view tail_;  // after bytes_
  bool sending_ = false;
};

}  // namespace redoubt::net
