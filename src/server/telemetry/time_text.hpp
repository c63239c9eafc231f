// Times as telemetry writes them: RFC 3339, UTC, milliseconds, of one fixed width so that lines sort as text.
#pragma once

#include <chrono>
#include <string>

namespace redoubt {

// Appends for instance 2026-01-31T23:59:59.042Z.
void append_time(std::string& out, std::chrono::system_clock::time_point time);

}  // namespace redoubt
