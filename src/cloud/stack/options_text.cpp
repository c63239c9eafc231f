#include <fmt/format.h>

#include "configuration.hpp"

namespace redoubt::stack {
namespace {

constexpr std::size_t width = 100;

// A paragraph of comment lines.
std::string commented(std::string_view text) {
  std::string out, line = "#";
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (line.size() + 1 + word.size() > width) {
      out += line + '\n';
      line = "#";
    }
    line += ' ';
    line += word;
  }
  return out + line + '\n';
}

std::string_view section_of(const Option& option) {
  const std::size_t dot = option.name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : option.name.substr(0, dot);
}

std::string_view key_of(const Option& option) {
  const std::size_t dot = option.name.find('.');
  return dot == std::string_view::npos ? option.name : option.name.substr(dot + 1);
}

bool is_table(const Option& option) {
  return std::holds_alternative<std::map<std::string, std::string> Configuration::*>(option.target);
}

// What nobody can leave as it is: the example has these in force, everything else commented out at its default.
constexpr std::string_view to_choose[] = {"name", "environment", "region", "second_region", "domain", "alert_emails"};

}  // namespace

std::string annotated_example() {
  std::string out = commented(
      "What `redoubt synth` makes of this, and what it costs, it says with --explain. What is commented out is at its "
      "default.");
  std::string_view section;
  for (const Option& option : options()) {
    out += '\n';
    if (section_of(option) != section) {
      section = section_of(option);
      out += fmt::format("[{}]\n", section);
    }
    std::string about(option.about);
    if (option.development != option.production) about += fmt::format(" (In development: {})", option.development);
    out += commented(about);
    if (is_table(option))
      out += fmt::format("# {} = {{ NAME = \"…\" }}\n", key_of(option));
    else
      out +=
          fmt::format("{}{} = {}\n", contains(to_choose, option.name) ? "" : "# ", key_of(option), option.production);
  }
  return out;
}

std::string options_table() {
  std::string out = "| option | default | in development | |\n|---|---|---|---|\n";
  for (const Option& option : options())
    out += fmt::format("| `{}` | `{}` | {} | {} |\n", option.name, option.production,
                       option.development == option.production ? "" : fmt::format("`{}`", option.development),
                       option.about);
  return out;
}

}  // namespace redoubt::stack
