// The AWS CLI's JSON answers (`describe-*`, `get-*`, `list-*`) into an estate, in CloudFormation's vocabulary. An
// answer is recognised by its top-level member whatever its file's name; folders of account and region tell where it
// belongs. An answer that Redoubt does not know is left out by name, never an error; one that it knows and cannot read
// is.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "estate.hpp"

namespace redoubt::estate {

// What lies in a snapshot's folder and was not added to the estate.
struct Beside {
  std::vector<std::string> left_out;   // files whose answers Redoubt does not know, for a note to the user
  std::vector<std::string> templates;  // paths of CloudFormation's templates, for template_reader.hpp
};

// Adds the answers under a folder.
[[nodiscard]] std::expected<Beside, ReadError> add_snapshot(Estate& estate, const std::filesystem::path& folder);

}  // namespace redoubt::estate
