// Compares what two policies allow, over all requests: the same, less, more, or each something that the other does not.
// An answer of "no" is a request that the evaluator has judged; what cannot be settled within the budget, or cannot be
// settled at all, is undecided, never guessed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

enum class Order : std::uint8_t { equivalent, narrower, broader, incomparable, undecided };
[[nodiscard]] std::string_view name_of(Order order);

struct Difference {
  Order order = Order::undecided;
  std::optional<Request> only_left;   // the left policy allows it, the right one does not
  std::optional<Request> only_right;  // the other way
  std::string why_undecided;

  // Everything that the left policy allows, the right one allows too. None: undecided.
  [[nodiscard]] std::optional<bool> is_contained() const;
};

inline constexpr std::chrono::milliseconds default_budget{5000};

[[nodiscard]] Difference compare(const Policy& left, const Policy& right,
                                 std::chrono::milliseconds budget = default_budget);

// Whether everything that `policy` allows is within what `envelope` allows; where it is not, a request shows it. One
// half of `compare`, at about half its cost.
struct Containment {
  std::optional<bool> holds;              // none: undecided
  std::optional<Request> counterexample;  // there when it does not hold
  std::string why_undecided;
};
[[nodiscard]] Containment contained(const Policy& policy, const Policy& envelope,
                                    std::chrono::milliseconds budget = default_budget);

// A request that the policy of a resource allows to somebody outside of the accounts: another one's principal, a
// stranger, or the public; AWS's own services do not count.
struct Outsider {
  std::optional<Request> request;
  bool undecided = false;
};
[[nodiscard]] Outsider find_outsider(const Policy& policy, const std::vector<std::string>& accounts,
                                     std::chrono::milliseconds budget = default_budget);

}  // namespace redoubt::iam
