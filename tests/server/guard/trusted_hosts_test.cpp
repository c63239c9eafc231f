#include "redoubt/trusted_hosts.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace redoubt {
namespace {

TEST(TrustedHosts, AllowsTheExactNamesWhateverCaseAndPort) {
  const TrustedHosts hosts({"API.example.com", "localhost"});
  for (const char* host : {"api.example.com", "Api.Example.COM", "api.example.com:8000",
                           "api.example.com:", "api.example.com.", "api.example.com.:443", "localhost:1"}) {
    EXPECT_TRUE(hosts.allows(host)) << host;
  }
  for (const char* host : {"",
                           ":80",
                           "example.com",
                           "xapi.example.com",
                           "a.api.example.com",
                           "api.example.com.evil.org",
                           "api.example.com:80:80",
                           "api.example.com:99999",
                           "api.example.com:8a",
                           "api.example.com..",
                           "evil.org/api.example.com",
                           "evil@api.example.com",
                           "api.example.com@evil.org",
                           "api.example.com#",
                           "api.example.com?",
                           " api.example.com",
                           "api.example.com ",
                           "api.example.com,evil.org",
                           "localhost\t",
                           "[localhost]"}) {
    EXPECT_FALSE(hosts.allows(host)) << host;
  }
}

TEST(TrustedHosts, AWildcardAllowsSubdomainsOfAnyDepthButNotTheApex) {
  const TrustedHosts hosts({"*.example.com"});
  EXPECT_TRUE(hosts.allows("a.example.com"));
  EXPECT_TRUE(hosts.allows("B.A.Example.com:443"));
  EXPECT_TRUE(hosts.allows("a.example.com."));
  for (const char* host : {"example.com", ".example.com", "..example.com", "a..example.com", "notexample.com",
                           "a.example.com.evil.org", "evil.org:a.example.com", "a_b/.example.com"}) {
    EXPECT_FALSE(hosts.allows(host)) << host;
  }
}

TEST(TrustedHosts, ComparesAddressesByValue) {
  const TrustedHosts hosts({"::1", "[2001:db8::1]", "127.0.0.1"});
  EXPECT_TRUE(hosts.allows("[::1]"));
  EXPECT_TRUE(hosts.allows("[0:0:0:0:0:0:0:1]:8000"));
  EXPECT_TRUE(hosts.allows("[2001:DB8::1]"));
  EXPECT_TRUE(hosts.allows("127.0.0.1:8000"));
  for (const char* host : {"::1", "[::2]", "[::1", "[::1]x", "[::1]:x", "[127.0.0.1]", "[]", "127.0.0.2", "127.1",
                           "0127.0.0.1", "2130706433", "127.0.0.1."}) {
    EXPECT_FALSE(hosts.allows(host)) << host;
  }
}

TEST(TrustedHosts, AStarAllowsWhateverComes) {
  const TrustedHosts hosts({"*"});
  EXPECT_TRUE(hosts.allows("anything.example:1"));
  EXPECT_TRUE(hosts.allows("[::1]"));
  EXPECT_TRUE(hosts.allows("0.0.0.0=5000"));
  EXPECT_TRUE(hosts.allows(""));
}

TEST(TrustedHosts, NoPatternsAllowNothing) {
  EXPECT_FALSE(TrustedHosts({}).allows("localhost"));
}

TEST(TrustedHosts, RefusesPatternsThatWouldNotMeanWhatTheySay) {
  for (const char* pattern : {"", "*.", "*example.com", "a.*.com", "**", "*.*", "*.*.com", "example.com:80",
                              "example.com:", "https://example.com", "example.com/",
                              "b\xc3\xbc"
                              "cher.example",
                              "*.127.0.0.1", "*.[::1]", "[::1", "a..b", "1.2.3", "a b"}) {
    EXPECT_THROW(TrustedHosts({pattern}), std::invalid_argument) << pattern;
  }
}

}  // namespace
}  // namespace redoubt
