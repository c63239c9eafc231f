#include "net/outbox.hpp"

#include <algorithm>

#include "net/patience.hpp"

namespace redoubt::net {

namespace {

constexpr std::size_t coalesced_bytes = 64 * 1024;  // answers to pipelined requests are held back up to this

}  // namespace

bool Outbox::is_full() const noexcept {
  return !tail_.empty() || bytes_.size() > coalesced_bytes;
}

Pieces Outbox::pieces() const noexcept {
  return {boost::asio::const_buffer(bytes_.data() + sent_, bytes_.size() - sent_),
          boost::asio::const_buffer(tail_.data(), tail_.size())};
}

void Outbox::sent(std::size_t bytes) noexcept {
  const auto of_bytes = std::min(bytes, bytes_.size() - sent_);
  sent_ += of_bytes;
  tail_.remove_prefix(bytes - of_bytes);
  if (sent_ < bytes_.size()) return;
  bytes_.clear();
  sent_ = 0;
}

bool Outbox::send_now() {
  while (pending()) {
    const IoResult result = connection_.stream.write_now(pieces());
    if (result.error) return false;
    sent(result.bytes);
  }
  return true;
}

Task<bool> Outbox::send_rest() {
  sending_ = true;
  bool well = true;
  Patience patience(limits_.write_stall, limits_.answer_bytes_per_second);
  while (well && pending()) {
    connection_.expire_at(patience.begin_wait());
    const IoResult result = co_await connection_.stream.write_some(pieces());
    connection_.never_expire();
    well = !result.error;
    if (!well) break;
    sent(result.bytes);
    patience.end_wait(result.bytes);
  }
  sending_ = false;
  co_return well;
}

}  // namespace redoubt::net
