#include "redoubt/security_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace redoubt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string lines(const SecurityHeaders& headers, Response response = {}) {
  headers.apply(response);
  std::string all(response.prepared_fields);
  for (const auto& [name, value] : response.fields) all += name + ": " + value + "\r\n";
  return all;
}

TEST(SecurityHeaders, AreAllOnByDefault) {
  const std::string block = lines(SecurityHeaders());
  EXPECT_THAT(block, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(block, HasSubstr("X-Frame-Options: DENY\r\n"));
  EXPECT_THAT(block, HasSubstr("Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"));
  EXPECT_THAT(block, HasSubstr("Content-Security-Policy: default-src 'self'; "));
  EXPECT_THAT(block, HasSubstr("Referrer-Policy: no-referrer\r\n"));
  EXPECT_THAT(block, HasSubstr("Permissions-Policy: "));
  EXPECT_THAT(block, HasSubstr("Cross-Origin-Opener-Policy: same-origin\r\n"));
  EXPECT_THAT(block, HasSubstr("Cross-Origin-Resource-Policy: same-origin\r\n"));
  EXPECT_THAT(block, HasSubstr("X-XSS-Protection: 0\r\n"));
  EXPECT_THAT(block, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_TRUE(block.ends_with("\r\n"));
}

TEST(SecurityHeaders, AreThePreparedBlockWhereTheResponseSaysNothingOfItsOwn) {
  const SecurityHeaders headers;
  Response response;
  response.set("Location", "/items/1");
  headers.apply(response);
  EXPECT_EQ(response.prepared_fields.data(), headers.prepared().data());
  EXPECT_EQ(response.fields.size(), 1U);
}

TEST(SecurityHeaders, AResponseKeepsItsOwnField) {
  Response response;
  response.set("cache-control", "public, max-age=3600");
  response.set("Content-Security-Policy", "default-src 'none'");
  const std::string block = lines(SecurityHeaders(), std::move(response));
  EXPECT_THAT(block, Not(HasSubstr("Cache-Control")));
  EXPECT_THAT(block, HasSubstr("cache-control: public, max-age=3600\r\n"));
  EXPECT_THAT(block, Not(HasSubstr("default-src 'self'")));
  EXPECT_THAT(block, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(block, HasSubstr("X-XSS-Protection: 0\r\n"));
}

TEST(SecurityHeaders, AnEmptyOptionIsNotSent) {
  const std::string block =
      lines(SecurityHeaders({.strict_transport_security = "", .xss_protection = "1; mode=block"}));
  EXPECT_THAT(block, Not(HasSubstr("Strict-Transport-Security")));
  EXPECT_THAT(block, HasSubstr("X-XSS-Protection: 1; mode=block\r\n"));
}

TEST(SecurityHeaders, AValueThatWouldInjectALineIsRefused) {
  EXPECT_THROW(SecurityHeaders({.xss_protection = "0\r\nSet-Cookie: a=b"}), std::invalid_argument);
  EXPECT_THROW(SecurityHeaders({.referrer_policy = std::string("a\0b", 3)}), std::invalid_argument);
}

}  // namespace
}  // namespace redoubt
