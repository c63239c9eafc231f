// JSONTestSuite: y_* is accepted, n_* is refused. i_* (left to the implementation) is not in the corpus.
#include <gtest/gtest.h>

#include <set>

#include "redoubt/json.hpp"
#include "support/corpora.hpp"
#include "support/files.hpp"

namespace redoubt::json {
namespace {

// RFC 8259 section 4: names "SHOULD be unique", and what happens when they are not is unpredictable. Two readers would
// see two documents, so here they are refused.
const std::set<std::string> refused_by_choice = {"y_object_duplicated_key.json",
                                                 "y_object_duplicated_key_and_value.json"};

TEST(JsonCorpus, AcceptsAndRefusesAsJsonTestSuiteSays) {
  const auto folder = redoubt::testing::corpus("json");
  if (!folder) GTEST_SKIP() << "corpus json is not here (../shared/corpora/json)";
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const std::string name = entry.path().filename();
    if (entry.path().extension() != ".json") continue;
    ++seen;
    const auto document = parse(redoubt::testing::read_file(entry.path()));
    if (refused_by_choice.contains(name)) {
      ASSERT_FALSE(document) << name;
      EXPECT_EQ(document.error().reason, "the object has this member twice") << name;
    } else if (name.starts_with("y_")) {
      EXPECT_TRUE(document) << name << ": " << (document ? "" : document.error().reason);
    } else if (name.starts_with("n_")) {
      EXPECT_FALSE(document) << name;
    }
  }
  EXPECT_GT(seen, 100);
}

TEST(JsonCorpus, AcceptsAndRefusesTheSameInsideAnObject) {
  const auto folder = redoubt::testing::corpus("json");
  if (!folder) GTEST_SKIP() << "corpus json is not here (../shared/corpora/json)";
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const std::string name = entry.path().filename();
    const bool accepted = name.starts_with("y_") && !refused_by_choice.contains(name);
    if (!accepted && !name.starts_with("n_")) continue;
    const auto document = parse("{\"value\": " + redoubt::testing::read_file(entry.path()) + "}");
    EXPECT_EQ(document.has_value(), accepted) << name;
  }
}

}  // namespace
}  // namespace redoubt::json
