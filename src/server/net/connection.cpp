#include "net/connection.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <coroutine>
#include <utility>

#include "http/body_decoder.hpp"
#include "http/head_parser.hpp"
#include "http/response_writer.hpp"
#include "net/input_buffer.hpp"

namespace redoubt::net {

namespace {

using http::HeadParser;
using http::Refusal;

constexpr std::size_t copied_body_bytes = 32 * 1024;  // a larger body is sent from where it is
constexpr std::size_t coalesced_bytes = 64 * 1024;    // answers to pipelined requests are held back up to this
constexpr std::size_t lingered_bytes = 1024 * 1024;   // then the peer has had its chance to read the answer

Refused reason_of(int status) noexcept {
  switch (status) {
    case 408:
      return Refused::timed_out;
    case 413:
    case 414:
    case 431:
      return Refused::too_large;
    case 417:
      return Refused::unmet_expectation;
    case 501:
    case 505:
      return Refused::not_implemented;
    default:
      return Refused::malformed;
  }
}

Response answer_with(int status, std::string_view detail, std::string_view prepared_fields) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.prepared_fields = prepared_fields;
  response.body.append(R"({"detail": ")").append(detail).append(R"("})");
  return response;
}

// How much longer the peer may keep a transfer waiting. Bytes earn time at the minimum rate, but never more than
// `grace`: else a burst would buy a connection that does nothing for long. Only waiting for the peer uses it up.
class Patience {
 public:
  Patience() = default;
  Patience(std::chrono::nanoseconds grace, std::uint64_t bytes_per_second) noexcept
      : grace_(grace), left_(grace), bytes_per_second_(bytes_per_second) {}

  [[nodiscard]] Clock::time_point begin_wait() noexcept {
    begin_ = Clock::now();
    return begin_ + left_;
  }
  void end_wait(std::size_t bytes) noexcept {
    const std::chrono::microseconds earned(std::uint64_t{bytes} * 1'000'000 / bytes_per_second_);
    left_ = std::min<std::chrono::nanoseconds>(left_ - (Clock::now() - begin_) + earned, grace_);
  }

 private:
  std::chrono::nanoseconds grace_{};
  std::chrono::nanoseconds left_{};
  std::uint64_t bytes_per_second_ = 1;
  Clock::time_point begin_;
};

// The peer takes no more: unwinds whoever writes a streamed body.
struct PeerGone : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "the client is gone"; }
};

// Awaits a task whose frame was resumed by hand up to its first suspension.
struct Continue {
  Task<Response>& task;
  std::coroutine_handle<> frame;
  [[nodiscard]] bool await_ready() const noexcept { return frame.done(); }
  void await_suspend(std::coroutine_handle<> awaiter) noexcept { task.await_suspend(awaiter); }
  Response await_resume() { return task.await_resume(); }
};

class Connection final : public Watched, public BodyReader {
 public:
  Connection(Stream& stream_, IpAddress peer, const ConnectionContext& context)
      : Watched(stream_),
        peer_(peer),
        context_(context),
        limits_(context.options.limits),
        parser_(context.options.limits.head) {
    context_.connections.add(*this);
  }

  Task<void> run();

  // BodyReader
  [[nodiscard]] std::optional<std::uint64_t> declared_length() const noexcept override;
  Task<std::string_view> read() override;
  void limit(std::uint64_t bytes) override;

 private:
  class StreamedBody;

  // ---- requests
  void expect_head();
  void begin_exchange();
  void end_exchange();
  Refusal check_received_body();
  Task<bool> receive_body();
  Task<bool> discard_body();
  [[nodiscard]] bool can_stay_open() const noexcept;

  // ---- answers
  void queue(Response& response, bool keep_alive);
  Task<bool> send_stream(Response& response, bool& keep_alive);
  [[nodiscard]] bool pending() const noexcept { return sent_ < output_.size() || !tail_.empty(); }
  [[nodiscard]] Pieces pending_pieces() const noexcept;
  void sent(std::size_t bytes) noexcept;
  bool send_now();
  Task<bool> send_rest();
  Task<void> refuse(Refusal refusal);
  Task<void> finish(bool linger);

  // ---- deadlines
  void expire_in(std::chrono::milliseconds time) noexcept { expire_at(Clock::now() + time); }
  void expire_at(Clock::time_point time) noexcept {
    timed_out = false;
    deadline = time;
  }
  void never_expire() noexcept { deadline = Clock::time_point::max(); }

  IpAddress peer_;
  ConnectionContext context_;
  const ConnectionLimits& limits_;

  InputBuffer input_;
  HeadParser parser_;
  Request request_;
  bool head_begun_ = false;

  // The body being read. It leaves the head's bytes where they are, since the request views them: when more must be
  // received than came with the head, it is received into a buffer of its own.
  http::BodyDecoder decoder_;
  InputBuffer body_input_;
  InputBuffer* body_source_ = &input_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_taken_ = 0;
  Patience body_patience_;
  bool owes_continue_ = false;  // the client waits for a 100 before it sends the body
  bool body_failed_ = false;
  bool peer_gone_ = false;

  std::string output_;
  std::size_t sent_ = 0;   // bytes of output_
  std::string_view tail_;  // a large body, after output_
  bool sending_ = false;
};

// ---- requests

Task<void> Connection::run() {
  idle = true;
  expire_in(limits_.handshake);
  const IoResult shaken = co_await stream.handshake();
  idle = false;
  never_expire();
  if (shaken.error) {
    context_.counters.count(Refused::failed_handshake);
    co_return;
  }

  while (true) {
    parser_.reset();
    head_begun_ = false;
    auto status = parser_.parse(input_.unread());
    while (status == HeadParser::Status::incomplete) {
      if (pending() && !send_now() && !co_await send_rest()) co_return;
      if (input_.empty() && context_.connections.stopping()) co_return;
      expect_head();
      const IoResult got = co_await stream.read_some(input_.room());
      idle = false;
      if (got.error) {
        never_expire();
        if (timed_out) {
          context_.counters.count(Refused::timed_out);
          if (!input_.empty()) co_await refuse({408, "The request did not come in time."});
        }
        co_return;
      }
      input_.received(got.bytes);
      status = parser_.parse(input_.unread());
    }
    never_expire();
    if (status == HeadParser::Status::refused) {
      context_.counters.count(reason_of(parser_.refusal().status));
      co_await refuse(parser_.refusal());
      co_return;
    }

    begin_exchange();
    // Answers held back for pipelined requests must not wait for this one: TLS cannot send them without waiting.
    if (pending() && stream.is_tls() && !co_await send_rest()) co_return;
    Response response;
    try {
      auto task = context_.service(request_);
      const auto frame = task.await_suspend(std::noop_coroutine());
      frame.resume();
      if (!frame.done() && pending() && !sending_) send_now();
      response = co_await Continue{.task = task, .frame = frame};
    } catch (...) {
      response = answer_with(500, "Internal Server Error", context_.options.prepared_fields);
    }
    if (peer_gone_) co_return;
    if (const Refusal refusal = check_received_body()) {
      context_.counters.count(reason_of(refusal.status));
      co_await refuse(refusal);
      co_return;
    }

    bool keep_alive = can_stay_open();
    if (response.stream && request_.method != Method::head && http::may_have_body(response.status)) {
      if (!co_await send_stream(response, keep_alive)) co_return;
    } else {
      queue(response, keep_alive);
    }
    const bool body_left = !decoder_.done();
    if (!keep_alive || body_left || !tail_.empty() || output_.size() > coalesced_bytes)
      if (!send_now() && !co_await send_rest()) co_return;
    if (!keep_alive) {
      co_await finish(body_left || !input_.empty());
      co_return;
    }
    if (body_left && !co_await discard_body()) co_return;
    end_exchange();
  }
}

void Connection::expect_head() {
  if (input_.empty()) {
    idle = true;
    expire_in(limits_.idle);
  } else if (!std::exchange(head_begun_, true)) {
    expire_in(limits_.head_time);
  }
  if (input_.make_room()) parser_.reset();
}

void Connection::begin_exchange() {
  const auto& head = parser_.head();
  input_.consume(head.size);
  request_ = {.method = head.method,
              .method_name = head.method_name,
              .target = head.target,
              .path = head.path,
              .query = head.query,
              .host = head.host,
              .minor_version = head.minor_version,
              .fields = Fields(head.fields),
              .tls = stream.is_tls(),
              .peer = peer_,
              .body = this,
              .request_id = {},
              .trace = {},
              .client = peer_,
              .deadline = Clock::now() + limits_.handler};
  decoder_ = http::BodyDecoder(head.framing, head.content_length);
  body_limit_ = limits_.body_bytes;
  body_taken_ = 0;
  body_patience_ = {limits_.body_grace, limits_.body_bytes_per_second};
  owes_continue_ = head.expects_continue && !decoder_.done();
  body_failed_ = false;
}

void Connection::end_exchange() {
  if (body_source_ == &input_) return;
  input_.append(body_input_.unread());
  body_input_ = {};
  body_source_ = &input_;
}

std::optional<std::uint64_t> Connection::declared_length() const noexcept {
  if (parser_.head().framing == http::Framing::chunked) return {};
  return parser_.head().content_length;
}

void Connection::limit(std::uint64_t bytes) {
  body_limit_ = bytes;
  if (parser_.head().content_length <= bytes) return;
  context_.counters.count(Refused::too_large);
  throw HttpError(413, "The request body is too large.");
}

Task<std::string_view> Connection::read() {
  if (body_failed_) throw HttpError(400, "The request body cannot be read to its end.");
  if (body_taken_ == 0) limit(body_limit_);
  while (!decoder_.done()) {
    const auto step = decoder_.decode(body_source_->unread());
    body_source_->consume(step.consumed);
    if (step.refusal) {
      body_failed_ = true;
      context_.counters.count(reason_of(step.refusal.status));
      throw HttpError(step.refusal.status, std::string(step.refusal.detail));
    }
    body_taken_ += step.data.size();
    if (body_taken_ > body_limit_) {
      context_.counters.count(Refused::too_large);
      throw HttpError(413, "The request body is too large.");
    }
    if (!step.data.empty()) {
      owes_continue_ = false;
      co_return step.data;
    }
    if (decoder_.done()) break;
    if (std::exchange(owes_continue_, false)) output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    if (!co_await receive_body()) {
      body_failed_ = true;
      if (peer_gone_) throw HttpError(400, "The request body ended early.");
      context_.counters.count(Refused::timed_out);
      throw HttpError(408, "The request body comes too slowly.");
    }
  }
  co_return std::string_view{};
}

// False when the peer is gone, or slower than a body may be.
Task<bool> Connection::receive_body() {
  if (pending() && !send_now() && !co_await send_rest()) {
    peer_gone_ = true;
    co_return false;
  }
  if (body_source_ == &input_) {
    body_input_.append(input_.unread());
    input_.consume(input_.unread().size());
    body_source_ = &body_input_;
  }
  body_input_.make_room();
  expire_at(body_patience_.begin_wait());
  const IoResult got = co_await stream.read_some(body_input_.room());
  never_expire();
  if (got.error) {
    peer_gone_ = !timed_out;
    co_return false;
  }
  body_input_.received(got.bytes);
  body_patience_.end_wait(got.bytes);
  co_return true;
}

// A body that nobody asked for is checked as far as it has come: bad framing is refused whatever the answer would be.
Refusal Connection::check_received_body() {
  while (!decoder_.done() && !body_failed_) {
    const auto step = decoder_.decode(body_source_->unread());
    body_source_->consume(step.consumed);
    if (step.refusal) return step.refusal;
    if (step.data.empty()) break;
  }
  return {};
}

bool Connection::can_stay_open() const noexcept {
  if (!parser_.head().keep_alive || body_failed_ || context_.connections.draining()) return false;
  if (decoder_.done()) return true;
  return !owes_continue_ && !decoder_.chunked() && decoder_.remaining() <= limits_.discard_bytes;
}

Task<bool> Connection::discard_body() {
  while (!decoder_.done()) {
    if (!co_await receive_body()) co_return false;
    if (check_received_body()) co_return false;
  }
  co_return true;
}

// ---- answers

class Connection::StreamedBody final : public BodyWriter {
 public:
  StreamedBody(Connection& connection, bool chunked) : connection_(connection), chunked_(chunked) {}

  Task<void> write(std::string_view bytes) override {
    if (bytes.empty()) co_return;  // an empty chunk would end the body
    auto& output = connection_.output_;
    if (chunked_) output += fmt::format("{:x}\r\n", bytes.size());
    output += bytes;
    if (chunked_) output += "\r\n";
    if (!connection_.send_now() && !co_await connection_.send_rest()) throw PeerGone();
  }

 private:
  Connection& connection_;
  bool chunked_;
};

void Connection::queue(Response& response, bool keep_alive) {
  const http::AnswerFacts facts{.minor_version = request_.minor_version,
                                .keep_alive = keep_alive,
                                .chunked = false,
                                .date_line = context_.connections.date_line()};
  if (!http::append_head(output_, response, facts)) {
    response = answer_with(500, "Internal Server Error", context_.options.prepared_fields);
    static_cast<void>(http::append_head(output_, response, facts));
  }
  if (request_.method == Method::head || !http::may_have_body(response.status)) return;
  if (response.body.size() <= copied_body_bytes) {
    output_ += response.body;
  } else {
    tail_ = response.body;
  }
}

// False when the answer broke off: the connection must close, so that the client sees that the end is missing.
Task<bool> Connection::send_stream(Response& response, bool& keep_alive) {
  const bool chunked = request_.minor_version == 1;
  if (!chunked) keep_alive = false;  // the end of the body is the end of the connection
  const http::AnswerFacts facts{.minor_version = request_.minor_version,
                                .keep_alive = keep_alive,
                                .chunked = chunked,
                                .date_line = context_.connections.date_line()};
  if (!http::append_head(output_, response, facts)) {
    response = answer_with(500, "Internal Server Error", context_.options.prepared_fields);
    queue(response, keep_alive);
    co_return true;
  }
  try {
    StreamedBody body(*this, chunked);
    co_await response.stream(body);
  } catch (...) {
    co_return false;
  }
  if (chunked) output_ += "0\r\n\r\n";
  co_return true;
}

Pieces Connection::pending_pieces() const noexcept {
  return {boost::asio::const_buffer(output_.data() + sent_, output_.size() - sent_),
          boost::asio::const_buffer(tail_.data(), tail_.size())};
}

void Connection::sent(std::size_t bytes) noexcept {
  const auto of_output = std::min(bytes, output_.size() - sent_);
  sent_ += of_output;
  tail_.remove_prefix(bytes - of_output);
  if (sent_ < output_.size()) return;
  output_.clear();
  sent_ = 0;
}

// True when everything is on its way. What is left, or the error, is for send_rest().
bool Connection::send_now() {
  while (pending()) {
    const IoResult result = stream.write_now(pending_pieces());
    if (result.error) return false;
    sent(result.bytes);
  }
  return true;
}

Task<bool> Connection::send_rest() {
  sending_ = true;
  bool well = true;
  Patience patience(limits_.write_stall, limits_.answer_bytes_per_second);
  while (well && pending()) {
    expire_at(patience.begin_wait());
    const IoResult result = co_await stream.write_some(pending_pieces());
    never_expire();
    well = !result.error;
    if (!well) break;
    sent(result.bytes);
    patience.end_wait(result.bytes);
  }
  sending_ = false;
  co_return well;
}

Task<void> Connection::refuse(Refusal refusal) {
  request_.method = parser_.head().method;
  request_.minor_version = 1;
  Response response = answer_with(refusal.status, refusal.detail, context_.options.prepared_fields);
  queue(response, false);
  if (send_now() || co_await send_rest()) co_await finish(true);
}

// Closing a socket that has unread bytes resets the connection, and the client may lose the answer: so stop sending,
// and read on for a little while (RFC 9112 section 9.6).
Task<void> Connection::finish(bool linger) {
  expire_in(limits_.linger);
  if (!linger || !stream.is_tls()) {
    const IoResult finished = co_await stream.finish_writing();
    if (finished.error || !linger) co_return;
  }
  std::array<char, 4096> dropped;
  for (std::size_t bytes = 0; bytes < lingered_bytes;) {
    const IoResult got = co_await stream.read_some(dropped);
    if (got.error) co_return;
    bytes += got.bytes;
  }
}

}  // namespace

Task<void> serve(std::unique_ptr<Stream> stream, IpAddress peer, ConnectionContext context) {
  try {
    Connection connection(*stream, peer, context);
    co_await connection.run();
  } catch (...) {  // NOLINT(bugprone-empty-catch): said below
    // Only memory can have run out: nothing is left to tell the client.
  }
  stream->close();
}

}  // namespace redoubt::net
