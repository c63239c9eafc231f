// A page for each framework: its requirements, the controls that answer them, and what those came to.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "controls/coverage.hpp"
#include "markup.hpp"
#include "report/html_text.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Control;

std::string answers(const std::vector<const Control*>& controls, const controls::Findings& findings) {
  std::string out = "<ul>";
  for (const Control* control : controls) {
    const std::string_view worst = worst_of(verdicts_of(findings, control->id));
    out += fmt::format("<li><span class=\"outcome {}\">{}</span> <a href=\"#{}\">{}</a> {}</li>",
                       worst.empty() ? "not-asked" : worst, worst.empty() ? "not asked" : worst,
                       markup_escaped(control->id), markup_escaped(control->id), markup_escaped(control->title));
  }
  return out + "</ul>";
}

}  // namespace

std::string html_frameworks(const controls::Findings& findings) {
  std::string out;
  for (const controls::Framework& framework : controls::frameworks()) {
    const std::vector<controls::Requirement> requirements = requirements_of(framework);
    if (requirements.empty()) continue;
    out += fmt::format(
        "<section class=\"framework\" id=\"{}\">\n<h2>{}</h2>\n<table>\n<thead><tr><th>Requirement</th>"
        "<th>Controls that answer it</th></tr></thead>\n<tbody>\n",
        framework.name, markup_escaped(framework.title));
    for (const auto& [requirement, controls] : requirements)
      out += fmt::format("<tr><td class=\"requirement\">{}</td><td>{}</td></tr>\n", markup_escaped(requirement),
                         answers(controls, findings));
    out += "</tbody></table>\n</section>\n";
  }
  return out;
}

}  // namespace redoubt::report
