#include "redoubt/base64url.hpp"

#include <gtest/gtest.h>

#include <random>

namespace redoubt {
namespace {

using namespace std::string_literals;

TEST(Base64url, EncodesWithoutPaddingInTheUrlAlphabet) {
  // RFC 4648 section 10, unpadded; RFC 7515 appendix C.
  EXPECT_EQ(base64url_encode(""), "");
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode("fo"), "Zm8");
  EXPECT_EQ(base64url_encode("foo"), "Zm9v");
  EXPECT_EQ(base64url_encode("foob"), "Zm9vYg");
  EXPECT_EQ(base64url_encode("\x03\xec\xff\xe0\xc1"), "A-z_4ME");
}

TEST(Base64url, DecodesWhatItEncodes) {
  std::mt19937 random(4648);
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes(random() % 100, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
}

TEST(Base64url, RefusesEveryOtherSpelling) {
  for (const std::string& text :
       {"Zg=="s, "Zm8="s, "Zm9v="s, "Zg="s, "="s, "Zm 9v"s, "Zm9v\n"s, "\nZm9v"s, "Zm+v"s, "Zm/v"s, "Zm9vY"s, "Z"s,
        "Zm9\0"s, "Zm9\x80"s, "Zh"s, "Zn"s, "Zm9"s, "Zm9vYh"s, "Zm.v"s}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace redoubt
