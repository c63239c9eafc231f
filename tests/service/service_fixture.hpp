// The reference service in-process, on an empty database of either kind, with whatever environment a test wants. Tests
// that hold for both databases are instantiated for both.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "redoubt/test_client.hpp"
#include "service.hpp"
#include "support/postgres.hpp"

namespace redoubt::api {

using Answer = TestClient::Answer;
using EnvironmentMap = std::map<std::string, std::string, std::less<>>;

inline constexpr std::string_view admin_email = "admin@example.com";
inline constexpr std::string_view admin_password = "vermilion kestrel over granite 41";
inline constexpr std::string_view good_password = "seven umbrellas below the harbour";
inline constexpr std::string_view jwt_secret = "a secret of the tests that is quite long enough";

inline Environment environment_of(EnvironmentMap map) {
  return [map = std::move(map)](std::string_view name) -> std::optional<std::string> {
    const auto found = map.find(name);
    if (found == map.end()) return std::nullopt;
    return found->second;
  };
}

// The text of a member of a JSON object; a member that is no string fails the test.
inline std::string text(const Answer& answer, std::string_view name) {
  const auto document = answer.json();
  const auto member = document.root().find(name);
  if (!member || !member->is_string()) {
    ADD_FAILURE() << name << " is no string in " << answer.body;
    return {};
  }
  return std::string(member->string());
}

// One running service and what it logs.
struct Instance {
  // `cost`: lower than any setting may be, for speed.
  explicit Instance(EnvironmentMap map, unsigned cost = 4)
      : settings(environment_of(std::move(map))), log([this](std::string_view lines) { add(lines); }, {}) {
    settings.bcrypt_cost = cost;
    service = std::make_unique<Service>(settings, log);
    made_password = service->prepare_database();
    client = std::make_unique<TestClient>(service->application());
  }
  void add(std::string_view lines) {
    const std::scoped_lock lock(mutex);
    logged += lines;
  }
  std::string log_text() {
    log.flush();
    const std::scoped_lock lock(mutex);
    return logged;
  }

  std::mutex mutex;
  std::string logged;
  Settings settings;
  Logger log;
  std::unique_ptr<Service> service;
  std::optional<std::string> made_password;
  std::unique_ptr<TestClient> client;
};

class ServiceTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    if (GetParam() == Dialect::postgresql && testing::PostgresServer::shared() == nullptr)
      GTEST_SKIP() << testing::PostgresServer::why_absent;
    std::string pattern = (std::filesystem::temp_directory_path() / "redoubt-service-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    if (GetParam() == Dialect::postgresql) {
      testing::PostgresServer::shared()->administer(
          "\\connect redoubt\nSET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public "
          "AUTHORIZATION redoubt;");
    }
    start();
  }
  void TearDown() override {
    instance_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::string database_url() const {
    return GetParam() == Dialect::sqlite ? "sqlite:" + (folder_ / "test.db").string()
                                         : testing::PostgresServer::shared()->url();
  }
  [[nodiscard]] EnvironmentMap environment(EnvironmentMap changes = {}) const {
    EnvironmentMap map{{"DATABASE_URL", database_url()},
                       {"MIGRATE_ON_START", "true"},
                       {"JWT_SECRET", std::string(jwt_secret)},
                       {"RATE_LIMIT_LOGIN", "off"},
                       {"RATE_LIMIT_DEFAULT", "off"},
                       {"AUDIT_LOG", (folder_ / "audit.jsonl").string()},
                       {"ADMIN_EMAIL", std::string(admin_email)},
                       {"ADMIN_PASSWORD", std::string(admin_password)}};
    for (auto& [name, value] : changes) map[name] = value;
    return map;
  }
  // Starts the service, anew if it runs.
  void start(EnvironmentMap changes = {}) {
    instance_.reset();
    instance_ = std::make_unique<Instance>(environment(std::move(changes)));
  }

  Instance& instance() { return *instance_; }
  TestClient& client() { return *instance_->client; }

  Answer register_user(std::string_view email, std::string_view password = good_password) {
    return client().post("/auth/register", fmt::format(R"({{"email":"{}","password":"{}"}})", email, password));
  }
  Answer login(std::string_view email, std::string_view password = good_password, TestClient::Headers headers = {}) {
    return client().post_form("/auth/login", {{"username", std::string(email)}, {"password", std::string(password)}},
                              std::move(headers));
  }
  // The access token of a new sign-in.
  std::string sign_in(std::string_view email, std::string_view password = good_password) {
    const Answer answer = login(email, password);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return text(answer, "access_token");
  }
  std::string sign_in_admin() { return sign_in(admin_email, admin_password); }
  // A new user, signed in.
  std::string new_user(std::string_view email) {
    EXPECT_EQ(register_user(email).status, 202);
    return sign_in(email);
  }
  static TestClient::Headers bearer(std::string_view token) {
    return {{"Authorization", "Bearer " + std::string(token)}};
  }
  Answer get(std::string_view target, std::string_view token) { return client().get(target, bearer(token)); }
  Answer post(std::string_view target, std::string body, std::string_view token) {
    return client().post(target, std::move(body), bearer(token));
  }
  Answer patch(std::string_view target, std::string body, std::string_view token) {
    return client().patch(target, std::move(body), bearer(token));
  }
  Answer del(std::string_view target, std::string_view token) { return client().del(target, bearer(token)); }
  Answer refresh(std::string_view token) {
    return client().post("/auth/refresh", fmt::format(R"({{"refresh_token":"{}"}})", token));
  }

  // On the database, beside the service.
  void execute(sql::Statement<> statement) {
    Database database({.url = database_url()});
    Loop loop;
    loop.run_to_end([](Database& db, sql::Statement<> text) -> Task<void> {
      co_await db.execute(text);
      co_await db.close();
    }(database, statement));
  }
  std::int64_t count(sql::Statement<> statement) {
    Database database({.url = database_url()});
    Loop loop;
    return loop.run_to_end([](Database& db, sql::Statement<> text) -> Task<std::int64_t> {
      const auto number = co_await db.one<std::int64_t>(text);
      co_await db.close();
      co_return number;
    }(database, statement));
  }

  std::filesystem::path folder_;

 private:
  std::unique_ptr<Instance> instance_;
};

inline std::string dialect_name(const ::testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::sqlite ? "Sqlite" : "Postgres";
}

#define REDOUBT_ON_BOTH_DATABASES(suite) \
  INSTANTIATE_TEST_SUITE_P(Databases, suite, ::testing::Values(Dialect::sqlite, Dialect::postgresql), dialect_name)

}  // namespace redoubt::api
