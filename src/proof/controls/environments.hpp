// Which environment a resource is part of: some controls ask for less in development, in so many words (MON-2,
// NET-4). Called by the checks of sizes. Never takes silence, or two voices, for development.
#pragma once

#include "check.hpp"

namespace redoubt::controls {

// Does its tag Environment (env, stage; in any case) say development or dev, and no other such tag anything else? Where
// a parameter says it, the case is decided, so that a counterexample names the value. A template that declares itself a
// whole stack is one environment: there a resource is of development only if no other resource's tag disagrees.
// Unknown where the tag's value, or whether there is one, cannot be had.
// Tags: "Best practices for tagging AWS resources", which has Environment among the keys.
[[nodiscard]] Known<bool> is_for_development(Inquiry& ask, const Resource& resource);

}  // namespace redoubt::controls
