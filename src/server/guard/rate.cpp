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

namespace {

template <class Set>
void for_each_field(const RateDecision& decision, const Set& set) {
  set("RateLimit-Limit", fmt::format("{}", decision.limit));
  set("RateLimit-Remaining", fmt::format("{}", decision.remaining));
  set("RateLimit-Reset", fmt::format("{}", decision.reset.count()));
  if (!decision.allowed) set("Retry-After", fmt::format("{}", decision.retry_after.count()));
}

}  // namespace

void apply(const RateDecision& decision, Response& response) {
  if (decision.limit == 0) return;
  for_each_field(decision, [&](std::string_view name, std::string value) { response.set(name, std::move(value)); });
}

HttpError too_many_requests(const RateDecision& refused) {
  HttpError error(429, "Too many requests: try again later");
  for_each_field(refused, [&](std::string_view name, std::string value) {
    error = std::move(error).with(std::string(name), std::move(value));
  });
  return error;
}

}  // namespace redoubt
