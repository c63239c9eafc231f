// What must be there in every region that an account uses.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "truth.hpp"

namespace redoubt::controls {

// The regions of a snapshot's resources, in order. Empty where it tells of none.
[[nodiscard]] std::vector<std::string> regions_in_use(const Estate& estate);

// Every region in use has a resource of that type that is as it should be. A region without one is refuted where the
// account uses one region only; of several, nothing says in which of them the type was listed, so that it is unknown.
void in_every_region(Inquiry& ask, std::string_view type,
                     const std::function<Truth(Inquiry&, const Resource&)>& is_good);

}  // namespace redoubt::controls
