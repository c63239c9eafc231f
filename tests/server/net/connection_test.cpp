#include "net/connection.hpp"

#include <gtest/gtest.h>

#include "net/memory_stream.hpp"
#include "server/net/services.hpp"

namespace redoubt::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The answer, without the date.
std::string answer(std::string input, const Service& service = behave, ServerOptions options = {}) {
  Loop loop;
  auto output = loop.run_to_end(net::answer_in_memory(options, service, std::move(input)));
  for (auto at = output.find("Date: "); at != std::string::npos; at = output.find("Date: ", at))
    output.erase(at, output.find("\r\n", at) + 2 - at);
  return output;
}

std::string get(std::string_view path, std::string_view fields = "", std::string_view method = "GET") {
  return fmt::format("{} {} HTTP/1.1\r\nHost: a\r\n{}\r\n", method, path, fields);
}

TEST(Connection, AnswersWithStatusFieldsAndBody) {
  EXPECT_EQ(answer(get("/a?b")), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nGET /a b");
}

TEST(Connection, SaysTheDateAndNotItsName) {
  Loop loop;
  const auto output = loop.run_to_end(net::answer_in_memory({}, behave, get("/")));
  EXPECT_THAT(output, ::testing::ContainsRegex("Date: [A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ 20[0-9]+ [0-9:]+ GMT\r\n"));
  EXPECT_THAT(output, Not(HasSubstr("Server:")));
}

TEST(Connection, AnswersPipelinedRequestsInTheirOrder) {
  std::string input;
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    input += get(fmt::format("/{}", i));
    const auto body = fmt::format("GET /{} ", i);
    expected +=
        fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  }
  EXPECT_EQ(answer(input), expected);
}

TEST(Connection, AnswersAHeadWithoutABodyButWithItsLength) {
  EXPECT_EQ(answer(get("/large", "", "HEAD") + get("/1")),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n"
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nGET /1 ");
  EXPECT_THAT(answer(get("/stream", "", "HEAD")), EndsWith("\r\n\r\n"));
}

TEST(Connection, GivesNoLengthToAnAnswerThatHasNoBody) {
  EXPECT_EQ(answer(get("/nothing")), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(Connection, ReadsBodiesByLengthAndInChunks) {
  EXPECT_THAT(answer(get("/echo", "Content-Length: 5\r\n", "POST") + "hello" + get("/1")),
              AllOf(HasSubstr("\r\n\r\nhello"), EndsWith("GET /1 ")));
  EXPECT_THAT(
      answer(get("/echo", "Transfer-Encoding: chunked\r\n", "POST") + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n" + get("/1")),
      AllOf(HasSubstr("\r\n\r\nhello"), EndsWith("GET /1 ")));
}

TEST(Connection, GivesTheSameAnswersHoweverTheBytesArrive) {
  const std::string large(40'000, 'x');
  const std::string input = get("/echo", "Content-Length: 5\r\n", "POST") + "hello" + get("/2") +
                            get("/length", "Content-Length: 40000\r\n", "POST") + large +
                            get("/length", "Transfer-Encoding: chunked\r\n", "POST") + "9c40\r\n" + large +
                            "\r\n0\r\n\r\n" + get("/3?" + std::string(7000, 'q')) +
                            get("/unread", "Content-Length: 40000\r\n") + large + get("/4");
  const auto whole = answer(input);
  EXPECT_THAT(whole, EndsWith("GET /4 "));
  for (const std::size_t piece : {1UZ, 2UZ, 7UZ, 1000UZ, 4096UZ}) {
    std::string output;
    Counters counters;
    net::ConnectionSet connections;
    const ServerOptions options;
    const Service service = behave;
    Loop loop;
    loop.run_to_end(
        net::serve(std::make_unique<net::MemoryStream>(input, output, piece), {},
                   {.options = options, .service = service, .counters = counters, .connections = connections}));
    for (auto at = output.find("Date: "); at != std::string::npos; at = output.find("Date: ", at))
      output.erase(at, output.find("\r\n", at) + 2 - at);
    EXPECT_EQ(output, whole) << piece;
  }
}

TEST(Connection, RefusesBadFramingWithAReasonAndThePreparedFieldsAndCloses) {
  ServerOptions options;
  options.prepared_fields = "X-Content-Type-Options: nosniff\r\n";
  EXPECT_EQ(answer("GET / HTTP/1.1\r\n\r\n" + get("/"), behave, options),
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 83\r\n"
            "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
            R"({"detail": "The request must carry exactly one valid Host (RFC 9112 section 3.2)."})");
}

TEST(Connection, RefusesABodyWithBadFramingEvenWhenNobodyAskedForIt) {
  EXPECT_THAT(answer(get("/unread", "Transfer-Encoding: chunked\r\n", "POST") + "5\r\nhelloX\r\n0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 400 "), Not(HasSubstr("200 OK"))));
}

TEST(Connection, ClosesWithoutAnAnswerWhenTheClientEndsWithinARequest) {
  EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: a\r\n"), "");
  EXPECT_EQ(answer(get("/echo", "Content-Length: 5\r\n", "POST") + "hell"), "");
  EXPECT_EQ(answer(get("/echo", "Transfer-Encoding: chunked\r\n", "POST") + "5\r\nhello\r\n"), "");
}

TEST(Connection, RefusesBodiesBeyondTheLimit) {
  ServerOptions options;
  options.limits.body_bytes = 4;
  EXPECT_THAT(answer(get("/echo", "Content-Length: 5\r\n", "POST") + "hello", behave, options),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(
      answer(get("/echo", "Transfer-Encoding: chunked\r\n", "POST") + "5\r\nhello\r\n0\r\n\r\n", behave, options),
      StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer(get("/echo", "Content-Length: 4\r\n", "POST") + "hell", behave, options),
              EndsWith("\r\n\r\nhell"));
}

TEST(Connection, LetsARouteSetItsOwnLimit) {
  const Service small = [](Request& request) -> Task<Response> {
    Response response;
    try {
      request.body->limit(3);
    } catch (const HttpError& error) {
      response.status = error.status();
    }
    co_return response;
  };
  EXPECT_THAT(answer(get("/", "Content-Length: 4\r\n", "POST") + "hell", small), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer(get("/", "Content-Length: 3\r\n", "POST") + "hel", small), StartsWith("HTTP/1.1 200 "));
}

TEST(Connection, Sends100OnlyWhenTheBodyIsAskedFor) {
  const std::string fields = "Expect: 100-continue\r\nContent-Length: 5\r\n";
  // The memory stream ends before the body: what was sent by then is what counts.
  EXPECT_EQ(answer(get("/echo", fields, "POST")), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(answer(get("/unread", fields, "POST")),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close\r\n"), Not(HasSubstr("100 Continue"))));
  EXPECT_THAT(answer(get("/echo", fields, "POST") + "hello"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("hello")));
  EXPECT_THAT(answer(get("/", "Expect: miracles\r\n")), StartsWith("HTTP/1.1 417 "));
}

TEST(Connection, AnswersAnExceptionWithABare500) {
  const auto output = answer(get("/throw") + get("/next"));
  EXPECT_THAT(output, AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr(R"({"detail": "Internal Server Error"})"),
                            Not(HasSubstr("secret")), EndsWith("GET /next ")));
}

TEST(Connection, DoesNotSendAFieldThatBreaksOutOfItsLine) {
  EXPECT_THAT(answer(get("/inject")), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("Set-Cookie"))));
}

TEST(Connection, KeepsTheFramingFieldsToItself) {
  const Service service = [](Request&) -> Task<Response> {
    Response response;
    response.set("Content-Length", "5");
    response.set("Transfer-Encoding", "chunked");
    co_return response;
  };
  EXPECT_EQ(answer(get("/"), service), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST(Connection, StreamsInChunksOrUntilTheEndForHttp10) {
  EXPECT_EQ(answer(get("/stream") + get("/1")),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            "4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nGET /1 ");
  EXPECT_EQ(answer("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\none two");
}

TEST(Connection, ClosesInTheMiddleOfAStreamThatFails) {
  EXPECT_THAT(answer(get("/broken-stream") + get("/1")), EndsWith("\r\n\r\n4\r\none \r\n"));
}

TEST(Connection, ClosesAsTheClientAsks) {
  EXPECT_THAT(answer(get("/1", "Connection: close\r\n") + get("/2")),
              AllOf(HasSubstr("Connection: close\r\n"), EndsWith("GET /1 ")));
  EXPECT_THAT(answer("GET /1 HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"), EndsWith("GET /1 "));
  EXPECT_THAT(answer("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr("Connection: keep-alive\r\n"), EndsWith("GET /2 ")));
}

TEST(Connection, ClosesAfterALargeBodyThatNobodyRead) {
  const auto output =
      answer(get("/unread", "Content-Length: 200000\r\n", "POST") + std::string(200'000, 'x') + get("/1"));
  EXPECT_THAT(output, AllOf(HasSubstr("Connection: close\r\n"), EndsWith("POST /unread ")));
}

}  // namespace
}  // namespace redoubt::testing
