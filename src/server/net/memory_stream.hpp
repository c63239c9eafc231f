// A connection without a socket, for tests of applications in their own process: the client's bytes are there from the
// start, and the answer is collected.
#pragma once

#include <string>
#include <string_view>

#include "net/stream.hpp"
#include "redoubt/request.hpp"
#include "redoubt/server.hpp"
#include "redoubt/task.hpp"

namespace redoubt::net {

class MemoryStream final : public Stream {
 public:
  // Reads `input`, then the end; appends to `output`, which must live as long. Each read gives `piece` bytes at most.
  MemoryStream(std::string_view input, std::string& output, std::size_t piece = std::string_view::npos)
      : input_(input), output_(output), piece_(piece) {}

  IoResult write_now(const Pieces& pieces) override;
  void cancel() noexcept override {}
  void close() noexcept override {}

 protected:
  bool start_read(std::span<char> into, Completion& completion) override;
  bool start_write(const Pieces& pieces, Completion& completion) override;
  bool start_handshake(Completion& completion) override;
  bool start_finish(Completion& completion) override;

 private:
  std::string_view input_;
  std::string& output_;
  std::size_t piece_;
};

// What a server with these options sends to a client that sends `input` and then closes its side. The references must
// live until the task has ended.
Task<std::string> answer_in_memory(const ServerOptions& options, const Service& service, std::string input,
                                   IpAddress peer = {});

}  // namespace redoubt::net
