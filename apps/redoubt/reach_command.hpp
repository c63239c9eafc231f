// `redoubt reach`: whether packets get from one end to another, by which way, or what stops them.
#pragma once

#include <CLI/App.hpp>

namespace redoubt {

// Adds the subcommand; `exit_code` receives how it ended.
void add_reach_command(CLI::App& app, int& exit_code);

}  // namespace redoubt
