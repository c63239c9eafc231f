#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "iam/contains.hpp"
#include "rights/questions.hpp"
#include "rights/readings.hpp"

namespace redoubt::rights {

using iam::contains;

namespace {

using Escalations = std::vector<Escalation>;  // one for each principal that is asked about
using StandingEscalation = std::pair<Standing, Escalation>;

// What both readings say of one principal.
Escalation both(Escalation generous, Escalation strict, const std::string& open) {
  // A way that only the generous reading knows is one that may be open.
  for (const iam::OpenPath& path : generous.found.paths)
    if (!contains(strict.found.paths, path.id, &iam::OpenPath::id) && !contains(strict.found.undecided, path.id))
      strict.found.undecided.push_back(path.id);
  if (generous.found.is_administrator && !strict.found.is_administrator && strict.missing.empty())
    strict.missing = open;
  return strict;
}

// What was found in a case that may not occur may be open.
void allow_for_inexact(Escalation& of_case, const std::string& why) {
  if (of_case.found.is_administrator) of_case.missing = why;
  of_case.found.is_administrator = false;
  for (const iam::OpenPath& path : of_case.found.paths) of_case.found.undecided.push_back(path.id);
  of_case.found.paths.clear();
}

Escalation combine(std::vector<StandingEscalation> cases, bool is_complete) {
  Escalation out;
  if (std::ranges::any_of(cases, [](const auto& one) { return one.first == Standing::declared; }))
    std::erase_if(cases, [](const auto& one) { return one.first == Standing::elsewhere; });
  bool in_all = true;
  for (auto& [standing, of_case] : cases) {
    const bool finds = of_case.found.is_administrator || !of_case.found.paths.empty();
    in_all = in_all && finds;
    if (finds && out.where.empty()) out.where = of_case.where;
    out.found.is_administrator = out.found.is_administrator || of_case.found.is_administrator;
    for (iam::OpenPath& path : of_case.found.paths)
      if (!contains(out.found.paths, path.id, &iam::OpenPath::id)) out.found.paths.push_back(std::move(path));
    for (std::string& id : of_case.found.undecided)
      if (!contains(out.found.undecided, id)) out.found.undecided.push_back(std::move(id));
    if (out.missing.empty()) out.missing = std::move(of_case.missing);
  }
  if (in_all) out.where.clear();
  std::erase_if(out.found.undecided,
                [&](const std::string& id) { return contains(out.found.paths, id, &iam::OpenPath::id); });
  if (!is_complete && out.missing.empty())
    out.missing = fmt::format("the templates have more than {} cases that matter", most_cases);
  return out;
}

Escalations find_escalations(const Known& known, const std::vector<std::string>& principals, const Hints& hints,
                             std::chrono::milliseconds budget) {
  const auto ask = [&](const iam::Account& account, const iam::Principal& who) {
    iam::Budget of_case(budget);
    Escalation out{iam::find_escalation(account, who, of_case), {}, account.missing(who)};
    if (out.missing.empty()) out.missing = out.found.missing;
    return out;
  };
  Escalations out;
  if (known.estate().resources.empty()) {
    for (const std::string& principal : principals) out.push_back(ask(known.account(), parse_principal(principal)));
    return out;
  }
  std::vector<std::vector<StandingEscalation>> cases(principals.size());
  const bool is_complete = for_each_case(known.estate(), most_cases, [&](estate::Case& in) {
    auto of_case = settled(in, [&] {
      Texts texts(in, hints);
      std::vector<Standing> standings;
      std::vector<std::optional<iam::Principal>> parsed;
      for (const std::string& principal : principals) {
        const Declared who = find(texts, principal, true);
        standings.push_back(who.standing);
        parsed.emplace_back();
        if (who.standing != Standing::left_out) parsed.back() = parse_principal(who.arn.text);
      }
      auto [generous, strict, open] = in_both_readings(known, in, hints, {}, [&](const iam::Account& account) {
        Escalations each;
        for (const auto& who : parsed) each.push_back(who ? ask(account, *who) : Escalation());
        return each;
      });
      std::vector<StandingEscalation> each;
      for (std::size_t i = 0; i < principals.size(); ++i)
        each.emplace_back(standings[i], both(std::move(generous[i]), std::move(strict[i]), open));
      return each;
    });
    if (in.is_forbidden()) return;
    for (std::size_t i = 0; i < principals.size(); ++i) {
      of_case[i].second.where = in.choices();
      if (!in.inexact().empty()) allow_for_inexact(of_case[i].second, in.inexact());
      cases[i].push_back(std::move(of_case[i]));
    }
  });
  for (auto& of_principal : cases) out.push_back(combine(std::move(of_principal), is_complete));
  return out;
}

}  // namespace

Escalation find_escalation(const Known& known, const std::string& principal, std::chrono::milliseconds budget) {
  Hints hints;
  hints.add_principal(principal);
  return find_escalations(known, {principal}, hints, budget).front();
}

std::vector<Escalation> find_escalations(const Known& known, const std::vector<std::string>& principals,
                                         std::chrono::milliseconds budget) {
  return find_escalations(known, principals, Hints(), budget);
}

}  // namespace redoubt::rights
