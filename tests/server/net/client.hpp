// A blocking client that sends exactly the bytes it is told to, for tests over real sockets.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace redoubt::testing {

class Client {
 public:
  // Reads give up after 20 seconds.
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("the test client cannot connect");
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  // Everything up to the end of the connection.
  std::string read_all() {
    while (read_more()) {
    }
    return std::exchange(received_, {});
  }
  // Up to and with `end`, or whatever came before the connection ended.
  std::string read_until(std::string_view end) {
    while (received_.find(end) == std::string::npos && read_more()) {
    }
    const auto at = received_.find(end);
    const auto size = at == std::string::npos ? received_.size() : at + end.size();
    std::string text = received_.substr(0, size);
    received_.erase(0, size);
    return text;
  }
  // The next answer, head and body; the body by its Content-Length.
  std::string read_answer() {
    std::string head = read_until("\r\n\r\n");
    std::size_t length = 0;
    if (const auto at = head.find("Content-Length: "); at != std::string::npos)
      length = std::stoul(head.substr(at + 16));
    while (received_.size() < length && read_more()) {
    }
    head += received_.substr(0, length);
    received_.erase(0, length);
    return head;
  }
  [[nodiscard]] bool closed_by_server() { return received_.empty() && !read_more(); }

  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  bool read_more() {
    char bytes[4096];
    const auto got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got > 0) received_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  int fd_;
  std::string received_;
};

}  // namespace redoubt::testing
