#include "prove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>

#include "check.hpp"
#include "engine_checks.hpp"
#include "estate/domain.hpp"
#include "listing.hpp"
#include "over_cases.hpp"
#include "reach/network_of.hpp"

namespace redoubt::controls {
namespace {

// The estate as it comes out where nobody sets a parameter that has a default. What is refuted there can really occur;
// a proof there says nothing of other values.
class Defaults {
 public:
  explicit Defaults(const Estate& estate) : estate_(estate) {}

  // nullptr where no default decides anything.
  const Estate* estate() {
    if (!is_read_) read();
    return at_defaults_ ? &*at_defaults_ : nullptr;
  }
  // The parameters that have one value there and may have others.
  [[nodiscard]] std::span<const std::uint32_t> fixed() const { return fixed_; }

 private:
  [[nodiscard]] bool decides(const estate::Parameter& parameter) const {
    return parameter.default_value && !estate::is_list(parameter) && !parameter.type.starts_with("AWS::SSM::") &&
           estate_.stacks[parameter.stack].rules.empty();
  }
  void read() {
    is_read_ = true;
    if (std::ranges::none_of(estate_.parameters, [&](const auto& each) { return decides(each); })) return;
    at_defaults_ = estate_;
    for (std::uint32_t i = 0; i < estate_.parameters.size(); ++i) {
      if (!decides(estate_.parameters[i])) continue;
      at_defaults_->parameters[i].allowed_values = {*estate_.parameters[i].default_value};
      if (estate_.parameters[i].allowed_values != at_defaults_->parameters[i].allowed_values) fixed_.push_back(i);
    }
  }

  const Estate& estate_;
  bool is_read_ = false;
  std::optional<Estate> at_defaults_;
  std::vector<std::uint32_t> fixed_;
};

bool has_unknown(const Standings& standings) {
  return std::ranges::any_of(standings, [](const auto& each) { return each.second.outcome == Outcome::unknown; });
}

// What was unknown over all values and is refuted by the defaults is refuted.
void take_refuted(Standings& standings, Standings&& by_defaults) {
  for (auto& [key, standing] : by_defaults)
    if (const auto found = standings.find(key);
        found != standings.end() && standing.outcome == Outcome::refuted && found->second.outcome == Outcome::unknown)
      found->second = std::move(standing);
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

void ask(const Estate& estate, const Question& question, const Check& check, Seen& seen, Defaults& defaults) {
  const auto over = [&](std::span<Seen> out, const auto& look_at) {
    over_all_cases(estate, question.now, question.budget, out,
                   [&](std::span<Inquiry> inquiries) { look_at(inquiries.front(), estate); });
    Standings& standings = out.front().standings;
    if (!has_unknown(standings) || defaults.estate() == nullptr) return;
    Seen again;
    over_all_cases(
        *defaults.estate(), question.now, question.budget, {&again, 1},
        [&](std::span<Inquiry> inquiries) { look_at(inquiries.front(), *defaults.estate()); }, defaults.fixed());
    take_refuted(standings, std::move(again.standings));
  };
  seen.types.insert(check.types.begin(), check.types.end());
  if (check.whole) over({&seen, 1}, [&](Inquiry& inquiry, const Estate&) { check.whole(inquiry); });
  if (!check.each) return;
  for (std::size_t i = 0; i < estate.resources.size(); ++i) {
    if (std::ranges::find(check.types, estate.resources[i].type) == check.types.end()) continue;
    Seen one;
    over({&one, 1}, [&](Inquiry& inquiry, const Estate& of) {
      if (inquiry.in().exists(of.resources[i])) check.each(inquiry, of.resources[i]);
    });
    keep_worst(seen.standings, std::move(one.standings));
    seen.types.merge(one.types);
  }
}

// The checks of the network that a question covers, with what they found: in one pass, since a network is dear.
std::map<std::string_view, Seen> ask_of_network(const Estate& estate, const Question& question,
                                                const std::vector<const EngineCheck*>& checks, Defaults& defaults) {
  constexpr std::size_t most_cases = 256;  // of a whole network each
  std::vector<Seen> seen(checks.size());
  const auto over = [&](const Estate& of, std::vector<Seen>& out, std::span<const std::uint32_t> fixed) {
    const auto ask = [&](std::span<Inquiry> inquiries) {
      const reach::Network network = reach::network_of(inquiries.front().in());
      const reach::Reach reach(network);
      for (std::size_t i = 0; i < checks.size(); ++i) checks[i]->of_network(inquiries[i], reach);
    };
    over_all_cases(of, question.now, std::min(question.budget, most_cases), out, ask, fixed);
  };
  if (!checks.empty()) over(estate, seen, {});
  if (std::ranges::any_of(seen, [](const Seen& each) { return has_unknown(each.standings); }) &&
      defaults.estate() != nullptr) {
    std::vector<Seen> again(checks.size());
    over(*defaults.estate(), again, defaults.fixed());
    for (std::size_t i = 0; i < checks.size(); ++i) take_refuted(seen[i].standings, std::move(again[i].standings));
  }
  std::map<std::string_view, Seen> out;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    seen[i].types.insert(checks[i]->types.begin(), checks[i]->types.end());
    out.emplace(checks[i]->id, std::move(seen[i]));
  }
  return out;
}

Seen ask_of_rights(const rights::Known& known, const EngineCheck& check) {
  Seen out;
  out.types.insert(check.types.begin(), check.types.end());
  for (const Inquiry::Finding& finding : check.of_rights(known)) {
    const Location at = finding.at.line == 0 && finding.resource != nullptr ? finding.resource->at : finding.at;
    keep_worst(out.standings, key_of(known.estate(), finding), {finding.outcome, at, finding.text});
  }
  return out;
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
  std::map<std::string_view, const EngineCheck*> by_engine;
  for (const EngineCheck& check : engine_checks()) by_engine.emplace(check.id, &check);

  Defaults defaults(estate);
  std::vector<const EngineCheck*> of_network;
  const auto is_asked = [&](const Control& control, const CheckEntry& entry) {
    const bool source_given = entry.source == Source::estate || (entry.source == Source::account && account_given);
    return covers(question, control, entry) && source_given && entry.least_scope <= scope;
  };
  for (const Control& control : catalogue())
    for (const CheckEntry& entry : control.checks)
      if (const auto found = by_engine.find(entry.id);
          found != by_engine.end() && found->second->of_network && is_asked(control, entry))
        of_network.push_back(found->second);
  std::map<std::string_view, Seen> seen_of_network = ask_of_network(estate, question, of_network, defaults);
  std::optional<rights::Known> known;  // once a check asks for it

  Findings out;
  for (const Control& control : catalogue())
    for (const CheckEntry& entry : control.checks) {
      if (!covers(question, control, entry)) continue;
      const auto check = by_id.find(entry.id);
      const auto engine = by_engine.find(entry.id);
      const bool has_code = check != by_id.end() || engine != by_engine.end();
      if (!has_code || !is_asked(control, entry)) {
        ++out.summary.not_asked;
        continue;
      }
      Seen seen;
      if (check != by_id.end()) {
        for (const Check* each : check->second) ask(estate, question, *each, seen, defaults);
      } else if (engine->second->of_network) {
        seen = std::move(seen_of_network[entry.id]);
      } else {
        if (!known) known.emplace(estate);
        seen = ask_of_rights(*known, *engine->second);
      }
      if (seen.standings.empty() && !can_be_seen(estate, seen.types)) {
        ++out.summary.not_asked;
        continue;
      }
      note_what_was_not_listed(estate, seen);
      const Method method = check != by_id.end() ? check->second.front()->method : engine->second->method();
      add_verdicts(estate, scope, seen.standings, method, entry, control, out.verdicts);
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
