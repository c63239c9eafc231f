// An empty database of either kind, and a loop to ask it on. Tests that hold for both are instantiated for both.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "redoubt/database.hpp"
#include "support/postgres.hpp"

namespace redoubt {

class DatabaseTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    if (GetParam() == Dialect::postgresql && testing::PostgresServer::shared() == nullptr)
      GTEST_SKIP() << testing::PostgresServer::why_absent;
    empty();
    open();
  }
  void TearDown() override {
    if (database_) run([this] { return database_->close(); });
    std::filesystem::remove_all(folder_);
  }

  // The options of this test's database; change some, then open() anew.
  DatabaseOptions options_for_test() const {
    DatabaseOptions options;
    options.url = GetParam() == Dialect::sqlite ? "sqlite:" + (folder_ / "test.db").string()
                                                : testing::PostgresServer::shared()->url();
    return options;
  }
  void open(DatabaseOptions options) { database_ = std::make_unique<Database>(std::move(options)); }
  void open() { open(options_for_test()); }

  Database& db() { return *database_; }
  // Runs a coroutine without arguments to its end.
  template <class Function>
  awaited_t<std::invoke_result_t<Function&>> run(Function function) {
    return loop_.run_to_end(function());
  }
  // Statements of any kind, in a transaction.
  void script(std::string_view sql) {
    run([&]() -> Task<void> {
      const auto session = co_await db().driver().begin({.timeout = std::chrono::seconds(10)});
      co_await session->script(sql);
      co_await session->commit();
    });
  }

  Loop loop_;

 private:
  void empty() {
    if (GetParam() == Dialect::sqlite) {
      std::string pattern = (std::filesystem::temp_directory_path() / "redoubt-test-XXXXXX").string();
      folder_ = mkdtemp(pattern.data());
    } else {
      open();
      script("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
      run([this] { return database_->close(); });
    }
  }

  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
};

inline std::string dialect_name(const ::testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::sqlite ? "Sqlite" : "Postgres";
}

}  // namespace redoubt
