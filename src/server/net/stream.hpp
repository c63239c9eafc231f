// A connection's bytes, whatever carries them: TCP, TLS, or memory. Used by Connection alone, on one loop; at most one
// operation is under way at a time. Knows nothing of HTTP.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <coroutine>
#include <cstddef>
#include <span>
#include <string_view>

namespace redoubt::net {

struct IoResult {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

// Sent in this order.
using Pieces = std::array<boost::asio::const_buffer, 2>;

class Stream {
 public:
  // Resumed by the stream with the result.
  struct Completion {
    std::coroutine_handle<> awaiter;
    IoResult result;
    void complete(boost::system::error_code error, std::size_t bytes) {
      result = {error, bytes};
      awaiter.resume();
    }
  };

  virtual ~Stream() = default;

  // Each gives an IoResult when awaited. The end of the peer's bytes is the error boost::asio::error::eof.
  auto read_some(std::span<char> into) {
    return Operation([this, into](Completion& completion) { return start_read(into, completion); });
  }
  auto write_some(const Pieces& pieces) {
    return Operation([this, pieces](Completion& completion) { return start_write(pieces, completion); });
  }
  // Makes the stream ready to read and write: the TLS handshake.
  auto handshake() {
    return Operation([this](Completion& completion) { return start_handshake(completion); });
  }
  // Tells the peer that nothing more will be sent.
  auto finish_writing() {
    return Operation([this](Completion& completion) { return start_finish(completion); });
  }

  // Writes what can be written without waiting; would_block when nothing can.
  virtual IoResult write_now(const Pieces& pieces) = 0;
  // The operation under way ends with operation_aborted.
  virtual void cancel() noexcept = 0;
  virtual void close() noexcept = 0;
  [[nodiscard]] virtual bool is_tls() const noexcept { return false; }

 protected:
  // Each gives false when it is done already and has set completion.result; else it calls complete() later.
  virtual bool start_read(std::span<char> into, Completion& completion) = 0;
  virtual bool start_write(const Pieces& pieces, Completion& completion) = 0;
  virtual bool start_handshake(Completion& completion) = 0;
  virtual bool start_finish(Completion& completion) = 0;

 private:
  template <class Start>
  class Operation {
   public:
    explicit Operation(Start start) : start_(start) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiter) {
      completion_.awaiter = awaiter;
      return start_(completion_);
    }
    [[nodiscard]] IoResult await_resume() const noexcept { return completion_.result; }

   private:
    Start start_;
    Completion completion_;
  };
};

}  // namespace redoubt::net
