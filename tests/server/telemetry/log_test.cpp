#include "redoubt/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <regex>
#include <sstream>
#include <thread>

#include "redoubt/json.hpp"

namespace redoubt {
namespace {

// What a sink received.
struct Written {
  std::mutex mutex;
  std::string text;

  Logger::Sink sink() {
    return [this](std::string_view lines) {
      const std::scoped_lock lock(mutex);
      text += lines;
    };
  }
  std::vector<std::string> lines() {
    const std::scoped_lock lock(mutex);
    std::istringstream in(text);
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
};

std::string only_line(Logger& log, Written& written) {
  log.flush();
  const auto lines = written.lines();
  EXPECT_EQ(lines.size(), 1U);
  return lines.empty() ? std::string() : lines.front();
}

struct Pipe {
  std::array<int, 2> ends{};
  Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

// The shape of a type that holds a secret: no conversion to anything.
struct SecretShaped {
  [[nodiscard]] std::string_view expose() const { return "hunter2"; }
};
static_assert(!std::convertible_to<SecretShaped, LogValue>);
static_assert(!std::convertible_to<const int*, LogValue>, "a pointer must not be logged as true");
static_assert(!std::convertible_to<std::vector<int>, LogValue>);

TEST(Log, WritesOneJsonObjectALineWithItsMembersInOrder) {
  Written written;
  Logger log(written.sink(), {});
  log.info("listening", {{"port", 8000}, {"tls", true}, {"share", 0.5}, {"host", std::string("::1")}});
  EXPECT_TRUE(std::regex_match(
      only_line(log, written),
      std::regex(R"(\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"info","message":"listening",)"
                 R"("port":8000,"tls":true,"share":0\.5,"host":"::1"\})")));
}

TEST(Log, ALineOfARequestCarriesItsRequestAndTraceId) {
  Written written;
  Logger log(written.sink(), {});
  log.with({.request_id = "r-1", .trace_id = "t-1"}).warning("slow", {{"seconds", 3}});
  EXPECT_TRUE(only_line(log, written)
                  .ends_with(R"("level":"warning","message":"slow","request_id":"r-1","trace_id":"t-1","seconds":3})"));
}

TEST(Log, WritesNothingBelowItsLevel) {
  Written written;
  Logger log(written.sink(), {.level = LogLevel::warning});
  log.debug("no");
  log.info("no");
  log.warning("yes");
  EXPECT_NE(only_line(log, written).find("yes"), std::string::npos);
  EXPECT_FALSE(log.enabled(LogLevel::info));
}

TEST(Log, NoInputEndsALineEarlyOrReachesATerminalAsACommand) {
  const std::string hostile =
      "a\r\n{\"level\":\"info\"}\x1b[2J\x7f\xC2\x9B"
      "31m\xE2\x80\xA8\xFF\"\\";
  for (const auto format : {LogFormat::json, LogFormat::text}) {
    Written written;
    Logger log(written.sink(), {.format = format});
    log.with({.request_id = hostile}).error(hostile, {{"path", hostile}});
    const auto line = only_line(log, written);
    for (const char c : line) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
    EXPECT_EQ(line.find("\xC2\x9B"), std::string::npos);
    if (format == LogFormat::text) continue;
    const auto parsed = json::parse(line);
    ASSERT_TRUE(parsed) << parsed.error().reason;
    EXPECT_EQ(parsed->root().find("level")->string(), "error");
    EXPECT_TRUE(parsed->root().find("path")->string().starts_with("a\r\n{\"level\":\"info\"}\x1b[2J\x7f\xC2\x9B"));
  }
}

TEST(Log, TextIsForPeople) {
  Written written;
  Logger log(written.sink(), {.format = LogFormat::text});
  log.info("listening on \"all\"", {{"port", 8000}, {"name", "two words"}, {"plain", "one"}});
  EXPECT_TRUE(only_line(log, written).ends_with(R"( INFO  listening on \"all\" port=8000 name="two words" plain=one)"));
}

TEST(Log, KeepsEveryLineWholeWhenManyThreadsWrite) {
  constexpr int threads = 4;
  constexpr int each = 2'000;
  Written written;
  {
    Logger log(written.sink(), {});
    std::vector<std::jthread> writers;
    for (int t = 0; t < threads; ++t) {
      writers.emplace_back([&log, t] {
        for (int i = 0; i < each; ++i) log.info("line", {{"thread", t}, {"i", i}});
      });
    }
  }
  const auto lines = written.lines();
  ASSERT_EQ(lines.size(), std::size_t{threads} * each);
  std::array<int, threads> next{};
  for (const auto& line : lines) {
    const auto parsed = json::parse(line);
    ASSERT_TRUE(parsed) << line;
    const auto thread = static_cast<std::size_t>(*parsed->root().find("thread")->integer());
    EXPECT_EQ(*parsed->root().find("i")->integer(), next.at(thread)++) << "the order of one thread is kept";
  }
}

TEST(Log, CountsAndTellsWhatAFullBufferDropped) {
  std::latch stuck(1);
  std::latch go_on(1);
  std::once_flag once;
  Written written;
  auto sink = [&, inner = written.sink()](std::string_view lines) mutable {
    std::call_once(once, [&] {
      stuck.count_down();
      go_on.wait();
    });
    inner(lines);
  };
  Logger log(std::move(sink), {.buffer_limit = 300});
  log.info("first");
  stuck.wait();
  for (int i = 0; i < 100; ++i) log.info("more");
  const auto dropped = log.dropped();
  EXPECT_GT(dropped, 90U);
  go_on.count_down();
  log.flush();
  const auto lines = written.lines();
  EXPECT_EQ(lines.size(), 1 + (100 - dropped) + 1);
  EXPECT_NE(lines.back().find(fmt::format("\"count\":{}}}", dropped)), std::string::npos) << lines.back();
}

TEST(Log, WritesToADescriptor) {
  Pipe pipe;
  {
    Logger log(pipe.ends[1], {});
    log.info("hello");
  }
  std::array<char, 200> buffer{};
  const auto count = ::read(pipe.ends[0], buffer.data(), buffer.size());
  ASSERT_GT(count, 0);
  EXPECT_TRUE(std::string_view(buffer.data(), static_cast<std::size_t>(count)).ends_with("\"message\":\"hello\"}\n"));
}

TEST(Log, AReaderThatLeftNeitherStopsNorEndsTheProgram) {
  Pipe pipe;
  pipe.close_end(0);
  Logger log(pipe.ends[1], {});
  log.info("lost");
  log.flush();
  EXPECT_EQ(log.dropped(), 1U);
}

TEST(Log, AReaderThatDoesNotReadHoldsUpNobody) {
  Pipe pipe;
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t dropped = 0;
  {
    Logger log(pipe.ends[1], {.buffer_limit = 100'000});
    const std::string text(1'000, 'x');
    for (int i = 0; i < 1'000; ++i) log.info(text);
    dropped = log.dropped();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  }
  EXPECT_GT(dropped, 0U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace redoubt
