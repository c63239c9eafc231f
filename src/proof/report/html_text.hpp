// Pieces of markup that the parts of the page share.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "controls/catalogue.hpp"
#include "controls/verdict.hpp"

namespace redoubt::report {

// A coloured word: `<span class="outcome refuted">refuted</span>`.
[[nodiscard]] std::string badge(controls::Outcome outcome);

// The verdicts of a control, in their order.
[[nodiscard]] std::vector<const controls::Verdict*> verdicts_of(const controls::Findings& findings,
                                                                std::string_view control);

// What a control comes to: the worst of its verdicts, refuted before unknown before waived before proved before not
// applicable; empty where none of its checks was asked.
[[nodiscard]] std::string_view worst_of(const std::vector<const controls::Verdict*>& verdicts);

// The parts of the page.
[[nodiscard]] std::string html_findings(const controls::Findings& findings);
[[nodiscard]] std::string html_controls(const controls::Findings& findings);
[[nodiscard]] std::string html_frameworks(const controls::Findings& findings);

// page.css
[[nodiscard]] std::string_view page_style();

}  // namespace redoubt::report
