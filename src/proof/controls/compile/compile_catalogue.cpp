// compile_catalogue OUT.cpp FILE.toml…: writes the catalogue as a C++ source (see controls/catalogue_data.hpp), so that
// the programs neither read nor check it when they start. The build runs it; a catalogue that is wrong ends the build.
#include <fmt/format.h>

#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue_reader.hpp"

namespace redoubt::controls {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("{}: it cannot be opened", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

std::string source_of(const std::vector<Control>& controls) {
  std::string arrays, table;
  for (std::size_t number = 0; number < controls.size(); ++number) {
    const Control& control = controls[number];
    std::string references, checks;
    for (std::size_t i = 0; i < control.frameworks.size(); ++i) {
      const auto& [framework, requirements] = control.frameworks[i];
      arrays += fmt::format("constexpr std::string_view requirements_{}_{}[] = {{", number, i);
      for (const std::string& requirement : requirements) arrays += literal(requirement) + ", ";
      arrays += "};\n";
      references += fmt::format("    {{{}, requirements_{}_{}}},\n", literal(framework), number, i);
    }
    for (const CheckEntry& check : control.checks)
      checks += fmt::format("    {{{}, {}, Source::{}, Scope::{}, Severity::{}, {}}},\n", literal(check.id),
                            literal(check.title), name_of(check.source), name_of(check.least_scope),
                            name_of(check.severity), literal(check.remedy));
    arrays += fmt::format("constexpr ReferenceData references_{}[] = {{\n{}}};\n", number, references);
    arrays += fmt::format("constexpr CheckData checks_{}[] = {{\n{}}};\n", number, checks);
    table += "    {";
    for (const std::string* text : {&control.id, &control.section, &control.title, &control.requirement, &control.level,
                                    &control.why, &control.realised})
      table += literal(*text) + ", ";
    table += fmt::format("references_{0}, checks_{0}}},\n", number);
  }
  return fmt::format(R"(// Made by compile_catalogue from catalogue/*.toml.
#include "controls/catalogue_data.hpp"

namespace redoubt::controls {{
namespace {{

{}
constexpr ControlData controls[] = {{
{}}};

}}  // namespace

std::span<const ControlData> catalogue_data() {{ return controls; }}

}}  // namespace redoubt::controls
)",
                     arrays, table);
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) {
    fmt::print(stderr, "compile_catalogue: too few arguments (compile_catalogue OUT.cpp FILE.toml…)\n");
    return 2;
  }
  std::vector<CatalogueFile> files;
  for (std::size_t i = 1; i < arguments.size(); ++i) files.push_back({arguments[i], read_file(arguments[i])});
  const auto controls = read_catalogue(files);
  if (!controls) {
    fmt::print(stderr, "compile_catalogue: {}\n", controls.error());
    return 1;
  }
  std::ofstream out(arguments[0], std::ios::binary);
  out << source_of(*controls);
  out.close();
  if (!out) throw std::runtime_error(fmt::format("{}: it cannot be written", arguments[0]));
  return 0;
}

}  // namespace
}  // namespace redoubt::controls

int main(int argc, char** argv) {
  try {
    return redoubt::controls::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "compile_catalogue: {}\n", error.what());
    return 2;
  }
}
