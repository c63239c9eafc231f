// What the catalogue's reader refuses, and where it says that it stands.
#include "controls/compile/catalogue_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace redoubt::controls {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view good = R"(section = "Encryption"

[[control]]
id = "ENC-1"
title = "Storage is encrypted"
level = "implemented, recommended"
requirement = "The storage is encrypted."
why = "Disks are lost."
realised = "The stack encrypts."

[control.frameworks]
soc2 = ["CC6.1"]
"cis-5.0" = ["2.2.1"]

[[control.check]]
id = "ENC-1.encrypted"
source = "estate"
scope = "fragment"
severity = "high"
title = "Every database is encrypted"
remedy = """\
  Set StorageEncrypted \
  to true."""
)";

std::string with(std::string_view from, std::string_view to) {
  std::string text(good);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(std::string text) {
  const CatalogueFile file{"encryption.toml", std::move(text)};
  const auto read = read_catalogue({&file, 1});
  return read ? "it was read" : read.error();
}

TEST(CatalogueReader, ReadsAControlWithItsFrameworksInTheirOrder) {
  const CatalogueFile file{"encryption.toml", std::string(good)};
  const auto read = read_catalogue({&file, 1});
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 1u);
  const Control& control = read->front();
  EXPECT_EQ(control.id, "ENC-1");
  EXPECT_EQ(control.section, "Encryption");
  EXPECT_EQ(control.level, "implemented, recommended");
  ASSERT_EQ(control.frameworks.size(), 2u);
  EXPECT_EQ(control.frameworks[0].framework, "cis-5.0");
  EXPECT_THAT(control.frameworks[1].requirements, testing::ElementsAre("CC6.1"));
  ASSERT_EQ(control.checks.size(), 1u);
  EXPECT_EQ(control.checks[0].source, Source::estate);
  EXPECT_EQ(control.checks[0].least_scope, Scope::fragment);
  EXPECT_EQ(control.checks[0].severity, Severity::high);
  EXPECT_EQ(control.checks[0].remedy, "Set StorageEncrypted to true.");
}

TEST(CatalogueReader, RefusesAMemberThatItDoesNotKnow) {
  EXPECT_EQ(error_of(with("severity =", "sevrity = \"high\"\nseverity =")),
            "encryption.toml:19: the check has a member `sevrity` that is not known (remove it)");
  EXPECT_THAT(error_of(with("why =", "reason = \"x\"\nwhy =")), HasSubstr("`reason`"));
  EXPECT_THAT(error_of("author = \"me\"\n" + std::string(good)), HasSubstr("`author`"));
}

TEST(CatalogueReader, RefusesAMissingOrEmptyText) {
  EXPECT_EQ(error_of(with("why = \"Disks are lost.\"\n", "")), "encryption.toml:3: the control has no `why` (add it)");
  EXPECT_THAT(error_of(with("\"Disks are lost.\"", "\"\"")), StartsWith("encryption.toml:8: `why` is empty"));
  EXPECT_THAT(error_of(with("\"Disks are lost.\"", "\"Disks. \"")), HasSubstr("space"));
  EXPECT_THAT(error_of(with("\"Disks are lost.\"", "7")), HasSubstr("`why` is not a text"));
  EXPECT_THAT(error_of(with("title = \"Every database is encrypted\"\n", "")), HasSubstr("the check has no `title`"));
  EXPECT_THAT(error_of(with("section = \"Encryption\"", "")), HasSubstr("`section`"));
}

TEST(CatalogueReader, RefusesAnIdThatOccursTwiceOrBelongsElsewhere) {
  const std::string twice = std::string(good) + std::string(good.substr(good.find("[[control]]")));
  EXPECT_EQ(error_of(twice), "encryption.toml:24: ENC-1 occurs a second time");
  const std::string check_twice = std::string(good) + std::string(good.substr(good.find("[[control.check]]")));
  EXPECT_EQ(error_of(check_twice), "encryption.toml:24: ENC-1.encrypted occurs a second time");
  EXPECT_THAT(error_of(with("ENC-1.encrypted", "ENC-2.encrypted")),
              HasSubstr("\"ENC-2.encrypted\" is not a check's id"));
  EXPECT_THAT(error_of(with("ENC-1.encrypted", "ENC-1.Encrypted")), HasSubstr("is not a check's id"));
  EXPECT_THAT(error_of(with("id = \"ENC-1\"", "id = \"ENC-01\"")), HasSubstr("is not a control's id"));
}

TEST(CatalogueReader, RefusesAnIdThatAnotherFileHas) {
  const CatalogueFile files[] = {{"a.toml", std::string(good)}, {"b.toml", std::string(good)}};
  const auto read = read_catalogue(files);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), "b.toml:3: ENC-1 occurs a second time");
}

TEST(CatalogueReader, RefusesAWordThatIsNoneOfTheChoices) {
  EXPECT_EQ(error_of(with("\"high\"", "\"severe\"")),
            "encryption.toml:19: `severity` is \"severe\", not one of critical, high, medium, low");
  EXPECT_THAT(error_of(with("\"fragment\"", "\"part\"")), HasSubstr("not one of fragment, stack, account"));
  EXPECT_THAT(error_of(with("\"estate\"", "\"template\"")), HasSubstr("not one of estate, account, service"));
  EXPECT_THAT(error_of(with("implemented, recommended", "implemented,recommended")), HasSubstr("`level`"));
  EXPECT_THAT(error_of(with("implemented, recommended", "done")), HasSubstr("`level`"));
}

TEST(CatalogueReader, RefusesAFrameworkThatItDoesNotKnow) {
  EXPECT_EQ(error_of(with("soc2", "soc3")), "encryption.toml:12: \"soc3\" is not a framework that Redoubt knows");
}

struct Number {
  const char* framework;
  const char* right;
  const char* wrong;
};

class CatalogueReaderNumbers : public testing::TestWithParam<Number> {};

TEST_P(CatalogueReaderNumbers, AreThoseOfTheFramework) {
  const auto number = [](std::string_view requirement) {
    return with("soc2 = [\"CC6.1\"]\n\"cis-5.0\" = [\"2.2.1\"]",
                fmt::format("\"{}\" = [\"{}\"]", GetParam().framework, requirement));
  };
  EXPECT_EQ(error_of(number(GetParam().right)), "it was read");
  EXPECT_THAT(error_of(number(GetParam().wrong)), HasSubstr("is not the number of a requirement of"));
}

INSTANTIATE_TEST_SUITE_P(Frameworks, CatalogueReaderNumbers,
                         testing::Values(Number{"cis-1.2", "3.14", "5.1"}, Number{"cis-3.0", "2.1.1", "6.1"},
                                         Number{"cis-5.0", "5.1.1", "5.1.1.1"},
                                         Number{"nist-800-53-r5", "SC-7(21)", "XX-7"},
                                         Number{"pci-dss-4", "10.2.1.7", "13.1"},
                                         Number{"hipaa", "164.308(a)(1)(ii)(D)", "164.404(a)"},
                                         Number{"soc2", "A1.2", "CC10.1"}, Number{"gdpr", "32(1)(b)", "32.1.b"},
                                         Number{"asvs-5.0", "V1.2.4", "V1.2"}));

TEST(CatalogueReader, RefusesARequirementThatStandsTwice) {
  EXPECT_THAT(error_of(with("[\"CC6.1\"]", "[\"CC6.1\", \"CC6.1\"]")), HasSubstr("stands there twice"));
  EXPECT_THAT(error_of(with("[\"CC6.1\"]", "[]")), HasSubstr("not a list of requirements"));
}

TEST(CatalogueReader, SaysWhereTomlItselfIsBroken) {
  EXPECT_THAT(error_of(with("why = \"Disks are lost.\"", "why = \"Disks")), StartsWith("encryption.toml:8: "));
}

}  // namespace
}  // namespace redoubt::controls
