#include "table_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "controls/catalogue.hpp"

namespace redoubt::report {
namespace {

using controls::Control;
using controls::Findings;
using controls::Outcome;
using controls::Verdict;

constexpr std::size_t indent = 11;  // below the word of the outcome
constexpr std::size_t narrowest = 40;

// Columns on a terminal: code points are near enough, what we write has no wide ones but those of the sources.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::proved:
      return "proved";
    case Outcome::refuted:
      return "REFUTED";
    case Outcome::unknown:
      return "UNKNOWN";
    case Outcome::waived:
      return "waived";
    case Outcome::not_applicable:
      return "n/a";
  }
  return "";
}

std::string_view colour_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::proved:
      return "\x1b[32m";
    case Outcome::refuted:
      return "\x1b[1;31m";
    case Outcome::unknown:
      return "\x1b[1;33m";
    case Outcome::waived:
    case Outcome::not_applicable:
      return "\x1b[2m";
  }
  return "";
}

class Table {
 public:
  explicit Table(const TableStyle& style) : columns_(std::max(style.columns, narrowest)), colour_(style.colour) {}

  void control(const Control* control, std::string_view id, const std::vector<const Verdict*>& verdicts) {
    if (!out_.empty()) out_ += '\n';
    std::string heading(id);
    if (control != nullptr) heading += "  " + control->title;
    styled("\x1b[1m", [&] { wrap(heading, 0, id.size() + 2); });
    for (const Outcome outcome : {Outcome::refuted, Outcome::unknown, Outcome::waived, Outcome::proved})
      for (const Verdict* each : verdicts)
        if (each->outcome == outcome) verdict(*each);
  }

  void paragraph(std::string_view text, std::size_t hanging) { wrap(text, 0, hanging); }
  void gap() { out_ += '\n'; }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void verdict(const Verdict& each) {
    const bool bad = each.outcome == Outcome::refuted || each.outcome == Outcome::unknown;
    std::string what = each.check;
    if (bad) what += fmt::format("  {}", name_of(each.severity));
    if (!each.resource.empty()) what += fmt::format("  {}", each.resource);
    const std::string place = each.line == 0 ? each.file : fmt::format("{}:{}", each.file, each.line);

    out_ += "  ";
    styled(colour_of(each.outcome), [&] { out_ += fmt::format("{:<9}", word_of(each.outcome)); });
    const std::size_t used = indent + width_of(what);
    if (used + 2 + width_of(place) <= columns_) {
      out_ += fmt::format("{}{:{}}{}\n", what, "", columns_ - used - width_of(place), place);
    } else {
      wrap(what, width_of(out_.substr(out_.rfind('\n') + 1)) > indent ? indent : 0, indent, true);
      wrap(place, indent, indent);
    }
    if (!each.counterexample.empty()) wrap(each.counterexample, indent, indent);
    if (!each.evidence.empty()) styled(bad ? "" : "\x1b[2m", [&] { wrap(each.evidence, indent, indent); });
    if (bad && !each.remedy.empty()) wrap("→ " + each.remedy, indent - 2, indent);
  }

  template <class Write>
  void styled(std::string_view escape, Write&& write) {
    const bool on = colour_ && !escape.empty();
    if (on) out_ += escape;
    write();
    if (on) out_ += "\x1b[0m";
  }

  // Breaks at spaces; a word longer than a line stays whole, so that it can be copied. `open`: something stands on the
  // first line already, as far as `hanging`.
  void wrap(std::string_view text, std::size_t first, std::size_t hanging, bool open = false) {
    std::size_t column = open ? hanging : first;
    if (!open) out_.append(first, ' ');
    bool at_start = true;
    while (!text.empty()) {
      const std::size_t space = text.find(' ');
      const std::string_view word = text.substr(0, space);
      text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
      const std::size_t width = width_of(word);
      if (!at_start && column + 1 + width > columns_) {
        out_ += '\n';
        out_.append(hanging, ' ');
        column = hanging;
        at_start = true;
        if (word.empty()) continue;
      }
      if (!at_start) {
        out_ += ' ';
        ++column;
      }
      out_ += word;
      column += width;
      at_start = false;
    }
    out_ += '\n';
  }

  std::string out_;
  std::size_t columns_;
  bool colour_;
};

std::string summary(const controls::Summary& sum) {
  std::string out = fmt::format("{} proved, {} refuted, {} unknown, {} waived, {} not applicable", sum.proved,
                                sum.refuted, sum.unknown, sum.waived, sum.not_applicable);
  if (sum.not_asked != 0)
    out += fmt::format("; {} {} not asked, since what {} from was not given", sum.not_asked,
                       sum.not_asked == 1 ? "check was" : "checks were",
                       sum.not_asked == 1 ? "it is proved" : "they are proved");
  return out + '.';
}

}  // namespace

std::string as_table(const Findings& findings, const TableStyle& style) {
  Table table(style);
  std::string not_applicable;
  const auto& verdicts = findings.verdicts;
  for (std::size_t i = 0; i < verdicts.size();) {
    const std::string& id = verdicts[i].control;
    std::vector<const Verdict*> shown;
    for (; i < verdicts.size() && verdicts[i].control == id; ++i)
      if (verdicts[i].outcome == Outcome::not_applicable)
        not_applicable += fmt::format("{}{}", not_applicable.empty() ? "" : ", ", verdicts[i].check);
      else
        shown.push_back(&verdicts[i]);
    if (!shown.empty()) table.control(controls::find_control(id), id, shown);
  }
  if (!verdicts.empty()) table.gap();
  if (!not_applicable.empty()) {
    table.paragraph("Not applicable: " + not_applicable, 2);
    table.gap();
  }
  table.paragraph(summary(findings.summary), 2);
  return std::move(table).take();
}

}  // namespace redoubt::report
