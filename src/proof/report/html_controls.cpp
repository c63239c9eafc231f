// Every control by section, with the verdicts of its checks and the evidence for each.
#include <fmt/format.h>

#include <string>

#include "markup.hpp"
#include "report/html_text.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Control;
using controls::Verdict;

// Below another verdict of the same check, its title is not said again.
std::string row(const Verdict& verdict, bool is_first) {
  return fmt::format(
      "<tr><td>{}</td><td><code>{}</code>{}{}</td><td>{}<br><span class=\"place\">{}{}</span></td><td>{}</td></tr>\n",
      badge(verdict.outcome), markup_escaped(verdict.check), is_first ? "<br>" : "",
      is_first ? markup_escaped(title_of(verdict)) : "", markup_escaped(verdict.resource), markup_escaped(verdict.file),
      verdict.line > 0 ? fmt::format(":{}", verdict.line) : "", markup_escaped(reason_of(verdict)));
}

std::string not_asked(const Control& control, const std::vector<const Verdict*>& verdicts) {
  std::string out;
  for (const controls::CheckEntry& check : control.checks)
    if (std::ranges::none_of(verdicts, [&](const Verdict* each) { return each->check == check.id; }))
      out += fmt::format("<li><code>{}</code> {}</li>\n", markup_escaped(check.id), markup_escaped(check.title));
  return out.empty() ? out : fmt::format("<p>Not asked of these sources:</p>\n<ul>\n{}</ul>\n", out);
}

std::string entry(const Control& control, const controls::Findings& findings) {
  const auto verdicts = verdicts_of(findings, control.id);
  const std::string_view worst = worst_of(verdicts);
  const bool open = worst == "refuted" || worst == "unknown";
  std::string out = fmt::format(
      "<details id=\"{0}\" class=\"control\"{1}>\n<summary><span class=\"id\">{0}</span> <span "
      "class=\"title\">{2}</span> "
      "<span class=\"outcome {3}\">{4}</span></summary>\n",
      markup_escaped(control.id), open ? " open" : "", markup_escaped(control.title),
      worst.empty() ? "not-asked" : worst, worst.empty() ? "not asked" : worst);
  out += fmt::format("<p>{}</p>\n", markup_escaped(control.requirement));
  if (!control.why.empty()) out += fmt::format("<p class=\"why\">{}</p>\n", markup_escaped(control.why));
  if (!verdicts.empty()) {
    out +=
        "<table "
        "class=\"verdicts\"><thead><tr><th>Verdict</th><th>Check</th><th>Resource</th><th>Evidence</th></tr></"
        "thead>\n<tbody>\n";
    for (std::size_t i = 0; i < verdicts.size(); ++i)
      out += row(*verdicts[i], i == 0 || verdicts[i - 1]->check != verdicts[i]->check);
    out += "</tbody></table>\n";
  }
  return out + not_asked(control, verdicts) + "</details>\n";
}

}  // namespace

std::string html_controls(const controls::Findings& findings) {
  std::string out = "<section id=\"controls\">\n<h2>Controls</h2>\n";
  std::string_view section;
  for (const Control& control : controls::catalogue()) {
    if (control.section != section) out += fmt::format("<h3>{}</h3>\n", markup_escaped(control.section));
    section = control.section;
    out += entry(control, findings);
  }
  return out + "</section>\n";
}

}  // namespace redoubt::report
