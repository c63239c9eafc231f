// Real templates: each is read, or refused with its file, a line and a reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cloud/estate/support.hpp"
#include "estate/source.hpp"
#include "support/corpora.hpp"

namespace redoubt::estate {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  return redoubt::testing::corpus("templates").value_or(fs::path());
}

std::vector<std::string> files_under(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& each : fs::recursive_directory_iterator(folder)) {
    if (each.is_regular_file()) out.push_back(each.path().string());
  }
  std::ranges::sort(out);
  return out;
}

// Asks for everything that a template holds, in every case up to a budget.
void ask_everything(const Estate& estate) {
  for_each_case(estate, 200, [&](Case& c) {
    for (const Resource& each : estate.resources) {
      if (!c.exists(each)) continue;
      const Value all = c.resolve(each.properties);
      EXPECT_FALSE(all.is(Kind::call));
      for (const Member& member : all.members) {
        c.text(member.value);
        c.boolean(member.value);
        c.target(member.value);
      }
    }
  });
}

TEST(TemplateCorpus, Every_template_that_cfn_lint_takes_for_good_is_read) {
  if (corpus().empty()) GTEST_SKIP() << "corpus templates is not here (../shared/corpora/templates)";
  std::size_t read = 0;
  for (const std::string& file : files_under(corpus() / "parse-good")) {
    const auto loaded = load({file});
    EXPECT_TRUE(loaded) << loaded.error().text();
    if (!loaded) continue;
    ++read;
    ask_everything(loaded->estate);
  }
  EXPECT_GT(read, 90U);
}

TEST(TemplateCorpus, Every_real_stack_is_read) {
  if (corpus().empty()) GTEST_SKIP() << "corpus templates is not here (../shared/corpora/templates)";
  for (const std::string& file : files_under(corpus() / "reference-stacks")) {
    const auto loaded = load({file});
    if (file.ends_with("mkdocs.yml")) {
      ASSERT_FALSE(loaded);
      EXPECT_THAT(loaded.error().text(), ::testing::HasSubstr("mkdocs.yml:"));
      continue;
    }
    EXPECT_TRUE(loaded) << loaded.error().text();
    if (loaded) ask_everything(loaded->estate);
  }
}

TEST(TemplateCorpus, Every_template_that_other_judges_judge_is_read) {
  if (corpus().empty()) GTEST_SKIP() << "corpus templates is not here (../shared/corpora/templates)";
  for (const std::string& file : files_under(corpus() / "cfn_nag")) {
    const auto loaded = load({file});
    EXPECT_TRUE(loaded) << loaded.error().text();
    if (loaded) ask_everything(loaded->estate);
  }
  std::ifstream file(corpus() / "trivy_examples.json");
  std::stringstream text;
  text << file.rdbuf();
  const auto examples = read_document(text.str(), 0, "trivy_examples.json");
  ASSERT_TRUE(examples) << examples.error().text();
  for (const Value& each : examples->items) {
    if (each["kind"].text != "cloudformation") continue;
    const std::string error = testing::error_of(each["text"].text);
    // One example is indented so that its policy's Version stands among the resources.
    if (error == "t.yaml:8: the resource Version has no Type") continue;
    EXPECT_EQ(error, "") << each["check"].text << "\n" << each["text"].text;
  }
}

}  // namespace
}  // namespace redoubt::estate
