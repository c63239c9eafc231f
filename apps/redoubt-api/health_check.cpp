#include "health_check.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string_view>

namespace redoubt::api {

namespace {

// To be connected, and then to be answered.
constexpr int patience_seconds = 3;

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
};
struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

}  // namespace

int check_health(const std::string& url) {
  std::string_view rest = url;
  const bool tls = rest.starts_with("https://");
  if (!tls && !rest.starts_with("http://")) {
    fmt::print(stderr, "redoubt-api: health: {} is no http or https URL (give http://127.0.0.1:8000/health/ready)\n",
               url);
    return 2;
  }
  rest.remove_prefix(tls ? 8 : 7);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string authority(rest.substr(0, slash));
  const std::string path = rest.size() - slash <= 1 ? "/health/ready" : std::string(rest.substr(slash));
  const bool has_port = authority.rfind(':') != std::string::npos && authority.rfind(':') > authority.rfind(']') + 1;
  const std::string target =
      has_port || authority.find(':') != std::string::npos ? authority : authority + (tls ? ":443" : ":80");

  std::unique_ptr<SSL_CTX, FreeContext> context;
  std::unique_ptr<BIO, FreeBio> connection;
  if (tls) {
    context.reset(SSL_CTX_new(TLS_client_method()));
    connection.reset(BIO_new_ssl_connect(context.get()));
    BIO_set_conn_hostname(connection.get(), target.c_str());
  } else {
    connection.reset(BIO_new_connect(target.c_str()));
  }
  if (!connection || BIO_do_connect_retry(connection.get(), patience_seconds, 0) != 1) {
    fmt::print(stderr, "redoubt-api: health: {} does not accept a connection\n", target);
    return 1;
  }
  int descriptor = -1;
  BIO_get_fd(connection.get(), &descriptor);
  BIO_socket_nbio(descriptor, 0);  // connecting with a time limit has made it non-blocking
  const timeval patience{.tv_sec = patience_seconds, .tv_usec = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path, authority);
  std::array<char, 256> answer{};
  int size = 0;
  if (BIO_write(connection.get(), request.data(), static_cast<int>(request.size())) == static_cast<int>(request.size()))
    size = BIO_read(connection.get(), answer.data(), static_cast<int>(answer.size()));
  const std::string_view head(answer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (head.starts_with("HTTP/1.1 200 ")) return 0;
  fmt::print(stderr, "redoubt-api: health: {} answers {}\n", url,
             head.empty() ? "nothing" : head.substr(0, head.find('\r')));
  return 1;
}

}  // namespace redoubt::api
