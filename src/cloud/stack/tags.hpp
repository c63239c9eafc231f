// The tag by which everything of the stack says its environment, so that bills, policies and proofs can tell production
// from the rest ("Best practices for tagging AWS resources"). Called by Template for each resource that is added.
#pragma once

#include <string_view>

#include "estate/value.hpp"

namespace redoubt::stack {

// Adds `Environment: ENVIRONMENT` to the properties of a resource, before the tags that stand there, in the form that
// its type takes them; leaves a type without tags as it is.
void tag_environment(std::string_view type, estate::Value& properties, std::string_view environment);

}  // namespace redoubt::stack
