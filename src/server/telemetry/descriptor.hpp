// Writing to a descriptor from a telemetry thread without being stuck in it. Used by the log and the audit log.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

namespace redoubt {

struct Written {
  std::size_t bytes = 0;  // of those given
  int error = 0;          // an errno; 0 with bytes left: it was given up
};

// Writes until everything is out or an error comes. While nothing can be written, `give_up` is asked about ten times a
// second, with how long that has lasted.
[[nodiscard]] Written write_out(int descriptor, std::string_view bytes,
                                const std::function<bool(std::chrono::steady_clock::duration)>& give_up);

// For a thread that writes: signals belong to the program's own threads, and the SIGPIPE of a pipe whose reader left
// must not end the program.
void block_signals_in_this_thread() noexcept;

}  // namespace redoubt
