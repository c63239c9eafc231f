// Every way in which a template is weakened by one step: a switch turned, a policy's statement widened, a range opened,
// a number or a word made worse, and what the evidence of a verdict stands on left out: a property, an item, a whole
// resource. Used by the test that proves each of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "estate/value.hpp"

namespace redoubt::controls {

struct Mutant {
  std::string step;      // "remove", "flip", "widen" …
  std::string resource;  // its logical id
  std::string type;
  std::string path;        // within the resource: "Properties.KeyPolicy.Statement[].Principal"; empty: the whole of it
  estate::Value document;  // the template, weakened
};

// The mutants of one template, in its order. `evidence`: the lines on which the verdicts of it stand.
[[nodiscard]] std::vector<Mutant> mutants_of(const estate::Value& document, const std::set<std::uint32_t>& evidence);

}  // namespace redoubt::controls
