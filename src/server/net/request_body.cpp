#include "net/request_body.hpp"

#include <utility>

#include "net/refusal_reason.hpp"

namespace redoubt::net {

void RequestBody::begin(const http::RequestHead& head) {
  decoder_ = http::BodyDecoder(head.framing, head.content_length);
  declared_ = head.framing == http::Framing::chunked ? std::nullopt : std::optional(head.content_length);
  limit_ = limits_.body_bytes;
  taken_ = 0;
  patience_ = {limits_.body_grace, limits_.body_bytes_per_second};
  owes_continue_ = head.expects_continue && !decoder_.done();
  failed_ = false;
}

void RequestBody::end() {
  if (source_ == &input_) return;
  input_.append(received_.unread());
  received_ = {};
  source_ = &input_;
}

bool RequestBody::leaves_connection_usable() const noexcept {
  if (failed_) return false;
  if (decoder_.done()) return true;
  return !owes_continue_ && !decoder_.chunked() && decoder_.remaining() <= limits_.discard_bytes;
}

std::optional<std::uint64_t> RequestBody::declared_length() const noexcept {
  return declared_;
}

void RequestBody::limit(std::uint64_t bytes) {
  limit_ = bytes;
  if (declared_.value_or(0) <= bytes) return;
  counters_.count(Refused::too_large);
  throw HttpError(413, "The request body is too large.");
}

Task<std::string_view> RequestBody::read() {
  if (failed_) throw HttpError(400, "The request body cannot be read to its end.");
  if (taken_ == 0) limit(limit_);
  while (!decoder_.done()) {
    const auto step = decoder_.decode(source_->unread());
    source_->consume(step.consumed);
    if (step.refusal) {
      failed_ = true;
      counters_.count(reason_of(step.refusal.status));
      throw HttpError(step.refusal.status, std::string(step.refusal.detail));
    }
    taken_ += step.data.size();
    if (taken_ > limit_) {
      counters_.count(Refused::too_large);
      throw HttpError(413, "The request body is too large.");
    }
    if (!step.data.empty()) {
      owes_continue_ = false;
      co_return step.data;
    }
    if (decoder_.done()) break;
    if (std::exchange(owes_continue_, false)) outbox_.bytes() += "HTTP/1.1 100 Continue\r\n\r\n";
    if (!co_await receive()) {
      failed_ = true;
      if (peer_gone_) throw HttpError(400, "The request body ended early.");
      counters_.count(Refused::timed_out);
      throw HttpError(408, "The request body comes too slowly.");
    }
  }
  co_return std::string_view{};
}

Task<bool> RequestBody::receive() {
  if (outbox_.pending() && !outbox_.send_now() && !co_await outbox_.send_rest()) {
    peer_gone_ = true;
    co_return false;
  }
  if (source_ == &input_) {
    received_.append(input_.unread());
    input_.consume(input_.unread().size());
    source_ = &received_;
  }
  received_.make_room();
  connection_.expire_at(patience_.begin_wait());
  const IoResult got = co_await connection_.stream.read_some(received_.room());
  connection_.never_expire();
  if (got.error) {
    peer_gone_ = !connection_.timed_out;
    co_return false;
  }
  received_.received(got.bytes);
  patience_.end_wait(got.bytes);
  co_return true;
}

http::Refusal RequestBody::check_received() {
  while (!decoder_.done() && !failed_) {
    const auto step = decoder_.decode(source_->unread());
    source_->consume(step.consumed);
    if (step.refusal) return step.refusal;
    if (step.data.empty()) break;
  }
  return {};
}

Task<bool> RequestBody::discard() {
  while (!decoder_.done()) {
    if (!co_await receive()) co_return false;
    if (check_received()) co_return false;
  }
  co_return true;
}

}  // namespace redoubt::net
