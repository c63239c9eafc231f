// What the formats have in common: sentences about a verdict, times, identities.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "controls/catalogue.hpp"
#include "controls/verdict.hpp"

namespace redoubt::report {

// The check's sentence from the catalogue, or its id where the catalogue does not have it.
[[nodiscard]] std::string title_of(const controls::Verdict& verdict);

// What the verdict rests on: the counterexample of a refutation, else the evidence.
[[nodiscard]] std::string reason_of(const controls::Verdict& verdict);

// Stays the same from run to run, for as long as the check and the resource keep their names: 32 hexadecimal digits.
[[nodiscard]] std::string fingerprint(const controls::Verdict& verdict);

// "2026-03-01T12:00:00Z" (RFC 3339)
[[nodiscard]] std::string timestamp(std::chrono::sys_seconds time);

// At most `bytes` bytes, cut between code points, with an ellipsis where something was cut.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace redoubt::report
