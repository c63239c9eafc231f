#include "synth_command.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

#include "controls/secret_forms.hpp"
#include "estate/document.hpp"
#include "exit_code.hpp"
#include "stack/configuration.hpp"
#include "stack/explain.hpp"

#include "stack/stack.hpp"

namespace redoubt {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string configuration = "redoubt.toml", out = "build/stack";
  bool explain = false;
};

std::string read_file(const std::string& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) throw std::runtime_error(fmt::format("{}: it is a folder (name the file)", path));
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw std::runtime_error(fmt::format("{}: it cannot be read (check the path and its rights)", path));
  return text;
}

// A template is there as a whole or as it was before.
void write_file(const fs::path& path, const std::string& text) {
  const fs::path part = path.string() + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(fmt::format("{}: it cannot be written (check the folder)", part.string()));
  std::error_code failed;
  fs::rename(part, path, failed);
  if (failed)
    throw std::runtime_error(
        fmt::format("{}: it cannot be written: {} (check the folder)", path.string(), failed.message()));
}

stack::Configuration configuration_of(const Options& options, bool named) {
  const bool there = named || fs::exists(options.configuration);
  if (!there) fmt::print(stderr, "there is no redoubt.toml here: the defaults are taken (`redoubt init` writes one)\n");
  auto read = stack::read_configuration(there ? read_file(options.configuration) : "", options.configuration);
  if (!read) throw std::runtime_error(read.error().text());
  return *std::move(read);
}

void synth(const Options& options, bool named) {
  const stack::Configuration configuration = configuration_of(options, named);
  // The value of such a variable is seen by whoever may describe the task.
  for (const auto& [name, value] : configuration.variables)
    if (controls::is_secret_name(name))
      fmt::print(stderr, "redoubt: {}: service.environment.{} looks like a secret (give it in service.secrets)\n",
                 options.configuration, name);
  std::error_code failed;
  fs::create_directories(options.out, failed);
  // One that an earlier configuration made must not be taken for this one's.
  if (!failed) fs::remove(fs::path(options.out) / "second-region.template.json", failed);
  if (failed)
    throw std::runtime_error(
        fmt::format("{}: it cannot be written to: {} (name another folder)", options.out, failed.message()));
  for (const stack::NamedTemplate& made : stack::synthesise(configuration)) {
    const fs::path path = fs::path(options.out) / made.file;
    write_file(path, estate::write_json(made.document));
    fmt::print(stderr, "{}: {} resources\n", path.string(), made.document["Resources"].members.size());
  }
  if (options.explain) fmt::print("{}", stack::explain(configuration));
}

}  // namespace

void add_synth_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("synth", "Makes the templates of the account and of the service");
  CLI::Option* configuration =
      command->add_option("-c,--config", options->configuration,
                          "The configuration; without one, and without redoubt.toml in the folder, the defaults");
  command->add_option("--out", options->out, "The folder to write to")->capture_default_str();
  command->add_flag("--explain", options->explain,
                    "Say what was chosen, what it costs a month, and what development would");
  command->footer("Example: redoubt synth -c redoubt.toml --out build/stack --explain");
  command->callback([options, configuration, &exit_code] {
    synth(*options, configuration->count() != 0);
    exit_code = exit_yes;
  });
}

}  // namespace redoubt
