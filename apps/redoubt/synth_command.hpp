// `redoubt synth`: redoubt.toml into templates.
#pragma once

#include <CLI/App.hpp>

namespace redoubt {

// Adds the subcommand; `exit_code` receives how it ended.
void add_synth_command(CLI::App& app, int& exit_code);

}  // namespace redoubt
