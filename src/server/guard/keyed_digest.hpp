// A 128-bit fingerprint of a key that senders influence: SipHash-2-4 (by OpenSSL) under a secret made when the process
// starts, so that nobody outside can find two keys with one fingerprint, or many for one place of a table.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace redoubt::guard {

using Digest = std::array<std::uint64_t, 2>;

// From any thread. Throws std::runtime_error when OpenSSL has no SipHash.
[[nodiscard]] Digest keyed_digest(std::string_view key);

}  // namespace redoubt::guard
