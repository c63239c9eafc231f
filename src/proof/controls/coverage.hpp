// The catalogue seen from a framework: its requirements, and the controls that answer each. `redoubt controls`, the
// pages of docs/ and reports read it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalogue.hpp"

namespace redoubt::controls {

struct Requirement {
  std::string number;                    // "2.2.1"
  std::vector<const Control*> controls;  // in the order of the catalogue
};

// nullptr if there is none of that name.
[[nodiscard]] const Framework* find_framework(std::string_view name);
// "cis-1.2, cis-3.0, …", for errors.
[[nodiscard]] std::string framework_names();

// Those that some control refers to, in the order of their numbers: 2.9 before 2.10, AC-3 before AC-12.
[[nodiscard]] std::vector<Requirement> requirements_of(const Framework& framework);

}  // namespace redoubt::controls
