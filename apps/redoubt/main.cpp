// redoubt: the operator's program.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <exception>

#include "controls_command.hpp"
#include "exit_code.hpp"
#include "iam_command.hpp"
#include "init_command.hpp"
#include "prove_command.hpp"
#include "reach_command.hpp"
#include "synth_command.hpp"

int main(int argc, char** argv) {
  int exit_code = redoubt::exit_yes;
  CLI::App app{"Proves what an AWS account's security controls hold.", "redoubt"};
  app.set_version_flag("--version", "redoubt " REDOUBT_VERSION);
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return fmt::format("redoubt: {} (run it with --help for its options)\n", error.what());
  });
  redoubt::add_controls_command(app, exit_code);
  redoubt::add_iam_command(app, exit_code);
  redoubt::add_init_command(app, exit_code);
  redoubt::add_prove_command(app, exit_code);
  redoubt::add_reach_command(app, exit_code);
  redoubt::add_synth_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? redoubt::exit_yes : redoubt::exit_usage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "redoubt: {}\n", error.what());
    return redoubt::exit_usage;
  }
  return exit_code;
}
