#include "reach/drawing.hpp"

#include <fmt/format.h>

#include "markup.hpp"

namespace redoubt::reach {
namespace {

constexpr int margin = 24, box_height = 40, gap = 28, width = 720, line = 20;
constexpr std::size_t line_length = 88, name_length = 58;  // characters

// Follows the reader's colours, in a browser and where an <img> shows it.
constexpr std::string_view style = R"(<style>
svg { --ground: #ffffff; --box: #f6f8fa; --line: #57606a; --text: #1f2328; --quiet: #59636e;
      --reachable: #1a7f37; --unreachable: #b42318; --unknown: #8a6d00 }
@media (prefers-color-scheme: dark) {
  svg { --ground: #0d1117; --box: #161b22; --line: #8b949e; --text: #e6edf3; --quiet: #9198a1;
        --reachable: #3fb950; --unreachable: #ff7b72; --unknown: #d29922 }
}
.ground { fill: var(--ground) } .box { fill: var(--box); stroke: var(--line) } .way { stroke: var(--line); fill: none }
text { fill: var(--text) } .quiet { fill: var(--quiet) }
</style>
)";

// Characters, not bytes: those that continue one do not count.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::vector<std::string> wrapped(std::string_view text) {
  std::vector<std::string> out;
  while (text.size() > line_length) {
    std::size_t end = text.rfind(' ', line_length);
    if (end == std::string_view::npos || end == 0) end = line_length;
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out.emplace_back(text);
  return out;
}

// An ARN is told by its end, and by where it begins.
std::string shortened(const std::string& text) {
  if (length_of(text) <= name_length || length_of(text) != text.size()) return text;
  constexpr std::size_t begin = 16;
  return text.substr(0, begin) + "\u2026" + text.substr(text.size() - (name_length - begin - 1));
}

struct Step {
  std::string name, kind;
};

}  // namespace

std::string draw(const Inquiry& inquiry, const Finding& finding) {
  const std::string title = fmt::format("{} to {}: {}", inquiry.from, inquiry.to, name_of(finding.verdict));
  std::vector<std::string> notes;
  const auto note = [&](const std::string& text) {
    for (std::string& each : wrapped(text)) notes.push_back(std::move(each));
  };
  const bool stopped = finding.verdict == Verdict::unreachable && finding.stopped_by;
  if (finding.packet)
    note(fmt::format("{}: {}", stopped && finding.stopped_by->answer ? "the answer" : "packet",
                     text_of(*finding.packet)));
  if (finding.stopped_by) note(finding.stopped_by->rule);
  if (!finding.unknown.empty()) note(finding.unknown);
  for (const std::string& assumption : finding.assumptions) note("assumed: " + assumption);

  const std::string colour = fmt::format("var(--{})", name_of(finding.verdict));
  std::vector<Step> steps;
  for (std::size_t i = 0; i < finding.path.size(); ++i)
    steps.push_back({finding.path[i], i < finding.kinds.size() ? finding.kinds[i] : std::string()});
  if (stopped)
    steps.push_back({fmt::format("{} by {}", finding.stopped_by->answer ? "answer stopped" : "stopped",
                                 finding.stopped_by->resource),
                     finding.stopped_by->kind});
  const std::vector<std::string> heading = wrapped(title);
  const int top = margin + line + line * static_cast<int>(heading.size());
  const int height =
      top + static_cast<int>(steps.size()) * (box_height + gap) + static_cast<int>(notes.size()) * line + margin;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "aria-labelledby=\"title\" font-family=\"system-ui, sans-serif\" font-size=\"14\">\n<title "
      "id=\"title\">{2}</title>\n{3}<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n",
      width, height, markup_escaped(title), style);
  int y = margin + line / 2;
  for (const std::string& each : heading) {
    out += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" font-weight=\"bold\" style=\"fill: {}\">{}</text>\n",
                       margin, y, heading.size() > 1 ? 14 : 18, colour, markup_escaped(each));
    y += line;
  }
  y = top;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    const bool ends = last && (finding.verdict == Verdict::reachable || stopped);
    out += fmt::format(
        "<rect class=\"box\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"{}/>\n"
        "<text x=\"{}\" y=\"{}\">{}<title>{}</title></text>\n",
        margin, y, width - 2 * margin, box_height,
        ends ? fmt::format(" style=\"stroke: {}; stroke-width: 2\"", colour) : "", margin + 14, y + box_height / 2 + 5,
        markup_escaped(shortened(steps[i].name)), markup_escaped(steps[i].name));
    if (!steps[i].kind.empty())
      out += fmt::format("<text class=\"quiet\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", width - margin - 14,
                         y + box_height / 2 + 5, markup_escaped(steps[i].kind));
    y += box_height;
    if (!last)
      out += fmt::format("<path class=\"way\" d=\"M{0} {1} v{2} m-5 -7 l5 7 l5 -7\"{3}/>\n", width / 2, y, gap - 2,
                         stopped && i + 2 == steps.size() ? " stroke-dasharray=\"4 3\"" : "");
    y += gap;
  }
  for (const std::string& each : notes) {
    out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", margin, y, markup_escaped(each));
    y += line;
  }
  return out + "</svg>\n";
}

}  // namespace redoubt::reach
