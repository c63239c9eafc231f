// What `redoubt iam` is asked on the command line: what is no question, or one that no request could answer, is refused
// (std::runtime_error, with what to give instead) rather than answered wrongly.
#pragma once

#include <string>
#include <vector>

#include "estate/estate.hpp"
#include "iam/space.hpp"

namespace redoubt {

// A question is about one action: what is no action's name is allowed by nothing.
void check_action(const std::string& action);

// The resource of a question: an ARN, the logical id of something that the estate declares with what follows of the
// ARN, or *. `${*}` and `${?}` are these characters themselves, as in policies ("Variables and tags", special
// characters).
[[nodiscard]] std::string resource_of(const std::string& given, const estate::Estate& estate);

// The keys of --context (KEY=VALUE) and --absent; `strict`: every other key is absent. Values of the global keys are of
// their types ("AWS global condition context keys").
[[nodiscard]] iam::Pins context_of(const std::vector<std::string>& given, const std::vector<std::string>& absent,
                                   bool strict);

}  // namespace redoubt
