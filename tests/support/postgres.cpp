#include "support/postgres.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace redoubt::testing {

namespace {

struct Outcome {
  int code;
  std::string output;
};

Outcome call(const std::string& command, const std::filesystem::path& folder, const std::string& rest = "") {
  const std::string line =
      REDOUBT_SOURCE_DIR "/tests/support/postgres.sh " + command + " '" + folder.string() + "'" + rest;
  FILE* const pipe = popen(line.c_str(), "re");
  if (pipe == nullptr) throw std::runtime_error("cannot start " + line);
  std::string output;
  std::array<char, 512> buffer{};
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
  return {.code = WEXITSTATUS(pclose(pipe)), .output = std::move(output)};
}

constexpr int not_installed = 77;

}  // namespace

PostgresServer* PostgresServer::shared() {
  static const std::unique_ptr<PostgresServer> server = []() -> std::unique_ptr<PostgresServer> {
    std::string pattern = (std::filesystem::temp_directory_path() / "redoubt-postgres-XXXXXX").string();
    std::unique_ptr<PostgresServer> made(new PostgresServer(mkdtemp(pattern.data())));
    const Outcome outcome = call("start", made->folder_, " " + std::to_string(getpid()));
    if (outcome.code == not_installed) return nullptr;
    if (outcome.code != 0) throw std::runtime_error("tests/support/postgres.sh cannot start PostgreSQL");
    made->url_ = outcome.output.substr(0, outcome.output.find('\n'));
    made->url_without_user_ = "postgresql://" + made->url_.substr(made->url_.find('@') + 1);
    return made;
  }();
  return server.get();
}

PostgresServer::PostgresServer(std::filesystem::path folder) : folder_(std::move(folder)) {}

PostgresServer::~PostgresServer() {
  call("remove", folder_);
}

std::string PostgresServer::url_for(std::string_view user, std::string_view password, std::string_view host) const {
  const std::string_view rest = std::string_view(url_without_user_).substr(url_without_user_.find(':', 13));
  std::string url = "postgresql://";
  url.append(user).append(":").append(password).append("@").append(host).append(rest);
  return url;
}

void PostgresServer::administer(const std::string& sql) const {
  const std::filesystem::path file = folder_ / "administer.sql";
  std::ofstream(file) << sql;
  if (call("sql", folder_, " < '" + file.string() + "'").code != 0) throw std::runtime_error("psql failed: " + sql);
}

void PostgresServer::start() {
  if (call("start", folder_).code != 0) throw std::runtime_error("PostgreSQL does not start");
}

void PostgresServer::stop() {
  if (call("stop", folder_).code != 0) throw std::runtime_error("PostgreSQL does not stop");
}

}  // namespace redoubt::testing
