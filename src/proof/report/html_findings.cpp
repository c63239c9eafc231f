// What somebody has to act on, the worst first: each with its place, its counterexample and its remedy.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "markup.hpp"
#include "report/html_text.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Outcome;
using controls::Verdict;

std::string card(const Verdict& verdict) {
  std::string out = fmt::format("<article class=\"finding {}\">\n<h3>{} <span class=\"severity\">{}</span> {}</h3>\n",
                                controls::name_of(verdict.outcome), badge(verdict.outcome),
                                controls::name_of(verdict.severity), markup_escaped(title_of(verdict)));
  out += fmt::format("<p class=\"where\"><a href=\"#{0}\">{1}</a> {2}", markup_escaped(verdict.control),
                     markup_escaped(verdict.check), markup_escaped(verdict.resource));
  if (!verdict.file.empty())
    out += fmt::format(" <span class=\"place\">{}{}</span>", markup_escaped(verdict.file),
                       verdict.line > 0 ? fmt::format(":{}", verdict.line) : "");
  out += "</p>\n";
  if (const std::string reason = reason_of(verdict); !reason.empty())
    out += fmt::format("<pre class=\"reason\">{}</pre>\n", markup_escaped(reason));
  if (!verdict.remedy.empty()) out += fmt::format("<p class=\"remedy\">{}</p>\n", markup_escaped(verdict.remedy));
  return out + "</article>\n";
}

}  // namespace

std::string html_findings(const controls::Findings& findings) {
  std::vector<const Verdict*> open;
  for (const Verdict& verdict : findings.verdicts)
    if (verdict.outcome == Outcome::refuted || verdict.outcome == Outcome::unknown) open.push_back(&verdict);
  std::ranges::sort(open, {}, [](const Verdict* verdict) {  // and as they stand, where they are alike
    return std::tuple(verdict->outcome != Outcome::refuted, verdict->severity, verdict);
  });
  std::string out = "<section id=\"findings\">\n<h2>To act on</h2>\n";
  if (open.empty()) return out + "<p>Nothing was refuted, and nothing is unknown.</p>\n</section>\n";
  for (const Verdict* verdict : open) out += card(*verdict);
  return out + "</section>\n";
}

}  // namespace redoubt::report
