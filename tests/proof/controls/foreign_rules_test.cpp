// How the checks compare with other tools' rules on those tools' own examples: foreign_rules.yaml says which checks
// answer which rule, and where Redoubt disagrees on purpose. Prints the figures; wants recall and precision of 0.99
// over the rest. foreign_examples.yaml has small inputs of our own for rules that those examples leave out.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "controls/prove.hpp"
#include "estate/document.hpp"
#include "estate/template_reader.hpp"
#include "redoubt/json.hpp"
#include "support/corpora.hpp"

namespace redoubt::controls {
namespace {

using estate::Estate;
using estate::Value;

constexpr double goal = 0.99;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

Value document_of(const std::string& name) {
  const auto document =
      estate::read_document(read_file(fmt::format(REDOUBT_SOURCE_DIR "/tests/proof/controls/{}", name)), 0, name);
  EXPECT_TRUE(document) << document.error().text();
  return document ? *document : Value{};
}

Value foreign_rules() {
  return document_of("foreign_rules.yaml");
}

struct Rule {
  std::vector<std::string> checks;           // the resources that any of them refutes are those that the rule accuses,
  std::vector<std::string> types;            // those of these types, where it names any,
  std::string says;                          // and whose counterexamples say this
  std::string disagreement;                  // why nothing answers it
  std::map<std::string, std::string> cases;  // examples in which Redoubt says otherwise on purpose, and why
};

Rule rule_of(const Value& rules, std::string_view tool, std::string_view id) {
  Rule out;
  const Value& entry = rules[tool][id];
  const Value& checks = entry.is(estate::Kind::list) ? entry : entry["checks"];
  for (const Value& check : checks.items) out.checks.push_back(check.text);
  for (const Value& type : entry["types"].items) out.types.push_back(type.text);
  out.says = entry["says"].text;
  out.disagreement = entry["disagree"].text;
  for (const estate::Member& member : entry["except"].members) out.cases[member.name] = member.value.text;
  return out;
}

// The resources that the checks refute; none when the template cannot be read.
std::optional<std::set<std::string>> accused(const Value& document, const Rule& rule, std::string& why) {
  Estate estate;
  if (const auto added = estate::add_template(estate, document, "example"); !added) {
    why = added.error().text();
    return std::nullopt;
  }
  std::set<std::string> out;
  Question question;
  question.controls = rule.checks;
  question.scope = Scope::stack;
  for (const Verdict& verdict : prove(estate, question).verdicts)
    if (verdict.outcome == Outcome::refuted && verdict.counterexample.find(rule.says) != std::string::npos &&
        (rule.types.empty() || std::ranges::find(rule.types, verdict.resource_type) != rule.types.end()))
      out.insert(verdict.resource);
  return out;
}

std::optional<std::set<std::string>> accused(const std::string& text, const Rule& rule, std::string& why) {
  const auto document = estate::read_document(text, 0, "example");
  if (document) return accused(*document, rule, why);
  why = document.error().text();
  return std::nullopt;
}

struct Figures {
  int found = 0, missed = 0, wrongly = 0, rightly_silent = 0, disagreed = 0, unreadable = 0;

  void print(std::string_view corpus) const {
    fmt::print(
        "{}: found {}, missed {}, wrongly accused {}, rightly silent {}; recall {:.3f}, precision {:.3f}; "
        "disagreed on purpose {}, unreadable {}\n",
        corpus, found, missed, wrongly, rightly_silent, recall(), precision(), disagreed, unreadable);
  }
  [[nodiscard]] double recall() const { return found + missed == 0 ? 1 : double(found) / (found + missed); }
  [[nodiscard]] double precision() const { return found + wrongly == 0 ? 1 : double(found) / (found + wrongly); }
};

std::vector<std::string> texts(const std::optional<json::Value>& list) {
  std::vector<std::string> out;
  if (list && list->is_array())
    for (const json::Value& each : list->elements()) out.emplace_back(each.string());
  return out;
}

TEST(ForeignRules, of_cfn_nag_are_answered_on_its_own_templates) {
  const auto folder = testing::corpus("templates");
  if (!folder) GTEST_SKIP() << "corpus templates is not here (../shared/corpora/templates)";
  const Value rules = foreign_rules();
  const auto verdicts = json::parse(read_file(*folder / "cfn_nag_verdicts.json"));
  ASSERT_TRUE(verdicts);
  Figures figures;
  for (const json::Value& each : verdicts->root().elements()) {
    const std::string id(each.find("rule_id")->string());
    const std::string name(each.find("template")->string());
    const Rule rule = rule_of(rules, "cfn_nag", id);
    EXPECT_TRUE(!rule.checks.empty() || !rule.disagreement.empty()) << id << " is answered by nothing";
    const std::filesystem::path path = *folder / "cfn_nag" / name;
    if (rule.checks.empty() || rule.cases.contains(name) || !exists(path)) {
      ++figures.disagreed;
      continue;
    }
    const auto wanted_value = each.find("violating_resources");
    if (!wanted_value || !wanted_value->is_array()) continue;  // its test only looks that nothing breaks
    const std::vector<std::string> wanted = texts(wanted_value);
    std::string why;
    const auto got = accused(read_file(path), rule, why);
    if (!got) {
      ++figures.unreadable;
      fmt::print("  {} {}: {}\n", id, name, why);
      continue;
    }
    for (const std::string& resource : wanted)
      if (got->contains(resource)) {
        ++figures.found;
      } else {
        ++figures.missed;
        fmt::print("  {} {}: {} is missed\n", id, name, resource);
      }
    for (const std::string& resource : *got)
      if (std::ranges::find(wanted, resource) == wanted.end()) {
        ++figures.wrongly;
        fmt::print("  {} {}: {} is wrongly accused\n", id, name, resource);
      }
    if (wanted.empty() && got->empty()) ++figures.rightly_silent;
  }
  figures.print("cfn_nag");
  EXPECT_GE(figures.recall(), goal);
  EXPECT_GE(figures.precision(), goal);
}

TEST(ForeignRules, of_trivy_are_answered_on_its_own_examples) {
  const auto folder = testing::corpus("templates");
  if (!folder) GTEST_SKIP() << "corpus templates is not here (../shared/corpora/templates)";
  const Value rules = foreign_rules();
  const auto examples = json::parse(read_file(*folder / "trivy_examples.json"));
  ASSERT_TRUE(examples);
  Figures figures;
  std::map<std::string, int> count;
  for (const json::Value& each : examples->root().elements()) {
    const std::string id(each.find("id")->string());
    const std::string expect(each.find("expect")->string());
    const std::string name = fmt::format("{} {}", expect, ++count[id + expect]);
    const Rule rule = rule_of(rules, "trivy", id);
    EXPECT_TRUE(!rule.checks.empty() || !rule.disagreement.empty()) << id << " is answered by nothing";
    if (rule.checks.empty() || rule.cases.contains(name)) {
      ++figures.disagreed;
      continue;
    }
    std::string why;
    const auto got = accused(std::string(each.find("text")->string()), rule, why);
    if (!got) {
      ++figures.unreadable;
      fmt::print("  {} {}: {}\n", id, name, why);
      continue;
    }
    int& tally = expect == "bad" ? (got->empty() ? figures.missed : figures.found)
                                 : (got->empty() ? figures.rightly_silent : figures.wrongly);
    ++tally;
    if (&tally == &figures.missed) fmt::print("  {} {} ({}) is missed\n", id, name, each.find("check")->string());
    if (&tally == &figures.wrongly)
      fmt::print("  {} {} ({}): {} is wrongly accused\n", id, name, each.find("check")->string(), *got->begin());
  }
  figures.print("trivy");
  EXPECT_GE(figures.recall(), goal);
  EXPECT_GE(figures.precision(), goal);
}

Value nested(std::string_view path, const Value& leaf) {
  const std::size_t dot = path.find('.');
  std::string_view name = path.substr(0, dot);
  Value inner = dot == std::string_view::npos ? leaf : nested(path.substr(dot + 1), leaf);
  if (name.ends_with("[]")) {
    name.remove_suffix(2);
    inner = estate::list({inner});
  }
  return estate::object({{std::string(name), inner}});
}

Value resource_with(std::string_view type, const Value& properties) {
  return estate::object({{"Type", estate::text(type)}, {"Properties", properties}});
}

TEST(ForeignRules, about_secrets_are_answered_for_every_way_to_give_one) {
  const Value rules = foreign_rules();
  const Value examples = document_of("foreign_examples.yaml");
  const std::vector<std::pair<std::string, Value>> ways{
      {"BadPlain", estate::text("secret")},
      {"BadNumber", estate::number(12345678)},
      {"BadDefault", estate::object({{"Ref", estate::text("HiddenWithDefault")}})},
      {"BadShown", estate::object({{"Ref", estate::text("Shown")}})},
      {"BadShownDefault", estate::object({{"Ref", estate::text("ShownWithDefault")}})},
      {"BadParameterStore", estate::text("{{resolve:ssm:/name:1}}")},
      {"BadPlainWithRegion", estate::object({{"Fn::Sub", estate::text("secret-${AWS::Region}")}})},
      {"GoodHidden", estate::object({{"Ref", estate::text("Hidden")}})},
      {"GoodSecureString", estate::text("{{resolve:ssm-secure:/name:1}}")},
      {"GoodSecret", estate::text("{{resolve:secretsmanager:name:SecretString:password}}")}};
  for (const estate::Member& example : examples["secrets"].members) {
    const Rule rule = rule_of(rules, "cfn_nag", example.name);
    const std::string& type = example.value.items.at(0).text;
    Value resources = estate::object({{"GoodNone", resource_with(type, estate::object({}))}});
    std::set<std::string> wanted;
    for (const auto& [name, value] : ways) {
      resources.set(name, resource_with(type, nested(example.value.items.at(1).text, value)));
      if (name.starts_with("Bad")) wanted.insert(name);
    }
    std::string why;
    const auto got =
        accused(estate::object({{"Parameters", examples["parameters"]}, {"Resources", resources}}), rule, why);
    ASSERT_TRUE(got) << example.name << ": " << why;
    EXPECT_EQ(*got, wanted) << example.name;
  }
}

TEST(ForeignRules, are_answered_on_small_inputs_of_our_own) {
  const Value rules = foreign_rules();
  const Value examples = document_of("foreign_examples.yaml");
  for (const std::string_view tool : {"cfn_nag", "trivy"})
    for (const estate::Member& example : examples[tool].members) {
      const Rule rule = rule_of(rules, tool, example.name);
      std::string why;
      const auto got =
          accused(estate::object({{"Parameters", examples["parameters"]}, {"Resources", example.value}}), rule, why);
      ASSERT_TRUE(got) << tool << " " << example.name << ": " << why;
      std::set<std::string> wanted;
      for (const estate::Member& resource : example.value.members)
        if (resource.name.starts_with("Bad")) wanted.insert(resource.name);
      EXPECT_FALSE(wanted.empty()) << tool << " " << example.name << " accuses nothing";
      EXPECT_EQ(*got, wanted) << tool << " " << example.name;
    }
}

// A rule that nothing answers, or a check that is none, is a mistake in the map.
TEST(ForeignRules, name_checks_of_the_catalogue) {
  const Value rules = foreign_rules();
  for (const std::string_view tool : {"cfn_nag", "trivy", "checkov"})
    for (const estate::Member& member : rules[tool].members) {
      const Rule rule = rule_of(rules, tool, member.name);
      EXPECT_NE(rule.checks.empty(), rule.disagreement.empty()) << member.name;
      for (const std::string& check : rule.checks)
        EXPECT_NE(find_check(check), nullptr) << member.name << ": " << check;
    }
}

}  // namespace
}  // namespace redoubt::controls
