#include "prove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "check.hpp"
#include "listing.hpp"

namespace redoubt::controls {
namespace {

// What is known about one resource after some cases.
struct Standing {
  Outcome outcome = Outcome::proved;
  Location at;
  std::string text;
};

int badness(Outcome outcome) {
  if (outcome == Outcome::refuted) return 2;
  return outcome == Outcome::unknown ? 1 : 0;
}

constexpr std::size_t whole = static_cast<std::size_t>(-1);
using Standings = std::map<std::size_t, Standing>;  // by the resource's index: in the order of the estate

void take(Standings& standings, const Inquiry::Finding& finding, const Case& in) {
  const std::size_t key = finding.resource != nullptr ? in.estate().index_of(*finding.resource) : whole;
  Outcome outcome = finding.outcome;
  std::string text = finding.text;
  if (outcome != Outcome::proved) {
    const std::string choices = in.choices();
    if (!choices.empty()) text += fmt::format(", when {}", choices);
    if (outcome == Outcome::refuted && !in.inexact().empty()) {
      outcome = Outcome::unknown;
      text += fmt::format("; whether that can be is not certain: {}", in.inexact());
    }
  }
  const auto [place, is_new] = standings.try_emplace(key, Standing{outcome, finding.at, text});
  if (!is_new && badness(outcome) > badness(place->second.outcome)) place->second = {outcome, finding.at, text};
}

// What a check found, and which types it looked for.
struct Seen {
  Standings standings;
  std::set<std::string_view> types;
};

template <class Ask>
void over_all_cases(const Estate& estate, const Question& question, Seen& out, Ask&& ask) {
  const std::size_t budget = question.budget;
  Standings standings;
  const bool complete = estate::for_each_case(estate, budget, [&](Case& in) {
    Inquiry inquiry(in, question.now);
    ask(inquiry);
    for (const Inquiry::Finding& finding : inquiry.findings()) take(standings, finding, in);
    out.types.insert(inquiry.looked_for().begin(), inquiry.looked_for().end());
  });
  if (!complete) {
    const std::string why = fmt::format("more than {} combinations of parameters and conditions bear on it", budget);
    for (auto& [key, standing] : standings)
      if (standing.outcome == Outcome::proved) standing = {Outcome::unknown, standing.at, why};
    if (standings.empty()) standings.try_emplace(whole, Standing{Outcome::unknown, {}, why});
  }
  out.standings.merge(standings);
}

std::ptrdiff_t offset(std::size_t index) {
  return static_cast<std::ptrdiff_t>(index);
}

Verdict verdict_of(const Estate& estate, const CheckEntry& entry, const Control& control, Method method) {
  Verdict out;
  out.check = entry.id;
  out.control = control.id;
  out.severity = entry.severity;
  out.method = method;
  if (!estate.files.empty()) out.file = estate.files.front();
  return out;
}

std::string_view name_of_whole(Scope scope) {
  return scope == Scope::account ? "account" : "stack";
}

void ask(const Estate& estate, const Question& question, const Check& check, Seen& seen) {
  seen.types.insert(check.types.begin(), check.types.end());
  if (check.whole) over_all_cases(estate, question, seen, [&](Inquiry& inquiry) { check.whole(inquiry); });
  if (check.each)
    for (const Resource& resource : estate.resources)
      if (std::ranges::find(check.types, resource.type) != check.types.end())
        over_all_cases(estate, question, seen, [&](Inquiry& inquiry) {
          if (inquiry.in().exists(resource)) check.each(inquiry, resource);
        });
}

// An account without any template of which nothing that Redoubt reads tells of these types is no source for the check.
bool can_be_seen(const Estate& estate, const std::set<std::string_view>& types) {
  return !has_snapshot(estate) || !estate.stacks.empty() || types.empty() || std::ranges::any_of(types, can_be_listed);
}

// That there is nothing a check speaks of is a finding too: it takes that all of it was listed.
void note_what_was_not_listed(const Estate& estate, Seen& seen) {
  if (!seen.standings.empty()) return;
  for (const std::string_view type : seen.types) {
    if (!can_be_listed(type)) continue;
    if (const std::string why = not_listed(estate, type); !why.empty()) {
      seen.standings.try_emplace(whole, Standing{Outcome::unknown, {}, why});
      return;
    }
  }
}

void add_verdicts(const Estate& estate, Scope scope, const Standings& standings, Method method, const CheckEntry& entry,
                  const Control& control, std::vector<Verdict>& out) {
  const std::size_t first = out.size();
  for (const auto& [index, standing] : standings) {
    Verdict verdict = verdict_of(estate, entry, control, method);
    verdict.outcome = standing.outcome;
    verdict.resource = name_of_whole(scope);
    if (index < estate.resources.size()) {
      const Resource& resource = estate.resources[index];
      verdict.resource = resource.id;
      verdict.resource_type = resource.type;
      verdict.account = resource.account;
      verdict.region = resource.region;
    }
    if (standing.at.file < estate.files.size()) verdict.file = estate.files[standing.at.file];
    verdict.line = standing.at.line;
    const bool is_missing = index >= estate.resources.size() && verdict.outcome == Outcome::refuted;
    if (is_missing && !estate.gaps.empty()) {
      verdict.outcome = Outcome::unknown;
      verdict.evidence = fmt::format("{}; but what {} adds could not be read", standing.text, estate.gaps.front().text);
    } else {
      (verdict.outcome == Outcome::refuted ? verdict.counterexample : verdict.evidence) = standing.text;
    }
    if (verdict.outcome != Outcome::proved) verdict.remedy = entry.remedy;
    out.push_back(std::move(verdict));
  }
  if (out.size() == first) {
    Verdict verdict = verdict_of(estate, entry, control, method);
    verdict.outcome = Outcome::not_applicable;
    verdict.evidence = "there is no resource that it speaks of";
    out.push_back(std::move(verdict));
  }
  // Of one line, in the order of the estate.
  const auto before = [](const Verdict& left, const Verdict& right) {
    return std::tie(left.file, left.line) < std::tie(right.file, right.line);
  };
  for (std::size_t i = first + 1; i < out.size(); ++i)
    std::rotate(std::upper_bound(out.begin() + offset(first), out.begin() + offset(i), out[i], before),
                out.begin() + offset(i), out.begin() + offset(i + 1));
}

bool covers(const Question& question, const Control& control, const CheckEntry& entry) {
  if (!question.framework.empty() && std::ranges::find(control.frameworks, question.framework,
                                                       &FrameworkReference::framework) == control.frameworks.end())
    return false;
  if (question.controls.empty()) return true;
  return std::ranges::any_of(question.controls,
                             [&](const std::string& id) { return id == control.id || id == entry.id; });
}

}  // namespace

std::string what_is_wrong(const Question& question) {
  for (const std::string& id : question.controls)
    if (find_control(id) == nullptr && find_check(id) == nullptr)
      return fmt::format("--controls {}: there is no such control or check (redoubt controls lists them)", id);
  if (!question.framework.empty() &&
      std::ranges::find(frameworks(), question.framework, &Framework::name) == frameworks().end()) {
    std::string names;
    for (const Framework& framework : frameworks())
      names += fmt::format("{}{}", names.empty() ? "" : ", ", framework.name);
    return fmt::format("--framework {}: there is no such framework (there are {})", question.framework, names);
  }
  return {};
}

Scope scope_of(const Estate& estate, const Question& question) {
  if (question.scope) return *question.scope;
  if (has_snapshot(estate)) return Scope::account;
  Scope out = Scope::fragment;
  for (const estate::Stack& stack : estate.stacks) {
    if (stack.scope == "account") out = std::max(out, Scope::account);
    if (stack.scope == "stack") out = std::max(out, Scope::stack);
  }
  return out;
}

Findings prove(const Estate& estate, const Question& question) {
  const Scope scope = scope_of(estate, question);
  const bool account_given = has_snapshot(estate);
  std::map<std::string_view, std::vector<const Check*>> by_id;  // several ask the same of different types
  for (const Check& check : checks()) by_id[check.id].push_back(&check);

  Findings out;
  for (const Control& control : catalogue())
    for (const CheckEntry& entry : control.checks) {
      if (!covers(question, control, entry)) continue;
      const auto check = by_id.find(entry.id);
      const bool source_given = entry.source == Source::estate || (entry.source == Source::account && account_given);
      if (check == by_id.end() || !source_given || entry.least_scope > scope) {
        ++out.summary.not_asked;
        continue;
      }
      Seen seen;
      for (const Check* each : check->second) ask(estate, question, *each, seen);
      if (seen.standings.empty() && !can_be_seen(estate, seen.types)) {
        ++out.summary.not_asked;
        continue;
      }
      note_what_was_not_listed(estate, seen);
      add_verdicts(estate, scope, seen.standings, check->second.front()->method, entry, control, out.verdicts);
    }
  count(out);
  return out;
}

void count(Findings& findings) {
  const std::size_t not_asked = findings.summary.not_asked;
  findings.summary = {};
  findings.summary.not_asked = not_asked;
  for (const Verdict& verdict : findings.verdicts) switch (verdict.outcome) {
      case Outcome::proved:
        ++findings.summary.proved;
        break;
      case Outcome::refuted:
        ++findings.summary.refuted;
        break;
      case Outcome::unknown:
        ++findings.summary.unknown;
        break;
      case Outcome::waived:
        ++findings.summary.waived;
        break;
      case Outcome::not_applicable:
        ++findings.summary.not_applicable;
        break;
    }
}

}  // namespace redoubt::controls
