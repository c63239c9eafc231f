// Questions about who may do what, asked of an estate: in every case in which its templates may turn out, and of what
// stands open as generously and as strictly as it may be. An answer holds for every value of every parameter, or says
// in which case it differs; what no source tells is never taken for a yes or a no. Called by `redoubt iam` and by the
// checks.
//
// A question presupposes what it names: cases in which a principal or a resource that the templates declare in some
// case is of another account or region than the question says are left out. Where a condition of the template leaves it
// out, the case counts.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "estate/estate.hpp"
#include "iam/access.hpp"
#include "iam/account.hpp"
#include "iam/compare.hpp"

namespace redoubt::rights {

// An estate and what else is known: SCPs, an account's authorization details, a session policy.
class Known {
 public:
  explicit Known(estate::Estate estate = {}, iam::Account account = {});

  [[nodiscard]] const estate::Estate& estate() const { return estate_; }
  [[nodiscard]] const iam::Account& account() const { return account_; }

 private:
  estate::Estate estate_;
  iam::Account account_;
};

struct Question {
  std::string principal;  // as Principal::parse reads it, or the logical id of a role or user
  std::string action;
  std::string resource;  // an ARN, or a logical id with what follows of the ARN
  iam::Pins context;
  std::chrono::milliseconds budget = iam::default_budget;  // for each case
};

// Combined over all cases: `condition` names those in which the answer differs. Throws std::runtime_error where the
// principal is none.
[[nodiscard]] iam::Decision can(const Known& known, const Question& question);

// In any case; undecided ones come without when_allowed. The question's principal is not looked at.
[[nodiscard]] std::vector<iam::Accessor> who_can(const Known& known, const Question& question);

// The accounts that the sources speak for: those of their users and roles, and of the resource, where they are said.
[[nodiscard]] std::vector<std::string> accounts(const Known& known, const std::string& resource);

struct Escalation {
  iam::Escalation found;  // a path is open if it is in some case
  std::string where;      // the cases of what was found, rights as much as ways; empty where it is in every one
  std::string where_administrator;  // those in which there is nothing left to gain, likewise
  std::string missing;              // what no source tells; empty where all is told
};

// The ways of one principal to full rights. Throws std::runtime_error where the principal is none.
[[nodiscard]] Escalation find_escalation(const Known& known, const std::string& principal,
                                         std::chrono::milliseconds budget = iam::default_budget);

// The same for several at once, each with the budget: what the estate says is read once a case for all of them.
[[nodiscard]] std::vector<Escalation> find_escalations(const Known& known, const std::vector<std::string>& principals,
                                                       std::chrono::milliseconds budget = iam::default_budget);

// The roles and users that the estate declares in some case, by ARN as their templates have it where no account is
// named.
[[nodiscard]] std::vector<std::string> identities(const Known& known);

}  // namespace redoubt::rights
