#include "report/html.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "markup.hpp"
#include "report/html_text.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

std::string tiles(const controls::Summary& summary) {
  const std::array<std::pair<std::string_view, std::size_t>, 6> numbers{{{"refuted", summary.refuted},
                                                                         {"unknown", summary.unknown},
                                                                         {"waived", summary.waived},
                                                                         {"proved", summary.proved},
                                                                         {"not-applicable", summary.not_applicable},
                                                                         {"not-asked", summary.not_asked}}};
  std::string out = "<dl class=\"tiles\">\n";
  for (const auto& [name, number] : numbers) {
    std::string words(name);
    std::ranges::replace(words, '-', ' ');
    out += fmt::format("<div class=\"{}{}\"><dt>{}</dt><dd>{}</dd></div>\n", name, number == 0 ? " none" : "", words,
                       number);
  }
  return out + "</dl>\n";
}

std::string navigation(const Pictures& pictures) {
  std::string out = "<nav>\n<a href=\"#findings\">To act on</a>\n";
  if (!pictures.network.empty()) out += "<a href=\"#network\">Network</a>\n";
  if (!pictures.secret_readers.empty()) out += "<a href=\"#secrets\">Secrets</a>\n";
  out += "<a href=\"#controls\">Controls</a>\n";
  for (const controls::Framework& framework : controls::frameworks())
    out += fmt::format("<a href=\"#{}\">{}</a>\n", framework.name, markup_escaped(framework.title));
  return out + "</nav>\n";
}

std::string network(const Pictures& pictures) {
  if (pictures.network.empty()) return {};
  return "<section id=\"network\">\n<h2>Network</h2>\n<p>An arrow stands only where a connection can really be opened; "
         "one in red belongs to a refuted verdict.</p>\n<figure>" +
         pictures.network + "</figure>\n</section>\n";
}

std::string secrets(const Pictures& pictures) {
  if (pictures.secret_readers.empty()) return {};
  std::string out =
      "<section id=\"secrets\">\n<h2>Who can read the secrets</h2>\n<table>\n<thead><tr><th>Secret</th>"
      "<th>Readable by</th></tr></thead>\n<tbody>\n";
  for (const auto& [secret, readers] : pictures.secret_readers) {
    out += fmt::format("<tr><td>{}</td><td>", markup_escaped(secret));
    for (const std::string& reader : readers) out += fmt::format("{}<br>", markup_escaped(reader));
    out += readers.empty() ? "nobody in these sources</td></tr>\n" : "</td></tr>\n";
  }
  return out + "</tbody></table>\n</section>\n";
}

}  // namespace

std::string html(const controls::Findings& findings, const Context& context, const Pictures& pictures) {
  return fmt::format(
      R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<title>Redoubt: {refuted} refuted, {unknown} unknown, {proved} proved</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>Redoubt</h1>
<p class="sources">{sources}</p>
<p class="time">{time}, redoubt {version}</p>
{tiles}</header>
{navigation}<main>
{findings}{network}{secrets}{controls}{frameworks}</main>
</body>
</html>
)",
      fmt::arg("refuted", findings.summary.refuted), fmt::arg("unknown", findings.summary.unknown),
      fmt::arg("proved", findings.summary.proved), fmt::arg("style", page_style()),
      fmt::arg("sources", markup_escaped(fmt::format("{}", fmt::join(findings.sources, ", ")))),
      fmt::arg("time", timestamp(context.time)), fmt::arg("version", markup_escaped(context.version)),
      fmt::arg("tiles", tiles(findings.summary)), fmt::arg("navigation", navigation(pictures)),
      fmt::arg("findings", html_findings(findings)), fmt::arg("network", network(pictures)),
      fmt::arg("secrets", secrets(pictures)), fmt::arg("controls", html_controls(findings)),
      fmt::arg("frameworks", html_frameworks(findings)));
}

}  // namespace redoubt::report
