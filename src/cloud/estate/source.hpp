// What a command line calls SOURCE: a template's file, or a folder with templates, with a snapshot's
// answers or with both, into one estate.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "document.hpp"
#include "estate.hpp"

namespace redoubt::estate {

struct Loaded {
  Estate estate;
  std::vector<std::string> notes;  // what was left out and why, for standard error
};

[[nodiscard]] std::expected<Loaded, ReadError> load(const std::vector<std::string>& sources);

}  // namespace redoubt::estate
