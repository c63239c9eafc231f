// `redoubt controls`: the catalogue, for people, programs and auditors.
#pragma once

#include <CLI/App.hpp>

namespace redoubt {

// Adds the subcommand; `exit_code` receives how it ended.
void add_controls_command(CLI::App& app, int& exit_code);

}  // namespace redoubt
