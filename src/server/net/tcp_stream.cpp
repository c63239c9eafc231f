#include "net/tcp_stream.hpp"

namespace redoubt::net {

IoResult TcpStream::write_now(const Pieces& pieces) {
  IoResult result;
  // send() costs the kernel less than sendmsg().
  result.bytes = pieces[1].size() == 0 ? socket_.write_some(boost::asio::const_buffer(pieces[0]), result.error)
                                       : socket_.write_some(pieces, result.error);
  return result;
}

bool TcpStream::start_read(std::span<char> into, Completion& completion) {
  socket_.async_read_some(boost::asio::buffer(into.data(), into.size()),
                          [&completion](auto error, std::size_t bytes) { completion.complete(error, bytes); });
  return true;
}

bool TcpStream::start_write(const Pieces& pieces, Completion& completion) {
  socket_.async_write_some(pieces, [&completion](auto error, std::size_t bytes) { completion.complete(error, bytes); });
  return true;
}

bool TcpStream::start_handshake(Completion& completion) {
  completion.result = {};
  return false;
}

bool TcpStream::start_finish(Completion& completion) {
  completion.result = {};
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, completion.result.error);
  return false;
}

void TcpStream::cancel() noexcept {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void TcpStream::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace redoubt::net
