// Values as people read them in evidence and counterexamples.
#pragma once

#include <string>

#include "estate/estate.hpp"

namespace redoubt::controls {

// On one line, shortened beyond some length: `"10.0.0.0/16"`, `Vpc`, `Database.Endpoint`, `the parameter Cidr`.
[[nodiscard]] std::string text_of(const estate::Estate& estate, const estate::Value& value);

// Absent, null, "", [] and {}: nothing is given.
[[nodiscard]] bool is_empty(const estate::Value& value);

}  // namespace redoubt::controls
