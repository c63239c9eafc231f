// The body of the request that a connection is at: read from the socket piece by piece when somebody asks, within its
// limit and its minimum rate. Owned by Connection, handed to the service as a BodyReader. It leaves the head's bytes
// where they are, since the request views them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/body_decoder.hpp"
#include "http/head_parser.hpp"
#include "net/connection_set.hpp"
#include "net/input_buffer.hpp"
#include "net/outbox.hpp"
#include "net/patience.hpp"
#include "redoubt/request.hpp"
#include "redoubt/server.hpp"

namespace redoubt::net {

class RequestBody final : public BodyReader {
 public:
  // `input`: what was received with the head and not used yet.
  RequestBody(Watched& connection, InputBuffer& input, Outbox& outbox, const ConnectionLimits& limits,
              Counters& counters) noexcept
      : connection_(connection), input_(input), outbox_(outbox), limits_(limits), counters_(counters) {}

  // The request whose head was just read.
  void begin(const http::RequestHead& head);
  // What was received beyond the body is `input` again.
  void end();

  [[nodiscard]] bool done() const noexcept { return decoder_.done(); }
  [[nodiscard]] bool peer_gone() const noexcept { return peer_gone_; }
  // Whether it can be read to its end, by discard() at last, so that another request may follow.
  [[nodiscard]] bool leaves_connection_usable() const noexcept;
  // A body that nobody asked for is checked as far as it has come: bad framing is refused whatever the answer would be.
  http::Refusal check_received();
  // Reads on to the end and drops it. False when the connection must close.
  Task<bool> discard();

  // BodyReader
  [[nodiscard]] std::optional<std::uint64_t> declared_length() const noexcept override;
  Task<std::string_view> read() override;
  void limit(std::uint64_t bytes) override;

 private:
  // False when the peer is gone, or slower than a body may be.
  Task<bool> receive();

  Watched& connection_;
  InputBuffer& input_;
  Outbox& outbox_;
  const ConnectionLimits& limits_;
  Counters& counters_;

  http::BodyDecoder decoder_;
  InputBuffer received_;           // when more must be received than came with the head
  InputBuffer* source_ = &input_;  // or &received_
  std::optional<std::uint64_t> declared_;
  std::uint64_t limit_ = 0;
  std::uint64_t taken_ = 0;
  Patience patience_;
  bool owes_continue_ = false;  // the client waits for a 100 before it sends the body
  bool failed_ = false;
  bool peer_gone_ = false;
};

}  // namespace redoubt::net
