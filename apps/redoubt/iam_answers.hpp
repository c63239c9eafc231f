// The answers of `redoubt iam` as a person reads them: who may, what could not be settled, what makes the difference.
// JSON is written where each command is.
#pragma once

#include <string>
#include <vector>

#include "iam/access.hpp"
#include "iam/decide.hpp"

namespace redoubt {

// A request that is allowed and one that is not. Where the case alone makes the difference, they are the same.
void print_both(const iam::Decision& decision);

// One a line, each with what it stands for; the rest of a long list in numbers.
void print_principals(const std::vector<iam::Accessor>& who);

// On standard error: who it could not be settled of, by the reason.
struct Unsettled {
  std::string name, reason;
};
void print_unsettled(const std::vector<Unsettled>& all);

}  // namespace redoubt
