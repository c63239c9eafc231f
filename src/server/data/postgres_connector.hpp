// Opens connections to PostgreSQL, with the credentials of the moment. Called on worker threads: it resolves names,
// shakes hands and computes SCRAM's hashes, all of which would hold a loop up.
#pragma once

#include <libpq-fe.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "redoubt/database.hpp"

namespace redoubt::data {

struct CloseConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using PgConnection = std::unique_ptr<PGconn, CloseConnection>;

class PostgresConnector {
 public:
  struct Opened {
    PgConnection connection;  // non-blocking
    std::uint64_t generation;
  };

  // Throws std::invalid_argument for a URL that libpq does not take, without repeating it.
  PostgresConnector(const std::string& url, const DatabaseOptions& options);

  // Blocks. When the server refuses the credentials, they are read anew and, if they changed, tried at once. Throws
  // DatabaseUnavailable.
  Opened open(Clock::time_point deadline);

  // Grows each time that new credentials replace refused ones: connections of an earlier generation are to be renewed.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_relaxed); }

 private:
  struct Attempt {
    PgConnection connection;
    bool refused = false;  // for the credentials
    std::string reason;
  };

  struct Current {
    std::shared_ptr<const Credentials> credentials;
    std::uint64_t generation;
  };

  Attempt attempt(const Credentials* credentials, Clock::time_point deadline) const;
  // The credentials to use, none where the URL's own are. Reads them anew when those of `refused` are still current.
  Current credentials(std::uint64_t refused);

  // Of the URL; empty where it has none of that name.
  [[nodiscard]] const std::string& parameter(std::string_view name) const;

  std::vector<std::pair<std::string, std::string>> parameters_;
  std::function<Credentials()> read_credentials_;
  std::mutex mutex_;
  std::shared_ptr<const Credentials> credentials_;  // shared with attempts under way while it is replaced
  std::atomic<std::uint64_t> generation_ = 1;
};

// libpq's parameters in a URL, checked. Throws std::invalid_argument with a sentence that does not repeat the URL.
std::vector<std::pair<std::string, std::string>> parse_postgres_url(const std::string& url);

}  // namespace redoubt::data
