#include "redoubt/request_id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace redoubt {
namespace {

std::string id_of(const std::vector<std::string_view>& given) {
  std::vector<Field> fields;
  for (const std::string_view value : given) fields.push_back({"x-request-id", value});
  return request_id(Fields(fields));
}

bool is_new(const std::string& id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

TEST(RequestId, TakesOverAHarmlessNameFromOutside) {
  const std::string longest(64, 'x');
  for (const std::string_view id : {std::string_view("6f1c2f0e-3f7e-4f0a-9d4e-0d7b1f2a3c4d"),
                                    std::string_view("A.b_c-9"), std::string_view(longest)}) {
    EXPECT_EQ(id_of({id}), id);
  }
}

TEST(RequestId, MakesANewOneInsteadOfAnyOther) {
  const std::string too_long(65, 'x');
  using namespace std::string_view_literals;
  for (const std::string_view id : {""sv, "a b"sv, "a\nb"sv, "a\0b"sv, "\"}"sv, "<script>"sv, "%0d%0a"sv, "\x1b[31m"sv,
                                    "\xc3\xa9"sv, "a/b"sv, std::string_view(too_long)}) {
    EXPECT_TRUE(is_new(id_of({id}))) << id;
  }
  EXPECT_TRUE(is_new(id_of({})));
  EXPECT_TRUE(is_new(id_of({"one", "two"})));
}

TEST(RequestId, NewOnesDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(id_of({})).second);
}

}  // namespace
}  // namespace redoubt
