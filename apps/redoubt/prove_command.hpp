// `redoubt prove`: every control that sources can show, with a verdict each.
#pragma once

#include <CLI/App.hpp>

namespace redoubt {

// Adds the subcommand; `exit_code` receives how it ended.
void add_prove_command(CLI::App& app, int& exit_code);

}  // namespace redoubt
