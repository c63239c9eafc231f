#include "server/http/corpus.hpp"

#include <gtest/gtest.h>

#include "server/http/conversation.hpp"

namespace redoubt::testing {
namespace {

// accept: the first request is not refused with 400. reject: no request comes out whole, so none is answered but by a
// refusal, or by closing.
bool as_expected(const CorpusCase& c, const Conversation& conversation) {
  if (c.accept) return conversation.refusal != 400 || !conversation.requests.empty();
  return conversation.requests.empty();
}

TEST(HttpCorpus, TheParserAcceptsAndRefusesAsTheCorpusSays) {
  const auto folder = corpus("http");
  if (!folder) GTEST_SKIP() << "corpus http is not here (../shared/corpora/http)";
  int run = 0;
  int skipped = 0;
  for (const auto& c : read_corpus(*folder)) {
    if (!c.skipped.empty()) {
      ++skipped;
      continue;
    }
    ++run;
    const auto conversation = converse(c.bytes);
    const auto why = disagreement(c.name);
    if (why.empty()) {
      EXPECT_TRUE(as_expected(c, conversation))
          << c.name << " should be " << (c.accept ? "accepted" : "rejected") << ", got " << conversation.refusal << " "
          << conversation.refusal_detail << " after " << conversation.requests.size() << " requests of:\n"
          << c.bytes.substr(0, 300);
    } else {
      EXPECT_FALSE(as_expected(c, conversation)) << c.name << " is listed as a disagreement and is none: " << why;
    }
  }
  EXPECT_GT(run, 300);
  RecordProperty("skipped for gunicorn's own settings", skipped);
}

TEST(HttpCorpus, EveryCaseIsReadAlikeByteByByte) {
  const auto folder = corpus("http");
  if (!folder) GTEST_SKIP() << "corpus http is not here (../shared/corpora/http)";
  for (const auto& c : read_corpus(*folder))
    EXPECT_EQ(converse(c.bytes), converse(c.bytes, [] { return std::size_t{1}; })) << c.name;
}

}  // namespace
}  // namespace redoubt::testing
