#include "redoubt/server.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "http/corpus.hpp"
#include "net/client.hpp"
#include "net/running_server.hpp"

namespace redoubt::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string simple = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Server, AnswersManyClientsOnAllItsThreads) {
  RunningServer server;
  for (int i = 0; i < 50; ++i) {
    Client client(server.port());
    for (int j = 0; j < 3; ++j) {
      client.send(simple);
      EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("GET /a ")));
    }
  }
  EXPECT_EQ(server.counters().accepted.load(), 50U);
}

TEST(Server, AnswersThePipelinedRequestsOfOneClientInTheirOrder) {
  RunningServer server;
  Client client(server.port());
  client.send(
      "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_answer(), EndsWith("slow"));
  EXPECT_THAT(client.read_answer(), EndsWith("GET /1 "));
  EXPECT_THAT(client.read_answer(), EndsWith("GET /2 "));
}

TEST(Server, DoesNotHoldAnAnswerBackForASlowRequestBehindIt) {
  RunningServer server({}, [](Request& request) -> Task<Response> {
    if (request.path == "/never") co_await sleep_for(5s);
    co_return Response{};
  });
  Client client(server.port());
  const auto begin = Clock::now();
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_LT(Clock::now() - begin, 4s);
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, SendsALargeAnswerToASlowReader) {
  RunningServer server;
  Client client(server.port());
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n" + simple);
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(client.read_answer().size() - client.read_answer().size() > 900'000, true);
}

TEST(Server, GivesUpOnAHeadThatComesTooSlowly) {
  ServerOptions options;
  options.limits.head_time = 300ms;
  RunningServer server(options);
  Client client(server.port());
  for (int i = 0; i < 100 && client.send("G"); ++i) std::this_thread::sleep_for(20ms);
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(server.counters().of(Refused::timed_out), 1U);
}

TEST(Server, ClosesIdleConnectionsWithoutAWord) {
  ServerOptions options;
  options.limits.idle = 200ms;
  RunningServer server(options);
  Client silent(server.port());
  EXPECT_EQ(silent.read_all(), "");
  Client client(server.port());
  client.send(simple);
  EXPECT_THAT(client.read_answer(), EndsWith("GET /a "));
  EXPECT_TRUE(client.closed_by_server());
}

TEST(Server, GivesUpOnABodyThatComesTooSlowly) {
  ServerOptions options;
  options.limits.body_grace = 300ms;
  RunningServer server(options);
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 100 && client.send("x"); ++i) std::this_thread::sleep_for(20ms);
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 408 "));
}

TEST(Server, GivesUpOnABodyThatStallsAfterABurst) {
  ServerOptions options;
  options.limits.body_grace = 300ms;
  RunningServer server(options);
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + std::string(99'000, 'x'));
  // 99 kB in a moment are no credit for a minute and a half: the client's reads give up sooner than that.
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 408 "));
}

TEST(Server, GivesUpOnAClientThatTakesNoAnswer) {
  ServerOptions options;
  options.limits.write_stall = 300ms;
  RunningServer server(options, [](Request&) -> Task<Response> {
    Response response;
    response.body = std::string(32'000'000, 'x');
    co_return response;
  });
  Client client(server.port());
  client.send(simple);
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server.counters().open.load(), 1U);
  for (int i = 0; i < 200 && server.counters().open.load() > 0; ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(server.counters().open.load(), 0U);
}

TEST(Server, LetsTheClientReadTheRefusalOfABodyThatItIsStillSending) {
  RunningServer server;
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  for (int i = 0; i < 10; ++i) client.send(std::string(50'000, 'x'));
  client.finish_sending();
  EXPECT_THAT(client.read_all(), AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("Connection: close\r\n")));
}

TEST(Server, TellsAClientThatWaitsToGoOn) {
  RunningServer server;
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("hello")));
}

TEST(Server, TurnsAwayConnectionsBeyondItsLimitWhileAllAreBusy) {
  ServerOptions options;
  options.connections = 1;
  options.threads = 1;
  RunningServer server(options);
  Client first(server.port());
  first.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_THAT(first.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  Client second(server.port());
  EXPECT_THAT(second.read_all(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(server.counters().of(Refused::too_many_connections), 1U);
  first.send("hello");
  EXPECT_THAT(first.read_answer(), EndsWith("hello"));
}

TEST(Server, ClosesTheConnectionThatWasIdleLongestForANewOneAtItsLimit) {
  ServerOptions options;
  options.connections = 3;
  options.threads = 1;
  RunningServer server(options);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    clients.back()->send(simple);
    EXPECT_THAT(clients.back()->read_answer(), StartsWith("HTTP/1.1 200 "));
  }
  clients[0]->send(simple);  // now the second is idle longest
  EXPECT_THAT(clients[0]->read_answer(), StartsWith("HTTP/1.1 200 "));
  Client newcomer(server.port());
  newcomer.send(simple);
  EXPECT_THAT(newcomer.read_answer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(clients[1]->closed_by_server());
  for (const std::size_t kept : {0UZ, 2UZ}) {
    clients[kept]->send(simple);
    EXPECT_THAT(clients[kept]->read_answer(), StartsWith("HTTP/1.1 200 ")) << kept;
  }
  EXPECT_EQ(server.counters().of(Refused::too_many_connections), 0U);
  for (int i = 0; i < 100 && server.counters().open.load() > 3; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(server.counters().open.load(), 3U);
}

TEST(Server, TurnsAwayConnectionsBeyondTheLimitOfOneAddress) {
  ServerOptions options;
  options.connections_per_address = 1;
  RunningServer server(options);
  {
    Client first(server.port());
    first.send(simple);
    EXPECT_THAT(first.read_answer(), StartsWith("HTTP/1.1 200 "));
    Client second(server.port());
    EXPECT_THAT(second.read_all(), StartsWith("HTTP/1.1 503 "));
  }
  for (int i = 0; i < 100 && server.counters().open.load() > 0; ++i) std::this_thread::sleep_for(20ms);
  Client again(server.port());
  again.send(simple);
  EXPECT_THAT(again.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, DoesNotCountTheConnectionsOfATrustedProxyByItsAddress) {
  ServerOptions options;
  options.connections_per_address = 1;
  options.unlimited_addresses = {*IpRange::parse("127.0.0.0/8")};
  RunningServer server(options);
  Client first(server.port());
  Client second(server.port());
  second.send(simple);
  EXPECT_THAT(second.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, AnswersWhatIsInFlightBeforeItStops) {
  RunningServer server;
  Client idle(server.port());
  idle.send(simple);
  EXPECT_THAT(idle.read_answer(), StartsWith("HTTP/1.1 200 "));
  Client busy(server.port());
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  server.begin_drain();
  EXPECT_TRUE(server.draining());
  const auto begin = Clock::now();
  server.stop(10s);
  EXPECT_LT(Clock::now() - begin, 8s);
  EXPECT_THAT(busy.read_all(),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close\r\n"), EndsWith("slow")));
  EXPECT_TRUE(idle.closed_by_server());
  EXPECT_THROW(Client(server.port()), std::runtime_error);
}

TEST(Server, StopsInTimeWhateverItsClientsDo) {
  RunningServer server;
  Client half(server.port());
  half.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  std::this_thread::sleep_for(100ms);
  const auto begin = Clock::now();
  server.stop(200ms);
  EXPECT_LT(Clock::now() - begin, 8s);
}

TEST(Server, SaysWhyItCannotListen) {
  RunningServer server;
  ServerOptions options;
  options.address = "203.0.113.1";
  Server elsewhere(options, behave);
  EXPECT_THROW(elsewhere.start(), std::runtime_error);
  options.address = "nowhere";
  Server nowhere(options, behave);
  EXPECT_THROW(nowhere.start(), std::runtime_error);
}

TEST(Server, CallsItsHooksOnEachThread) {
  std::atomic<int> started = 0;
  std::atomic<int> ended = 0;
  ServerOptions options;
  options.threads = 3;
  options.loop_started = [&] { started += Loop::current() == nullptr ? 1 : 100; };
  options.loop_ending = [&]() -> Task<void> {
    co_await sleep_for(1ms);  // on its loop still
    ++ended;
  };
  RunningServer server(options);
  server.stop(5s);
  EXPECT_EQ(started, 3);
  EXPECT_EQ(ended, 3);
}

// Writes `count` pieces of a megabyte, and tells how many were taken and how it ended.
struct Streaming {
  int count;
  std::atomic<int> written = 0;
  std::atomic<bool> ended = false;

  Task<void> write(BodyWriter& out) {
    struct Ending {
      std::atomic<bool>& ended;
      ~Ending() { ended = true; }
    } const ending{ended};
    const std::string piece(1 << 20, 'x');
    for (int i = 0; i < count; ++i) {
      co_await out.write(piece);
      ++written;
    }
  }
  Service service() {
    return [this](Request&) -> Task<Response> {
      Response response;
      response.stream = [this](BodyWriter& out) { return write(out); };
      co_return response;
    };
  }
};

TEST(Server, WritesAStreamNoFasterThanItIsRead) {
  Streaming streaming{.count = 64};
  RunningServer server({}, streaming.service());
  Client client(server.port());
  client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(500ms);
  EXPECT_LT(streaming.written, 32);  // what the sockets' buffers hold
  const std::string all = client.read_all();
  EXPECT_EQ(all.size() - all.find("\r\n\r\n") - 4, std::size_t{64} << 20);
  EXPECT_TRUE(streaming.ended);
}

TEST(Server, EndsAStreamWhoseReaderIsGone) {
  Streaming streaming{.count = 1'000'000};
  RunningServer server({}, streaming.service());
  {
    Client client(server.port());
    client.send(simple);
    client.read_until("\r\n\r\n");
  }
  for (int i = 0; i < 100 && !streaming.ended; ++i) std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(streaming.ended);
  EXPECT_LT(streaming.written, 1000);
  EXPECT_TRUE(server.stop(5s));
}

TEST(HttpCorpus, TheServerAcceptsAndRefusesAsTheCorpusSays) {
  const auto folder = corpus("http");
  if (!folder) GTEST_SKIP() << "corpus http is not here (../shared/corpora/http)";
  // Reads every body, so that its framing is judged too.
  RunningServer server({}, [](Request& request) -> Task<Response> {
    Response response;
    try {
      co_await read_body(request);
    } catch (const HttpError& error) {
      response.status = error.status();
    }
    co_return response;
  });
  int run = 0;
  for (const auto& c : read_corpus(*folder)) {
    if (!c.skipped.empty()) continue;
    ++run;
    Client client(server.port());
    client.send(c.bytes);
    client.finish_sending();
    const auto output = client.read_all();
    const bool refused = output.starts_with("HTTP/1.1 4") || output.starts_with("HTTP/1.1 5");
    const bool one_answer = output.find("}HTTP/1.1 ") == std::string::npos;
    const bool as_expected =
        c.accept ? !output.starts_with("HTTP/1.1 400 ") : output.empty() || (refused && one_answer);
    if (disagreement(c.name).empty()) {
      EXPECT_TRUE(as_expected) << c.name << " got:\n" << output << "\nfor:\n" << c.bytes.substr(0, 300);
    } else {
      EXPECT_FALSE(as_expected) << c.name << " is listed as a disagreement and is none";
    }
  }
  EXPECT_GT(run, 300);
}

}  // namespace
}  // namespace redoubt::testing
