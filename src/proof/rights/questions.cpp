#include "rights/questions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "estate/case.hpp"
#include "iam/cells.hpp"
#include "iam/contains.hpp"
#include "iam/glob.hpp"
#include "rights/accounts.hpp"
#include "rights/answered_cases.hpp"
#include "rights/readings.hpp"

namespace redoubt::rights {
namespace {

using estate::Case;
using iam::Answer;
using iam::contains;
using iam::Decision;

struct Outcome {
  std::string choices;  // the case, for people
  std::vector<estate::Choice> decided;
  bool is_exact = true;
  Standing principal = Standing::declared;
  Standing resource = Standing::declared;
  Decision decision;
};

// Leaves out the cases in which the question's names mean nothing, where there are others.
void keep_presupposed(std::vector<Outcome>& outcomes, Standing Outcome::* of) {
  if (std::ranges::any_of(outcomes, [&](const Outcome& one) { return one.*of == Standing::declared; }))
    std::erase_if(outcomes, [&](const Outcome& one) { return one.*of == Standing::elsewhere; });
}

std::string named(const Outcome& outcome) {
  return outcome.choices.empty() ? "in another case" : fmt::format("where {}", outcome.choices);
}

// The cases by what makes the answers differ; each answer with what of the case it hangs on.
std::string told(const estate::Estate& estate, std::vector<Outcome>& outcomes) {
  constexpr std::size_t most_named = 8;
  std::vector<AnsweredCase> cases;
  for (Outcome& one : outcomes)
    cases.push_back({std::move(one.decided), std::string(iam::name_of(one.decision.answer))});
  keep_what_matters(cases);
  struct Part {
    std::string answer, condition;
    std::vector<std::string> where;
  };
  std::vector<Part> parts;
  std::size_t count = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string in = estate::describe(estate, cases[i].decided);
    const std::string text = in.empty() ? std::string() : fmt::format("where {}", in);
    Part part{cases[i].answer, outcomes[i].decision.condition, {}};
    auto found = std::ranges::find_if(
        parts, [&](const Part& other) { return other.answer == part.answer && other.condition == part.condition; });
    if (found != parts.end() && (text.empty() || contains(found->where, text))) continue;
    if (count++ == most_named) break;
    if (found == parts.end()) found = parts.insert(parts.end(), std::move(part));
    if (!text.empty()) found->where.push_back(text);
  }
  std::vector<std::string> texts;
  for (const Part& part : parts) {
    std::string text =
        fmt::format("{}{}{}", part.answer, part.where.empty() ? "" : " ", fmt::join(part.where, ", or "));
    if (!part.condition.empty()) text += fmt::format(" ({})", part.condition);
    texts.push_back(std::move(text));
  }
  if (count > most_named) texts.emplace_back("and other cases");
  return fmt::format("{}", fmt::join(texts, "; "));
}

Decision combine(const estate::Estate& estate, std::vector<Outcome> outcomes, bool is_complete) {
  keep_presupposed(outcomes, &Outcome::principal);
  keep_presupposed(outcomes, &Outcome::resource);
  const Outcome* allowed = nullptr;  // a case in which a request is, whatever else
  const Outcome* denied = nullptr;
  const Outcome* undecided = nullptr;
  bool all_allowed = true, all_denied = true;
  for (const Outcome& one : outcomes) {
    const Answer answer = one.decision.answer;
    all_allowed = all_allowed && answer == Answer::allowed;
    all_denied = all_denied && answer == Answer::denied;
    if (answer == Answer::undecided && !undecided) undecided = &one;
    if (!one.is_exact) continue;
    if (!allowed && one.decision.when_allowed) allowed = &one;
    if (!denied && (one.decision.when_denied || answer == Answer::denied)) denied = &one;
  }
  if (outcomes.empty()) all_allowed = all_denied = false;
  if (is_complete && (all_allowed || all_denied)) return outcomes.front().decision;
  Decision out;
  if (allowed && denied) {
    out = allowed->decision;
    out.answer = Answer::conditional;
    out.why_undecided.clear();
    out.when_denied = denied->decision.when_denied;
    const bool is_one_answer = std::ranges::all_of(
        outcomes, [&](const Outcome& one) { return one.decision.answer == allowed->decision.answer; });
    if (allowed != denied || !is_one_answer)
      out.condition = told(estate, outcomes);  // and from here on they are not looked at
    return out;
  }
  if (undecided) {
    out = undecided->decision;
    if (!undecided->choices.empty()) out.why_undecided = fmt::format("{}: {}", named(*undecided), out.why_undecided);
  } else if (!is_complete) {
    out.why_undecided = fmt::format("the templates have more than {} cases that matter", most_cases);
  } else {
    out.why_undecided = "the answer differs between cases of which it is not certain that they occur";
  }
  out.answer = Answer::undecided;
  if (allowed) out.when_allowed = allowed->decision.when_allowed;
  return out;
}

// Patterns for the comparison with a bucket whose name is open: it holds no slash, so that slashes can be what ends a
// field there.
iam::Glob with_slashes_between_fields(const iam::Glob& glob, bool stays_in_field) {
  using enum iam::Symbol::Kind;
  std::vector<iam::Symbol> symbols = glob.symbols();
  for (iam::Symbol& symbol : symbols) {
    if (symbol.byte == '/') symbol.byte = ':';
    if (stays_in_field && symbol.kind == run) symbol.kind = run_in_field;
  }
  return iam::Glob(std::move(symbols));
}

// Whether some policy tells one value of an open name from another.
bool tells_apart(const iam::Scenario& scenario, const Text& resource, const Text& principal) {
  const auto wide = [](const Text& text) { return iam::Glob::read(iam::Glob::Dialect::like, text.widest, nullptr); };
  const auto is_told = [&](const iam::Statement& statement) {
    if (!resource.is_certain()) {
      for (const std::string& pattern : statement.resources) {
        if (pattern.find('<') != std::string::npos) continue;  // the same open name: it is that for every value
        auto glob = iam::Glob::read(iam::Glob::Dialect::resource, pattern, nullptr);
        auto all = wide(resource);
        if (!glob || !all) return true;
        if (resource.widest.starts_with("arn:aws:s3:::")) {
          glob = with_slashes_between_fields(*glob, false);
          all = with_slashes_between_fields(*all, true);
        }
        iam::Budget budget(iam::default_budget);
        const auto divided = iam::cells({*glob}, {*all}, budget);
        if (!divided || divided->size() > 1) return true;
      }
    }
    if (principal.is_certain()) return false;
    for (const iam::Condition& condition : statement.conditions)
      if (condition.key == "aws:principalarn" || condition.key == "aws:username" || condition.key == "aws:userid")
        return true;
    return statement.principals && std::ranges::any_of(statement.principals->aws, [&](const std::string& name) {
             return name != principal.text && wide(principal)->matches(name);
           });
  };
  const auto in_set = [&](const iam::PolicySet& set) {
    return std::ranges::any_of(
        set.policies, [&](const iam::Policy* policy) { return std::ranges::any_of(policy->statements, is_told); });
  };
  return in_set(scenario.identity) || in_set(scenario.resource) || std::ranges::any_of(scenario.limits, in_set) ||
         std::ranges::any_of(scenario.ceilings, in_set) || std::ranges::any_of(scenario.denials, in_set);
}

Outcome can_in(const Known& known, const Question& question, Case& in, const Hints& hints) {
  Outcome out;
  Texts texts(in, hints);
  const Declared who = find(texts, question.principal, true), what = find(texts, question.resource, false);
  out.principal = who.standing;
  out.resource = what.standing;
  if (who.standing == Standing::left_out) {
    out.decision.answer = Answer::denied;
    out.decision.because = {fmt::format("{} is not part of the stack", question.principal)};
    return out;
  }
  const iam::Principal principal = parse_principal(who.arn.text);
  Scope scope;
  scope.resource = what.arn.text;
  // A session's ARN does not tell its role's path: then all are read.
  if (principal.kind != iam::Principal::Kind::session) scope.identities = {principal.name, what.arn.text};
  auto [generous, strict, open] = in_both_readings(known, in, hints, scope, [&](const iam::Account& account) {
    iam::Budget budget(question.budget);
    Decision decision = iam::can(account, principal, question.action, what.arn.text, question.context, budget);
    if (decision.answer == Answer::undecided && !account.missing(principal).empty()) {
      decision.when_allowed.reset();  // what is missing could say otherwise
      decision.when_denied.reset();
    }
    if (who.arn.is_certain() && what.arn.is_certain()) return decision;
    if (!tells_apart(account.scenario(principal, question.action, what.arn.text), what.arn, who.arn)) return decision;
    Decision undecided;
    undecided.why_undecided = what.arn.is_certain() ? who.arn.open : what.arn.open;
    return undecided;
  });
  out.decision = iam::agreed(std::move(generous), std::move(strict), open);
  std::erase_if(out.decision.because, [](const std::string& origin) { return origin.empty(); });
  return out;
}

}  // namespace

// Every stack has an account and a region, whether its template names them or not.
Known::Known(estate::Estate estate, iam::Account account) : estate_(std::move(estate)), account_(std::move(account)) {
  for (std::uint32_t stack = 0; stack < estate_.stacks.size(); ++stack) {
    for (const char* name : {"AWS::AccountId", "AWS::Region"}) {
      const bool is_there = std::ranges::any_of(estate_.parameters, [&](const estate::Parameter& parameter) {
        return parameter.stack == stack && parameter.name == name;
      });
      if (is_there) continue;
      estate::Parameter& parameter = estate_.parameters.emplace_back();
      parameter.name = name;
      parameter.stack = stack;
    }
  }
}

Decision can(const Known& known, const Question& question) {
  if (known.estate().resources.empty()) {
    iam::Budget budget(question.budget);
    return iam::can(known.account(), parse_principal(question.principal), question.action, question.resource,
                    question.context, budget);
  }
  Hints hints;
  hints.add_principal(question.principal);
  hints.add_resource(question.resource);
  hints.add_action(question.action);
  std::vector<Outcome> outcomes;
  const bool is_complete = for_each_case(known.estate(), most_cases, [&](Case& in) {
    Outcome outcome = settled(in, [&] { return can_in(known, question, in, hints); });
    if (in.is_forbidden()) return;
    outcome.choices = in.choices();
    outcome.decided = in.decided();
    outcome.is_exact = in.inexact().empty();
    outcomes.push_back(std::move(outcome));
  });
  return combine(known.estate(), std::move(outcomes), is_complete);
}

std::vector<iam::Accessor> who_can(const Known& known, const Question& question) {
  if (known.estate().resources.empty())
    return iam::who_can(known.account(), question.action, question.resource, question.context, question.budget);
  Hints hints;
  hints.add_resource(question.resource);
  hints.add_action(question.action);
  struct OfCase {
    Standing resource = Standing::elsewhere;
    bool is_exact = true;
    std::string open;
    std::vector<iam::Accessor> strict, generous;
  };
  std::vector<OfCase> cases;
  const bool is_complete = for_each_case(known.estate(), most_cases, [&](Case& in) {
    OfCase of_case = settled(in, [&] {
      Texts texts(in, hints);
      const Declared what = find(texts, question.resource, false);
      Scope scope;
      scope.resource = what.arn.text;
      auto [generous, strict, open] = in_both_readings(known, in, hints, scope, [&](const iam::Account& account) {
        return iam::who_can(account, question.action, what.arn.text, question.context, question.budget);
      });
      return OfCase{what.standing, true, std::move(open), std::move(strict), std::move(generous)};
    });
    if (in.is_forbidden()) return;
    of_case.is_exact = in.inexact().empty();
    cases.push_back(std::move(of_case));
  });
  if (std::ranges::any_of(cases, [](const OfCase& one) { return one.resource == Standing::declared; }))
    std::erase_if(cases, [](const OfCase& one) { return one.resource == Standing::elsewhere; });
  std::map<std::string, iam::Accessor> found;
  for (const OfCase& of_case : cases) {
    if (!of_case.is_exact) continue;
    for (const iam::Accessor& accessor : of_case.strict) {
      iam::Accessor& one = found.try_emplace(accessor.principal.name, accessor).first->second;
      if (accessor.decision.when_allowed && !one.decision.when_allowed) one = accessor;
    }
  }
  for (const OfCase& of_case : cases) {
    for (const iam::Accessor& accessor : of_case.generous) {
      if (found.contains(accessor.principal.name)) continue;
      iam::Accessor& one = found.emplace(accessor.principal.name, accessor).first->second;
      one.decision = {};
      one.decision.why_undecided = of_case.open.empty() ? "it is not certain that the case occurs" : of_case.open;
    }
  }
  std::vector<iam::Accessor> out;
  for (auto& [name, accessor] : found) out.push_back(std::move(accessor));
  if (!is_complete) {
    iam::Accessor& rest = out.emplace_back();
    rest.principal.name = "others";
    rest.decision.why_undecided = fmt::format("the templates have more than {} cases that matter", most_cases);
  }
  return out;
}

std::vector<std::string> accounts(const Known& known, const std::string& resource) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view account) {
    if (!account.empty() && !contains(out, account)) out.emplace_back(account);
  };
  add(known.account().owner_of(resource));
  for (const auto& [arn, identity] : known.account().identities()) add(identity.principal.account);
  Hints hints;
  hints.add_resource(resource);
  (void)for_each_case(known.estate(), most_cases, [&](Case& in) {
    Texts texts(in, hints);
    for (const estate::Resource& each : in.estate().resources)
      if (in.exists(each)) add(texts.account(each));
  });
  return out;
}

std::vector<std::string> identities(const Known& known) {
  std::vector<std::string> out;
  const Hints hints;
  (void)for_each_case(known.estate(), most_cases, [&](Case& in) {
    Texts texts(in, hints);
    for (const std::string_view type : {"AWS::IAM::Role", "AWS::IAM::User"})
      for (const estate::Resource* each : in.resources(type))
        if (const Text arn = texts.arn(*each); !contains(out, arn.text)) out.push_back(arn.text);
  });
  return out;
}

}  // namespace redoubt::rights
