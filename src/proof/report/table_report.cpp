#include "table_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
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

constexpr std::size_t indent = 11;        // below the word of the outcome
constexpr std::size_t title_column = 28;  // beside the outcome, the id and the count
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

// Worst first.
constexpr std::array severity_order{Outcome::refuted, Outcome::unknown, Outcome::waived, Outcome::proved,
                                    Outcome::not_applicable};

struct ControlVerdicts {
  std::string_view id;
  std::vector<const Verdict*> verdicts;

  [[nodiscard]] std::size_t count(Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(verdicts, outcome, &Verdict::outcome));
  }
  [[nodiscard]] Outcome worst() const {
    return *std::ranges::find_if(severity_order, [&](Outcome each) { return count(each) != 0; });
  }
  [[nodiscard]] std::string_view title() const {
    const Control* const control = controls::find_control(id);
    return control == nullptr ? std::string_view() : std::string_view(control->title);
  }
};

std::vector<ControlVerdicts> by_control(const std::vector<Verdict>& verdicts) {
  std::vector<ControlVerdicts> out;
  for (const Verdict& each : verdicts) {
    if (out.empty() || out.back().id != each.control) out.push_back({each.control, {}});
    out.back().verdicts.push_back(&each);
  }
  return out;
}

class Table {
 public:
  explicit Table(const TableStyle& style) : columns_(std::max(style.columns, narrowest)), colour_(style.colour) {}

  void line(const ControlVerdicts& control) {
    const Outcome worst = control.worst();
    const std::size_t count = control.count(worst);
    const std::size_t all =
        worst == Outcome::not_applicable ? count : control.verdicts.size() - control.count(Outcome::not_applicable);
    styled(colour_of(worst), [&] { out_ += fmt::format("{:<9}", word_of(worst)); });
    out_ += fmt::format("{:<8}{:>9}  ", control.id,
                        count == all ? fmt::format("{}", all) : fmt::format("{} of {}", count, all));
    wrap(control.title(), 0, title_column, true);
  }

  void details(const ControlVerdicts& control, std::initializer_list<Outcome> outcomes) {
    if (std::ranges::none_of(outcomes, [&](Outcome each) { return control.count(each) != 0; })) return;
    gap();
    styled("\x1b[1m", [&] { wrap(fmt::format("{}  {}", control.id, control.title()), 0, control.id.size() + 2); });
    for (const Outcome outcome : outcomes)
      for (const Verdict* each : control.verdicts)
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

  // Breaks at spaces where it must, and where the text itself does; a word longer than a line stays whole, so that it
  // can be copied. `open`: something stands on the first line already.
  void wrap(std::string_view text, std::size_t first, std::size_t hanging, bool open = false) {
    std::size_t column = open ? hanging : first;
    if (!open) out_.append(first, ' ');
    bool at_start = true;
    while (!text.empty()) {
      const std::size_t end = text.find_first_of(" \n");
      const std::string_view word = text.substr(0, end);
      const bool line_ends = end != std::string_view::npos && text[end] == '\n';
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      const std::size_t width = width_of(word);
      const auto next_line = [&] {
        out_ += '\n';
        out_.append(hanging, ' ');
        column = hanging;
        at_start = true;
      };
      if (!at_start && column + 1 + width > columns_) next_line();
      if (!at_start) {
        out_ += ' ';
        ++column;
      }
      out_ += word;
      column += width;
      at_start = false;
      if (line_ends) next_line();
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
  const std::vector<ControlVerdicts> controls = by_control(findings.verdicts);
  for (const ControlVerdicts& each : controls) table.line(each);
  for (const ControlVerdicts& each : controls)
    if (style.evidence)
      table.details(each, {Outcome::refuted, Outcome::unknown, Outcome::waived, Outcome::proved});
    else
      table.details(each, {Outcome::refuted, Outcome::unknown, Outcome::waived});
  if (!controls.empty()) table.gap();
  table.paragraph(summary(findings.summary), 2);
  return std::move(table).take();
}

}  // namespace redoubt::report
