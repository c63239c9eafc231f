// Every check beside a table of small templates with the verdicts it must give: tables/*.yaml, a list of rows
//
//   - check: ENC-1.encrypted
//     name: an instance that says nothing
//     scope: stack              # optional; fragment otherwise
//     template: {Resources: …}  # or `resources:` alone
//     snapshot: [{Trails: […]}]  # or answers of AWS's API, a file each; {CredentialReport: [lines]} becomes one
//     expect: {Database: refuted}   # every verdict of the check; or not-applicable
//     says: StorageEncrypted    # optional: a part of the counterexample, or of the reason
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "cloud/estate/snapshot_support.hpp"
#include "controls/catalogue.hpp"
#include "controls/check.hpp"
#include "controls/engine_checks.hpp"
#include "controls/listing.hpp"
#include "controls/prove.hpp"
#include "controls/times.hpp"
#include "estate/document.hpp"
#include "estate/template_reader.hpp"

namespace redoubt::controls {
namespace {

struct Row {
  std::string file;
  Value value;
};

// Redoubt reads no answer about these: of an account they stay unknown.
const std::set<std::string_view> unread{"AWS::ECR::ReplicationConfiguration", "AWS::SecurityHub::HubV2",
                                        "AWS::Logs::DeliverySource", "AWS::Logs::Delivery",
                                        "AWS::AutoScaling::AutoScalingGroup"};  // its instances are listed

std::vector<Row> rows() {
  std::vector<Row> out;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(REDOUBT_SOURCE_DIR "/tests/proof/controls/tables"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto document = estate::read_document(text, 0, path.filename().string());
    EXPECT_TRUE(document) << document.error().text();
    if (!document) continue;
    for (const Value& row : document->items) out.push_back({path.filename().string(), row});
  }
  return out;
}

std::string base64(std::string_view text) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += at + i > text.size() ? '=' : digits[bits >> (18 - 6 * i) & 63];
  }
  return out;
}

Value credential_report(const Value& answer) {
  std::string lines;
  for (const Value& line : answer["CredentialReport"].items) lines += line.text + '\n';
  Value out = estate::object({{"Content", estate::text(base64(lines))}, {"ReportFormat", estate::text("text/csv")}});
  if (answer["GeneratedTime"]) out.set("GeneratedTime", answer["GeneratedTime"]);
  return out;
}

// The template of a row, or the answers of its snapshot, or both.
Estate estate_of(const Row& row) {
  const Value& value = row.value;
  Estate out;
  Value document = value["template"];
  if (value["resources"]) document.set("Resources", value["resources"]);
  if (document) {
    const auto added = estate::add_template(out, document, row.file);
    if (!added) ADD_FAILURE() << added.error().text();
  }
  if (!value["snapshot"]) return out;
  estate::SnapshotFolder folder;
  std::size_t number = 0;
  for (const Value& answer : value["snapshot"].items) {
    const std::string name = fmt::format("{}{}.json", answer["in"].text, number++);
    Value content = answer["CredentialReport"] ? credential_report(answer) : answer;
    std::erase_if(content.members, [](const estate::Member& member) { return member.name == "in"; });
    folder.with(name, content.is(Kind::text) ? content.text : estate::write_json(content));
  }
  const auto added = folder.add_to(out);
  if (!added) ADD_FAILURE() << added.error().text();
  return out;
}

Question question_of(const Value& row) {
  Question out;
  out.now = *read_time("2026-11-24T12:00:00Z");
  out.controls = {row["check"].text};
  const std::string& scope = row["scope"].text;
  if (scope == "stack") out.scope = Scope::stack;
  if (scope == "account") out.scope = Scope::account;
  return out;
}

void expect_row(const Row& row) {
  const Value& value = row.value;
  SCOPED_TRACE(fmt::format("{}:{}: {}: {}", row.file, value.at.line, value["check"].text, value["name"].text));
  ASSERT_NE(find_check(value["check"].text), nullptr) << "the catalogue has no such check";
  const Estate estate = estate_of(row);
  std::map<std::string, std::string> expected, found;
  std::string texts;
  for (const Verdict& verdict : prove(estate, question_of(value)).verdicts) {
    if (verdict.outcome != Outcome::not_applicable) found[verdict.resource] = name_of(verdict.outcome);
    texts += fmt::format("{}: {}{}\n", verdict.resource, verdict.counterexample, verdict.evidence);
    EXPECT_EQ(verdict.outcome == Outcome::refuted, !verdict.counterexample.empty()) << texts;
    EXPECT_NE(verdict.counterexample.size() + verdict.evidence.size(), 0U) << "a verdict says nothing";
  }
  for (const estate::Member& member : value["expect"].members) expected[member.name] = member.value.text;
  EXPECT_THAT(found, testing::ContainerEq(expected)) << texts;
  if (value["says"]) EXPECT_THAT(texts, testing::HasSubstr(value["says"].text));
}

TEST(Checks, give_the_verdicts_of_their_tables) {
  const std::vector<Row> table = rows();
  for (const Row& row : table) expect_row(row);
  EXPECT_GT(table.size(), 300U);
}

// Whatever a check looks for in an account is listed by some answer, or said to be by none.
TEST(Checks, look_for_types_that_the_table_of_answers_knows) {
  const estate::Estate nothing;
  estate::for_each_case(nothing, 1, [](estate::Case& in) {
    for (const Check& check : checks()) {
      if (!check.whole) continue;
      Inquiry ask(in);
      check.whole(ask);
      for (const std::string_view type : ask.looked_for())
        EXPECT_TRUE(is_in_table(type) || unread.contains(type)) << check.id << " looks for " << type;
    }
  });
}

// A check that was never seen to refute could be one that cannot.
TEST(Checks, are_each_seen_to_prove_and_to_refute) {
  static const std::set<std::string_view> never_refuted{"ENC-4.encrypted"};  // ECR encrypts whatever is said
  static const std::set<std::string_view> never_proved{"IAM-5.no-key-declared"};
  std::map<std::string, std::set<std::string>> seen;
  for (const Row& row : rows())
    for (const estate::Member& member : row.value["expect"].members)
      seen[row.value["check"].text].insert(member.value.text);
  std::set<std::string_view> open;
  const auto look_at = [&](std::string_view id) {
    const auto& outcomes = seen[std::string(id)];
    if ((!outcomes.contains("proved") && !never_proved.contains(id)) ||
        (!outcomes.contains("refuted") && !never_refuted.contains(id)))
      open.insert(id);
  };
  for (const Check& check : checks()) look_at(check.id);
  for (const EngineCheck& check : engine_checks()) look_at(check.id);
  EXPECT_THAT(open, testing::IsEmpty()) << "they are not seen to prove and to refute";
}

TEST(Checks, are_those_of_the_catalogue) {
  std::set<std::string_view> written;
  for (const Check& check : checks()) {
    const CheckEntry* const entry = find_check(check.id);
    ASSERT_NE(entry, nullptr) << check.id << " is not in the catalogue";
    EXPECT_TRUE(entry->source == Source::estate || entry->source == Source::account) << check.id;
    EXPECT_EQ(check.types.empty(), !check.each) << check.id;
    EXPECT_NE(static_cast<bool>(check.each), static_cast<bool>(check.whole)) << check.id;
    written.insert(check.id);
  }
  for (const EngineCheck& check : engine_checks()) {
    const CheckEntry* const entry = find_check(check.id);
    ASSERT_NE(entry, nullptr) << check.id << " is not in the catalogue";
    EXPECT_EQ(entry->source, Source::estate) << check.id;
    EXPECT_FALSE(check.types.empty()) << check.id;
    for (const std::string_view type : check.types)
      EXPECT_TRUE(is_in_table(type) || unread.contains(type)) << check.id << " asks of " << type;
    EXPECT_NE(static_cast<bool>(check.of_network), static_cast<bool>(check.of_rights)) << check.id;
    EXPECT_TRUE(written.insert(check.id).second) << check.id << " is asked twice";
  }
  // What the catalogue lists and nothing asks yet is reported as not asked, never as proved.
  constexpr std::size_t open_from_account = 1;  // IR-2.containment-permitted
  std::map<Source, std::vector<std::string_view>> open;
  for (const Control& control : catalogue())
    for (const CheckEntry& entry : control.checks)
      if (!written.contains(entry.id)) open[entry.source].push_back(entry.id);
  EXPECT_THAT(open[Source::estate], testing::IsEmpty());
  EXPECT_LE(open[Source::account].size(), open_from_account) << testing::PrintToString(open[Source::account]);
}

}  // namespace
}  // namespace redoubt::controls
