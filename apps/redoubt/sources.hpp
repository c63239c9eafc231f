// What several commands are asked about: templates and snapshot folders, with the values of the templates' parameters
// that the command line gives. Said once for all of them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "estate/estate.hpp"

namespace redoubt {

// Adds --parameter NAME=VALUE, which may be given several times.
void add_parameter_option(CLI::App& command, std::vector<std::string>& parameters);

// Reads the sources, prints what was left out of them to standard error, and gives the parameters their values. Throws
// std::runtime_error with what is wrong and what to do.
[[nodiscard]] estate::Estate read_sources(const std::vector<std::string>& sources,
                                          const std::vector<std::string>& parameters);

}  // namespace redoubt
