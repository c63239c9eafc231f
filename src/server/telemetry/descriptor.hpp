// Writing to a descriptor from a telemetry thread without being stuck in it. Used by the log and the audit log.
#pragma once

#include <cstddef>
#include <expected>
#include <string_view>

namespace redoubt {

// Waits 100 ms at most until there is room, then writes what surely fits: the count of bytes, 0 when nothing could be
// written yet; the error is an errno.
[[nodiscard]] std::expected<std::size_t, int> write_some(int descriptor, std::string_view bytes) noexcept;

// For a thread that writes: signals belong to the program's own threads, and the SIGPIPE of a pipe whose reader left
// must not end the program.
void block_signals_in_this_thread() noexcept;

}  // namespace redoubt
