#include "net/memory_stream.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>

#include "net/connection.hpp"

namespace redoubt::net {

IoResult MemoryStream::write_now(const Pieces& pieces) {
  std::size_t bytes = 0;
  for (const auto& piece : pieces) {
    output_.append(static_cast<const char*>(piece.data()), piece.size());
    bytes += piece.size();
  }
  return {.error = {}, .bytes = bytes};
}

bool MemoryStream::start_read(std::span<char> into, Completion& completion) {
  completion.result = {};
  if (input_.empty()) {
    completion.result.error = boost::asio::error::eof;
    return false;
  }
  const auto taken = input_.substr(0, std::min(into.size(), piece_));
  std::ranges::copy(taken, into.begin());
  input_.remove_prefix(taken.size());
  completion.result.bytes = taken.size();
  return false;
}

bool MemoryStream::start_write(const Pieces& pieces, Completion& completion) {
  completion.result = write_now(pieces);
  return false;
}

bool MemoryStream::start_handshake(Completion& completion) {
  completion.result = {};
  return false;
}

bool MemoryStream::start_finish(Completion& completion) {
  completion.result = {};
  return false;
}

Task<std::string> answer_in_memory(const ServerOptions& options, const Service& service, std::string input,
                                   IpAddress peer) {
  std::string output;
  Counters counters;
  ConnectionSet connections;
  const ConnectionContext context{
      .options = options, .service = service, .counters = counters, .connections = connections};
  co_await serve(std::make_unique<MemoryStream>(input, output), peer, context);
  co_return output;
}

}  // namespace redoubt::net
