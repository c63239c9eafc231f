// A plain TCP connection.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "net/stream.hpp"

namespace redoubt::net {

class TcpStream final : public Stream {
 public:
  // The socket must be non-blocking.
  explicit TcpStream(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  IoResult write_now(const Pieces& pieces) override;
  void cancel() noexcept override;
  void close() noexcept override;

 protected:
  bool start_read(std::span<char> into, Completion& completion) override;
  bool start_write(const Pieces& pieces, Completion& completion) override;
  bool start_handshake(Completion& completion) override;
  bool start_finish(Completion& completion) override;

 private:
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace redoubt::net
