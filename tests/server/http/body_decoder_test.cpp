#include "http/body_decoder.hpp"

#include <gtest/gtest.h>

#include "server/http/conversation.hpp"

namespace redoubt::testing {
namespace {

Conversation chunked(std::string_view body) {
  return converse(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{}", body));
}

TEST(BodyDecoder, JoinsChunksAndDropsExtensionsAndTrailers) {
  const auto conversation =
      chunked("5;a=b ; c\t=\t\"d\\\"; e\"\r\nhello\r\n0006\r\n world\r\nA;x\r\n0123456789\r\n000;y\r\nVary: *\r\n\r\n");
  ASSERT_EQ(conversation.requests.size(), 1U);
  EXPECT_EQ(conversation.requests[0].body, "hello world0123456789");
}

TEST(BodyDecoder, RefusesChunksThatTwoReadersCouldReadDifferently) {
  for (const auto* body : {"5\nhello\r\n0\r\n\r\n",
                           "5\r\nhello\n0\r\n\r\n",
                           "5\r\nhelloX\r\n0\r\n\r\n",
                           "0x5\r\nhello\r\n0\r\n\r\n",
                           "+5\r\nhello\r\n0\r\n\r\n",
                           " 5\r\nhello\r\n0\r\n\r\n",
                           "5 \r\nhello\r\n0\r\n\r\n",
                           "5;\r\nhello\r\n0\r\n\r\n",
                           "5;a=\r\nhello\r\n0\r\n\r\n",
                           "5;a=\"b\r\nhello\r\n0\r\n\r\n",
                           "5;a=b c\r\nhello\r\n0\r\n\r\n",
                           "5;a\r\rhello\r\n0\r\n\r\n",
                           "\r\nhello\r\n0\r\n\r\n",
                           "0000000000000005\r\nhello\r\n0\r\n\r\n",
                           "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                           "5_0\r\nhello\r\n0\r\n\r\n",
                           "0\r\nHost: b\r\n\r\n",
                           "0\r\nContent-Length: 5\r\n\r\n",
                           "0\r\nX : y\r\n\r\n",
                           "0\r\n X: y\r\n\r\n",
                           "0\r\nX\r\n\r\n",
                           "0\r\nX: \x01\r\n\r\n",
                           "0\r\n\n"})
    EXPECT_EQ(chunked(body).refusal, 400) << body;
}

TEST(BodyDecoder, WaitsForABodyThatHasNotCome) {
  for (const auto* body : {"", "5", "5\r\nhel", "5\r\nhello\r\n", "0\r\n", "0\r\nX: y\r\n"}) {
    EXPECT_EQ(chunked(body).refusal, 0) << body;
    EXPECT_TRUE(chunked(body).requests.empty()) << body;
  }
}

TEST(BodyDecoder, BoundsWhatItDrops) {
  std::string many;
  for (int i = 0; i < 20; ++i) many += "1;" + std::string(900, 'a') + "\r\nx\r\n";
  EXPECT_EQ(chunked(many + "0\r\n\r\n").refusal, 400);
  EXPECT_EQ(chunked("1;" + std::string(2000, 'a')).refusal, 400);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 20; ++i) trailers += "X: " + std::string(900, 'a') + "\r\n";
  EXPECT_EQ(chunked(trailers).refusal, 400);
}

}  // namespace
}  // namespace redoubt::testing
