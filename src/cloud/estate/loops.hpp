// `Fn::ForEach` of the transform AWS::LanguageExtensions, unrolled in the document before it is bound ("Fn::ForEach" in
// the CloudFormation template reference). A loop over what is not known before the stack is made cannot be: it is left
// out and named.
#pragma once

#include <string>
#include <vector>

#include "document.hpp"

namespace redoubt::estate {

struct Unrolled {
  Value document;
  std::vector<Value> gaps;  // loops that were left out of Resources, Conditions or Outputs
};

// `document` is a whole template; its Mappings are looked into.
[[nodiscard]] std::expected<Unrolled, ReadError> unroll_loops(const Value& document, std::string_view name);

}  // namespace redoubt::estate
