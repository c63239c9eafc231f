#include "prove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "check.hpp"

namespace redoubt::controls {
namespace {

bool has_snapshot(const Estate& estate) {
  return !estate.listed.empty() ||
         std::ranges::any_of(estate.resources, [](const Resource& each) { return each.stack == estate::no_index; });
}

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

template <class Ask>
void over_all_cases(const Estate& estate, std::size_t budget, Standings& out, Ask&& ask) {
  Standings standings;
  const bool complete = estate::for_each_case(estate, budget, [&](Case& in) {
    Inquiry inquiry(in);
    ask(inquiry);
    for (const Inquiry::Finding& finding : inquiry.findings()) take(standings, finding, in);
  });
  if (!complete) {
    const std::string why = fmt::format("more than {} combinations of parameters and conditions bear on it", budget);
    for (auto& [key, standing] : standings)
      if (standing.outcome == Outcome::proved) standing = {Outcome::unknown, standing.at, why};
    if (standings.empty()) standings.try_emplace(whole, Standing{Outcome::unknown, {}, why});
  }
  out.merge(standings);
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

void ask(const Estate& estate, const Question& question, const Check& check, Standings& standings) {
  if (check.whole) over_all_cases(estate, question.budget, standings, [&](Inquiry& inquiry) { check.whole(inquiry); });
  if (check.each)
    for (const Resource& resource : estate.resources)
      if (std::ranges::find(check.types, resource.type) != check.types.end())
        over_all_cases(estate, question.budget, standings, [&](Inquiry& inquiry) {
          if (inquiry.in().exists(resource)) check.each(inquiry, resource);
        });
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
      Standings standings;
      for (const Check* each : check->second) ask(estate, question, *each, standings);
      add_verdicts(estate, scope, standings, check->second.front()->method, entry, control, out.verdicts);
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
