// TLS for the server: the stream, and the certificate that it shows. The certificate and key are read again when their
// files change, without a restart; a pair that does not fit together is reported and the one before it stays in use.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "net/stream.hpp"

namespace redoubt::net {

// TLS 1.2 with forward secrecy and AEAD ciphers, TLS 1.3; ALPN http/1.1.
class TlsCredentials {
 public:
  // How often the files are looked at, on a thread of its own.
  static constexpr std::chrono::milliseconds check_interval{1000};

  // PEM files: a certificate with its chain, and its key. Throws std::runtime_error when they cannot be used now;
  // `report` is told when that happens later.
  TlsCredentials(std::string certificate_file, std::string key_file,
                 std::function<void(const std::string& message)> report);

  // For one new connection; from any thread.
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const;

 private:
  void watch(const std::stop_token& stop);

  const std::string certificate_file_;
  const std::string key_file_;
  const std::function<void(const std::string&)> report_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> current_;
  std::string loaded_version_;  // what the files looked like when current_ was made
  std::jthread watcher_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}

  // Always would_block: a record may need several writes.
  IoResult write_now(const Pieces& pieces) override;
  void cancel() noexcept override;
  void close() noexcept override;
  [[nodiscard]] bool is_tls() const noexcept override { return true; }

 protected:
  bool start_read(std::span<char> into, Completion& completion) override;
  bool start_write(const Pieces& pieces, Completion& completion) override;
  bool start_handshake(Completion& completion) override;
  bool start_finish(Completion& completion) override;

 private:
  std::shared_ptr<boost::asio::ssl::context> context_;  // kept although a newer one may be current
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
};

}  // namespace redoubt::net
