// Reads catalogue/*.toml into controls, strictly: an unknown member, a missing or empty text, an id that occurs twice
// or belongs elsewhere, an unknown framework or a requirement that is not numbered as the framework's are is an error
// with its place. The build calls it (compile_catalogue) and so do tests; the programs never read TOML for the
// catalogue.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "controls/catalogue.hpp"

namespace redoubt::controls {

struct CatalogueFile {
  std::string name;  // for errors
  std::string text;
};

// The controls in the order of the files. Errors read "catalogue/network.toml:12: WHY (WHAT TO DO)".
[[nodiscard]] std::expected<std::vector<Control>, std::string> read_catalogue(std::span<const CatalogueFile> files);

}  // namespace redoubt::controls
