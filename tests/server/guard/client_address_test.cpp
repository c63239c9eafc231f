#include "redoubt/client_address.hpp"

#include <gtest/gtest.h>

namespace redoubt {
namespace {

const ClientAddress behind_proxies({*IpRange::parse("10.0.0.0/8"), *IpRange::parse("2001:db8:1::/48")});

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value();
}

std::string client(std::string_view peer, const std::vector<std::string_view>& forwarded) {
  std::vector<Field> fields{{"Host", "localhost"}};
  for (const std::string_view value : forwarded) fields.push_back({"x-forwarded-for", value});
  return behind_proxies.of(address(peer), Fields(fields)).to_string();
}

TEST(ClientAddress, IsThePeerUnlessThePeerIsATrustedProxy) {
  EXPECT_EQ(client("203.0.113.7", {"198.51.100.1"}), "203.0.113.7");
  EXPECT_EQ(client("203.0.113.7", {"10.0.0.1"}), "203.0.113.7");
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
  const std::vector<Field> fields{{"X-Forwarded-For", "198.51.100.1"}};
  EXPECT_EQ(ClientAddress().of(address("127.0.0.1"), Fields(fields)), address("127.0.0.1"));
}

TEST(ClientAddress, IsTheRightmostOutsideTheTrustedRanges) {
  EXPECT_EQ(client("10.0.0.1", {"198.51.100.1"}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, 198.51.100.1"}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, 198.51.100.1,10.9.9.9 ,\t10.1.1.1"}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1,, 198.51.100.1 ,, "}), "198.51.100.1");
  EXPECT_EQ(client("::ffff:10.0.0.1", {"::ffff:198.51.100.1"}), "198.51.100.1");
  EXPECT_EQ(client("2001:db8:1::5", {"2001:db8:2::7, 2001:db8:1::6"}), "2001:db8:2::7");
}

TEST(ClientAddress, ReadsSeveralFieldsAsOneList) {
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1", "198.51.100.1"}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, 198.51.100.1", "10.2.2.2, 10.3.3.3"}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {"198.51.100.1", ""}), "198.51.100.1");
}

TEST(ClientAddress, IgnoresPorts) {
  EXPECT_EQ(client("10.0.0.1", {"198.51.100.1:5678"}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {"[2001:db8:2::7]:80"}), "2001:db8:2::7");
  EXPECT_EQ(client("10.0.0.1", {"[2001:db8:2::7]"}), "2001:db8:2::7");
  EXPECT_EQ(client("10.0.0.1", {"198.51.100.1, 10.2.2.2:443"}), "198.51.100.1");
}

TEST(ClientAddress, StopsAtWhatIsNoAddress) {
  for (const std::string_view bad : {"unknown", "_hidden", "localhost", "1.2.3", "01.2.3.4", "1.2.3.4:x",
                                     "fe80::1%eth0", "\"1.2.3.4\"", "for=1.2.3.4", "1.2.3.4 5.6.7.8"}) {
    EXPECT_EQ(client("10.0.0.1", {bad}), "10.0.0.1") << bad;
    EXPECT_EQ(client("10.0.0.1", {"198.51.100.1", bad, "10.2.2.2"}), "10.2.2.2") << bad;
    EXPECT_EQ(client("10.0.0.1", {bad, "198.51.100.1"}), "198.51.100.1") << bad;
  }
}

TEST(ClientAddress, IsTheLeftmostWhenAllAreTrusted) {
  EXPECT_EQ(client("10.0.0.1", {"10.4.4.4, 10.3.3.3"}), "10.4.4.4");
}

std::string_view scheme(std::string_view peer, const std::vector<std::string_view>& forwarded, bool tls = false) {
  std::vector<Field> fields;
  for (const std::string_view value : forwarded) fields.push_back({"X-Forwarded-Proto", value});
  return behind_proxies.scheme(address(peer), Fields(fields), tls);
}

TEST(ClientAddress, KnowsTheSchemeFromATrustedProxyOnly) {
  EXPECT_EQ(scheme("10.0.0.1", {"https"}), "https");
  EXPECT_EQ(scheme("10.0.0.1", {"HTTPS"}), "https");
  EXPECT_EQ(scheme("10.0.0.1", {"http"}, true), "http");
  EXPECT_EQ(scheme("10.0.0.1", {"http, https"}), "https");
  EXPECT_EQ(scheme("10.0.0.1", {"https", "http"}), "http");
  EXPECT_EQ(scheme("10.0.0.1", {"https, javascript"}), "http");
  EXPECT_EQ(scheme("10.0.0.1", {}), "http");
  EXPECT_EQ(scheme("10.0.0.1", {}, true), "https");
  EXPECT_EQ(scheme("203.0.113.7", {"https"}), "http");
  EXPECT_EQ(scheme("203.0.113.7", {"http"}, true), "https");
}

}  // namespace
}  // namespace redoubt
