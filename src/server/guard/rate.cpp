#include "redoubt/rate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace redoubt {

std::string Rate::to_string() const {
  if (is_off()) return "off";
  const std::string_view unit = period_ == std::chrono::seconds(1)   ? "second"
                                : period_ == std::chrono::minutes(1) ? "minute"
                                : period_ == std::chrono::hours(1)   ? "hour"
                                                                     : "day";
  return fmt::format("{}/{}", limit_, unit);
}

RateDecision decide(const Rate& rate, std::chrono::nanoseconds& ahead) noexcept {
  using std::chrono::ceil;
  using std::chrono::seconds;
  if (rate.is_off()) return {};

  const auto interval = rate.interval();
  const auto room = rate.burst() - std::max(ahead, std::chrono::nanoseconds(0));
  RateDecision decision{.allowed = room >= interval, .limit = rate.limit()};
  if (decision.allowed) {
    ahead = rate.burst() - room + interval;
    decision.remaining = static_cast<std::uint32_t>((room - interval) / interval);
  } else {
    decision.retry_after = ceil<seconds>(interval - room);
  }
  decision.reset = ceil<seconds>(ahead);
  return decision;
}

void apply(const RateDecision& decision, Response& response) {
  if (decision.limit == 0) return;
  response.set("RateLimit-Limit", fmt::format("{}", decision.limit));
  response.set("RateLimit-Remaining", fmt::format("{}", decision.remaining));
  response.set("RateLimit-Reset", fmt::format("{}", decision.reset.count()));
  if (!decision.allowed) response.set("Retry-After", fmt::format("{}", decision.retry_after.count()));
}

}  // namespace redoubt
