// What bcrypt has cost so far. For the tests, which count work where a clock would only guess.
#pragma once

#include <cstdint>

namespace redoubt {

// The rounds (2^cost for each hash) that this process has run.
[[nodiscard]] std::uint64_t bcrypt_rounds_run() noexcept;

}  // namespace redoubt
