// How checks tell what fills a secret's place: a dynamic reference, a parameter, or the secret itself.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "check.hpp"

namespace redoubt::controls {

// Does the value begin with this text, whatever is joined behind it?
[[nodiscard]] bool starts_with(const Value& value, std::string_view text);

// A dynamic reference to Secrets Manager or to a SecureString ("Get values stored in other services").
[[nodiscard]] bool is_dynamic_secret(const Value& value);

// The parameters that a value is made of.
void symbols_of(const Value& value, std::vector<std::uint32_t>& out);

}  // namespace redoubt::controls
