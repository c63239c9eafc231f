#include "iam/values.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace redoubt::iam {
namespace {

// Reads exactly `digits` digits and steps past them.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+01:00", "-0130" → seconds east of Greenwich; an absent zone is UTC.
std::optional<int> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  const bool west = text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  (void)take(text, ':');
  const auto minutes = take_digits(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int seconds = *hours * 3600 + *minutes * 60;
  return west ? -seconds : seconds;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size() && text.size() != 4) return seconds;  // 4 digits: a year

  const auto year = take_digits(text, 4);
  if (!year) return std::nullopt;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0, zone = 0;
  const auto part = [&](char separator, int& into) {
    if (!take(text, separator)) return false;
    const auto value = take_digits(text, 2);
    into = value.value_or(-1);
    return true;
  };
  if (part('-', month) && part('-', day) && take(text, 'T')) {
    hour = take_digits(text, 2).value_or(-1);
    if (!part(':', minute)) return std::nullopt;
    if (part(':', second) && (take(text, '.') || take(text, ',')))
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
    const auto offset = take_zone(text);
    if (!offset) return std::nullopt;
    zone = *offset;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!text.empty() || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86400 + hour * 3600 + minute * 60 + second - zone;
}

std::string format_date(std::int64_t seconds) {
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  const std::chrono::year_month_day date(days);
  const int year = static_cast<int>(date.year());
  if (year < 1000 || year > 9999) return fmt::format("{}", seconds);
  const std::int64_t rest = seconds - std::chrono::sys_seconds(days).time_since_epoch().count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", year, static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), rest / 3600, rest / 60 % 60, rest % 60);
}

std::optional<IpAddress> parse_address(std::string_view text) {
  const std::string copy(text);
  IpAddress out;
  if (inet_pton(AF_INET, copy.c_str(), out.bytes.data() + 12) == 1) return out;
  out = {.v6 = true};
  if (inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) return out;
  return std::nullopt;
}

std::string format_address(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data() + (address.v6 ? 0 : 12), text.data(), text.size());
  return text.data();
}

std::optional<AddressRange> parse_address_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  unsigned length = address->v6 ? 128 : 32;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    unsigned written = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), written);
    if (error != std::errc() || end != digits.data() + digits.size() || written > length) return std::nullopt;
    length = written;
  }
  AddressRange range{*address, *address};
  const unsigned skipped = address->v6 ? 0 : 96;
  for (unsigned bit = skipped + length; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    range.first.bytes[bit / 8] &= static_cast<std::uint8_t>(~mask);
    range.last.bytes[bit / 8] |= mask;
  }
  return range;
}

}  // namespace redoubt::iam
