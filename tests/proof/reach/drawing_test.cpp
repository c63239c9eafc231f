// The drawing of one answer: what stands on the way, in the reader's colours.
#include "reach/drawing.hpp"

#include "support.hpp"

namespace redoubt::reach {
namespace {

std::string drawn(std::string_view from, std::string_view to, std::string_view what) {
  const Finding finding = testing::ask(testing::two_subnets, from, to, what);
  Inquiry inquiry;
  inquiry.from = from;
  inquiry.to = to;
  return draw(inquiry, finding);
}

TEST(Drawing, tells_what_each_step_is) {
  const std::string svg = drawn("internet", "Front", "tcp 443");
  for (const std::string_view part : {">Gateway<", ">Internet gateway<", ">Vpc<", ">VPC<", ">Public<", ">subnet<",
                                      ">Front<", ">interface<", "packet: tcp 8.8.8.8:49152", "var(--reachable)"})
    EXPECT_NE(svg.find(part), std::string::npos) << part << "\n" << svg;
}

TEST(Drawing, tells_where_a_refused_way_ends_and_why) {
  const std::string svg = drawn("internet", "Back", "tcp 443");
  for (const std::string_view part : {"stopped by internet", "Back has no public address", "var(--unreachable)"})
    EXPECT_NE(svg.find(part), std::string::npos) << part << "\n" << svg;
}

TEST(Drawing, has_dark_colours_for_who_reads_in_the_dark) {
  EXPECT_NE(drawn("internet", "Front", "tcp 443").find("@media (prefers-color-scheme: dark)"), std::string::npos);
}

TEST(Drawing, shortens_what_is_too_long_for_its_box_and_keeps_it_as_a_title) {
  const std::string arn =
      "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/a-name-that-is-long/0123456789abcdef";
  Finding finding;
  finding.verdict = Verdict::reachable;
  finding.path = {arn};
  finding.kinds = {"load balancer"};
  const std::string svg = draw({.from = "internet", .to = "x", .protocol = {}, .port = {}, .source = {}}, finding);
  EXPECT_NE(svg.find("<title>" + arn + "</title>"), std::string::npos);
  EXPECT_NE(svg.find(">arn:aws:elastic"), std::string::npos);
  EXPECT_NE(svg.find("/0123456789abcdef<title>"), std::string::npos) << svg;
  EXPECT_EQ(svg.find(">" + arn + "<title>"), std::string::npos);
}

}  // namespace
}  // namespace redoubt::reach
