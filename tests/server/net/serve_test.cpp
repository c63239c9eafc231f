// serve() in a process of its own, as a program has it: what a signal does to those who are being served.
#include "redoubt/serve.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "redoubt/application.hpp"
#include "redoubt/health.hpp"
#include "redoubt/log.hpp"
#include "server/net/client.hpp"
#include "support/files.hpp"

namespace redoubt::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Appends a line at once, or fails: what a database's commit is here.
void record(int file, std::string line) {
  line += '\n';
  if (::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw std::runtime_error("not recorded");
}

// What the child is: records what it acknowledges, and has a route that takes its time.
int run_service(int port_pipe, const std::string& records, std::chrono::milliseconds drain_time,
                std::chrono::milliseconds shutdown_time) {
  // A thread from before serve(), as programs have.
  Logger log([port_pipe](std::string_view lines) { (void)!::write(port_pipe, lines.data(), lines.size()); }, {});
  const int file = ::open(records.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  Readiness readiness;
  Application app({.logger = &log});
  app.provide(readiness);
  app.post("/records/{id}", [file](Path<"id", std::string> id) {
    record(file, *id);
    return Created<std::string>{*id, "/records/" + *id};
  });
  app.get("/slow", []() -> Task<std::string> {
    co_await sleep_for(1500ms);
    co_return "slow";
  });
  app.get("/ready", [](State<Readiness> ready) -> Task<std::string> {
    if (!(co_await ready->failing()).empty()) throw Unavailable("not ready");
    co_return "ready";
  });
  return serve(app, {.server = {.port = 0, .threads = 2},
                     .drain = {.drain_time = drain_time, .shutdown_time = shutdown_time, .readiness = &readiness}});
}

class Child {
 public:
  Child(const std::string& records, std::chrono::milliseconds drain_time,
        std::chrono::milliseconds shutdown_time = 10s) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    ::fcntl(pipe[1], F_SETFL, O_NONBLOCK);  // what nobody reads any more is dropped
    pid_ = ::fork();
    if (pid_ == 0) ::_exit(run_service(pipe[1], records, drain_time, shutdown_time));
    ::close(pipe[1]);
    log_ = pipe[0];
    const std::string before = "http://127.0.0.1:";
    std::string said;
    char byte = 0;
    while (said.find(before) == std::string::npos && ::read(log_, &byte, 1) == 1) said += byte;
    std::string digits;
    while (::read(log_, &byte, 1) == 1 && byte >= '0' && byte <= '9') digits += byte;
    port_ = static_cast<std::uint16_t>(std::stoi(digits));
  }
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(log_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void signal(int number) const { ::kill(pid_, number); }
  // Its exit code, once it has ended; -1 when a signal ended it.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  int log_ = -1;
  std::uint16_t port_ = 0;
};

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

TEST(Serve, EndsCleanlyOnASignal) {
  const TemporaryFolder folder;
  Child service(folder.path("records"), 700ms);
  Client idle(service.port());
  idle.send(get("/ready"));
  EXPECT_THAT(idle.read_answer(), AllOf(StartsWith("HTTP/1.1 200 "), Not(HasSubstr("Connection: close"))));
  Client busy(service.port());
  busy.send(get("/slow"));
  std::this_thread::sleep_for(100ms);
  service.signal(SIGTERM);
  std::this_thread::sleep_for(100ms);

  // The drain time: not ready, but open, for those who have not heard of it.
  Client late(service.port());
  late.send(get("/ready"));
  EXPECT_THAT(late.read_answer(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Connection: close\r\n")));
  idle.send(get("/slow"));

  // Then what was begun is answered, and nobody else comes in.
  EXPECT_THAT(busy.read_answer(),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close\r\n"), EndsWith("\"slow\"")));
  EXPECT_THROW(Client(service.port()), std::runtime_error);
  EXPECT_THAT(idle.read_answer(), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("\"slow\"")));
  EXPECT_EQ(service.wait(), 0);
}

TEST(Serve, LosesNothingThatItAcknowledged) {
  const TemporaryFolder folder;
  Child service(folder.path("records"), 300ms);
  std::vector<std::vector<std::string>> acknowledged(4);
  {
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < acknowledged.size(); ++i) {
      clients.emplace_back([&, i] {
        std::optional<Client> client;
        for (int n = 0;; ++n) {
          try {
            if (!client) client.emplace(service.port());
          } catch (const std::runtime_error&) {
            return;  // the listener is closed
          }
          const std::string id = std::to_string(i) + "-" + std::to_string(n);
          client->send("POST /records/" + id + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
          const std::string answer = client->read_answer();
          if (answer.starts_with("HTTP/1.1 201 ")) acknowledged[i].push_back(id);
          if (answer.empty() || answer.find("Connection: close") != std::string::npos) client.reset();
        }
      });
    }
    std::this_thread::sleep_for(300ms);
    service.signal(SIGTERM);
  }
  EXPECT_EQ(service.wait(), 0);
  const std::string records = "\n" + read_file(folder.path("records"));
  for (const auto& of_client : acknowledged) {
    EXPECT_GT(of_client.size(), 10U);
    for (const std::string& id : of_client) EXPECT_NE(records.find("\n" + id + "\n"), std::string::npos) << id;
  }
}

TEST(Serve, ASecondSignalCutsTheDrainTimeShort) {
  const TemporaryFolder folder;
  Child service(folder.path("records"), 30s);
  const auto begin = Clock::now();
  service.signal(SIGINT);
  std::this_thread::sleep_for(100ms);
  service.signal(SIGINT);
  EXPECT_EQ(service.wait(), 0);
  EXPECT_LT(Clock::now() - begin, 10s);
}

TEST(Serve, SaysByItsExitCodeThatItCutRequestsOff) {
  const TemporaryFolder folder;
  Child service(folder.path("records"), 0ms, 100ms);
  Client busy(service.port());
  busy.send(get("/slow"));
  std::this_thread::sleep_for(100ms);
  service.signal(SIGTERM);
  EXPECT_EQ(service.wait(), 1);
}

TEST(Serve, SaysWhyItCannotBegin) {
  Application app;
  EXPECT_EQ(serve(app, {.server = {.address = "nowhere"}}), 1);
  Application lacking;
  lacking.get("/", [](State<Readiness>) {});
  EXPECT_EQ(serve(lacking, {.server = {.port = 0}}), 1);
}

TEST(Signals, ThereIsOneInAProcess) {
  const Signals signals;
  EXPECT_THROW(Signals(), std::logic_error);
  EXPECT_EQ(signals.wait(1ms), 0);
  ::raise(SIGTERM);
  EXPECT_EQ(signals.wait(1ms), SIGTERM);
}

}  // namespace
}  // namespace redoubt::testing
