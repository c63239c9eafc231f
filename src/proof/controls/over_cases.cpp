#include "over_cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "estate/bearing.hpp"

namespace redoubt::controls {
namespace {

int badness(Outcome outcome) {
  if (outcome == Outcome::refuted) return 2;
  return outcome == Outcome::unknown ? 1 : 0;
}

// What was found of a resource in one case.
struct Found {
  Standing standing;
  std::string doubt;                    // why it is not certain that the case can be; empty: it can
  std::vector<estate::Choice> choices;  // what was decided in the case; empty where it is proved
};
using Worst = std::map<std::size_t, Found>;

Found found_in(const Case& in, const Inquiry::Finding& finding) {
  Found out{{finding.outcome, finding.at, finding.text}, {}, {}};
  if (finding.outcome == Outcome::proved) return out;
  out.choices = in.decided();
  if (finding.outcome == Outcome::refuted && !in.inexact().empty()) {
    out.standing.outcome = Outcome::unknown;
    out.doubt = in.inexact();
  }
  return out;
}

void keep_worst(Worst& worst, std::size_t key, Found found) {
  const auto [place, is_new] = worst.try_emplace(key, found);
  if (!is_new && badness(found.standing.outcome) > badness(place->second.standing.outcome))
    place->second = std::move(found);
}

// One case as it was seen, and what was not proved in it: of each check the resources and the texts.
struct CaseSeen {
  std::vector<estate::Choice> choices;
  std::vector<std::vector<std::pair<std::size_t, std::string>>> open;
};

// The choices that what a check found of a resource rests on.
std::vector<estate::Choice> bearing_of(const Found& found, std::size_t key, std::size_t check,
                                       const std::vector<CaseSeen>& cases, std::span<const std::uint32_t> fixed) {
  std::vector<estate::SeenCase> seen;
  seen.reserve(cases.size());
  for (const CaseSeen& each : cases)
    seen.push_back({each.choices, std::ranges::any_of(each.open[check], [&](const auto& open) {
                      return open.first == key && open.second == found.standing.text;
                    })});
  return estate::bearing(found.choices, seen, fixed);
}

}  // namespace

std::size_t key_of(const Estate& estate, const Inquiry::Finding& finding) {
  return finding.resource != nullptr ? estate.index_of(*finding.resource) : whole;
}

void keep_worst(Standings& standings, std::size_t key, Standing standing) {
  const auto [place, is_new] = standings.try_emplace(key, standing);
  if (!is_new && badness(standing.outcome) > badness(place->second.outcome)) place->second = std::move(standing);
}

void keep_worst(Standings& standings, Standings&& more) {
  for (auto& [key, standing] : more) keep_worst(standings, key, std::move(standing));
}

void over_all_cases(const Estate& estate, std::chrono::sys_seconds now, std::size_t budget, std::span<Seen> out,
                    const std::function<void(std::span<Inquiry>)>& ask, std::span<const std::uint32_t> fixed) {
  std::vector<Worst> all(out.size());
  std::vector<CaseSeen> cases;
  const bool complete = estate::for_each_case(estate, budget, [&](Case& in) {
    std::vector<Inquiry> inquiries(out.size(), Inquiry(in, now));
    ask(inquiries);
    if (in.is_forbidden()) return;
    CaseSeen& of_case = cases.emplace_back(CaseSeen{in.decided(), {}});
    of_case.open.resize(out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      for (const Inquiry::Finding& finding : inquiries[i].findings()) {
        const std::size_t key = key_of(in.estate(), finding);
        if (finding.outcome != Outcome::proved) of_case.open[i].emplace_back(key, finding.text);
        keep_worst(all[i], key, found_in(in, finding));
      }
      out[i].types.insert(inquiries[i].looked_for().begin(), inquiries[i].looked_for().end());
    }
  });
  const std::string why = fmt::format("more than {} combinations of parameters and conditions bear on it", budget);
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (auto& [key, found] : all[i]) {
      if (complete && !found.choices.empty()) found.choices = bearing_of(found, key, i, cases, fixed);
      Standing standing = std::move(found.standing);
      if (!complete && standing.outcome == Outcome::proved) standing = {Outcome::unknown, standing.at, why};
      if (const std::string when = estate::describe(estate, found.choices); !when.empty())
        standing.text += fmt::format(", when {}", when);
      if (!found.doubt.empty()) standing.text += fmt::format("; whether that can be is not certain: {}", found.doubt);
      keep_worst(out[i].standings, key, std::move(standing));
    }
    if (!complete && all[i].empty()) keep_worst(out[i].standings, whole, {Outcome::unknown, {}, why});
  }
}

}  // namespace redoubt::controls
