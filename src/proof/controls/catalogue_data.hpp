// The catalogue as compile_catalogue writes it into a source at build time: texts and arrays that cost nothing to load.
// catalogue.cpp makes the catalogue of it; nothing else reads it.
#pragma once

#include <span>
#include <string_view>

#include "catalogue.hpp"

namespace redoubt::controls {

struct CheckData {
  std::string_view id, title;
  Source source;
  Scope least_scope;
  Severity severity;
  std::string_view remedy;
};

struct ReferenceData {
  std::string_view framework;
  std::span<const std::string_view> requirements;
};

struct ControlData {
  std::string_view id, section, title, requirement, level, why, realised;
  std::span<const ReferenceData> frameworks;
  std::span<const CheckData> checks;
};

// In the order of the files and their entries.
[[nodiscard]] std::span<const ControlData> catalogue_data();

}  // namespace redoubt::controls
