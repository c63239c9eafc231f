// A CloudFormation template into an estate ("Template reference" in the CloudFormation user guide). References are
// bound while reading. One that names nothing, which CloudFormation refuses, is an unknown value and one of the
// estate's faults.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "document.hpp"
#include "estate.hpp"

namespace redoubt::estate {

// Is this document a template (an object with Resources)?
[[nodiscard]] bool is_template(const Value& document);

// Adds a template to the estate. On an error the estate is as it was.
[[nodiscard]] std::expected<void, ReadError> add_template(Estate& estate, const Value& document, std::string_view name);

}  // namespace redoubt::estate
