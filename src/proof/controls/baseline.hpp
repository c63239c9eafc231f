// What changed since an earlier run: `redoubt prove --baseline FILE.json` leaves only the verdicts that the earlier
// JSON report does not have alike.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "verdict.hpp"

namespace redoubt::controls {

// Takes out of the findings every verdict whose outcome the report (`json`, as `--format json` writes it) has for the
// same check and resource already, and counts again. The number taken out; or why the report cannot be read.
[[nodiscard]] std::expected<std::size_t, std::string> keep_changes(Findings& findings, std::string json);

}  // namespace redoubt::controls
