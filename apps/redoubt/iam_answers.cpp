#include "iam_answers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "iam_requests.hpp"

namespace redoubt {
namespace {

using namespace iam;

constexpr std::size_t most_shown = 50;

std::string_view kind_of(const Principal& principal) {
  switch (principal.kind) {
    case Principal::Kind::user:
      return "users";
    case Principal::Kind::role:
      return "roles";
    default:
      return "others";
  }
}

}  // namespace

void print_both(const Decision& decision) {
  const auto& [allowed, denied] = std::tie(decision.when_allowed, decision.when_denied);
  // Where the case of a template alone makes the difference, its condition has told it.
  if (allowed && denied && text_of(*allowed, denied) == text_of(*denied, allowed)) {
    if (decision.condition.empty()) fmt::print("  allowed in one case and denied in another: {}\n", text_of(*allowed));
    return;
  }
  if (allowed) fmt::print("  allowed: {}\n", text_of(*allowed, denied));
  if (denied) fmt::print("  denied: {}\n", text_of(*denied, allowed));
}

void print_principals(const std::vector<Accessor>& who) {
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> more;  // by account and kind
  std::size_t shown = 0;
  for (const auto& [principal, decision, is_example] : who) {
    if (shown++ >= most_shown) {
      ++more[{principal.account, kind_of(principal)}];
      continue;
    }
    std::string_view meaning;
    if (is_example)
      meaning = "  (any account that no policy names)";
    else if (principal.kind == Principal::Kind::anonymous)
      meaning = "  (everyone, without credentials too)";
    else if (principal.name == "*.amazonaws.com")
      meaning = "  (any service of AWS)";
    fmt::print("{}{}\n", principal.name, meaning);
  }
  if (more.empty()) return;
  std::vector<std::string> parts;
  for (const auto& [of, count] : more)
    parts.push_back(of.first.empty() ? fmt::format("{} {}", count, of.second)
                                     : fmt::format("{} {} of {}", count, of.second, of.first));
  fmt::print("and {} more: {} (--json lists all)\n", who.size() - most_shown, fmt::join(parts, ", "));
}

void print_unsettled(const std::vector<Unsettled>& all) {
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> by_reason;
  for (const auto& [name, reason] : all) {
    auto found = std::ranges::find(by_reason, reason, [](const auto& one) { return one.first; });
    if (found == by_reason.end()) found = by_reason.insert(by_reason.end(), {reason, {}});
    found->second.push_back(name);
  }
  for (const auto& [reason, names] : by_reason) {
    if (names.size() == 1) {
      fmt::print(stderr, "redoubt: {}: it could not be settled: {}\n", names.front(), reason);
      continue;
    }
    fmt::print(stderr, "redoubt: of {} it could not be settled: {}\n", names.size(), reason);
    const std::size_t shown = std::min(names.size(), most_shown);
    for (std::size_t i = 0; i < shown; ++i) fmt::print(stderr, "  {}\n", names[i]);
    if (shown < names.size()) fmt::print(stderr, "  and {} more (--json lists all)\n", names.size() - shown);
  }
}

}  // namespace redoubt
