#include "net/connection.hpp"

#include <boost/asio/error.hpp>
#include <coroutine>
#include <utility>

#include "http/head_parser.hpp"
#include "http/response_writer.hpp"
#include "net/input_buffer.hpp"
#include "net/outbox.hpp"
#include "net/refusal_reason.hpp"
#include "net/request_body.hpp"

namespace redoubt::net {

namespace {

using http::HeadParser;
using http::Refusal;

constexpr std::size_t copied_body_bytes = 32 * 1024;  // a larger body is sent from where it is
constexpr std::size_t lingered_bytes = 1024 * 1024;   // then the peer has had its chance to read the answer

Response answer_with(int status, std::string_view detail, std::string_view prepared_fields) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.prepared_fields = prepared_fields;
  response.body.append(R"({"detail": ")").append(detail).append(R"("})");
  return response;
}

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

class Connection final : public Watched {
 public:
  Connection(Stream& stream_, IpAddress peer, const ConnectionContext& context)
      : Watched(stream_),
        peer_(peer),
        context_(context),
        limits_(context.options.limits),
        parser_(context.options.limits.head),
        outbox_(*this, limits_),
        body_(*this, input_, outbox_, limits_, context.counters) {
    context_.connections.add(*this);
  }

  Task<void> run();

 private:
  class StreamedBody;

  // ---- requests
  void expect_head();
  void begin_exchange();
  [[nodiscard]] bool can_stay_open() const noexcept;

  // ---- answers
  void queue(Response& response, bool keep_alive);
  Task<bool> send_stream(Response& response, bool& keep_alive);
  Task<void> refuse(Refusal refusal);
  Task<void> finish(bool linger);

  IpAddress peer_;
  ConnectionContext context_;
  const ConnectionLimits& limits_;

  InputBuffer input_;
  HeadParser parser_;
  Request request_;
  bool head_begun_ = false;
  Outbox outbox_;
  RequestBody body_;
};

// ---- requests

Task<void> Connection::run() {
  context_.connections.begin_idle(*this);
  expire_in(limits_.handshake);
  const IoResult shaken = co_await stream.handshake();
  ConnectionSet::end_idle(*this);
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
      if (outbox_.pending() && !outbox_.send_now() && !co_await outbox_.send_rest()) co_return;
      if (input_.empty() && context_.connections.stopping()) co_return;
      expect_head();
      const IoResult got = co_await stream.read_some(input_.room());
      ConnectionSet::end_idle(*this);
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
    if (outbox_.pending() && stream.is_tls() && !co_await outbox_.send_rest()) co_return;
    Response response;
    try {
      auto task = context_.service(request_);
      const auto frame = task.await_suspend(std::noop_coroutine());
      frame.resume();
      if (!frame.done() && outbox_.pending() && !outbox_.sending()) outbox_.send_now();
      response = co_await Continue{.task = task, .frame = frame};
    } catch (...) {
      response = answer_with(500, "Internal Server Error", context_.options.prepared_fields);
    }
    if (body_.peer_gone()) co_return;
    if (const Refusal refusal = body_.check_received()) {
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
    const bool body_left = !body_.done();
    if (!keep_alive || body_left || outbox_.is_full())
      if (!outbox_.send_now() && !co_await outbox_.send_rest()) co_return;
    if (!keep_alive) {
      co_await finish(body_left || !input_.empty());
      co_return;
    }
    if (body_left && !co_await body_.discard()) co_return;
    body_.end();
  }
}

void Connection::expect_head() {
  if (input_.empty()) {
    context_.connections.begin_idle(*this);
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
              .body = &body_,
              .request_id = {},
              .trace = {},
              .client = peer_,
              .deadline = Clock::now() + limits_.handler};
  body_.begin(head);
}

bool Connection::can_stay_open() const noexcept {
  return parser_.head().keep_alive && !context_.connections.draining() && body_.leaves_connection_usable();
}

// ---- answers

class Connection::StreamedBody final : public BodyWriter {
 public:
  StreamedBody(Connection& connection, bool chunked) : connection_(connection), chunked_(chunked) {}

  Task<void> write(std::string_view bytes) override {
    if (bytes.empty()) co_return;  // an empty chunk would end the body
    Outbox& outbox = connection_.outbox_;
    std::string& output = outbox.bytes();
    if (chunked_) output += fmt::format("{:x}\r\n", bytes.size());
    output += bytes;
    if (chunked_) output += "\r\n";
    if (!outbox.send_now() && !co_await outbox.send_rest()) throw PeerGone();
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
  if (!http::append_head(outbox_.bytes(), response, facts)) {
    response = answer_with(500, "Internal Server Error", context_.options.prepared_fields);
    static_cast<void>(http::append_head(outbox_.bytes(), response, facts));
  }
  if (request_.method == Method::head || !http::may_have_body(response.status)) return;
  if (response.body.size() <= copied_body_bytes) {
    outbox_.bytes() += response.body;
  } else {
    outbox_.send_from(response.body);
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
  if (!http::append_head(outbox_.bytes(), response, facts)) {
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
  if (chunked) outbox_.bytes() += "0\r\n\r\n";
  co_return true;
}

Task<void> Connection::refuse(Refusal refusal) {
  request_.method = parser_.head().method;
  request_.minor_version = 1;
  Response response = answer_with(refusal.status, refusal.detail, context_.options.prepared_fields);
  queue(response, false);
  if (outbox_.send_now() || co_await outbox_.send_rest()) co_await finish(true);
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
