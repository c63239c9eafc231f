// Times as telemetry writes them: RFC 3339, UTC, milliseconds, of one fixed width so that lines sort as text.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace redoubt {

// For instance 2026-01-31T23:59:59.042Z.
class TimeText {
 public:
  explicit TimeText(std::chrono::system_clock::time_point time) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 24> text_;
};

}  // namespace redoubt
