#include "net/tls.hpp"

#include <sys/stat.h>

#include <condition_variable>
#include <stdexcept>

namespace redoubt::net {

namespace {

using boost::asio::ssl::context;

// Mozilla's "intermediate" configuration, its AEAD suites with ephemeral elliptic-curve keys.
constexpr const char* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

constexpr std::array<unsigned char, 9> spoken{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// RFC 7301 section 3.2: a client that speaks nothing we do is told so.
int select_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, chosen_size, spoken.data(), spoken.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

std::shared_ptr<context> load(const std::string& certificate_file, const std::string& key_file) {
  auto made = std::make_shared<context>(context::tls_server);
  SSL_CTX* const native = made->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, tls12_ciphers);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);  // tickets resume without a cache
  SSL_CTX_set_alpn_select_cb(native, &select_protocol, nullptr);
  // Nobody is there to type a passphrase: a key that needs one cannot be read.
  made->set_password_callback([](std::size_t, context::password_purpose) { return std::string(); });
  boost::system::error_code error;
  const auto check = [&error](const char* what, const std::string& file) {
    if (error) throw std::runtime_error(fmt::format("cannot use the TLS {} {}: {}", what, file, error.message()));
  };
  made->use_certificate_chain_file(certificate_file, error);
  check("certificate", certificate_file);
  made->use_private_key_file(key_file, context::pem, error);
  check("key", key_file);
  if (SSL_CTX_check_private_key(native) != 1)
    throw std::runtime_error(
        fmt::format("cannot use the TLS key {}: it does not belong to {}", key_file, certificate_file));
  return made;
}

// Changes whenever a file is replaced or written.
std::string version_of(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return "absent";
  return fmt::format("{}.{}:{}:{}", status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size, status.st_ino);
}

}  // namespace

TlsCredentials::TlsCredentials(std::string certificate_file, std::string key_file,
                               std::function<void(const std::string& message)> report)
    : certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      report_(std::move(report)),
      loaded_version_(version_of(certificate_file_) + version_of(key_file_)) {
  current_ = load(certificate_file_, key_file_);
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

std::shared_ptr<context> TlsCredentials::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

void TlsCredentials::watch(const std::stop_token& stop) {
  std::mutex sleeping;
  std::condition_variable_any wake;
  std::unique_lock lock(sleeping);
  std::string reported_version;
  while (!wake.wait_for(lock, stop, check_interval, [&stop] { return stop.stop_requested(); })) {
    const auto version = version_of(certificate_file_) + version_of(key_file_);
    if (version == loaded_version_) continue;
    try {
      auto fresh = load(certificate_file_, key_file_);
      const std::scoped_lock swapping(mutex_);
      current_ = std::move(fresh);
      loaded_version_ = version;
    } catch (const std::exception& error) {
      // The other half of the pair may be on its way: try again, but say it once.
      if (report_ && std::exchange(reported_version, version) != version)
        report_(std::string(error.what()) + " (the previous certificate stays in use)");
    }
  }
}

IoResult TlsStream::write_now(const Pieces&) {
  return {.error = boost::asio::error::would_block, .bytes = 0};
}

bool TlsStream::start_read(std::span<char> into, Completion& completion) {
  stream_.async_read_some(boost::asio::buffer(into.data(), into.size()),
                          [&completion](auto error, std::size_t bytes) { completion.complete(error, bytes); });
  return true;
}

bool TlsStream::start_write(const Pieces& pieces, Completion& completion) {
  stream_.async_write_some(pieces, [&completion](auto error, std::size_t bytes) { completion.complete(error, bytes); });
  return true;
}

bool TlsStream::start_handshake(Completion& completion) {
  stream_.async_handshake(boost::asio::ssl::stream_base::server,
                          [&completion](auto error) { completion.complete(error, 0); });
  return true;
}

bool TlsStream::start_finish(Completion& completion) {
  stream_.async_shutdown([&completion](auto error) { completion.complete(error, 0); });
  return true;
}

void TlsStream::cancel() noexcept {
  boost::system::error_code ignored;
  stream_.lowest_layer().cancel(ignored);
}

void TlsStream::close() noexcept {
  boost::system::error_code ignored;
  stream_.lowest_layer().close(ignored);
}

}  // namespace redoubt::net
