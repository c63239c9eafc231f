// A way through a network as a picture: a self-contained SVG, hop after hop, and where it ends. Whoever shows an answer
// draws by it; it reads no file and writes none.
#pragma once

#include <string>

#include "reach/inquiry.hpp"

namespace redoubt::reach {

[[nodiscard]] std::string draw(const Inquiry& inquiry, const Finding& finding);

}  // namespace redoubt::reach
