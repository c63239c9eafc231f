// Checks over all cases in which an estate can turn out: of each resource the worst that was found of it, in words that
// name the parameters' values on which it rests, and no others. Asked by `prove`.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"

namespace redoubt::controls {

// What is known about one resource after some cases.
struct Standing {
  Outcome outcome = Outcome::proved;
  Location at;
  std::string text;
};

inline constexpr std::size_t whole = static_cast<std::size_t>(-1);  // the key of what is found of no resource
using Standings = std::map<std::size_t, Standing>;  // by the resource's index: in the order of the estate

[[nodiscard]] std::size_t key_of(const Estate& estate, const Inquiry::Finding& finding);

void keep_worst(Standings& standings, std::size_t key, Standing standing);
void keep_worst(Standings& standings, Standings&& more);

// What a check found, and which types it looked for.
struct Seen {
  Standings standings;
  std::set<std::string_view> types;
};

// Asks as many checks as `out` has places of every case, each through an inquiry of its own, and adds what they find.
// More cases than `budget`: what was proved is unknown. Of `fixed` parameters the estate has one value of several, so
// that no finding holds whatever they are.
void over_all_cases(const Estate& estate, std::chrono::sys_seconds now, std::size_t budget, std::span<Seen> out,
                    const std::function<void(std::span<Inquiry>)>& ask, std::span<const std::uint32_t> fixed = {});

}  // namespace redoubt::controls
