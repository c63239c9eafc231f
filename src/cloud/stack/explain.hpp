// What `redoubt synth --explain` says: what the configuration makes, what it costs a month, and what the other
// environment would. Prices are of prices.cpp, list prices of one region on one day: an estimate, never a bill.
#pragma once

#include <string>

#include "configuration.hpp"

namespace redoubt::stack {

[[nodiscard]] std::string explain(const Configuration& configuration);

}  // namespace redoubt::stack
