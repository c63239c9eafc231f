#include "certificate.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

namespace redoubt::api {
namespace {

constexpr long second = 1;
constexpr long day = 86400 * second;
constexpr long clocks_apart = 3600 * second;
constexpr long valid_for = 397 * day;
constexpr int serial_bits = 127;  // RFC 5280 section 4.1.2.2: positive, at most 20 octets

template <auto function>
struct Free {
  template <class T>
  void operator()(T* object) const noexcept {
    function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free>>;

void check(bool good, const char* what) {
  if (good) return;
  const unsigned long error = ERR_get_error();
  throw std::runtime_error(
      fmt::format("OpenSSL could not {}: {}", what, error != 0 ? ERR_reason_error_string(error) : "no reason given"));
}

// Longer names do not fit into a common name (64, RFC 5280 appendix A.1), and need not: "localhost" names any instance.
std::string host_name() {
  std::array<char, 65> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  const std::string_view given(name.data());
  const bool usable = !given.empty() && given.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789-.") == std::string_view::npos;
  return usable ? std::string(given) : "localhost";
}

void add(X509* certificate, int extension, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension made(X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str()));
  check(made && X509_add_ext(certificate, made.get(), -1) == 1, "add an extension");
}

Certificate certificate_for(EVP_PKEY* key, const std::string& host) {
  Certificate made(X509_new());
  const Number serial(BN_new());
  check(made && serial && BN_rand(serial.get(), serial_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
            BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(made.get())) != nullptr,
        "draw a serial number");
  X509_NAME* const name = X509_get_subject_name(made.get());
  check(X509_set_version(made.get(), X509_VERSION_3) == 1 &&
            X509_gmtime_adj(X509_getm_notBefore(made.get()), -clocks_apart) != nullptr &&
            X509_gmtime_adj(X509_getm_notAfter(made.get()), valid_for) != nullptr &&
            X509_set_pubkey(made.get(), key) == 1 &&
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(host.c_str()),
                                       -1, -1, 0) == 1 &&
            X509_set_issuer_name(made.get(), name) == 1,
        "fill in the certificate");
  add(made.get(), NID_basic_constraints, "critical,CA:FALSE");
  add(made.get(), NID_key_usage, "critical,digitalSignature");
  add(made.get(), NID_ext_key_usage, "serverAuth");
  add(made.get(), NID_subject_alt_name,
      host == "localhost" ? "DNS:localhost,IP:127.0.0.1" : fmt::format("DNS:{},DNS:localhost,IP:127.0.0.1", host));
  check(X509_sign(made.get(), key, EVP_sha256()) > 0, "sign the certificate");
  return made;
}

// Beside its place first, so that no reader sees half of it.
void write(const std::filesystem::path& file, BIO* pem) {
  const char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(pem, &bytes));
  const std::string beside = file.string() + ".new";
  const auto fail = [&](int reason) { throw std::system_error(reason, std::generic_category(), file.string()); };
  std::filesystem::remove(beside);
  const int descriptor = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) fail(errno);
  const ssize_t written = ::write(descriptor, bytes, size);
  const int reason = written < 0 ? errno : ENOSPC;
  if (close(descriptor) != 0 || written != static_cast<ssize_t>(size)) fail(reason);
  std::filesystem::rename(beside, file);
}

}  // namespace

int write_certificate(const std::filesystem::path& folder) {
  try {
    const Key key(EVP_EC_gen("P-256"));
    check(key != nullptr, "make a key");
    const Certificate certificate = certificate_for(key.get(), host_name());
    const Memory key_pem(BIO_new(BIO_s_secmem()));
    const Memory certificate_pem(BIO_new(BIO_s_mem()));
    check(key_pem && PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "write the key");
    check(certificate_pem && PEM_write_bio_X509(certificate_pem.get(), certificate.get()) == 1,
          "write the certificate");
    std::filesystem::create_directories(folder);
    write(folder / "key.pem", key_pem.get());
    write(folder / "cert.pem", certificate_pem.get());
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "redoubt-api: certificate: {} (give a folder that this user can write to)\n", error.what());
    return 1;
  }
}

}  // namespace redoubt::api
