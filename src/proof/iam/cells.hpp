// Divides all strings of a universe into cells: two strings share a cell when the same patterns match them. The cells
// are found by running all patterns as one automaton, so that they are exactly those that exist, each with a shortest
// string that lies in it. Any question about the patterns is then a question about a finite set of cells. (Networks are
// verified the same way: H. Yang and S. Lam, "Real-time verification of network properties using atomic predicates".)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "iam/budget.hpp"
#include "iam/glob.hpp"

namespace redoubt::iam {

struct Cell {
  std::string witness;
  std::vector<std::uint32_t> patterns;  // the indices of the patterns that match, in order
};

// The cells of the strings that some pattern of `universe` matches; with `of_first`, only of those that one of the
// first so many patterns matches too, which is less work. None when the budget is spent.
[[nodiscard]] std::optional<std::vector<Cell>> cells(const std::vector<Glob>& patterns,
                                                     const std::vector<Glob>& universe, Budget& budget,
                                                     std::optional<std::size_t> of_first = std::nullopt);

}  // namespace redoubt::iam
