// Actions that take no resource ("Actions, resources, and condition keys for AWS services"): a statement can allow them
// on "*" only, so that doing so is no fault.
#pragma once

#include <string_view>

namespace redoubt::controls {

// A pattern of an action is if all that it matches is known to be.
[[nodiscard]] bool is_unconfinable(std::string_view action);

}  // namespace redoubt::controls
