#include "net/connection_set.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <utility>

namespace redoubt::net {

void ConnectionSet::tick(Clock::time_point now) noexcept {
  if (++ticks_ % (1000 / tick_interval.count()) == 0) date_is_old_ = true;
  for (Watched& connection : connections_) {
    if (connection.deadline > now) continue;
    connection.deadline = Clock::time_point::max();
    connection.timed_out = true;
    connection.stream.cancel();
  }
}

void ConnectionSet::begin_stop() noexcept {
  draining_ = stopping_ = true;
  for (Watched& connection : idle_) connection.stream.cancel();
}

bool ConnectionSet::close_longest_idle() noexcept {
  if (idle_.empty()) return false;
  Watched& longest = idle_.front();
  end_idle(longest);
  longest.stream.cancel();
  return true;
}

void ConnectionSet::cancel_all() noexcept {
  for (Watched& connection : connections_) connection.stream.cancel();
}

std::string_view ConnectionSet::date_line() {
  if (std::exchange(date_is_old_, false)) {
    constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    (void)gmtime_r(&now, &utc);  // fails for years that no int holds
    date_line_ = fmt::format(
        "Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n", days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
        months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  }
  return date_line_;
}

}  // namespace redoubt::net
