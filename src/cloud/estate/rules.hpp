// The Rules of a template ("Rules section syntax reference", CloudFormation user guide): assertions about its
// parameters without which CloudFormation makes no stack. Asked by a Case whether the values that it chose can be.
#pragma once

#include <span>

#include "case.hpp"
#include "domain.hpp"

namespace redoubt::estate {

// Can the choices occur together, as the rules of their stacks have it? `yes` where some values of all other parameters
// keep every rule, `no` where none do; `unsure` where a rule asks what only AWS knows (Fn::ValueOf, Fn::RefAll), where
// a list matters, or where there are too many values to try.
[[nodiscard]] Admits keep_rules(const Estate& estate, std::span<const Choice> choices);

}  // namespace redoubt::estate
