// That a Secret cannot get out by accident is a matter of what does not compile; so most of this is checked there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>

#include "redoubt/audit.hpp"
#include "redoubt/log.hpp"
#include "redoubt/model.hpp"

namespace redoubt {
namespace {

struct SignIn {
  std::string name;
  Secret<std::string> password;
};
BOOST_DESCRIBE_STRUCT(SignIn, (), (name, password))

template <class T>
concept Loggable = std::constructible_from<LogValue, const T&>;
template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept HasEncoder = requires(json::Writer& writer, const T& value) { Codec<T>::encode(writer, value); };

// Each check first shows that it can say yes.
static_assert(Loggable<std::string> && !Loggable<Secret<std::string>> && !Loggable<Secret<int>>);
static_assert(!Loggable<Secret<Text<1, 8>>>);
static_assert(Streamable<std::string> && !Streamable<Secret<std::string>>);
static_assert(HasEncoder<std::string> && !HasEncoder<Secret<std::string>> && !HasEncoder<Secret<Text<1, 8>>>);
static_assert(fmt::is_formattable<std::string>::value && !fmt::is_formattable<Secret<std::string>>::value);
static_assert(!std::convertible_to<Secret<std::string>, std::string> &&
              !std::convertible_to<Secret<std::string>, std::string_view> && !std::convertible_to<Secret<bool>, bool>);
static_assert(!std::equality_comparable<Secret<std::string>>);

TEST(Secret, IsReadFromAnInputLikeWhatItHolds) {
  const auto read = from_json<SignIn>(R"({"name": "ada", "password": "analytical"})");
  EXPECT_EQ(read.password.reveal(), "analytical");
}

TEST(Secret, IsNoPartOfAnErrorAboutIt) {
  try {
    (void)from_json<Secret<Text<20, 30>>>(R"("analytical")");
    FAIL();
  } catch (const ValidationFailed& failed) {
    EXPECT_EQ(failed.detail_json().find("analytical"), std::string::npos);
    EXPECT_EQ(std::string(failed.what()).find("analytical"), std::string::npos);
  }
}

TEST(Secret, IsMarkedAsAPasswordToBeWrittenOnlyInTheSchema) {
  Schemas schemas;
  EXPECT_EQ(Codec<Secret<std::string>>::schema(schemas), R"({"type":"string","format":"password","writeOnly":true})");
}

}  // namespace
}  // namespace redoubt
