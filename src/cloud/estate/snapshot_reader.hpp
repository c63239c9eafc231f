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

// Adds the answers under a folder. `left_out`: files whose answers Redoubt does not know, for a note to the user.
[[nodiscard]] std::expected<void, ReadError> add_snapshot(Estate& estate, const std::filesystem::path& folder,
                                                          std::vector<std::string>& left_out);

}  // namespace redoubt::estate
