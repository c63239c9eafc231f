#include "redoubt/trace_context.hpp"

#include <gtest/gtest.h>

namespace redoubt {
namespace {

constexpr std::string_view good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string with(std::size_t at, std::string_view replacement) {
  return std::string(good).replace(at, replacement.size(), replacement);
}

TEST(TraceContext, ReadsATraceparent) {
  const auto trace = parse_traceparent(good);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace->parent_id, "b7ad6b7169203331");
  EXPECT_TRUE(trace->sampled);
  EXPECT_FALSE(parse_traceparent(with(53, "00"))->sampled);
  EXPECT_FALSE(parse_traceparent(with(53, "fe"))->sampled);
  EXPECT_TRUE(parse_traceparent(with(53, "ff"))->sampled);
}

TEST(TraceContext, RefusesAMalformedTraceparent) {
  for (const std::string& value :
       {std::string(), std::string(good.substr(0, 54)), std::string(good) + "-", std::string(good) + "-00",
        std::string(good) + "0", with(0, "ff"), with(0, "0F"), with(0, "0 "), with(2, "_"), with(35, "0"),
        with(52, "0"), with(3, "0AF7"), with(36, "g"), with(53, "0A"), with(53, ".0"), with(3, std::string(32, '0')),
        with(36, std::string(16, '0')), " " + std::string(good)}) {
    EXPECT_FALSE(parse_traceparent(value)) << value;
  }
}

TEST(TraceContext, ReadsWhatItKnowsOfALaterVersion) {
  EXPECT_TRUE(parse_traceparent(with(0, "01")));
  EXPECT_TRUE(parse_traceparent(with(0, "cc") + "-what-comes-then"));
  EXPECT_TRUE(parse_traceparent(with(0, "cc") + "-"));
  EXPECT_FALSE(parse_traceparent(with(0, "cc") + "."));
  EXPECT_FALSE(parse_traceparent(with(0, "cc") + "0-x"));
}

TEST(TraceContext, ContinuesTheCallersTraceInASpanOfItsOwn) {
  const std::vector<Field> fields{{"Traceparent", good}};
  const TraceContext trace = trace_context(Fields(fields));
  EXPECT_EQ(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace.parent_id, "b7ad6b7169203331");
  EXPECT_NE(trace.span_id, trace.parent_id);
  EXPECT_EQ(traceparent(trace), "00-0af7651916cd43dd8448eb211c80319c-" + trace.span_id + "-01");
  EXPECT_TRUE(parse_traceparent(traceparent(trace)));
}

TEST(TraceContext, BeginsATraceWhereNoneOrADoubtfulOneCame) {
  const std::vector<Field> twice{{"traceparent", good}, {"traceparent", good}};
  const std::vector<Field> bad{{"traceparent", "00-zz"}};
  for (const Fields& fields : {Fields(), Fields(twice), Fields(bad)}) {
    const TraceContext trace = trace_context(fields);
    EXPECT_NE(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(trace.parent_id, "");
    EXPECT_FALSE(trace.sampled);
    EXPECT_TRUE(parse_traceparent(traceparent(trace)));
    EXPECT_NE(trace.trace_id, trace_context(fields).trace_id);
  }
}

}  // namespace
}  // namespace redoubt
