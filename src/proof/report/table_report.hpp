// Findings as people read them at a terminal: a line for each control with its worst outcome, then each verdict that
// wants something done, with counterexample and remedy, then the sum.
#pragma once

#include <cstddef>
#include <string>

#include "controls/verdict.hpp"

namespace redoubt::report {

struct TableStyle {
  std::size_t columns = 80;
  bool colour = false;    // ANSI escapes
  bool evidence = false;  // also each verdict that is proved, with what proves it
};

[[nodiscard]] std::string as_table(const controls::Findings& findings, const TableStyle& style);

}  // namespace redoubt::report
