// The default stack, weakened by one step at a time: each step that breaks a control must be refuted. Prints the score
// and every mutant that was not; equivalents.yaml says of some why they break nothing, and of which no check
// tells yet.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include "controls/prove.hpp"
#include "estate/document.hpp"
#include "estate/template_reader.hpp"
#include "mutants.hpp"
#include "stack/stack.hpp"

namespace redoubt::controls {
namespace {

using estate::Estate;
using estate::Kind;
using estate::Value;

std::vector<stack::NamedTemplate> default_stack() {
  const auto configuration = stack::read_configuration("", "the defaults");
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

// Check and resource of what is refuted.
std::set<std::string> refuted(const Findings& findings) {
  std::set<std::string> out;
  for (const Verdict& verdict : findings.verdicts)
    if (verdict.outcome == Outcome::refuted) out.insert(verdict.check + ' ' + verdict.resource);
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
  bool open = false;  // it weakens, and no check refutes it yet
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
    const bool open = static_cast<bool>(each["open"]);
    const std::string& why = each[open ? "open" : "why"].text;
    EXPECT_FALSE(why.empty()) << "every entry needs a reason";
    out.push_back(
        {or_any(each["type"]), or_any(each["path"]), or_any(each["step"]), or_any(each["resource"]), why, open, 0});
  }
  return out;
}

std::string name_of(const Mutant& mutant) {
  return fmt::format("{} | {} | {} | {}", mutant.type, mutant.resource, mutant.path, mutant.step);
}

struct Job {
  std::size_t index;
  Mutant mutant;
  bool killed = false;
};

TEST(Mutation, each_step_that_weakens_the_default_stack_is_refuted) {
  const std::vector<stack::NamedTemplate> all = default_stack();
  ASSERT_FALSE(all.empty());
  const Findings whole = prove(estate_with(all, all.size(), {}), {});
  const std::set<std::string> before = refuted(whole);
  std::map<std::string, std::set<std::uint32_t>> evidence;
  for (const Verdict& verdict : whole.verdicts)
    if (verdict.outcome == Outcome::proved && verdict.line != 0) evidence[verdict.file].insert(verdict.line);
  std::vector<Equivalent> same = equivalents();

  std::vector<Job> jobs;
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (Mutant& mutant : mutants_of(all[i].document, evidence[all[i].file])) {
      const auto covered =
          std::ranges::find_if(same, [&](const Equivalent& each) { return !each.open && each.covers(mutant); });
      if (covered != same.end()) {
        ++covered->met;
        ++left_out;
      } else {
        jobs.push_back({i, std::move(mutant)});
      }
    }

  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < jobs.size(); i = next++) {
      Job& job = jobs[i];
      for (const std::string& each : refuted(prove(estate_with(all, job.index, job.mutant.document), {})))
        job.killed = job.killed || !before.contains(each);
      job.mutant.document = {};
    }
  };
  std::vector<std::thread> workers(std::max(1U, std::thread::hardware_concurrency()));
  for (std::thread& worker : workers) worker = std::thread(work);
  for (std::thread& worker : workers) worker.join();

  std::size_t killed = 0;
  std::size_t not_excused = 0;
  for (const Job& job : jobs) {
    if (job.killed) {
      ++killed;
      continue;
    }
    const auto excuse =
        std::ranges::find_if(same, [&](const Equivalent& each) { return each.open && each.covers(job.mutant); });
    const bool is_known = excuse != same.end();
    if (is_known) ++excuse->met;
    if (!is_known) ++not_excused;
    fmt::print("survived: {}{}\n", name_of(job.mutant), is_known ? fmt::format(": {}", excuse->why) : "");
  }
  fmt::print("mutants {}, of which {} weaken and {} are equivalents; killed {} of {}: {:.1f} %\n",
             jobs.size() + left_out, jobs.size(), left_out, killed, jobs.size(),
             100.0 * static_cast<double>(killed) / static_cast<double>(jobs.size()));
  for (const Equivalent& each : same)
    EXPECT_NE(each.met, 0U) << each.type << ' ' << each.path << ": no such mutant, or it is refuted now";
  EXPECT_GE(jobs.size(), 500U);
  EXPECT_EQ(not_excused, 0U);
}

}  // namespace
}  // namespace redoubt::controls
