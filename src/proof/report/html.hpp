// The report as one HTML file for people: it asks for nothing from outside, runs no script, reads well in light and
// dark and on paper. Everything that came from a source is escaped.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/report.hpp"

namespace redoubt::report {

// What the findings alone do not say; each may be empty, and its part of the page is then left out.
struct Pictures {
  std::string network;  // an <svg> element
  // A secret and those who can read it: "DatabaseSecret" → {"TaskRole (allowed)", …}
  std::vector<std::pair<std::string, std::vector<std::string>>> secret_readers;
};

[[nodiscard]] std::string html(const controls::Findings& findings, const Context& context, const Pictures& pictures);

}  // namespace redoubt::report
