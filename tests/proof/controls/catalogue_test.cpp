// The catalogue that the build embedded: complete, bound, and what its pages show.
#include "controls/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "controls/catalogue_page.hpp"
#include "controls/compile/catalogue_reader.hpp"
#include "controls/coverage.hpp"
#include "redoubt/json.hpp"
#include "support/corpora.hpp"

namespace redoubt::controls {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Field;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// The list of the controls that the requirements state, which is not part of this repository: each id, and the kinds of
// source that it is to be proved from (T, A, S, C, D).
std::map<std::string, std::string> demanded_controls() {
  std::map<std::string, std::string> out;
  const auto asvs = redoubt::testing::corpus("asvs");
  if (!asvs) return out;
  std::ifstream file(asvs->parent_path().parent_path() / "CONTROLS.md");
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) {
      const std::size_t first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    if (cells.size() < 5) continue;
    const std::string& id = cells[1];
    const std::size_t dash = id.find('-');
    if (dash == std::string::npos || id.find_first_not_of("0123456789", dash + 1) != std::string::npos) continue;
    if (dash + 1 == id.size() || id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != dash) continue;
    out[id] = cells[4];
  }
  return out;
}

TEST(Catalogue, HasEverySectionWithItsControlsInUnbrokenNumbers) {
  const std::vector<std::pair<std::string, int>> sections = {{"NET", 14}, {"ENC", 10}, {"IAM", 7}, {"SEC", 6},
                                                             {"APP", 13}, {"MON", 10}, {"CMP", 4}, {"DR", 8},
                                                             {"IR", 6},   {"IMG", 5}};
  std::vector<std::string> expected, actual;
  for (const auto& [prefix, count] : sections)
    for (int number = 1; number <= count; ++number) expected.push_back(fmt::format("{}-{}", prefix, number));
  for (const Control& control : catalogue()) actual.push_back(control.id);
  EXPECT_EQ(actual, expected);
}

TEST(Catalogue, HasEveryControlThatTheRequirementsStateAndNoOther) {
  const auto demanded = demanded_controls();
  if (demanded.empty()) GTEST_SKIP() << "the list of controls is not here: set REDOUBT_CORPORA";
  std::set<std::string> expected, actual;
  for (const auto& [id, sources] : demanded) expected.insert(id);
  for (const Control& control : catalogue()) actual.insert(control.id);
  EXPECT_EQ(actual, expected);
}

TEST(Catalogue, ProvesEachControlFromEveryKindOfSourceThatIsDemanded) {
  const auto demanded = demanded_controls();
  if (demanded.empty()) GTEST_SKIP() << "the list of controls is not here: set REDOUBT_CORPORA";
  for (const auto& [id, sources] : demanded) {
    const Control* const control = find_control(id);
    ASSERT_NE(control, nullptr) << id;
    const auto looks_at = [](Source source) { return Contains(Field(&CheckEntry::source, source)); };
    std::istringstream kinds(sources);
    for (std::string kind; kinds >> kind;) {
      SCOPED_TRACE(id + " from " + kind);
      if (kind == "T") EXPECT_THAT(control->checks, looks_at(Source::estate));
      if (kind == "A") EXPECT_THAT(control->checks, AnyOf(looks_at(Source::account), looks_at(Source::estate)));
      if (kind == "S") EXPECT_THAT(control->checks, looks_at(Source::service));
      if (kind == "C") EXPECT_THAT(control->checks, looks_at(Source::image));
      if (kind == "D") EXPECT_THAT(control->checks, looks_at(Source::document));
    }
  }
}

TEST(Catalogue, BindsEveryCheckToExactlyOneControl) {
  std::set<std::string> seen;
  for (const Control& control : catalogue())
    for (const CheckEntry& check : control.checks) {
      EXPECT_TRUE(check.id.starts_with(control.id + '.')) << check.id;
      EXPECT_TRUE(seen.insert(check.id).second) << check.id;
      EXPECT_EQ(find_check(check.id), &check);
    }
  for (const Control& control : catalogue()) EXPECT_EQ(find_control(control.id), &control);
  EXPECT_EQ(find_check("ENC-1.encrypt"), nullptr);
  EXPECT_EQ(find_check(""), nullptr);
  EXPECT_EQ(find_control("ENC-11"), nullptr);
}

TEST(Catalogue, AsksWhatOnlyAnAccountCanHoldOfAccountsOnly) {
  for (const Control& control : catalogue())
    for (const CheckEntry& check : control.checks) {
      if (check.source == Source::account)
        EXPECT_NE(check.least_scope, Scope::stack) << check.id;
      else if (check.source != Source::estate)
        EXPECT_EQ(check.least_scope, Scope::fragment) << check.id;
    }
}

TEST(Catalogue, RefersToRequirementsOfAsvsThatExist) {
  const auto asvs = redoubt::testing::corpus("asvs");
  if (!asvs) GTEST_SKIP() << "the corpus asvs is not here: set REDOUBT_CORPORA";
  const std::string text = read_file(*asvs / "asvs-5.0.0.json");
  const auto document = json::parse(text);
  ASSERT_TRUE(document);
  std::set<std::string, std::less<>> existing;
  for (const json::Value requirement : document->root().find("requirements")->elements())
    existing.emplace(requirement.find("req_id")->string());
  ASSERT_EQ(existing.size(), 345u);
  for (const Requirement& requirement : requirements_of(*find_framework("asvs-5.0")))
    EXPECT_TRUE(existing.contains(requirement.number)) << requirement.number;
}

TEST(Catalogue, AnswersRequirementsOfEveryFrameworkInTheOrderOfTheirNumbers) {
  for (const Framework& framework : frameworks()) EXPECT_FALSE(requirements_of(framework).empty()) << framework.name;
  std::vector<std::string> numbers;
  for (const Requirement& requirement : requirements_of(*find_framework("cis-1.2")))
    if (requirement.number.starts_with("3.")) numbers.push_back(requirement.number);
  EXPECT_THAT(numbers, ::testing::ElementsAre("3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10",
                                              "3.11", "3.12", "3.13", "3.14"));
  EXPECT_EQ(find_framework("cis-9.9"), nullptr);
  EXPECT_TRUE(framework_names().starts_with("cis-1.2, cis-3.0, cis-5.0, nist-800-53-r5, pci-dss-4, hipaa, "));
}

TEST(Catalogue, GivesARequirementAllControlsThatAnswerIt) {
  for (const Requirement& requirement : requirements_of(*find_framework("cis-5.0"))) {
    if (requirement.number != "1.15") continue;
    std::vector<std::string> ids;
    for (const Control* control : requirement.controls) ids.push_back(control->id);
    EXPECT_THAT(ids, ::testing::ElementsAre("IAM-1", "IAM-2", "IAM-3"));
    return;
  }
  FAIL() << "cis-5.0 has no 1.15";
}

TEST(Catalogue, IsWhatTheFilesSay) {
  std::vector<CatalogueFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(REDOUBT_SOURCE_DIR "/catalogue"))
    if (entry.path().extension() == ".toml") files.push_back({entry.path().filename(), read_file(entry.path())});
  const auto read = read_catalogue(files);
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), catalogue().size()) << "a file of catalogue/ is not embedded (compile/CMakeLists.txt)";
  for (const Control& control : *read) {
    const Control* const embedded = find_control(control.id);
    ASSERT_NE(embedded, nullptr) << control.id;
    EXPECT_EQ(embedded->section, control.section);
    EXPECT_EQ(embedded->title, control.title);
    EXPECT_EQ(embedded->requirement, control.requirement);
    EXPECT_EQ(embedded->level, control.level);
    EXPECT_EQ(embedded->why, control.why);
    EXPECT_EQ(embedded->realised, control.realised);
    ASSERT_EQ(embedded->frameworks.size(), control.frameworks.size());
    for (std::size_t i = 0; i < control.frameworks.size(); ++i) {
      EXPECT_EQ(embedded->frameworks[i].framework, control.frameworks[i].framework);
      EXPECT_EQ(embedded->frameworks[i].requirements, control.frameworks[i].requirements);
    }
    ASSERT_EQ(embedded->checks.size(), control.checks.size()) << control.id;
    for (std::size_t i = 0; i < control.checks.size(); ++i) {
      EXPECT_EQ(embedded->checks[i].id, control.checks[i].id);
      EXPECT_EQ(embedded->checks[i].title, control.checks[i].title);
      EXPECT_EQ(embedded->checks[i].source, control.checks[i].source);
      EXPECT_EQ(embedded->checks[i].least_scope, control.checks[i].least_scope);
      EXPECT_EQ(embedded->checks[i].severity, control.checks[i].severity);
      EXPECT_EQ(embedded->checks[i].remedy, control.checks[i].remedy);
    }
  }
}

TEST(Catalogue, HasTitlesThatFitATable) {
  for (const Control& control : catalogue()) EXPECT_LE(control.title.size(), 74u) << control.id;
}

TEST(CataloguePage, OfTheControlsIsCurrent) {
  EXPECT_TRUE(read_file(REDOUBT_SOURCE_DIR "/docs/controls.md") == controls_page())
      << "write it anew: redoubt controls --markdown > docs/controls.md";
}

TEST(CataloguePage, OfTheFrameworksIsCurrent) {
  EXPECT_TRUE(read_file(REDOUBT_SOURCE_DIR "/docs/frameworks.md") == frameworks_page())
      << "write it anew: redoubt controls --markdown frameworks > docs/frameworks.md";
}

}  // namespace
}  // namespace redoubt::controls
