#include "report/html_text.hpp"

#include <fmt/format.h>

#include <array>

namespace redoubt::report {

using controls::Outcome;
using controls::Verdict;

std::string badge(Outcome outcome) {
  return fmt::format("<span class=\"outcome {0}\">{0}</span>", controls::name_of(outcome));
}

std::vector<const Verdict*> verdicts_of(const controls::Findings& findings, std::string_view control) {
  std::vector<const Verdict*> out;
  for (const Verdict& verdict : findings.verdicts)
    if (verdict.control == control) out.push_back(&verdict);
  return out;
}

std::string_view worst_of(const std::vector<const Verdict*>& verdicts) {
  constexpr std::array order{Outcome::refuted, Outcome::unknown, Outcome::waived, Outcome::proved,
                             Outcome::not_applicable};
  for (const Outcome outcome : order)
    if (std::ranges::any_of(verdicts, [&](const Verdict* each) { return each->outcome == outcome; }))
      return controls::name_of(outcome);
  return {};
}

}  // namespace redoubt::report
