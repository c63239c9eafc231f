#include "net/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <thread>

#include "server/net/certificates.hpp"
#include "server/net/client.hpp"
#include "server/net/running_server.hpp"

namespace redoubt::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A client that takes any certificate and tells its name.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int highest_version = TLS1_3_VERSION, std::string_view alpn = "\x08http/1.1")
      : tcp_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), ssl_(nullptr, SSL_free) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), highest_version);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
    SSL_set_fd(ssl_.get(), tcp_.fd());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::string server_name() const {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    char name[256] = {};
    if (certificate)
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
    return name;
  }
  void send(std::string_view bytes) const { SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); }
  // Until the server ends the connection; `clean` says whether it did so as TLS asks.
  [[nodiscard]] std::string read_all(bool* clean = nullptr) const {
    std::string text;
    char bytes[4096];
    int got = 0;
    while ((got = SSL_read(ssl_.get(), bytes, sizeof bytes)) > 0) text.append(bytes, static_cast<std::size_t>(got));
    if (clean) *clean = SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
    return text;
  }

 private:
  Client tcp_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  bool connected_ = false;
};

struct Tls : ::testing::Test {
  CertificateFolder folder;
  std::mutex mutex;
  std::vector<std::string> reports;
  ServerOptions options;

  Tls() {
    const auto first = make_certificate("first");
    folder.write_certificate(first);
    folder.write_key(first);
    options.threads = 1;
    options.tls_certificate_file = folder.certificate_file();
    options.tls_key_file = folder.key_file();
    options.report = [this](const std::string& message) {
      const std::scoped_lock lock(mutex);
      reports.push_back(message);
    };
  }
  std::size_t report_count() {
    const std::scoped_lock lock(mutex);
    return reports.size();
  }
};

const std::string closing = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_F(Tls, AnswersAndSaysWhenItIsDone) {
  const Service service = [](Request& request) -> Task<Response> {
    Response response;
    response.body = request.tls ? "tls" : "plain";
    co_return response;
  };
  const RunningServer server(options, service);
  const TlsClient client(server.port());
  ASSERT_TRUE(client.connected());
  client.send(closing);
  bool clean = false;
  EXPECT_THAT(client.read_all(&clean), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("tls")));
  EXPECT_TRUE(clean);
}

TEST_F(Tls, CarriesBodiesLargeAnswersAndPipelinedRequests) {
  const RunningServer server(options);
  const TlsClient client(server.port());
  client.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x') +
              "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /large HTTP/1.1\r\nHost: a\r\n\r\n" + closing);
  const auto output = client.read_all();
  EXPECT_THAT(output,
              AllOf(HasSubstr("\r\n\r\n100000HTTP/1.1 200 OK"), HasSubstr("\r\n\r\nslowHTTP"), EndsWith("GET /a ")));
  EXPECT_GT(output.size(), 1'000'000U);
}

TEST_F(Tls, RefusesOldVersionsAndOtherProtocols) {
  const RunningServer server(options);
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsClient(server.port(), TLS1_2_VERSION).connected());
  EXPECT_FALSE(TlsClient(server.port(), TLS1_2_VERSION, "\x02h2").connected());
  Client plain(server.port());
  plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(plain.read_all().find("HTTP/1.1"), std::string::npos);
  for (int i = 0; i < 100 && server.counters().of(Refused::failed_handshake) < 3; ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(server.counters().of(Refused::failed_handshake), 3U);
}

TEST_F(Tls, GivesUpOnAHandshakeThatDoesNotEnd) {
  options.limits.handshake = 200ms;
  const RunningServer server(options);
  Client silent(server.port());
  EXPECT_EQ(silent.read_all(), "");
}

TEST_F(Tls, ShowsANewCertificateWithoutARestartAndKeepsOpenConnections) {
  const RunningServer server(options);
  const TlsClient before(server.port());
  EXPECT_EQ(before.server_name(), "first");
  const auto second = make_certificate("second");
  folder.write_certificate(second);
  // Half a pair is on disk: the old one stays in use, and somebody is told.
  for (int i = 0; i < 200 && report_count() == 0; ++i) std::this_thread::sleep_for(50ms);
  ASSERT_EQ(report_count(), 1U);
  EXPECT_THAT(reports[0], HasSubstr("key"));
  EXPECT_EQ(TlsClient(server.port()).server_name(), "first");
  folder.write_key(second);
  for (int i = 0; i < 200 && TlsClient(server.port()).server_name() != "second"; ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(TlsClient(server.port()).server_name(), "second");
  before.send(closing);
  EXPECT_THAT(before.read_all(), EndsWith("GET /a "));
}

TEST_F(Tls, DoesNotStartWithoutItsCertificateOrWithTheKeyOfAnother) {
  options.tls_key_file = folder.certificate_file();
  Server without_key(options, behave);
  EXPECT_THROW(without_key.start(), std::runtime_error);
  options.tls_key_file = folder.key_file();
  folder.write_key(make_certificate("other"));
  Server with_another(options, behave);
  EXPECT_THROW(with_another.start(), std::runtime_error);
}

}  // namespace
}  // namespace redoubt::testing
