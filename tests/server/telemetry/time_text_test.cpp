#include "telemetry/time_text.hpp"

#include <gtest/gtest.h>

namespace redoubt {
namespace {

using namespace std::chrono;

TEST(TimeText, IsOfOneWidthDownToTheMillisecond) {
  const auto day = sys_days(year(2024) / February / 29);
  EXPECT_EQ(TimeText(day).view(), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(TimeText(day + hours(23) + minutes(59) + seconds(59) + microseconds(42'999)).view(),
            "2024-02-29T23:59:59.042Z");
}

TEST(TimeText, CountsBackwardsBeforeTheEpoch) {
  EXPECT_EQ(TimeText(system_clock::time_point() - milliseconds(1)).view(), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace redoubt
