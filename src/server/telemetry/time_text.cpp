#include "telemetry/time_text.hpp"

#include <algorithm>
#include <span>

namespace redoubt {
namespace {

// The last digits of the number, as many as there is room for.
void put(std::span<char> room, unsigned number) noexcept {
  for (auto at = room.rbegin(); at != room.rend(); ++at, number /= 10) *at = static_cast<char>('0' + number % 10);
}

}  // namespace

TimeText::TimeText(std::chrono::system_clock::time_point time) noexcept {
  using namespace std::chrono;
  const auto instant = floor<milliseconds>(time);
  const auto day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss clock(instant - day);
  constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
  std::ranges::copy(shape, text_.begin());
  const std::span text(text_);
  put(text.subspan(0, 4), static_cast<unsigned>(static_cast<int>(date.year())));
  put(text.subspan(5, 2), static_cast<unsigned>(date.month()));
  put(text.subspan(8, 2), static_cast<unsigned>(date.day()));
  put(text.subspan(11, 2), static_cast<unsigned>(clock.hours().count()));
  put(text.subspan(14, 2), static_cast<unsigned>(clock.minutes().count()));
  put(text.subspan(17, 2), static_cast<unsigned>(clock.seconds().count()));
  put(text.subspan(20, 3), static_cast<unsigned>(clock.subseconds().count()));
}

}  // namespace redoubt
