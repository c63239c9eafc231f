// How an answer that differs between the cases of a template names them. Called by whatever combines the cases of a
// question.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "estate/case.hpp"

namespace redoubt::rights {

struct AnsweredCase {
  std::vector<estate::Choice> decided;
  std::string answer;
};

// Leaves of each case only the choices on which its answer hangs (estate/bearing.hpp).
void keep_what_matters(std::vector<AnsweredCase>& cases);

// All the cases that have the answer, as one text: `Stage is "test", or where Stage is "trial"`.
[[nodiscard]] std::string where(const estate::Estate& estate, const std::vector<AnsweredCase>& cases,
                                std::string_view answer);

}  // namespace redoubt::rights
