// `redoubt init`: an annotated redoubt.toml to start from.
#pragma once

#include <CLI/App.hpp>

namespace redoubt {

// Adds the subcommand; `exit_code` receives how it ended.
void add_init_command(CLI::App& app, int& exit_code);

}  // namespace redoubt
