// How long contained() takes, in-process, from parsed policies: iam_compare_bench PAIRS.json, a list of pairs of
// policies, each asked both ways. Every question is asked a few times, and its best time counts, since the machine is
// others' too. Prints {"answers": […], "microseconds": […]}, in the order of the questions; bench/run makes the pairs
// and asks other deciders the same.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "iam/compare.hpp"
#include "redoubt/json.hpp"

namespace {

using namespace redoubt;

constexpr int times_asked = 5;

std::string_view answer_of(const iam::Containment& found) {
  if (!found.holds) return "undecided";
  return *found.holds ? "contained" : "not contained";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: iam_compare_bench PAIRS.json\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const iam::Lines lines(text);
  const auto document = json::parse(text);
  if (!document) {
    fmt::print(stderr, "{}: {}\n", argv[1], document.error().reason);
    return 2;
  }
  std::vector<std::string> answers;
  std::vector<double> microseconds;
  for (const json::Value& pair : document->root().elements()) {
    std::vector<iam::Policy> policies;
    for (const json::Value& one : pair.elements()) {
      auto policy = iam::read_policy(one, lines, "a policy");
      if (!policy) {
        fmt::print(stderr, "{}\n", policy.error().text());
        return 2;
      }
      policies.push_back(std::move(*policy));
    }
    for (const auto& [policy, envelope] : {std::pair(0U, 1U), std::pair(1U, 0U)}) {
      double best = std::numeric_limits<double>::max();
      for (int i = 0; i < times_asked; ++i) {
        const auto before = std::chrono::steady_clock::now();
        const iam::Containment found = iam::contained(policies[policy], policies[envelope]);
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - before;
        best = std::min(best, took.count());
        if (i == 0) answers.emplace_back(answer_of(found));
      }
      microseconds.push_back(best);
    }
  }
  fmt::print("{{\"answers\": [\"{}\"], \"microseconds\": [{:.2f}]}}\n", fmt::join(answers, "\", \""),
             fmt::join(microseconds, ", "));
}
