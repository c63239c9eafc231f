// Random names for requests and spans. Unique and not to be guessed from one another; keys and tokens are not made
// here.
#pragma once

#include <cstddef>
#include <string>

namespace redoubt::guard {

// `bytes` (at most 16) random bytes as lower-case hex, never all zeros. Throws std::system_error when the kernel gives
// no randomness.
[[nodiscard]] std::string random_id(std::size_t bytes);

}  // namespace redoubt::guard
