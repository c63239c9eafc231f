// Which of a case's choices something that was found in it rests on. A Case decides whatever its question asks, and a
// message that named all of it would name what has nothing to do with the finding. Asked by `prove` when every case was
// seen.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "case.hpp"

namespace redoubt::estate {

struct SeenCase {
  std::vector<Choice> choices;
  bool has_it = false;  // whether the same was found in it
};

// Those of `choices` (one of the cases, which has it) without which some case among `all` is left that does not have
// it. Sound where `all` are the cases of one for_each_case that came to its end. None of `fixed` (parameters) is left
// out: the cases do not show what becomes of other values of theirs.
[[nodiscard]] std::vector<Choice> bearing(std::vector<Choice> choices, std::span<const SeenCase> all,
                                          std::span<const std::uint32_t> fixed = {});

}  // namespace redoubt::estate
