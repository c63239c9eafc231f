// The values of one condition key that its conditions can tell apart: enough of them that whatever a request may hold,
// one of these makes the same conditions true.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/budget.hpp"
#include "iam/glob.hpp"
#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

struct KeyValues {
  std::vector<std::string> values;
  bool complete = true;  // false where a key is compared as text and as a number at once
};

// `context[i]` gives condition i its variables; null where it has none. The texts are of `universe`, where it is not
// empty. None when the budget is spent.
[[nodiscard]] std::optional<KeyValues> telling_values(std::string_view key,
                                                      const std::vector<const Condition*>& conditions,
                                                      const std::vector<const Context*>& context, Budget& budget,
                                                      const std::vector<Glob>& universe = {});

// Whether a request may hold several values of the key ("AWS global condition context keys" says which global ones;
// a service's key counts as one when a set operator asks for it).
[[nodiscard]] bool may_be_multivalued(std::string_view key, const std::vector<const Condition*>& conditions);

}  // namespace redoubt::iam
