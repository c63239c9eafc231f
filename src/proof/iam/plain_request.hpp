// Counterexamples as a person would write them: the engine finds the shortest request that shows a difference
// (`s3:g` on `arn:aws:s3:::logs/`), and what is shown names an action that AWS has and a resource that looks like one
// (`s3:GetObject` on `arn:aws:s3:::logs/example`) wherever such a request shows the same.
#pragma once

#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

// A request like the given one, which `allowing` allows and `refusing` does not: what is put in its place was judged by
// the evaluator on both, else the request stays as it is.
[[nodiscard]] Request plainly(Request request, const Policy& allowing, const Policy& refusing);

}  // namespace redoubt::iam
