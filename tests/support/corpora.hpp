// Where the tests find the corpora of others, which are not part of this repository: $REDOUBT_CORPORA, else
// ../shared/corpora beside the source tree.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace redoubt::testing {

// The folder of that name; none when the corpora are not here (skip the test, and say so).
inline std::optional<std::filesystem::path> corpus(std::string_view name) {
  const char* const elsewhere = std::getenv("REDOUBT_CORPORA");
  const std::filesystem::path root = elsewhere ? elsewhere : REDOUBT_SOURCE_DIR "/../shared/corpora";
  std::filesystem::path folder = root / name;
  if (!std::filesystem::is_directory(folder)) return std::nullopt;
  return folder;
}

}  // namespace redoubt::testing
