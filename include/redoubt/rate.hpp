// How many requests may come in how long, and what a limiter decided about one of them. Routes name a rate as a literal
// that is checked when it is compiled, configuration as text that is checked when it is read. The decision's fields
// tell well-behaved clients when to slow down. Nothing here counts anything.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "redoubt/http.hpp"

namespace redoubt {

// N requests per period by the generic cell rate algorithm (ITU-T I.371, as a token bucket of N tokens refilled
// evenly). A client that was quiet for a period may send N at once and then one each period / N, so that every time
// span of length t sees at most N + t * N / period requests. There are no windows, and so no bursts at their edges.
class Rate {
 public:
  static constexpr std::uint32_t highest_limit = 1'000'000;

  // No limit.
  constexpr Rate() noexcept = default;
  // "5/minute": N/second, N/minute, N/hour, N/day, or "off". A mistake does not compile.
  template <std::size_t N>
  // Not explicit: a literal is meant to convert.
  consteval Rate(const char (&literal)[N]) : Rate(parse({literal, N - 1}).value()) {}

  // The same from text of the run time; the error is the end of a sentence that begins with the text.
  static constexpr std::expected<Rate, std::string_view> parse(std::string_view text) noexcept;

  [[nodiscard]] constexpr bool is_off() const noexcept { return limit_ == 0; }
  [[nodiscard]] constexpr std::uint32_t limit() const noexcept { return limit_; }
  [[nodiscard]] constexpr std::chrono::seconds period() const noexcept { return period_; }
  // What one request costs: period / limit, rounded up to the next nanosecond; 0 where there is no limit.
  [[nodiscard]] constexpr std::chrono::nanoseconds interval() const noexcept {
    if (is_off()) return std::chrono::nanoseconds(0);
    return (std::chrono::nanoseconds(period_) + std::chrono::nanoseconds(limit_ - 1)) / limit_;
  }
  // What may be spent ahead of time: `limit` requests.
  [[nodiscard]] constexpr std::chrono::nanoseconds burst() const noexcept { return interval() * limit_; }
  // `factor` times as many in the same period, at most highest_limit.
  [[nodiscard]] constexpr Rate times(std::uint32_t factor) const noexcept {
    return {limit_ > highest_limit / factor ? highest_limit : limit_ * factor, period_};
  }
  [[nodiscard]] std::string to_string() const;

  constexpr bool operator==(const Rate&) const = default;

 private:
  constexpr Rate(std::uint32_t limit, std::chrono::seconds period) noexcept : limit_(limit), period_(period) {}

  std::uint32_t limit_ = 0;
  std::chrono::seconds period_{0};
};

// Default: allowed, without limit.
struct RateDecision {
  bool allowed = true;
  std::uint32_t limit = 0;              // 0: no limit applies
  std::uint32_t remaining = 0;          // how many more would be allowed right now
  std::chrono::seconds reset{0};        // until the whole limit is there again, rounded up
  std::chrono::seconds retry_after{0};  // until the next request is allowed, at least 1; 0 where this one is
};

// Sets RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset (draft-ietf-httpapi-ratelimit-headers-06), and
// Retry-After (RFC 9110 section 10.2.3) where the request was refused. Sets nothing where no limit applies.
void apply(const RateDecision& decision, Response& response);

// The 429 with those fields, for a handler that counts by itself.
[[nodiscard]] HttpError too_many_requests(const RateDecision& refused);

// Decides one request. `ahead`: how far the client has spent ahead of now (its theoretical arrival time less now,
// nothing if past); advanced by rate.interval() if the request is allowed.
[[nodiscard]] RateDecision decide(const Rate& rate, std::chrono::nanoseconds& ahead) noexcept;

// ---- implementation

constexpr std::expected<Rate, std::string_view> Rate::parse(std::string_view text) noexcept {
  if (text == "off") return Rate();
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::unexpected("is no rate: write N/second, N/minute, N/hour, N/day, or off");
  }
  const std::string_view unit = text.substr(slash + 1);
  std::chrono::seconds period{0};
  if (unit == "second") period = std::chrono::seconds(1);
  if (unit == "minute") period = std::chrono::minutes(1);
  if (unit == "hour") period = std::chrono::hours(1);
  if (unit == "day") period = std::chrono::days(1);
  if (period == std::chrono::seconds(0)) {
    return std::unexpected("has no known unit: after the slash comes second, minute, hour or day");
  }
  std::uint32_t limit = 0;
  for (const char c : text.substr(0, slash)) {
    if (c < '0' || c > '9') return std::unexpected("does not begin with a whole number");
    limit = limit * 10 + static_cast<std::uint32_t>(c - '0');
    if (limit > highest_limit) return std::unexpected("is beyond 1000000 requests: write off for no limit");
  }
  if (slash == 0) return std::unexpected("does not begin with a whole number");
  if (limit == 0) return std::unexpected("would refuse every request: write off for no limit");
  return Rate(limit, period);
}

}  // namespace redoubt
