// Findings as JSON, for programs: the form that CONTRACTS fixes and that --baseline reads again.
#pragma once

#include <string>
#include <string_view>

#include "controls/verdict.hpp"

namespace redoubt::report {

[[nodiscard]] std::string as_json(const controls::Findings& findings, std::string_view version);

}  // namespace redoubt::report
