// The default stack, weakened by one step at a time: each step must be refuted by a counterexample that names the place
// of it, but for those of which equivalents.yaml says why they break no control. Prints the score.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include "controls/check.hpp"
#include "controls/prove.hpp"
#include "estate/document.hpp"
#include "estate/template_reader.hpp"
#include "mutants.hpp"
#include "stack/stack.hpp"
#include "stack/template.hpp"

namespace redoubt::controls {
namespace {

using estate::Estate;
using estate::Kind;
using estate::Value;

// With the proof on a schedule, which needs an image that no default can name.
constexpr std::string_view scheduled_proof = R"([proof]
image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/redoubt@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
stacks = ["redoubt-account", "redoubt-production"]
)";

std::vector<stack::NamedTemplate> default_stack() {
  const auto configuration = stack::read_configuration(scheduled_proof, "the defaults");
  EXPECT_TRUE(configuration) << configuration.error().text();
  if (!configuration) return {};
  std::vector<stack::NamedTemplate> out = stack::synthesise(*configuration);
  for (std::size_t i = 0; i < out.size(); ++i) {  // with the lines of what would be written
    auto read = estate::read_document(estate::write_json(out[i].document), static_cast<std::uint32_t>(i), out[i].file);
    EXPECT_TRUE(read) << read.error().text();
    if (read) out[i].document = *std::move(read);
  }
  return out;
}

// The templates with one of them exchanged.
Estate estate_with(const std::vector<stack::NamedTemplate>& all, std::size_t index, const Value& instead) {
  Estate out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto added = estate::add_template(out, i == index ? instead : all[i].document, all[i].file);
    EXPECT_TRUE(added) << added.error().text();
  }
  return out;
}

std::string text_of(const Verdict& verdict) {
  return fmt::format("{} {}: {}", verdict.check, verdict.resource, verdict.counterexample);
}

// Check, resource and counterexample of what is refuted.
std::set<std::string> refuted(const Findings& findings) {
  std::set<std::string> out;
  for (const Verdict& verdict : findings.verdicts)
    if (verdict.outcome == Outcome::refuted) out.insert(text_of(verdict));
  return out;
}

// `*` stands for anything.
bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t at = 0; at <= text.size(); ++at)
      if (is_like(text.substr(at), pattern.substr(1))) return true;
    return false;
  }
  return !text.empty() && text.front() == pattern.front() && is_like(text.substr(1), pattern.substr(1));
}

// - {type: AWS::RDS::DBInstance, path: Properties.AllocatedStorage, step: "*", why: size is no matter of a control}
struct Equivalent {
  std::string type, path, step, resource, why;
  std::size_t met = 0;

  [[nodiscard]] bool covers(const Mutant& mutant) const {
    return is_like(mutant.type, type) && is_like(mutant.path, path) && is_like(mutant.step, step) &&
           is_like(mutant.resource, resource);
  }
};

std::vector<Equivalent> equivalents() {
  std::ifstream file(REDOUBT_SOURCE_DIR "/tests/proof/controls/mutation/equivalents.yaml", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto document = estate::read_document(text, 0, "equivalents.yaml");
  EXPECT_TRUE(document) << document.error().text();
  std::vector<Equivalent> out;
  if (!document) return out;
  const auto or_any = [](const Value& value) { return value ? value.text : std::string("*"); };
  for (const Value& each : document->items) {
    const std::string& why = each["why"].text;
    EXPECT_FALSE(why.empty()) << "every entry needs a reason";
    out.push_back({or_any(each["type"]), or_any(each["path"]), or_any(each["step"]), or_any(each["resource"]), why});
  }
  return out;
}

std::string name_of(const Mutant& mutant) {
  return fmt::format("{} | {} | {} | {}", mutant.type, mutant.resource, mutant.path, mutant.step);
}

// Checks by what they cost: those of properties a tenth of those that ask the engines.
struct ByCost {
  std::set<std::string> cheap, dear;
};

ByCost all_checks() {
  ByCost out;
  for (const Control& control : catalogue())
    for (const CheckEntry& entry : control.checks)
      (std::ranges::find(checks(), entry.id, &Check::id) == checks().end() ? out.dear : out.cheap).insert(entry.id);
  return out;
}

// The questions of a mutant, the likeliest first: whom the first ones refute need not be asked the others. Together
// they are every check. `likely`: those that had something to say of what was weakened.
std::vector<Question> questions(const ByCost& all, const std::set<std::string>& likely) {
  const auto some = [&](const std::set<std::string>& of, bool wanted) {
    Question out;
    for (const std::string& id : of)
      if (likely.contains(id) == wanted) out.controls.push_back(id);
    return out;
  };
  std::vector<Question> out{some(all.cheap, true), some(all.cheap, false), some(all.dear, true), some(all.dear, false)};
  std::erase_if(out, [](const Question& question) { return question.controls.empty(); });
  return out;
}

// The resources that a value refers to.
void gather(const Value& value, std::set<std::string>& out) {
  if (value["Ref"].is(Kind::text)) out.insert(value["Ref"].text);
  if (const Value& named = value["Fn::GetAtt"]; named.is(Kind::list)) out.insert(named.items.front().text);
  for (const Value& item : value.items) gather(item, out);
  for (const estate::Member& member : value.members) gather(member.value, out);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// By the resource, by what it belongs to (a policy's topic), by the property, or by the kind of what is missing: of a
// MetricFilter "filter".
bool names_the_place(const Verdict& verdict, const Mutant& mutant, const std::set<std::string>& neighbours) {
  const auto is_named = [&](const std::string& id) {
    return verdict.resource == id || verdict.counterexample.contains(id);
  };
  const std::string text = lower(verdict.counterexample);
  std::string property = lower(mutant.path.substr(mutant.path.rfind('.') + 1));
  while (!property.empty() && (property.ends_with('[') || property.ends_with(']') || property.ends_with('s')))
    property.pop_back();
  const std::string kind = lower(mutant.type.substr(mutant.type.find_last_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")));
  return is_named(mutant.resource) || std::ranges::any_of(neighbours, is_named) ||
         (!property.empty() && text.contains(property)) || text.contains(kind);
}

struct Job {
  std::size_t index;
  Mutant mutant;
  bool killed = false;
  bool named = false;
  std::string told;  // by what it was killed
};

TEST(Mutation, each_step_that_weakens_the_default_stack_is_refuted) {
  const std::vector<stack::NamedTemplate> all = default_stack();
  ASSERT_FALSE(all.empty());
  const Findings whole = prove(estate_with(all, all.size(), {}), {});
  const std::set<std::string> before = refuted(whole);
  std::map<std::string, std::set<std::uint32_t>> evidence;
  for (const Verdict& verdict : whole.verdicts)
    if (verdict.outcome == Outcome::proved && verdict.line != 0) evidence[verdict.file].insert(verdict.line);

  std::vector<Job> jobs;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (Mutant& mutant : mutants_of(all[i].document, evidence[all[i].file]))
      jobs.push_back({i, std::move(mutant), false, false, {}});

  std::map<std::string, std::set<std::string>> of_resource;  // the checks with a verdict of it
  for (const Verdict& verdict : whole.verdicts) of_resource[verdict.resource].insert(verdict.check);
  const ByCost checks_by_cost = all_checks();
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < jobs.size(); i = next++) {
      Job& job = jobs[i];
      const Estate estate = estate_with(all, job.index, job.mutant.document);
      std::set<std::string> neighbours{job.mutant.resource};
      gather(all[job.index].document["Resources"][job.mutant.resource], neighbours);
      std::set<std::string> likely;
      for (const std::string& id : neighbours)
        if (const auto found = of_resource.find(id); found != of_resource.end())
          likely.insert(found->second.begin(), found->second.end());
      for (const Question& question : questions(checks_by_cost, likely)) {
        if (job.named) break;
        for (const Verdict& verdict : prove(estate, question).verdicts) {
          if (verdict.outcome != Outcome::refuted || before.contains(text_of(verdict))) continue;
          job.killed = true;
          job.named = job.named || names_the_place(verdict, job.mutant, neighbours);
          if (job.told.empty()) job.told = text_of(verdict);
        }
      }
      job.mutant.document = {};
    }
  };
  std::vector<std::thread> workers(std::max(1U, std::thread::hardware_concurrency()));
  for (std::thread& worker : workers) worker = std::thread(work);
  for (std::thread& worker : workers) worker.join();

  std::vector<Equivalent> same = equivalents();
  std::size_t killed = 0;
  for (const Job& job : jobs) {
    if (job.killed) {
      ++killed;
      EXPECT_TRUE(job.named) << name_of(job.mutant) << ": refuted, but not by name: " << job.told;
      continue;
    }
    bool is_answered = false;
    for (Equivalent& each : same) {
      if (!each.covers(job.mutant)) continue;
      is_answered = true;
      ++each.met;
    }
    EXPECT_TRUE(is_answered) << name_of(job.mutant) << ": survived";
  }
  fmt::print("mutants {}, of which {} are refuted and {} are answered\n", jobs.size(), killed, jobs.size() - killed);
  for (const Equivalent& each : same)
    EXPECT_NE(each.met, 0U) << each.type << ' ' << each.path << ' ' << each.step
                            << ": no such mutant, or it is refuted";
  EXPECT_GE(killed, 500U);
}

// A part of a document, to change it.
Value& within(Value& value, std::initializer_list<std::string_view> path) {
  Value* at = &value;
  for (const std::string_view name : path) at = &std::ranges::find(at->members, name, &estate::Member::name)->value;
  return *at;
}

void say_development(Value& document, std::string_view id) {
  for (Value& tag : within(document, {"Resources", id, "Properties", "Tags"}).items)
    if (tag["Key"].text == "Environment") tag.set("Value", estate::text("development"));
}

// The resources of which a check is refuted.
std::set<std::string> refuted_of(const Estate& estate, const std::string& check) {
  Question question;
  question.controls = {check};
  std::set<std::string> out;
  for (const Verdict& verdict : prove(estate, question).verdicts)
    if (verdict.outcome == Outcome::refuted) out.insert(verdict.resource);
  return out;
}

// A tag makes nothing smaller. Together with a size that development alone may have, on one resource of a stack that
// says production everywhere else, it is no way past the check.
TEST(Mutation, one_resource_that_says_development_is_asked_what_production_is) {
  const std::vector<stack::NamedTemplate> all = default_stack();
  std::size_t groups = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const estate::Member& resource : all[i].document["Resources"].members) {
      if (resource.value["Type"].text != "AWS::Logs::LogGroup") continue;
      ++groups;
      Value document = all[i].document;
      say_development(document, resource.name);
      within(document, {"Resources", resource.name, "Properties"}).set("RetentionInDays", estate::number(7));
      EXPECT_EQ(refuted_of(estate_with(all, i, document), "MON-2.thirty-days"), std::set{resource.name});
    }
  EXPECT_GE(groups, 10U);

  const std::size_t service = all.size() - 1;
  Value document = all[service].document;
  say_development(document, "PrivateSubnet2");
  within(document, {"Resources", "PrivateRoute2", "Properties"}).set("NatGatewayId", stack::ref_to("NatGateway1"));
  EXPECT_EQ(refuted_of(estate_with(all, service, document), "NET-4.nat-in-every-zone"),
            std::set<std::string>{"PrivateSubnet2"});
}

}  // namespace
}  // namespace redoubt::controls
