#include "redoubt/address.hpp"

#include <gtest/gtest.h>

namespace redoubt {
namespace {

std::string normal(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "refused";
}

TEST(IpAddress, IsWrittenAsRfc5952Says) {
  EXPECT_EQ(normal("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(normal("::"), "::");
  EXPECT_EQ(normal("::1"), "::1");
  EXPECT_EQ(normal("2001:db8::"), "2001:db8::");
  EXPECT_EQ(normal("2001:0DB8:0:0:8:800:200C:417A"), "2001:db8::8:800:200c:417a");
  EXPECT_EQ(normal("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");  // one zero group stays
  EXPECT_EQ(normal("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");           // the longest run
  EXPECT_EQ(normal("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");     // the first of equals
  EXPECT_EQ(normal("0:0:0:0:0:0:1:2"), "::1:2");
  EXPECT_EQ(normal("1:2:3:4:5:6:0:0"), "1:2:3:4:5:6::");
}

TEST(IpAddress, AMappedAddressIsTheIpv4AddressThatItCarries) {
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(IpAddress::parse("::ffff:c000:201"), IpAddress::v4({192, 0, 2, 1}));
  EXPECT_TRUE(IpAddress::parse("::ffff:127.0.0.1")->is_loopback());
  EXPECT_NE(IpAddress::parse("::192.0.2.1"), IpAddress::parse("192.0.2.1"));
}

TEST(IpAddress, RefusesWhatCouldBeReadTwoWays) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv,
                                      "1.2.3"sv,
                                      "1.2.3.4.5"sv,
                                      "256.1.1.1"sv,
                                      "01.2.3.4"sv,
                                      "1.2.3.04"sv,
                                      "0x7f.0.0.1"sv,
                                      "2130706433"sv,
                                      " 1.2.3.4"sv,
                                      "1.2.3.4 "sv,
                                      "1.2.3.4\0"sv,
                                      "1.2.3.4:80"sv,
                                      "[::1]"sv,
                                      "fe80::1%eth0"sv,
                                      "fe80::1%1"sv,
                                      ":::"sv,
                                      "1::2::3"sv,
                                      "12345::"sv,
                                      "::ffff:1.2.3.04"sv,
                                      "localhost"sv,
                                      "1:2:3:4:5:6:7"sv,
                                      "1:2:3:4:5:6:7:8:9"sv,
                                      "00000000000000000000000000000000000000000000000000001"sv}) {
    EXPECT_EQ(normal(text), "refused") << text;
  }
}

TEST(IpAddress, KnowsLoopback) {
  EXPECT_TRUE(IpAddress::parse("127.0.0.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("127.255.0.9")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("7f00::")->is_loopback());
}

bool within(std::string_view address, std::string_view range) {
  return IpRange::parse(range)->contains(*IpAddress::parse(address));
}

TEST(IpRange, ContainsTheAddressesThatShareItsPrefix) {
  EXPECT_TRUE(within("10.255.0.1", "10.0.0.0/8"));
  EXPECT_FALSE(within("11.0.0.0", "10.0.0.0/8"));
  EXPECT_TRUE(within("10.1.2.3", "10.1.2.2/31"));
  EXPECT_FALSE(within("10.1.2.4", "10.1.2.2/31"));
  EXPECT_TRUE(within("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(within("10.1.2.2", "10.1.2.3"));
  EXPECT_TRUE(within("203.0.113.9", "0.0.0.0/0"));
  EXPECT_TRUE(within("2001:db8:1:ffff::", "2001:db8:1::/48"));
  EXPECT_FALSE(within("2001:db8:2::", "2001:db8:1::/48"));
  EXPECT_TRUE(within("2001:db8::7f", "2001:db8::/121"));
  EXPECT_FALSE(within("2001:db8::80", "2001:db8::/121"));
}

TEST(IpRange, NeverMixesTheFamilies) {
  EXPECT_FALSE(within("192.0.2.1", "::/0"));
  EXPECT_FALSE(within("::1", "0.0.0.0/0"));
  EXPECT_TRUE(within("::ffff:10.2.3.4", "10.0.0.0/8"));
  EXPECT_TRUE(within("10.2.3.4", "::ffff:10.0.0.0/104"));
}

TEST(IpRange, IsWrittenAsItsNetwork) {
  EXPECT_EQ(IpRange::parse("10.1.2.3/8")->to_string(), "10.0.0.0/8");
  EXPECT_EQ(IpRange::parse("192.0.2.1")->to_string(), "192.0.2.1/32");
  EXPECT_EQ(IpRange::parse("2001:db8::1/32")->to_string(), "2001:db8::/32");
  EXPECT_EQ(IpRange::parse("::1")->to_string(), "::1/128");
}

TEST(IpRange, RefusesBadPrefixes) {
  for (const std::string_view text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8 ",
                                      "10.0.0.0/8/8", "::/129", "::ffff:10.0.0.0/95", "/8", "10.0.0/8", "x"}) {
    EXPECT_FALSE(IpRange::parse(text)) << text;
  }
}

}  // namespace
}  // namespace redoubt
