// Which known ways lead a principal to full rights (escalation_paths.hpp): each step is asked of the engine, over every
// resource and context, and shown with a request that the evaluator allows.
#pragma once

#include <string>
#include <vector>

#include "iam/account.hpp"
#include "iam/budget.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

struct OpenStep {
  Request request;                   // one that is allowed
  std::vector<std::string> because;  // the statements that allow it
};

struct OpenPath {
  std::string id;
  std::string how;
  std::string assumes;  // what must exist besides, as far as the account's data do not show it
  std::string through;  // what the data show of it: an administrator's ARN, a group
  std::vector<OpenStep> steps;
  std::string where = {};  // the cases of a template in which it is open; empty where there is but one
};

struct Escalation {
  bool is_administrator = false;  // there is nothing left to gain
  std::vector<OpenPath> paths;
  std::vector<std::string> undecided;  // paths that could not be settled within the budget
  std::string missing;                 // what the data do not tell of a role on the way; empty where they tell all
};

// Roles that may be assumed are followed: a path that begins in one starts with its sts:AssumeRole.
[[nodiscard]] Escalation find_escalation(const Account& account, const Principal& principal, Budget& budget);

}  // namespace redoubt::iam
