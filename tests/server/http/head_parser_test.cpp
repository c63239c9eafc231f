#include "http/head_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "server/http/conversation.hpp"

namespace redoubt::testing {
namespace {

using http::HeadParser;

int status_of(std::string_view bytes) {
  const auto conversation = converse(bytes);
  return conversation.requests.empty() ? conversation.refusal : 0;
}

std::string get(std::string_view target, std::string_view fields = "Host: a\r\n") {
  return fmt::format("GET {} HTTP/1.1\r\n{}\r\n", target, fields);
}

std::string post(std::string_view fields, std::string_view body = "") {
  return fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n{}", fields, body);
}

TEST(HeadParser, GivesTheRequestItsParts) {
  const std::string bytes =
      "PATCH /items/7?limit=5&q=a|b HTTP/1.1\r\nHost: example.com:8080\r\nX-One:\t one two \t\r\nEmpty:\r\n\r\nrest";
  HeadParser parser({});
  ASSERT_EQ(parser.parse(bytes), HeadParser::Status::complete);
  const auto& head = parser.head();
  EXPECT_EQ(head.method, Method::patch);
  EXPECT_EQ(head.target, "/items/7?limit=5&q=a|b");
  EXPECT_EQ(head.path, "/items/7");
  EXPECT_EQ(head.query, "limit=5&q=a|b");
  EXPECT_EQ(head.host, "example.com:8080");
  EXPECT_EQ(head.minor_version, 1);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.size, bytes.size() - 4);
  const Fields fields(head.fields);
  EXPECT_EQ(fields.find("x-one"), "one two");
  EXPECT_EQ(fields.find("empty"), "");
}

TEST(HeadParser, TakesTheHostOfAnAbsoluteTargetWhateverTheHostFieldSays) {
  const auto conversation = converse(get("http://a.example/x?y", "Host: A.example\r\n"));
  ASSERT_EQ(conversation.requests.size(), 1U);
  EXPECT_EQ(conversation.requests[0].path, "/x");
  EXPECT_EQ(conversation.requests[0].query, "y");
  EXPECT_EQ(conversation.requests[0].host, "a.example");
  EXPECT_EQ(status_of(get("https://a", "Host: a\r\n")), 0);
  const auto other = converse(get("http://a:80/", "Host: b\r\n"));
  ASSERT_EQ(other.requests.size(), 1U);
  EXPECT_EQ(other.requests[0].host, "a:80");
  EXPECT_EQ(other.requests[0].fields.front(), std::pair(std::string("Host"), std::string("a:80")));
  EXPECT_EQ(status_of(get("http://a/", "Host: b\r\nHost: a\r\n")), 400);
  EXPECT_EQ(status_of(get("http://a/", "Host: b c\r\n")), 400);
  EXPECT_EQ(status_of(get("http://a/", "")), 400);
  EXPECT_EQ(status_of(get("http://user@a/", "Host: a\r\n")), 400);
  EXPECT_EQ(status_of(get("ftp://a/", "Host: a\r\n")), 400);
  EXPECT_EQ(status_of(get("http:///", "Host: a\r\n")), 400);
}

TEST(HeadParser, RefusesTargetsThatTwoReadersCouldReadDifferently) {
  for (const auto* target : {"", "a", "//a b", "/a#b", "/%", "/%4", "/%zz", "/%00", "/a?%00", "/\"", "/a|b", "/[a]",
                             "/a\\b", "/\xc3\xa4", "/a\tb", "*", "a:443", "?a"})
    EXPECT_EQ(status_of(get(target)), 400) << target;
  for (const auto* target : {"/", "//", "/%41%ff", "/a?b?c", "/a?[x]={y}", "/a;b=c,d", "/~a/../b"})
    EXPECT_EQ(status_of(get(target)), 0) << target;
}

TEST(HeadParser, RefusesAHostThatIsMissingDoubledOrMalformed) {
  for (const auto* fields : {"", "Host:\r\n", "Host: a\r\nHost: a\r\n", "Host: a/b?c\r\n", "Host: a b\r\n",
                             "Host: a@b\r\n", "Host: a:b\r\n", "Host: a:65536\r\n", "Host: [::1\r\n",
                             "Host: [1.2.3.4]\r\n", "Host: ::1\r\n", "Host: [::1]x\r\n", "Host: %\r\n"})
    EXPECT_EQ(status_of(get("/", fields)), 400) << fields;
  for (const auto* fields : {"Host: a:\r\n", "Host: a:443\r\n", "Host: [::1]:80\r\n", "Host: 127.0.0.1\r\n"})
    EXPECT_EQ(status_of(get("/", fields)), 0) << fields;
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
}

TEST(HeadParser, RefusesEveryOtherVersionWith505) {
  for (const auto* version : {"HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "HTTP/3.0"})
    EXPECT_EQ(status_of(fmt::format("GET / {}\r\nHost: a\r\n\r\n", version)), 505) << version;
  for (const auto* version : {"http/1.1", "HTTP/1.1 ", "HTTP/1", "HTTP/11.1", "HTTP/1.10", "ICE/1.0"})
    EXPECT_EQ(status_of(fmt::format("GET / {}\r\nHost: a\r\n\r\n", version)), 400) << version;
}

TEST(HeadParser, RefusesFramingThatCouldBeReadTwoWays) {
  for (const auto* fields : {"Content-Length: 3\r\nContent-Length: 3\r\n",
                             "Content-Length: 3, 3\r\n",
                             "Content-Length: +3\r\n",
                             "Content-Length: -3\r\n",
                             "Content-Length: 3 3\r\n",
                             "Content-Length: 0x3\r\n",
                             "Content-Length:\r\n",
                             "Content-Length: 18446744073709551619\r\n",
                             "Content-Length: 9223372036854775808\r\n",
                             "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
                             "Transfer-Encoding: xchunked\r\n",
                             "Transfer-Encoding: chunked, chunked\r\n",
                             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked, identity\r\n",
                             "Transfer-Encoding: gzip\r\n",
                             "Transfer-Encoding: chunked;a=b\r\n",
                             "Transfer-Encoding:\r\n",
                             "Transfer-Encoding: , chunked\r\n",
                             "Transfer-Encoding: \"chunked\"\r\n",
                             "Transfer-Encoding : chunked\r\n"})
    EXPECT_EQ(status_of(post(fields, "0\r\n\r\n")), 400) << fields;
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(post("Transfer-Encoding: gzip, chunked\r\n")), 501);
  EXPECT_EQ(status_of(post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n")), 0);
}

TEST(HeadParser, RefusesFoldedFieldsBareLineEndsAndControlCharacters) {
  for (const std::string_view fields :
       {"Host: a\r\nX: a\r\n b\r\n", "Host: a\r\n X: a\r\n", "Host: a\nX: a\r\n", "Host: a\rX: a\r\n",
        "Host: a\r\nX : a\r\n", "Host: a\r\nX\r\n", "Host: a\r\n: x\r\n", "Host: a\r\nX@: x\r\n",
        "Host: a\r\nX: \x01\r\n", "Host: a\r\nX: \x7f\r\n"})
    EXPECT_EQ(status_of(get("/", fields)), 400) << fields;
  EXPECT_EQ(status_of(get("/", std::string("Host: a\r\nX: a\0b\r\n", 17))), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\nHost: a\n\n"), 400);
}

TEST(HeadParser, RefusesWhatIsTooLong) {
  const auto padding = [](std::size_t bytes) { return std::string(bytes, 'a'); };
  EXPECT_EQ(status_of(get("/" + padding(7999))), 0);
  EXPECT_EQ(status_of(get("/" + padding(8000))), 414);
  EXPECT_EQ(status_of(get("/", "Host: a\r\nX: " + padding(7997) + "\r\n")), 0);
  EXPECT_EQ(status_of(get("/", "Host: a\r\nX: " + padding(7998) + "\r\n")), 431);
  std::string many = "Host: a\r\n";
  for (int i = 0; i < 99; ++i) many += "X: y\r\n";
  EXPECT_EQ(status_of(get("/", many)), 0);
  EXPECT_EQ(status_of(get("/", many + "X: y\r\n")), 431);
  std::string large = "Host: a\r\n";
  for (int i = 0; i < 9; ++i) large += "X: " + padding(2000) + "\r\n";
  EXPECT_EQ(status_of(get("/", large)), 431);
  EXPECT_EQ(status_of(padding(33) + " / HTTP/1.1\r\n"), 501);
}

TEST(HeadParser, RefusesWhatItCannotFulfil) {
  EXPECT_EQ(status_of("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), 501);
  EXPECT_EQ(status_of("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of(get("/", "Host: a\r\nExpect: 200-ok\r\n")), 417);
}

TEST(HeadParser, RefusesFieldsThatStandOnceWhenTheyComeTwice) {
  EXPECT_EQ(status_of(get("/", "Host: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n")), 400);
  EXPECT_EQ(status_of(get("/", "Host: a\r\nContent-Type: a/b\r\nContent-Type: a/c\r\n")), 400);
}

TEST(HeadParser, KeepsTheConnectionAsTheVersionAndTheOptionsSay) {
  const auto kept = [](std::string_view version, std::string_view fields) {
    return converse(fmt::format("GET / {}\r\nHost: a\r\n{}\r\n", version, fields)).requests.at(0).keep_alive;
  };
  EXPECT_TRUE(kept("HTTP/1.1", ""));
  EXPECT_FALSE(kept("HTTP/1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1", "Connection: upgrade, close, keep-alive\r\n"));
  EXPECT_FALSE(kept("HTTP/1.0", ""));
  EXPECT_TRUE(kept("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(HeadParser, IgnoresTwoEmptyLinesBeforeARequestAndNoMore) {
  EXPECT_EQ(status_of("\r\n\r\n" + get("/")), 0);
  EXPECT_EQ(status_of("\r\n\r\n\r\n" + get("/")), 400);
  EXPECT_EQ(status_of("\n" + get("/")), 400);
}

// ---- properties

std::string seeds(std::size_t i) {
  const std::vector<std::string> all = {
      get("/a?b=c"),
      "\r\n" + get("/"),
      post("Content-Length: 5\r\n", "hello") + get("/next"),
      post("Transfer-Encoding: chunked\r\n", "5;a=\"b\\\"c\"; d\r\nhello\r\n00a\r\n0123456789\r\n0\r\nX: y\r\n\r\n") +
          get("/next"),
      "PUT /x HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 003\r\n\r\nabcGET / HTTP/1.0\r\n\r\n",
      get("http://a/x", "Host: a\r\nExpect: 100-continue\r\nConnection: a, keep-alive\r\n"),
      "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"};
  return all[i % all.size()];
}

// One or more random changes of the kinds that parsers are attacked with.
std::string mutate(std::string bytes, std::mt19937& random) {
  static const std::vector<std::string> pieces = {"\r",
                                                  "\n",
                                                  "\r\n",
                                                  " ",
                                                  "\t",
                                                  ":",
                                                  ",",
                                                  ";",
                                                  "\"",
                                                  "\\",
                                                  "%",
                                                  "%00",
                                                  "0",
                                                  "chunked",
                                                  "Content-Length: 1\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "Host: b\r\n",
                                                  "\x80",
                                                  "HTTP/1.0",
                                                  "GET / HTTP/1.1\r\n",
                                                  std::string(1, '\0')};
  const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  for (std::size_t changes = 1 + below(3); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    switch (below(5)) {
      case 0:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 1:
        bytes.erase(at, 1 + below(4));
        break;
      case 2:
        bytes.insert(at, pieces[below(pieces.size())]);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(20)));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

TEST(HeadParser, GivesTheSameResultHoweverTheBytesAreSplit) {
  std::mt19937 random(1);  // NOLINT: the same cases every time
  for (std::size_t i = 0; i < 4000; ++i) {
    const auto bytes = i < 7 ? seeds(i) : mutate(seeds(i), random);
    const auto whole = converse(bytes);
    ASSERT_EQ(whole, converse(bytes, [] { return std::size_t{1}; })) << bytes;
    ASSERT_EQ(whole, converse(bytes, [&] { return std::size_t{1} + random() % 40; })) << bytes;
  }
}

TEST(HeadParser, LimitsDoNotDependOnHowTheBytesAreSplit) {
  const HeadLimits small{.head_bytes = 60, .target_bytes = 10, .field_bytes = 20, .fields = 3};
  std::mt19937 random(2);  // NOLINT
  for (std::size_t i = 0; i < 4000; ++i) {
    const auto bytes = mutate(seeds(i), random);
    const auto whole = converse(bytes, [&] { return bytes.size(); }, small);
    ASSERT_EQ(whole, converse(bytes, [] { return std::size_t{1}; }, small)) << bytes;
  }
}

// What comes out is written down again in one plain form, and must be read as the very same requests: nothing that was
// let through can mean something else to the next reader.
TEST(HeadParser, WhatItLetsThroughReadsTheSameWhenWrittenAgain) {
  std::mt19937 random(3);  // NOLINT
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < 20'000; ++i) {
    const auto bytes = mutate(seeds(i), random);
    const auto conversation = converse(bytes);
    std::string again;
    for (const auto& request : conversation.requests) {
      again += fmt::format("{} {} HTTP/1.{}\r\n", request.method, request.target, request.minor_version);
      for (const auto& [name, value] : request.fields) {
        ASSERT_EQ(value.find_first_of(std::string_view("\r\n\0", 3)), std::string::npos) << bytes;
        again += fmt::format("{}: {}\r\n", name, value);
      }
      again += "\r\n";
      const bool chunked = std::ranges::any_of(
          request.fields, [](const auto& field) { return iequals(field.first, "Transfer-Encoding"); });
      if (!chunked) again += request.body;
      if (chunked && !request.body.empty()) again += fmt::format("{:x}\r\n{}\r\n", request.body.size(), request.body);
      if (chunked) again += "0\r\n\r\n";
    }
    ASSERT_EQ(converse(again).requests, conversation.requests) << bytes;
    accepted += conversation.requests.size();
  }
  EXPECT_GT(accepted, 2000U);
}

}  // namespace
}  // namespace redoubt::testing
