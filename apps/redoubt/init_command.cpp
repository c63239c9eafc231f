#include "init_command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include "exit_code.hpp"
#include "stack/configuration.hpp"

namespace redoubt {
namespace {

// Only ever makes a file: mode "x" refuses one that is there (C11, 7.21.5.3).
void write_new(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wx");
  if (file == nullptr && errno == EEXIST)
    throw std::runtime_error(
        fmt::format("{}: it exists already (nothing was written; choose another with --out)", path));
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file == nullptr || std::fclose(file) != 0 || !written)
    throw std::runtime_error(
        fmt::format("{}: it cannot be written: {} (check the folder)", path, std::strerror(errno)));
}

}  // namespace

void add_init_command(CLI::App& app, int& exit_code) {
  auto out = std::make_shared<std::string>("redoubt.toml");
  CLI::App* command = app.add_subcommand("init", "Writes an annotated redoubt.toml to start from");
  command->add_option("--out", *out, "The file to write; one that exists is never replaced")->capture_default_str();
  command->footer("Example: redoubt init && redoubt synth --explain");
  command->callback([out, &exit_code] {
    write_new(*out, stack::annotated_example());
    fmt::print(stderr, "{} is written: set name, region, domain and alert_emails, then run `redoubt synth`\n", *out);
    exit_code = exit_yes;
  });
}

}  // namespace redoubt
