// Text in a format of its own: e-mail, URL, UUID, RFC 3339 time.
#include <openssl/rand.h>

#include <stdexcept>

#include "redoubt/address.hpp"
#include "redoubt/model.hpp"

namespace redoubt {

namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// RFC 1123 section 2.1: letters, digits and inner hyphens, at most 63 each, 253 in all; at least two labels.
bool is_domain_name(std::string_view name) {
  if (name.size() > 253) return false;
  std::size_t labels = 0;
  while (true) {
    const std::size_t end = std::min(name.find('.'), name.size());
    const std::string_view label = name.substr(0, end);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; })) return false;
    ++labels;
    if (end == name.size()) return labels >= 2;
    name.remove_prefix(end + 1);
  }
}

// The dot-atom of RFC 5322 section 3.2.3, at most 64 bytes (RFC 5321 section 4.5.3.1.1).
bool is_local_part(std::string_view local) {
  if (local.empty() || local.size() > 64 || local.front() == '.' || local.back() == '.') return false;
  if (local.find("..") != std::string_view::npos) return false;
  constexpr std::string_view specials = "!#$%&'*+/=?^_`{|}~.-";
  return std::ranges::all_of(local, [&](char c) { return is_alnum(c) || specials.find(c) != std::string_view::npos; });
}

void append_two_digits(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

void fill_random(std::uint8_t* bytes, std::size_t size) {
  if (RAND_bytes(bytes, static_cast<int>(size)) != 1) throw std::runtime_error("the system's random generator failed");
}

}  // namespace

// ---- Uuid

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t next = 0;
  for (std::size_t i = 0; i < 36;) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[next++] = static_cast<std::uint8_t>(high << 4 | low);
    i += 2;
  }
  return Uuid(bytes);
}

std::string Uuid::to_string() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += digits[bytes_[i] >> 4];
    out += digits[bytes_[i] & 15];
  }
  return out;
}

Uuid Uuid::random() {
  std::array<std::uint8_t, 16> bytes{};
  fill_random(bytes.data(), bytes.size());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);  // RFC 9562 variant
  return Uuid(bytes);
}

Uuid Uuid::time_ordered() {
  using namespace std::chrono;
  const auto nanos = duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
  const std::int64_t millis = nanos / 1'000'000;
  const std::int64_t fraction = nanos % 1'000'000 * 4096 / 1'000'000;
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  fill_random(bytes.data() + 8, 8);
  bytes[6] = static_cast<std::uint8_t>(0x70 | fraction >> 8);  // version 7
  bytes[7] = static_cast<std::uint8_t>(fraction);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return Uuid(bytes);
}

// ---- Timestamp

Timestamp Timestamp::now() noexcept {
  return Timestamp(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

std::optional<Timestamp> Timestamp::parse(std::string_view text) noexcept {
  // RFC 3339 section 5.6: date-time = full-date "T" full-time; the letters may be lower case.
  const auto number = [&](std::size_t at, std::size_t digits) -> int {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
      if (i >= text.size() || !is_digit(text[i])) return -1;
      value = value * 10 + (text[i] - '0');
    }
    return value;
  };
  if (text.size() < 20) return std::nullopt;
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (text[4] != '-' || text[7] != '-' || to_lower(text[10]) != 't' || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // A leap second (60) is written as the second that follows it.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;

  std::size_t at = 19;
  std::int64_t micros = 0;
  if (text[at] == '.') {
    std::int64_t scale = 100'000;
    const std::size_t first = ++at;
    for (; at < text.size() && is_digit(text[at]); ++at, scale /= 10) micros += scale * (text[at] - '0');
    if (at == first) return std::nullopt;
  }
  std::chrono::minutes offset{0};
  if (at >= text.size()) return std::nullopt;
  if (to_lower(text[at]) == 'z') {
    if (text.size() != at + 1) return std::nullopt;
  } else {
    const int offset_hour = number(at + 1, 2), offset_minute = number(at + 4, 2);
    if (text.size() != at + 6 || text[at + 3] != ':' || (text[at] != '+' && text[at] != '-')) return std::nullopt;
    if (offset_hour < 0 || offset_hour > 23 || offset_minute < 0 || offset_minute > 59) return std::nullopt;
    offset = std::chrono::minutes(offset_hour * 60 + offset_minute);
    if (text[at] == '-') offset = -offset;
  }
  return Timestamp(std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                   std::chrono::seconds(second) + std::chrono::microseconds(micros) - offset);
}

std::string Timestamp::to_string() const {
  const auto days = std::chrono::floor<std::chrono::days>(time_);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time_ - days);
  std::string out;
  out.reserve(27);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  append_two_digits(out, year / 100 % 100);
  append_two_digits(out, year % 100);
  out += '-';
  append_two_digits(out, static_cast<unsigned>(date.month()));
  out += '-';
  append_two_digits(out, static_cast<unsigned>(date.day()));
  out += 'T';
  append_two_digits(out, static_cast<unsigned>(clock.hours().count()));
  out += ':';
  append_two_digits(out, static_cast<unsigned>(clock.minutes().count()));
  out += ':';
  append_two_digits(out, static_cast<unsigned>(clock.seconds().count()));
  if (const auto micros = clock.subseconds().count(); micros != 0) {
    out += '.';
    for (std::int64_t scale = 100'000; scale > 0; scale /= 10) out += static_cast<char>('0' + micros / scale % 10);
  }
  return out + 'Z';
}

// ---- decoding

namespace detail {

bool decode_email(std::string_view text, std::string& out, const Location& at, ValidationErrors& errors) {
  const std::size_t sign = text.rfind('@');
  if (text.size() > 254 || sign == std::string_view::npos || !is_local_part(text.substr(0, sign)) ||
      !is_domain_name(text.substr(sign + 1))) {
    errors.add(at, "value_error", "value is not a valid email address");
    return false;
  }
  out = text;
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(sign), out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(sign), to_lower);
  return true;
}

bool decode_url(std::string_view text, std::string& out, const Location& at, ValidationErrors& errors) {
  const auto fail = [&](std::string_view why) {
    std::string context;
    json::Writer(context).begin_object().member("error", why).end_object();
    errors.add(at, "url_parsing", fmt::format("Input should be a valid URL, {}", why), context);
    return false;
  };
  if (text.size() > 2083) return fail("at most 2083 bytes long");
  // RFC 3986 section 2: unreserved, reserved and percent-encoded characters only.
  constexpr std::string_view others = "-._~:/?#[]@!$&'()*+,;=%";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_alnum(text[i]) && others.find(text[i]) == std::string_view::npos) return fail("an invalid character");
    if (text[i] == '%' && (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0))
      return fail("an incomplete percent-encoding");
  }
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return fail("relative URL without a base");
  std::string scheme(text.substr(0, colon));
  std::ranges::transform(scheme, scheme.begin(), to_lower);
  if (scheme != "http" && scheme != "https") return fail("the scheme should be http or https");
  std::string_view rest = text.substr(colon + 3);
  const std::string_view authority = rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
  if (authority.find('@') != std::string_view::npos) return fail("credentials do not belong in it");
  std::string_view host = authority;
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return fail("invalid IPv6 address");
    const auto address = IpAddress::parse(host.substr(1, end - 1));
    if (!address) return fail("invalid IPv6 address");
    if (end + 1 < host.size() && host[end + 1] != ':') return fail("invalid port number");
    if (end + 1 < host.size()) port = host.substr(end + 2);
  } else {
    if (const std::size_t split = host.rfind(':'); split != std::string_view::npos) {
      port = host.substr(split + 1);
      host = host.substr(0, split);
    }
    if (host.empty()) return fail("empty host");
    if (!std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; }))
      return fail("invalid host");
  }
  unsigned number = 0;
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size() || number > 65535) return fail("invalid port number");
  }
  out = text;
  return true;
}

bool decode_uuid(std::string_view text, Uuid& out, const Location& at, ValidationErrors& errors) {
  const auto parsed = Uuid::parse(text);
  if (!parsed) {
    errors.add(at, "uuid_parsing", "Input should be a valid UUID");
    return false;
  }
  out = *parsed;
  return true;
}

bool decode_timestamp(std::string_view text, Timestamp& out, const Location& at, ValidationErrors& errors) {
  const auto parsed = Timestamp::parse(text);
  if (!parsed) {
    errors.add(at, "datetime_parsing", "Input should be a valid RFC 3339 time, such as 2026-01-31T12:00:00Z");
    return false;
  }
  out = *parsed;
  return true;
}

}  // namespace detail
}  // namespace redoubt
