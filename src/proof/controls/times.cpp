#include "times.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace redoubt::controls {
namespace {

constexpr double seconds_a_day = 86400;

// A number of exactly that many digits at the front, which it takes off.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int out = 0;
  if (text.size() < count) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, out);
  if (error != std::errc() || end != text.data() + count || out < 0) return std::nullopt;
  text.remove_prefix(count);
  return out;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Time> read_date(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  Time out = std::chrono::sys_days(date);
  if (text.empty()) return out;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  std::array<int, 3> clock{};
  constexpr std::array most{23, 59, 60};
  for (std::size_t i = 0; i < clock.size(); ++i) {
    if (i > 0 && !take(text, ':')) return std::nullopt;
    const auto number = take_digits(text, 2);
    if (!number || *number > most.at(i)) return std::nullopt;
    clock.at(i) = *number;
  }
  out += std::chrono::hours(clock[0]) + std::chrono::minutes(clock[1]) + std::chrono::seconds(clock[2]);
  if (take(text, '.'))
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  if (text.empty() || text == "Z" || text == "z") return out;
  const bool east = text.front() == '+';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours) return std::nullopt;
  (void)take(text, ':');
  const auto minutes = take_digits(text, 2);
  if (!minutes || !text.empty()) return std::nullopt;
  const auto ahead = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return east ? out - ahead : out + ahead;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    if (end != 0) out.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

}  // namespace

std::optional<Time> read_time(std::string_view text) {
  if (const auto date = read_date(text)) return date;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr double last = 1e11;  // beyond it they would be milliseconds, or no time at all
  if (error != std::errc() || end != text.data() + text.size() || !(seconds > 0 && seconds < last)) return std::nullopt;
  return Time(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

Known<Time> time_of(Inquiry& ask, const Value& value) {
  using State = Known<Time>::State;
  const Known<std::string> text = ask.in().text(value);
  if (!text.known()) return {text.absent() ? State::absent : State::unknown, {}, text.why};
  if (const auto time = read_time(text.value)) return {State::known, *time, {}};
  return {State::unknown, {}, fmt::format("\"{}\" is no time", text.value)};
}

std::string date_text(Time time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

double days_between(Time from, Time to) {
  return static_cast<double>((to - from).count()) / seconds_a_day;
}

std::optional<double> period_in_days(std::string_view expression) {
  if (!expression.ends_with(')')) return std::nullopt;
  const bool is_rate = expression.starts_with("rate(");
  if (!is_rate && !expression.starts_with("cron(")) return std::nullopt;
  const std::vector<std::string_view> fields = words(expression.substr(5, expression.size() - 6));
  if (is_rate) {
    if (fields.size() != 2) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), number);
    if (error != std::errc() || end != fields[0].data() + fields[0].size() || number <= 0) return std::nullopt;
    constexpr double hours_a_day = 24, minutes_a_day = 1440;
    if (fields[1].starts_with("day")) return number;
    if (fields[1].starts_with("hour")) return number / hours_a_day;
    if (fields[1].starts_with("minute")) return number / minutes_a_day;
    return std::nullopt;
  }
  // "Minutes Hours Day-of-month Month Day-of-week Year"
  if (fields.size() != 6) return std::nullopt;
  const auto is_any = [](std::string_view field) { return field == "*" || field == "?"; };
  constexpr double week = 7, month = 31, year = 366;
  if (!is_any(fields[5])) return std::nullopt;  // it ends
  if (!is_any(fields[3])) return year;
  if (!is_any(fields[2])) return month;
  if (!is_any(fields[4])) return fields[4].find('#') != std::string_view::npos ? month : week;
  return 1;
}

}  // namespace redoubt::controls
