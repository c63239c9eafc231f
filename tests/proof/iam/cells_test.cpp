#include "iam/cells.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "iam/contains.hpp"

namespace redoubt::iam {
namespace {

using Vector = std::vector<std::uint32_t>;

std::set<Vector> by_brute_force(const std::vector<Glob>& patterns, const std::vector<Glob>& universe,
                                std::string_view alphabet, std::size_t longest) {
  std::set<Vector> found;
  std::vector<std::string> texts{""};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string text = texts[i];
    if (std::ranges::any_of(universe, [&](const Glob& glob) { return glob.matches(text); })) {
      Vector matching;
      for (std::uint32_t p = 0; p < patterns.size(); ++p)
        if (patterns[p].matches(text)) matching.push_back(p);
      found.insert(matching);
    }
    if (text.size() < longest)
      for (const char c : alphabet) texts.push_back(text + c);
  }
  return found;
}

TEST(Cells, are_those_that_brute_force_finds) {
  std::mt19937 random(20241124);
  const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  constexpr std::string_view symbols = "ab:*?**";
  constexpr std::array dialects{Glob::Dialect::exact, Glob::Dialect::exact_any_case, Glob::Dialect::like,
                                Glob::Dialect::action, Glob::Dialect::resource};
  const std::vector<Glob> universe{*Glob::read(Glob::Dialect::like, "?*", nullptr)};
  for (int round = 0; round < 100; ++round) {
    std::vector<Glob> patterns;
    for (std::size_t n = 1 + pick(4); n-- > 0;) {
      std::string text;
      for (std::size_t length = 1 + pick(4); length-- > 0;) text += symbols[pick(symbols.size())];
      patterns.push_back(*Glob::read(dialects[pick(dialects.size())], text, nullptr));
    }
    Budget budget(std::chrono::seconds(10));
    const auto found = cells(patterns, universe, budget);
    ASSERT_TRUE(found);
    std::set<Vector> vectors;
    for (const Cell& cell : *found) {
      vectors.insert(cell.patterns);
      for (std::uint32_t p = 0; p < patterns.size(); ++p)
        ASSERT_EQ(patterns[p].matches(cell.witness), contains(cell.patterns, p)) << cell.witness;
    }
    ASSERT_EQ(vectors.size(), found->size());
    // Strings of up to four characters reach every cell of patterns this short, and nothing else is one.
    const auto expected = by_brute_force(patterns, universe, "abAB:x*?", 4);
    ASSERT_TRUE(std::ranges::includes(vectors, expected)) << "round " << round;
    for (const Cell& cell : *found)
      ASSERT_TRUE(cell.witness.size() > 4 || expected.contains(cell.patterns)) << cell.witness;
  }
}

TEST(Cells, have_shortest_witnesses) {
  Budget budget(std::chrono::seconds(10));
  const auto found = cells({*Glob::read(Glob::Dialect::like, "ab*", nullptr)},
                           {*Glob::read(Glob::Dialect::like, "?*", nullptr)}, budget);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].witness.size(), 1U);
  EXPECT_EQ((*found)[1].witness, "ab");
}

TEST(Cells, are_not_given_when_the_budget_is_spent) {
  Budget budget(std::chrono::milliseconds(0));
  std::vector<Glob> patterns;
  for (char c = 'a'; c <= 'p'; ++c)
    patterns.push_back(*Glob::read(Glob::Dialect::like, std::string("*") + c + "*", nullptr));
  EXPECT_FALSE(cells(patterns, {*Glob::read(Glob::Dialect::like, "?*", nullptr)}, budget));
}

}  // namespace
}  // namespace redoubt::iam
