#include "rights/answered_cases.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "estate/bearing.hpp"
#include "iam/contains.hpp"

namespace redoubt::rights {

using iam::contains;

void keep_what_matters(std::vector<AnsweredCase>& cases) {
  constexpr std::size_t most_compared = 256;
  if (cases.size() > most_compared) return;
  const std::vector<AnsweredCase> all = cases;
  for (AnsweredCase& one : cases) {
    std::vector<estate::SeenCase> seen;
    for (const AnsweredCase& other : all) seen.push_back({other.decided, other.answer == one.answer});
    one.decided = estate::bearing(std::move(one.decided), seen);
  }
}

std::string where(const estate::Estate& estate, const std::vector<AnsweredCase>& cases, std::string_view answer) {
  constexpr std::size_t most_named = 8;
  std::vector<std::string> parts;
  for (const AnsweredCase& one : cases) {
    if (one.answer != answer) continue;
    std::string part = estate::describe(estate, one.decided);
    if (part.empty() || contains(parts, part)) continue;
    if (parts.size() == most_named) return fmt::format("{}; and other cases", fmt::join(parts, ", or where "));
    parts.push_back(std::move(part));
  }
  return fmt::format("{}", fmt::join(parts, ", or where "));
}

}  // namespace redoubt::rights
