// Findings as people read them at a terminal: by control, what is refuted with its counterexample and remedy first.
#pragma once

#include <cstddef>
#include <string>

#include "controls/verdict.hpp"

namespace redoubt::report {

struct TableStyle {
  std::size_t columns = 80;
  bool colour = false;  // ANSI escapes
};

[[nodiscard]] std::string as_table(const controls::Findings& findings, const TableStyle& style);

}  // namespace redoubt::report
