#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "redoubt/json.hpp"
#include "report/html.hpp"
#include "report/report.hpp"
#include "report/table_report.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Findings;
using controls::Method;
using controls::Outcome;
using controls::Severity;
using controls::Verdict;

// One of each outcome; texts that every format has to escape.
Findings one_of_each() {
  const auto verdict = [](Outcome outcome, std::string evidence, std::string counterexample) {
    return Verdict{.check = "ENC-1.encrypted",
                   .control = "ENC-1",
                   .severity = Severity::high,
                   .resource = "Data<base>&\"1\"",
                   .resource_type = "AWS::RDS::DBInstance",
                   .account = {},
                   .region = {},
                   .file = "a stack/service.yaml",
                   .line = 12,
                   .outcome = outcome,
                   .method = Method::property,
                   .evidence = std::move(evidence),
                   .counterexample = std::move(counterexample),
                   .remedy = "Set StorageEncrypted: true"};
  };
  Findings out;
  out.sources = {"a stack/service.yaml"};
  out.verdicts = {verdict(Outcome::refuted, "", "StorageEncrypted is <false>\nwhen Env is \"dev\" & no more"),
                  verdict(Outcome::proved, "StorageEncrypted is true", ""),
                  verdict(Outcome::unknown, "the parameter Encrypt may be anything", ""),
                  verdict(Outcome::waived, "accepted by Ann until 2027-01-01", ""),
                  verdict(Outcome::not_applicable, "there is no database", "")};
  out.summary = {.proved = 1, .refuted = 1, .unknown = 1, .waived = 1, .not_applicable = 1, .not_asked = 3};
  return out;
}

const Context context{.version = "9.9.9", .time = std::chrono::sys_seconds(std::chrono::seconds(1'770'000'000))};

json::Document parsed(const std::string& text) {
  auto document = json::parse(text);
  if (!document) throw std::runtime_error(document.error().reason);
  return *std::move(document);
}

TEST(Sarif, GivesEachOutcomeItsKindAndOnlyFailuresALevel) {
  const json::Document document = parsed(sarif(one_of_each(), context));
  std::string kinds;
  const json::Value run = *document.root().find("runs")->elements().begin();
  for (const json::Value result : run.find("results")->elements()) {
    kinds += fmt::format("{}/{}/{} ", result.find("kind")->string(), result.find("level")->string(),
                         result.find("suppressions") ? "suppressed" : "");
  }
  EXPECT_EQ(kinds, "fail/error/ pass/none/ open/none/ fail/error/suppressed notApplicable/none/ ");
}

TEST(Sarif, WritesAPathAsARelativeReference) {
  EXPECT_NE(sarif(one_of_each(), context).find(R"("uri":"a%20stack/service.yaml")"), std::string::npos);
}

TEST(Junit, CountsFailuresErrorsAndSkipped) {
  const std::string xml = junit(one_of_each(), context);
  EXPECT_NE(xml.find(R"(tests="5" failures="1" errors="1" skipped="2")"), std::string::npos) << xml;
  EXPECT_NE(xml.find("StorageEncrypted is &lt;false&gt;&#10;when Env is &quot;dev&quot; &amp; no more"),
            std::string::npos)
      << xml;
}

TEST(Ocsf, IsAnArrayOfComplianceFindings) {
  const json::Document document = parsed(ocsf(one_of_each(), context));
  std::string statuses;
  for (const json::Value finding : document.root().elements()) {
    EXPECT_EQ(finding.find("class_uid")->integer(), 2003);
    statuses += finding.find("compliance")->find("status")->string();
    statuses += ' ';
  }
  EXPECT_EQ(statuses, "Fail Pass Unknown Fail Not Applicable ");
}

TEST(Asff, KeepsToTheLengthsThatSecurityHubTakes) {
  Findings findings = one_of_each();
  for (Verdict& verdict : findings.verdicts) {
    verdict.counterexample = std::string(1022, 'x') + "äöü";
    verdict.remedy = std::string(5000, 'y');
  }
  const json::Document document = parsed(asff(findings, context));
  for (const json::Value finding : document.root().elements()) {
    EXPECT_LE(finding.find("Description")->string().size(), 1024U);
    EXPECT_LE(finding.find("Remediation")->find("Recommendation")->find("Text")->string().size(), 512U);
  }
}

TEST(Table, ShowsTheWorstOfAControlAndWhatWantsSomethingDone) {
  const std::string table = as_table(one_of_each(), {});
  EXPECT_TRUE(table.starts_with("REFUTED  ENC-1      1 of 4  ")) << table;
  EXPECT_NE(table.find("StorageEncrypted is <false>"), std::string::npos);
  EXPECT_NE(table.find("\n           when Env is \"dev\" & no more\n"), std::string::npos);
  EXPECT_NE(table.find("→ Set StorageEncrypted: true"), std::string::npos);
  EXPECT_NE(table.find("the parameter Encrypt may be anything"), std::string::npos);
  EXPECT_NE(table.find("accepted by Ann"), std::string::npos);
  EXPECT_EQ(table.find("StorageEncrypted is true"), std::string::npos);
  EXPECT_NE(as_table(one_of_each(), {.evidence = true}).find("StorageEncrypted is true"), std::string::npos);
}

TEST(Table, KeepsToItsWidth) {
  const std::string table = as_table(one_of_each(), {.columns = 60, .evidence = true});
  for (std::size_t begin = 0; begin < table.size();) {
    const std::size_t end = table.find('\n', begin);
    EXPECT_LE(end - begin, 60U + 2U) << table.substr(begin, end - begin);  // an arrow has three bytes
    begin = end + 1;
  }
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
}

TEST(Html, EscapesWhateverCameFromASource) {
  Pictures pictures;
  pictures.secret_readers = {{"<script>alert(1)</script>", {"<b>role</b>"}}};
  const std::string page = html(one_of_each(), context, pictures);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<base>"), std::string::npos);
  EXPECT_EQ(page.find("<b>role"), std::string::npos);
}

TEST(Html, AsksForNothingFromOutside) {
  const std::string page = html(one_of_each(), context, {});
  for (const char* each : {"http://", "https://", "src=", "@import", "url("})
    EXPECT_EQ(page.find(each), std::string::npos) << each;
}

TEST(Fingerprint, StaysWhenTheLineMovesAndDiffersBetweenResources) {
  Verdict verdict = one_of_each().verdicts[0];
  const std::string before = fingerprint(verdict);
  verdict.line = 99;
  verdict.outcome = Outcome::proved;
  EXPECT_EQ(fingerprint(verdict), before);
  verdict.resource = "Another";
  EXPECT_NE(fingerprint(verdict), before);
}

TEST(Shortened, CutsBetweenCodePoints) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("aäää", 6), "aä…");
}

}  // namespace
}  // namespace redoubt::report
