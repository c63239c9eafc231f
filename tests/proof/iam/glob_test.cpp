#include "iam/glob.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace redoubt::iam {
namespace {

// Every text of at most this many of the letters.
std::vector<std::string> texts(std::string_view letters, std::size_t longest) {
  std::vector<std::string> out{""};
  for (std::size_t begin = 0, length = 0; length < longest; ++length) {
    const std::size_t end = out.size();
    for (; begin < end; ++begin)
      for (const char c : letters) out.push_back(out[begin] + c);
  }
  return out;
}

TEST(Glob, that_surely_covers_another_matches_whatever_that_matches) {
  std::mt19937 random(20241126);
  const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const auto pattern = [&](std::string_view of) {
    std::string out;
    for (std::size_t n = pick(6); n-- > 0;) out += of[pick(of.size())];
    return out;
  };
  const std::vector<std::string> all = texts("aB:", 6);
  int covers = 0;
  for (int round = 0; round < 3000; ++round) {
    const Glob::Dialect dialect = pick(2) ? Glob::Dialect::like : Glob::Dialect::action;
    const std::string wide_text = pattern("aB:*?"), narrow_text = pattern("aB:*?");
    const auto wide = Glob::read(dialect, wide_text, nullptr), narrow = Glob::read(dialect, narrow_text, nullptr);
    ASSERT_TRUE(wide && narrow);
    ASSERT_TRUE(wide->surely_covers(*wide)) << wide_text;
    if (!wide->surely_covers(*narrow)) continue;
    ++covers;
    for (const std::string& text : all)
      ASSERT_TRUE(!narrow->matches(text) || wide->matches(text)) << wide_text << " " << narrow_text << " " << text;
  }
  EXPECT_GT(covers, 100);
}

TEST(Glob, that_stays_in_a_field_covers_none_that_leaves_it) {
  const auto of = [](std::string_view text) { return *Glob::read(Glob::Dialect::arn, text, nullptr); };
  EXPECT_TRUE(of("arn:aws:s3:*:*:x*").surely_covers(of("arn:aws:s3:eu-*:1:xy")));
  EXPECT_FALSE(of("arn:aws:s3:a*b:*:x").surely_covers(of("arn:aws:s3:a:b:x")));
}

}  // namespace
}  // namespace redoubt::iam
