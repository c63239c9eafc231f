#include "redoubt/sql.hpp"

#include <gtest/gtest.h>

namespace redoubt::sql {
namespace {

// In a constant expression check() either gives a value or does not compile; at run time it throws the sentence.
std::string refusal(std::string_view sql, std::size_t arguments = 0) {
  try {
    detail::check(sql, arguments);
    return "";
  } catch (const char* why) {
    return why;
  }
}

TEST(Statement, TellsReadsFromWrites) {
  EXPECT_TRUE(detail::check("SELECT 1", 0));
  EXPECT_TRUE(detail::check("  -- why\n (select 1)", 0));
  EXPECT_FALSE(detail::check("INSERT INTO t VALUES (1) RETURNING id", 0));
  EXPECT_FALSE(detail::check("WITH a AS (SELECT 1) SELECT * FROM a", 0));
}

TEST(Statement, CountsPlaceholdersAgainstArguments) {
  EXPECT_EQ(refusal("SELECT $2, $1, $2", 2), "");
  EXPECT_THAT(refusal("SELECT $1", 0), ::testing::HasSubstr("more placeholders"));
  EXPECT_THAT(refusal("SELECT $1", 2), ::testing::HasSubstr("more arguments"));
  EXPECT_THAT(refusal("SELECT $1, $3", 3), ::testing::HasSubstr("leave a number out"));
  EXPECT_THAT(refusal("SELECT $0", 0), ::testing::HasSubstr("counted from 1"));
  EXPECT_THAT(refusal("SELECT $name", 1), ::testing::HasSubstr("counted from 1"));
  EXPECT_THAT(refusal("SELECT $$text$$", 0), ::testing::HasSubstr("counted from 1"));
}

TEST(Statement, LooksForPlaceholdersOutsideQuotesAndCommentsOnly) {
  EXPECT_EQ(refusal("SELECT '$1 ? : ;', \"$2\", 'it''s' -- $3 ; '\n", 0), "");
}

TEST(Statement, HoldsOneStatement) {
  EXPECT_EQ(refusal("SELECT 1;\n"), "");
  EXPECT_THAT(refusal("SELECT 1; DROP TABLE users"), ::testing::HasSubstr("one statement"));
  EXPECT_THAT(refusal("SELECT 1; -- \n$1", 1), ::testing::HasSubstr("one statement"));
  EXPECT_THAT(refusal(""), ::testing::HasSubstr("empty"));
}

TEST(Statement, RefusesWhatTheDatabasesReadDifferently) {
  EXPECT_THAT(refusal("SELECT 'a"), ::testing::HasSubstr("not closed"));
  EXPECT_THAT(refusal("SELECT E'a\\'b'"), ::testing::HasSubstr("prefixed"));
  EXPECT_THAT(refusal("SELECT /* a */ 1"), ::testing::HasSubstr("comments"));
  EXPECT_THAT(refusal("SELECT $1::int", 1), ::testing::HasSubstr("CAST"));
  EXPECT_THAT(refusal("SELECT ?", 1), ::testing::HasSubstr("$1"));
}

TEST(Statement, LeavesTransactionsToTheTransactionCall) {
  EXPECT_THAT(refusal("commit"), ::testing::HasSubstr("transaction"));
  EXPECT_THAT(refusal("Begin immediate"), ::testing::HasSubstr("transaction"));
}

template <class T>
concept MakesAStatement = requires(T text) { BasicStatement<>(text); };

TEST(Statement, NoStringMadeAtRunTimeConverts) {
  EXPECT_FALSE(MakesAStatement<std::string>);
  EXPECT_FALSE(MakesAStatement<std::string_view>);
  EXPECT_FALSE(MakesAStatement<const char*>);
}

TEST(Value, RefusesWhatPostgresCannotStore) {
  EXPECT_THROW(to_value(std::string("a\0b", 3)), std::invalid_argument);
  EXPECT_THROW(to_value(~std::uint64_t{0}), std::invalid_argument);
}

TEST(Value, KeepsNullsOfOptionals) {
  EXPECT_TRUE(std::holds_alternative<std::monostate>(to_value(std::optional<std::string>())));
  EXPECT_EQ(std::get<std::int64_t>(to_value(std::optional<int>(3))), 3);
}

}  // namespace
}  // namespace redoubt::sql
