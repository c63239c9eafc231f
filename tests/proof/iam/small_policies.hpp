// Random policies over a universe so small that every request in it can be tried.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iam/policy.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

inline Policy read(std::string text) {
  auto policy = parse_policy(std::move(text), "test");
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().text());
  return policy ? *policy : Policy{};
}

class SmallPolicies {
 public:
  explicit SmallPolicies(unsigned seed) : random_(seed) {}

  std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  // With `principals`, a policy of a resource.
  Policy policy(bool principals = false) {
    std::string statements;
    for (std::size_t n = 1 + pick(3); n-- > 0;) statements += (statements.empty() ? "" : ",") + statement(principals);
    return read(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}");
  }

  static std::vector<Request> requests() {
    std::vector<Request> out;
    const std::vector<std::vector<std::string>> tags{{},         {"a"},      {"b"},      {"c"},
                                                     {"a", "b"}, {"a", "c"}, {"b", "c"}, {"a", "b", "c"}};
    const std::vector<std::vector<std::string>> texts{{}, {"a"}, {"ab"}, {"b"}, {"A"}, {"abc"}};
    const std::vector<std::vector<std::string>> numbers{{}, {"0"}, {"1"}, {"1.5"}, {"2"}, {"3"}};
    for (const char* action : {"s:a", "s:ab", "s:b", "t:a"})
      for (const char* resource :
           {"arn:aws:s:::a", "arn:aws:s:::ab", "arn:aws:s:::b:a", "arn:aws:s:r::a", "arn:aws:s:::c", "*"})
        for (const auto& tag : tags)
          for (const auto& text : texts)
            for (const auto& number : numbers)
              out.push_back({{}, action, resource, {{"aws:tagkeys", tag}, {"aws:text", text}, {"s:number", number}}});
    return out;
  }

 private:
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& of) {
    return of[pick(N)];
  }

  std::string statement(bool principals) {
    static constexpr std::array<const char*, 6> actions{"s:a", "s:*", "*", "s:a*", "?:a", "t:*"};
    static constexpr std::array<const char*, 7> resources{
        "*", "arn:aws:s:::a", "arn:aws:s:::*", "arn:aws:s:::a*", "arn:aws:s:*", "arn:*:a", "arn:aws:s:::?"};
    static constexpr std::array<const char*, 14> conditions{R"("StringEquals":{"aws:text":"a"})",
                                                            R"("StringNotEquals":{"aws:text":["a","b"]})",
                                                            R"("StringLike":{"aws:text":"a*"})",
                                                            R"("StringNotLikeIfExists":{"aws:text":"?b"})",
                                                            R"("StringEqualsIgnoreCase":{"aws:text":"A"})",
                                                            R"("Null":{"aws:text":"true"})",
                                                            R"("Null":{"aws:text":"false"})",
                                                            R"("ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]})",
                                                            R"("ForAnyValue:StringEquals":{"aws:TagKeys":["b"]})",
                                                            R"("ForAllValues:StringNotEquals":{"aws:TagKeys":["a"]})",
                                                            R"("ForAnyValue:StringNotEquals":{"aws:TagKeys":["a"]})",
                                                            R"("NumericLessThan":{"s:number":"2"})",
                                                            R"("NumericEquals":{"s:number":["1","3"]})",
                                                            R"("NumericGreaterThanEqualsIfExists":{"s:number":"1"})"};
    std::string out = std::string(R"({"Effect":")") + (pick(3) ? "Allow" : "Deny") + "\",";
    static constexpr std::array<const char*, 6> who{R"("*")",
                                                    R"({"AWS":"111111111111"})",
                                                    R"({"AWS":"arn:aws:iam::111111111111:role/app"})",
                                                    R"({"AWS":"arn:aws:iam::111111111111:user/jane"})",
                                                    R"({"AWS":"arn:aws:sts::111111111111:assumed-role/app/now"})",
                                                    R"({"Service":"lambda.amazonaws.com"})"};
    if (principals) out += std::string(pick(6) ? "\"Principal\":" : "\"NotPrincipal\":") + one_of(who) + ",";
    out += std::string("\"") + (pick(4) ? "" : "Not") + "Action\":[\"" + one_of(actions) + "\",\"" + one_of(actions) +
           "\"],";
    out += std::string("\"") + (pick(4) ? "" : "Not") + "Resource\":[\"" + one_of(resources) + "\",\"" +
           one_of(resources) + "\"]";
    if (pick(3)) {
      const std::size_t first = pick(conditions.size()), second = pick(conditions.size());
      const auto operator_of = [](std::string_view text) { return text.substr(0, text.find(':', text.find('"', 1))); };
      out += std::string(R"(,"Condition":{)") + conditions[first];
      if (operator_of(conditions[first]) != operator_of(conditions[second]))
        out += std::string(",") + conditions[second];
      out += "}";
    }
    return out + "}";
  }

  std::mt19937 random_;
};

}  // namespace redoubt::iam
