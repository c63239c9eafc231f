// Whether somebody may take a step of a way to full rights: each is asked of the engine, with what its request has to
// carry, on whatever it may be on. Called by escalation.cpp and escalation_growth.cpp; it never decides where a way
// leads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/account.hpp"
#include "iam/budget.hpp"
#include "iam/decide.hpp"
#include "iam/escalation.hpp"
#include "iam/escalation_paths.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {

// Who acts, at one point of the way: with policies that allow everything, without its boundary; and how that came.
struct Node {
  Principal principal;
  const Identity* self = nullptr;  // with the groups that it joined; null where the data do not show it
  bool has_all = false;
  bool is_unbound = false;
  std::vector<OpenStep> steps = {};
  std::string how = {};
};

// What a step may be on: these, but for those. ARNs, or patterns.
struct Range {
  std::vector<std::string> resources;
  std::vector<std::string> but_for = {};
};

enum class Outcome : std::uint8_t { open, closed, undecided };

class Steps {
 public:
  Steps(const Account& account, Budget& budget) : account_(account), budget_(budget) {}

  [[nodiscard]] Scenario scenario(const Node& node, std::string_view action, std::string_view resource) const;

  // Whether it could be allowed at all, as far as a look at the policies tells: nothing then has to be decided.
  [[nodiscard]] static bool may_take(const Node& node, std::string_view action);

  // Takes a step, adding what it consists of: where AWS's own policies may not be attached, one is made first.
  // `service`: to which a role is passed, or the service that it is a part of.
  Outcome take(const Node& node, std::string_view action, const Range& range, std::vector<OpenStep>& steps,
               std::string_view service = {});

  // All steps of a path; `range_of` says on what each is.
  template <class RangeOf>
  Outcome take_all(const EscalationPath& path, const Node& node, RangeOf&& range_of, std::vector<OpenStep>& steps) {
    bool undecided = false;
    for (const EscalationStep& wanted : path.steps()) {
      const Outcome outcome = take(node, wanted.action, range_of(wanted), steps, path.service);
      if (outcome == Outcome::closed) return outcome;
      undecided = undecided || outcome == Outcome::undecided;
    }
    return undecided ? Outcome::undecided : Outcome::open;
  }

  // The same, but all on one resource, a role that is passed aside: `steps` were found to be allowed, each by itself,
  // and what they are on is tried.
  template <class RangeOf>
  Outcome take_on_one(const EscalationPath& path, const Node& node, RangeOf&& range_of,
                      const std::vector<std::string>& but_for, std::vector<OpenStep>& steps) {
    for (const std::string& one : to_try(path, but_for, steps)) {
      steps.clear();
      const auto on_one = [&](const EscalationStep& step) {
        return step.action == "iam:PassRole" ? range_of(step) : Range{{one}};
      };
      if (take_all(path, node, on_one, steps) == Outcome::open) return Outcome::open;
    }
    return Outcome::undecided;
  }

  // Why a step was undecided, where that is not for want of time.
  [[nodiscard]] const std::string& doubt() const { return doubt_; }

 private:
  struct Carried {
    std::string_view passed_to = {};   // iam:PassedToService
    std::string_view attached = {};    // iam:PolicyARN: the policy's ARN
    bool attached_of_account = false;  // or any policy of the account
    bool ignores_tags = false;
  };
  static std::vector<std::string> to_try(const EscalationPath& path, const std::vector<std::string>& but_for,
                                         const std::vector<OpenStep>& steps);
  Decision decide_one(const Node& node, std::string_view action, const Range& range, const Carried& carried);
  Outcome pass(const Node& node, const Range& range, std::string_view service, std::vector<OpenStep>& steps);
  Outcome attach(const Node& node, std::string_view action, const Range& range, std::vector<OpenStep>& steps);
  Outcome attach_own(const Node& node, std::string_view action, const Range& range, std::vector<OpenStep>& steps);

  const Account& account_;
  Budget& budget_;
  std::string doubt_;
};

}  // namespace redoubt::iam
