// AWS's regions: a name that no partition has is a slip of the pen, and a stack for it would be deployed nowhere.
#pragma once

#include <string_view>

namespace redoubt::stack {

// Whether AWS has that region, as of the list's date (regions.cpp names its source).
[[nodiscard]] bool is_region(std::string_view name);

// The region whose name is nearest, for whoever mistyped it.
[[nodiscard]] std::string_view nearest_region(std::string_view name);

// What the regions of one partition share in their names. Partitions are the parts of AWS that share nothing with each
// other ("Amazon Resource Names (ARNs)", AWS General Reference).
[[nodiscard]] std::string_view partition_of(std::string_view region);

}  // namespace redoubt::stack
