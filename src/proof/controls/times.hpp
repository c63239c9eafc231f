// Points in time as AWS's answers write them, and ages. Used by checks of accounts; a time that cannot be read is
// unknown, never recent.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "check.hpp"

namespace redoubt::controls {

using Time = std::chrono::sys_seconds;

// "2026-11-24T13:00:00Z", with fractions and "+00:00" too (RFC 3339), or seconds since 1970 as version 1 of the AWS CLI
// writes them. None where it is neither.
[[nodiscard]] std::optional<Time> read_time(std::string_view text);

// Absent where it is not given; unknown where it cannot be read.
[[nodiscard]] Known<Time> time_of(Inquiry& ask, const Value& value);

// "2026-11-24"
[[nodiscard]] std::string date_text(Time time);

// How much time lies between, in days; negative where `from` is later.
[[nodiscard]] double days_between(Time from, Time to);

// How often a schedule comes round, in days: "rate(7 days)", "cron(0 5 * * ? *)". For cron expressions the longest that
// they may wait: a day where they name hours only, a week where a day of the week, a month where a day of the month.
// None where it is no such expression.
[[nodiscard]] std::optional<double> period_in_days(std::string_view expression);

}  // namespace redoubt::controls
