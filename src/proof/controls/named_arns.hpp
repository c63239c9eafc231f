// What the containers of a task definition name (repositories, log groups, secrets, and whatever else of the estate
// they are told of), as patterns of ARNs: role_envelope_checks.cpp makes its envelopes of it. What cannot be read is
// said to stand open, never left out.
#pragma once

#include <string>
#include <vector>

#include "check.hpp"

namespace redoubt::controls {

struct NamedArns {
  std::vector<Value> repositories, groups, secrets, others;
  std::string open;  // what may be any repository, group, secret or key besides; empty: nothing

  bool operator==(const NamedArns&) const = default;
  // What another definition, or this one in another case, names besides. Of several that stand open the first is told.
  void add(const NamedArns& more);
};

// What one definition names in the inquiry's case, added to the rest.
void add_named(Inquiry& ask, const Resource& definition, NamedArns& out);

}  // namespace redoubt::controls
