#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "iam/contains.hpp"
#include "iam/escalation_paths.hpp"
#include "rights/answered_cases.hpp"
#include "rights/questions.hpp"
#include "rights/readings.hpp"

namespace redoubt::rights {

using iam::contains;

namespace {

using Escalations = std::vector<Escalation>;  // one for each principal that is asked about

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

// One principal in one case.
struct OfCase {
  Standing standing = Standing::elsewhere;
  std::vector<estate::Choice> decided;
  Escalation found;
};

// The cases of which `holds` is true; empty where it is of each.
template <class Holds>
std::string where_it_holds(const estate::Estate& estate, const std::vector<OfCase>& cases, Holds&& holds) {
  constexpr std::string_view yes = "yes", no = "no";
  std::vector<AnsweredCase> answered;
  for (const OfCase& one : cases) answered.push_back({one.decided, std::string(holds(one.found.found) ? yes : no)});
  if (!contains(answered, no, &AnsweredCase::answer)) return {};
  keep_what_matters(answered);
  return where(estate, answered, yes);
}

Escalation combine(const estate::Estate& estate, std::vector<OfCase> cases, bool is_complete) {
  Escalation out;
  if (std::ranges::any_of(cases, [](const OfCase& one) { return one.standing == Standing::declared; }))
    std::erase_if(cases, [](const OfCase& one) { return one.standing == Standing::elsewhere; });
  out.where = where_it_holds(
      estate, cases, [](const iam::Escalation& found) { return found.is_administrator || !found.paths.empty(); });
  out.where_administrator =
      where_it_holds(estate, cases, [](const iam::Escalation& found) { return found.is_administrator; });
  for (const OfCase& of_case : cases) {
    out.found.is_administrator = out.found.is_administrator || of_case.found.found.is_administrator;
    for (const iam::OpenPath& path : of_case.found.found.paths) {
      const auto is_it = [&](const iam::OpenPath& other) {
        return other.id == path.id && other.assumes == path.assumes;
      };
      if (std::ranges::any_of(out.found.paths, is_it)) continue;
      out.found.paths.push_back(path);
      out.found.paths.back().where = where_it_holds(
          estate, cases, [&](const iam::Escalation& found) { return std::ranges::any_of(found.paths, is_it); });
    }
    for (const std::string& id : of_case.found.found.undecided)
      if (!contains(out.found.undecided, id)) out.found.undecided.push_back(id);
    if (out.missing.empty()) out.missing = of_case.found.missing;
  }
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
    Escalation out;
    out.found = iam::find_escalation(account, who, of_case);
    out.missing = account.missing(who);
    if (out.missing.empty()) out.missing = out.found.missing;
    return out;
  };
  Escalations out;
  if (known.estate().resources.empty()) {
    for (const std::string& principal : principals) out.push_back(ask(known.account(), parse_principal(principal)));
    return out;
  }
  std::vector<std::vector<OfCase>> cases(principals.size());
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
      auto [generous, strict, open] = in_both_readings(
          known, in, hints, {.identities = {}, .resource = {}, .ways = true}, [&](const iam::Account& account) {
            Escalations each;
            for (const auto& who : parsed) each.push_back(who ? ask(account, *who) : Escalation());
            return each;
          });
      std::vector<OfCase> each;
      for (std::size_t i = 0; i < principals.size(); ++i)
        each.push_back({standings[i], {}, both(std::move(generous[i]), std::move(strict[i]), open)});
      return each;
    });
    if (in.is_forbidden()) return;
    for (std::size_t i = 0; i < principals.size(); ++i) {
      of_case[i].decided = in.decided();
      if (!in.inexact().empty()) allow_for_inexact(of_case[i].found, in.inexact());
      cases[i].push_back(std::move(of_case[i]));
    }
  });
  for (auto& of_principal : cases) out.push_back(combine(known.estate(), std::move(of_principal), is_complete));
  return out;
}

// What a role's trust policy leaves open may be one of the services that a way goes through.
void add_services(Hints& hints) {
  for (const iam::EscalationPath& path : iam::escalation_paths())
    for (const std::string_view service : {path.service, path.or_service})
      if (!service.empty() && !contains(hints.principals, service)) hints.principals.emplace_back(service);
}

}  // namespace

Escalation find_escalation(const Known& known, const std::string& principal, std::chrono::milliseconds budget) {
  Hints hints;
  hints.add_principal(principal);
  add_services(hints);
  return find_escalations(known, {principal}, hints, budget).front();
}

std::vector<Escalation> find_escalations(const Known& known, const std::vector<std::string>& principals,
                                         std::chrono::milliseconds budget) {
  Hints hints;
  add_services(hints);
  return find_escalations(known, principals, hints, budget);
}

}  // namespace redoubt::rights
