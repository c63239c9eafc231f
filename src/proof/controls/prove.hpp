// Asks an estate every check of the catalogue that a question covers, over all cases, and gathers the verdicts.
// Everything that shows verdicts starts from the Findings that it returns; it never reads files.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "estate/estate.hpp"
#include "verdict.hpp"

namespace redoubt::controls {

struct Question {
  // How much of a system the estate holds; none: as its templates say of themselves, a snapshot an account, else a
  // fragment.
  std::optional<Scope> scope;
  std::vector<std::string> controls;  // ids of controls or checks; empty: all
  std::string framework;              // only controls that answer some requirement of it; empty: all
  std::size_t budget = 4096;          // cases a question to one resource may take; beyond it nothing is proved
  // What ages of keys, images and backups count to.
  std::chrono::sys_seconds now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

// Why the question cannot be asked: an id or a name that the catalogue does not have. Empty: it can.
[[nodiscard]] std::string what_is_wrong(const Question& question);

[[nodiscard]] Scope scope_of(const estate::Estate& estate, const Question& question);

[[nodiscard]] Findings prove(const estate::Estate& estate, const Question& question);

// Counts the verdicts again, after waivers or a baseline changed them.
void count(Findings& findings);

}  // namespace redoubt::controls
