#include "sources.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "estate/parameters.hpp"
#include "estate/source.hpp"

namespace redoubt {

void add_parameter_option(CLI::App& command, std::vector<std::string>& parameters) {
  command
      .add_option("--parameter", parameters,
                  "NAME=VALUE: ask for this value of a template's parameter alone (several times for several)")
      ->allow_extra_args(false);
}

estate::Estate read_sources(const std::vector<std::string>& sources, const std::vector<std::string>& parameters) {
  auto loaded = estate::load(sources);
  if (!loaded)
    throw std::runtime_error(fmt::format("{} (give a template or a snapshot's folder)", loaded.error().text()));
  for (const std::string& note : loaded->notes) fmt::print(stderr, "redoubt: {}\n", note);
  if (const auto given = estate::give(loaded->estate, parameters); !given)
    throw std::runtime_error(fmt::format("--parameter {}", given.error()));
  return std::move(loaded->estate);
}

}  // namespace redoubt
