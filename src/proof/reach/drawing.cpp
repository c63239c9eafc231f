#include "reach/drawing.hpp"

#include <fmt/format.h>

#include "reach/svg.hpp"

namespace redoubt::reach {
namespace {

constexpr int margin = 24, box_height = 40, gap = 28, width = 720, line = 20;
constexpr std::size_t line_length = 88;  // characters

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

}  // namespace

std::string draw(const Inquiry& inquiry, const Finding& finding) {
  const std::string title = fmt::format("{} to {}: {}", inquiry.from, inquiry.to, name_of(finding.verdict));
  std::vector<std::string> notes;
  const auto note = [&](const std::string& text) {
    for (std::string& each : wrapped(text)) notes.push_back(std::move(each));
  };
  if (finding.packet) note(text_of(*finding.packet));
  if (finding.stopped_by) note(fmt::format("{}: {}", finding.stopped_by->kind, finding.stopped_by->rule));
  if (!finding.unknown.empty()) note(finding.unknown);
  for (const std::string& assumption : finding.assumptions) note("assumed: " + assumption);

  const std::string_view colour = finding.verdict == Verdict::reachable     ? "#1a7f37"
                                  : finding.verdict == Verdict::unreachable ? "#b42318"
                                                                            : "#8a6d00";
  std::vector<std::string> boxes = finding.path;
  const bool stopped = finding.verdict == Verdict::unreachable && finding.stopped_by;
  if (stopped) boxes.push_back("stopped by " + finding.stopped_by->resource);
  const int top = margin + 2 * line;
  const int height =
      top + static_cast<int>(boxes.size()) * (box_height + gap) + static_cast<int>(notes.size()) * line + margin;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "aria-labelledby=\"title\" font-family=\"sans-serif\" font-size=\"14\">\n<title id=\"title\">{2}</title>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
      "<text x=\"{3}\" y=\"{4}\" font-size=\"18\" font-weight=\"bold\" fill=\"{5}\">{2}</text>\n",
      width, height, svg_escaped(title), margin, margin + line / 2, colour);
  int y = top;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const bool last = i + 1 == boxes.size();
    const bool ends = last && (finding.verdict == Verdict::reachable || stopped);
    out += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"#f6f8fa\" stroke=\"{}\" "
        "stroke-width=\"{}\"/>\n<text x=\"{}\" y=\"{}\" fill=\"#1f2328\">{}</text>\n",
        margin, y, width - 2 * margin, box_height, ends ? colour : "#57606a", ends ? 2 : 1, margin + 14,
        y + box_height / 2 + 5, svg_escaped(boxes[i]));
    y += box_height;
    if (!last)
      out += fmt::format("<path d=\"M{0} {1} v{2} m-5 -7 l5 7 l5 -7\" fill=\"none\" stroke=\"#57606a\"{3}/>\n",
                         width / 2, y, gap - 2, stopped && i + 2 == boxes.size() ? " stroke-dasharray=\"4 3\"" : "");
    y += gap;
  }
  for (const std::string& each : notes) {
    out += fmt::format("<text x=\"{}\" y=\"{}\" fill=\"#1f2328\">{}</text>\n", margin, y, svg_escaped(each));
    y += line;
  }
  return out + "</svg>\n";
}

}  // namespace redoubt::reach
