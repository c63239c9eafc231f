// A real PostgreSQL server for tests: TLS with a certificate for "localhost", SCRAM passwords, made in a temporary
// folder and started by tests/support/postgres.sh when the first test asks, stopped when the process ends.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace redoubt::testing {

class PostgresServer {
 public:
  // The process's server; null where PostgreSQL is not installed.
  static PostgresServer* shared();
  static constexpr std::string_view why_absent = "PostgreSQL is not installed (/usr/lib/postgresql/*/bin/postgres)";

  // Of the database `redoubt` as its owner, with sslmode=verify-full.
  [[nodiscard]] const std::string& url() const { return url_; }
  // The same for another role and host name.
  [[nodiscard]] std::string url_for(std::string_view user, std::string_view password,
                                    std::string_view host = "localhost") const;
  // Without user and password.
  [[nodiscard]] std::string bare_url() const { return url_without_user_; }
  [[nodiscard]] std::string ca_file() const { return (folder_ / "tls/ca.pem").string(); }
  // A certificate authority that did not sign the server's certificate.
  [[nodiscard]] std::string other_ca_file() const { return (folder_ / "tls/other-ca.pem").string(); }

  // Runs SQL as the superuser, in psql. Throws when it fails.
  void administer(const std::string& sql) const;

  void start();
  // At once, breaking every connection.
  void stop();

  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

 private:
  explicit PostgresServer(std::filesystem::path folder);

  std::filesystem::path folder_;
  std::string url_;
  std::string url_without_user_;
};

}  // namespace redoubt::testing
