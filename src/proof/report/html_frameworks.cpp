// A page for each framework: its requirements, the controls that answer them, and what those came to.
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "report/html_text.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Control;

// "2.10" after "2.9": numbers within a requirement's name count as numbers.
struct ByNumber {
  bool operator()(std::string_view left, std::string_view right) const {
    std::size_t i = 0, j = 0;
    const auto digit = [](char each) { return each >= '0' && each <= '9'; };
    while (i < left.size() && j < right.size()) {
      if (digit(left[i]) && digit(right[j])) {
        const auto run = [&](std::string_view text, std::size_t& at) {
          std::size_t value = 0;
          for (; at < text.size() && digit(text[at]); ++at)
            value = value * 10 + static_cast<std::size_t>(text[at] - '0');
          return value;
        };
        const std::size_t first = run(left, i), second = run(right, j);
        if (first != second) return first < second;
      } else if (left[i] != right[j]) {
        return left[i] < right[j];
      } else {
        ++i;
        ++j;
      }
    }
    return left.size() - i < right.size() - j;
  }
};

std::string answers(const std::vector<const Control*>& controls, const controls::Findings& findings) {
  std::string out = "<ul>";
  for (const Control* control : controls) {
    const std::string_view worst = worst_of(verdicts_of(findings, control->id));
    out += fmt::format("<li><span class=\"outcome {}\">{}</span> <a href=\"#{}\">{}</a> {}</li>",
                       worst.empty() ? "not-asked" : worst, worst.empty() ? "not asked" : worst,
                       html_escaped(control->id), html_escaped(control->id), html_escaped(control->title));
  }
  return out + "</ul>";
}

}  // namespace

std::string html_frameworks(const controls::Findings& findings) {
  std::string out;
  for (const controls::Framework& framework : controls::frameworks()) {
    std::map<std::string_view, std::vector<const Control*>, ByNumber> requirements;
    for (const Control& control : controls::catalogue())
      for (const controls::FrameworkReference& reference : control.frameworks)
        if (reference.framework == framework.name)
          for (const std::string& requirement : reference.requirements) requirements[requirement].push_back(&control);
    if (requirements.empty()) continue;
    out += fmt::format(
        "<section class=\"framework\" id=\"{}\">\n<h2>{}</h2>\n<table>\n<thead><tr><th>Requirement</th>"
        "<th>Controls that answer it</th></tr></thead>\n<tbody>\n",
        framework.name, html_escaped(framework.title));
    for (const auto& [requirement, controls] : requirements)
      out += fmt::format("<tr><td class=\"requirement\">{}</td><td>{}</td></tr>\n", html_escaped(requirement),
                         answers(controls, findings));
    out += "</tbody></table>\n</section>\n";
  }
  return out;
}

}  // namespace redoubt::report
