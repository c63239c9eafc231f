#pragma once
#include <string>

#include "estate/value.hpp"
namespace redoubt::stack {
[[nodiscard]] std::string write_json(const estate::Value& value);
}
